package delivery_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/leaktest"
	"github.com/zadig-go/zadig/zadigtest"
)

// instead answers requests for which it has an answer in place of the server.
func instead(answer func(*http.Request) *http.Response) zadig.Option {
	return zadig.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			if resp := answer(req); resp != nil {
				return resp, nil
			}
			return next.RoundTrip(req)
		})
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// A walk goes on when a page is put together by id, and one release
// of it is in a trouble of its own.
func TestAllPutsAPageTogether(t *testing.T) {
	t.Parallel()
	const other = 3
	for name, test := range map[string]struct {
		status   int
		body     string
		sentinel error // nil: not even an error
		ends     bool
	}{
		"deleted meanwhile": {400, `{"code":6563,"description":"","extra":{},"message":"","type":"error"}`, nil, false},
		"refused":           {400, "", zadig.ErrBadRequest, false},
		"an object":         {200, `{"message":"success"}`, zadig.ErrUnexpectedResponse, false},
		"undecodable":       {200, `{"versionInfo":{"id":17}}`, zadig.ErrUnexpectedResponse, false},
		"broken as well":    {500, "", zadig.ErrServer, false},
		"test not readable": {400, `{"code":6601,"message":"","type":"error"}`, zadig.ErrServer, false},
		"token expired":     {401, "", zadig.ErrUnauthorized, true},
		"gateway":           {503, "", zadig.ErrServer, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := (&model{}).fill(6)
			m.records[1].broken = true // id 5
			c := m.client(t, instead(func(req *http.Request) *http.Response {
				if strings.HasSuffix(req.URL.Path, id(other)) {
					return respond(req, test.status, test.body)
				}
				return nil
			}))
			w := walk(t, c, delivery.ListOptions{})
			want, errs := []string{id(6), id(4)}, 1
			if !test.ends {
				want = append(want, id(2), id(1))
			}
			if test.sentinel != nil {
				errs++
			}
			assert.Equal(t, want, w.ids)
			require.Len(t, w.errs, errs)
			require.ErrorIs(t, w.errs[0], zadig.ErrServer)
			require.ErrorContains(t, w.errs[0], "release "+id(5)+": ")
			if test.sentinel != nil {
				require.ErrorIs(t, w.errs[1], test.sentinel)
				assert.ErrorContains(t, w.errs[1], id(other))
			}
		})
	}
}

func TestAllYieldsThePagesErrorWhenABriefListDoesNotHelp(t *testing.T) {
	t.Parallel()
	m := (&model{briefIgnored: true}).fill(5)
	m.records[2].broken = true
	w := walk(t, m.client(t), delivery.ListOptions{})
	require.Len(t, w.errs, 1)
	require.ErrorIs(t, w.errs[0], zadig.ErrServer)
	assert.NotContains(t, w.errs[0].Error(), "verbosity", "what was asked for in the first place")
	assert.Empty(t, w.ids)
	assert.Len(t, m.requests, 2)
}

func TestAllPutsAPageTogetherAlthoughItBreaksOff(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(6)
	m.records[4].broken = true // id 2
	brief := 0
	m.body = func(_ int, u *url.URL, body []byte) io.Reader {
		if u.Query().Get("verbosity") != "brief" {
			return nil
		}
		if brief++; brief == 1 {
			return io.MultiReader(strings.NewReader(string(body[:len(body)/2])), iotest.ErrReader(errors.New("reset by peer")))
		}
		return nil
	}
	w := walk(t, m.client(t), delivery.ListOptions{})
	require.Len(t, w.errs, 1)
	assert.ErrorContains(t, w.errs[0], id(2))
	assert.Equal(t, []string{id(6), id(5), id(4), id(3), id(1)}, w.ids)
	assert.Equal(t, 2, brief, "lists asked for")
}

// The context ends while the body of a page is being read.
func TestAllWhoseContextEndsInAPage(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	m := (&model{}).fill(10)
	m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
		return io.MultiReader(strings.NewReader(string(body[:len(body)/2])), iotest.ErrReader(errors.New("reset by peer")))
	}
	var errs []error
	for _, err := range m.client(t).Delivery.All(ctx, delivery.ListOptions{}) {
		if cancel(); err != nil {
			errs = append(errs, err)
		}
	}
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], context.Canceled)
	require.ErrorContains(t, errs[0], "reset by peer")
	assert.NotContains(t, errs[0].Error(), "\n", "one line")
	assert.Len(t, m.requests, 1)
}

// The context ends during the wait before a broken page is requested again.
func TestAllWhoseContextEndsBetweenTwoAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		m := (&model{}).fill(10)
		m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
			return io.MultiReader(strings.NewReader(string(body[:len(body)/2])), iotest.ErrReader(errors.New("reset by peer")))
		}
		seen := 0
		var errs []error
		client := m.client(t, zadig.WithRetry(zadig.RetryPolicy{MinWait: 1000 * time.Hour, MaxWait: 1000 * time.Hour}))
		for _, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
			if seen++; err != nil {
				errs = append(errs, err)
			}
		}
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], context.DeadlineExceeded)
		require.ErrorContains(t, errs[0], "reset by peer")
		assert.Greater(t, seen, 1, "what came before it is good")
		assert.Len(t, m.requests, 1)
	})
}

// From v1.18 to v2.2 who has rights in one project may list its releases and
// read none by id: those of a page that has to be put together come from the
// lists of their tasks.
func TestAllPutsAPageTogetherForAProjectMember(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(5, 40)
	project := data.Releases[0].VersionInfo.ProductName
	var want []string
	for _, r := range data.Releases {
		if r.VersionInfo.ProductName == project {
			want = append(want, r.VersionInfo.ID)
		}
	}
	require.Greater(t, len(want), 4)
	broken := want[2]
	srv := zadigtest.NewServer(t, zadigtest.WithData(data), zadigtest.WithServerVersion("v1.18.0"))
	srv.Inject(zadigtest.BrokenRecord(broken))
	srv.Inject(zadigtest.NoPermission().On(zadigtest.GetRelease))
	client := srv.Client(zadig.WithMiddleware(leaktest.Bodies(t)))

	w := walk(t, client, delivery.ListOptions{ProjectName: project})
	require.Len(t, w.errs, 1)
	require.ErrorIs(t, w.errs[0], zadig.ErrServer)
	require.ErrorContains(t, w.errs[0], broken)
	assert.Equal(t, slices.Delete(want, 2, 3), w.ids)

	// Without the right to list it is no use.
	srv.Inject(zadigtest.NoPermission().After(2)) // the list, and the brief list that names its releases
	w = walk(t, client, delivery.ListOptions{ProjectName: project})
	require.Len(t, w.errs, 1)
	require.ErrorIs(t, w.errs[0], zadig.ErrForbidden)
}
