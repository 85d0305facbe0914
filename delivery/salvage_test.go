package delivery_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
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

// What becomes of a walk when a page is put together by id, and one release
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
		"no permission":     {403, "", zadig.ErrForbidden, true},
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

// On servers that leave services out of lists, each release is read by id,
// and one without a usable id costs only itself.
func TestAllByServiceGoesOnBehindAnOddID(t *testing.T) {
	t.Parallel()
	m := (&model{flat: true, omitServices: true, xTotal: true}).fill(3)
	m.records[1].id = "not-an-id"
	w := walk(t, m.client(t), delivery.ListOptions{ServiceName: "nginx"})
	assert.Equal(t, []string{id(3), id(1)}, w.ids)
	require.Len(t, w.errs, 1)
	assert.ErrorContains(t, w.errs[0], "not-an-id")
}
