package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestAllIsComplete(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		zadig    *movingZadig
		count    int
		options  delivery.ListOptions
		requests int
	}{
		"nothing":             {&movingZadig{}, 0, delivery.ListOptions{}, 1},
		"several pages":       {&movingZadig{}, 250, delivery.ListOptions{}, 3},
		"many pages, X-Total": {&movingZadig{total: true}, 10_000, delivery.ListOptions{}, 115},
		"brief":               {&movingZadig{}, 250, delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, 3},
		"v4.0":                {&movingZadig{flat: true, total: true}, 250, delivery.ListOptions{}, 3},
		"v4.2":                {&movingZadig{flat: true, omits: true, total: true}, 250, delivery.ListOptions{}, 3 + 250},
		"v4.2, summaries":     {&movingZadig{flat: true, omits: true, total: true}, 250, delivery.ListOptions{SkipDetails: true}, 3},
		"a cap, and X-Total":  {&movingZadig{limit: 20, total: true}, 103, delivery.ListOptions{}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := test.zadig.fill(test.count)
			w := walk(t, z.client(t), test.options)
			assert.Empty(t, w.errs)
			assert.Equal(t, z.ids(), append([]string{}, w.ids...), "every release, once, in the server's order")
			assert.LessOrEqual(t, len(z.requests), test.requests, "requests")
		})
	}
}

func TestAllYieldsAnErrorInPlaceOfAnOddRelease(t *testing.T) {
	t.Parallel()
	for odd, of := range map[string]string{`{"versionInfo":{"id":"` + id(3) + `","taskId":"three"}}`: id(3), `{"message":"success"}`: ""} {
		z := (&movingZadig{}).fill(5)
		third := z.object(z.releases[2], false, false)
		z.body = func(body string) io.Reader { return strings.NewReader(strings.Replace(body, third, odd, 1)) }
		s := z.client(t)
		w := walk(t, s, delivery.ListOptions{})
		assert.Equal(t, []string{id(5), id(4), id(2), id(1)}, w.ids)
		require.Len(t, w.errs, 1)
		_, err := s.List(t.Context(), delivery.ListOptions{})
		for _, err := range append(w.errs, err) {
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			require.ErrorContains(t, err, "at /2")
			failed, ok := errors.AsType[*delivery.ReleaseError](err)
			require.True(t, ok)
			assert.Equal(t, of, failed.ID)
		}
	}
}

// Eight requests for details run at the same time, also at the end of a page.
func TestAllReadsEightAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const count, latency = 1000, time.Second
		z := (&movingZadig{flat: true, omits: true, total: true}).fill(count)
		start := time.Now()
		slow := clienttest.Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			time.Sleep(latency)
			return next.RoundTrip(req)
		})
		w := walk(t, z.client(t, zadig.WithMiddleware(slow)), delivery.ListOptions{})
		assert.Empty(t, w.errs)
		assert.Equal(t, z.ids(), w.ids)
		pages := len(z.requests) - count
		assert.Equal(t, time.Duration(pages+count/8)*latency, time.Since(start))
	})
}

// The last releases of a page wait for the next page only if lists leave details out, and if the page has more releases than
// are read at the same time.
func TestAllYieldsAPageBeforeTheNextIsRequested(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		zadig  *movingZadig
		size   int
		broken bool
	}{
		"a small page":            {&movingZadig{flat: true, omits: true, total: true}, 5, false},
		"a page with broken data": {&movingZadig{}, 100, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := row.zadig.fill(150)
			z.releases[1].broken = row.broken
			n := 0
			for _, err := range z.client(t).All(t.Context(), delivery.ListOptions{PerPage: row.size}) {
				assert.True(t, err == nil || row.broken, "of %v", err)
				if n++; n == row.size {
					break
				}
			}
			for _, u := range z.requests {
				assert.Contains(t, []string{"", "1"}, u.Query().Get("page"), u)
			}
		})
	}
}

// A page that breaks off is requested again, unless the context has ended.
func TestAllResumesAPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reset := errors.New("reset by peer")
		for wait, want := range map[time.Duration]error{time.Second: nil, 1000 * time.Hour: context.DeadlineExceeded} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			z := (&movingZadig{}).fill(10)
			z.body = func(body string) io.Reader {
				if len(z.requests) > 1 {
					return strings.NewReader(body)
				}
				return io.MultiReader(strings.NewReader(body[:len(body)/2]), iotest.ErrReader(reset))
			}
			n := 0
			var last error
			for _, err := range z.client(t, zadig.WithRetry(zadig.RetryPolicy{MinWait: wait, MaxWait: wait})).All(ctx, delivery.ListOptions{}) {
				if last = err; err == nil {
					n++
				}
			}
			require.ErrorIs(t, last, want)
			if want == nil {
				assert.Equal(t, 10, n)
				continue
			}
			require.ErrorIs(t, last, reset)
			assert.NotContains(t, last.Error(), "\n", "one line")
			assert.Len(t, z.requests, 1)
		}
	})
}

// A detailed page that the server cannot build is replaced by a brief list and requests
// by id. A release that is deleted meanwhile is left out. The error of a release is
// yielded at its position.
func TestAllGoesOnBehindABrokenRecord(t *testing.T) {
	t.Parallel()
	const other = 3
	for name, test := range map[string]struct {
		status   int
		body     string
		sentinel error // nil: no error
		ends     bool
	}{
		"alone":             {0, "", nil, false},
		"an object":         {200, `{"message":"success"}`, zadig.ErrUnexpectedResponse, false},
		"another release":   {200, `{"versionInfo":{"id":"` + id(4) + `"}}`, zadig.ErrUnexpectedResponse, false},
		"undecodable":       {200, `{"versionInfo":{"id":17}}`, zadig.ErrUnexpectedResponse, false},
		"broken as well":    {500, "", zadig.ErrServer, false},
		"test not readable": {400, `{"code":6601,"message":"","type":"error"}`, zadig.ErrServer, false},
		"token expired":     {401, "", zadig.ErrUnauthorized, true},
		"gateway":           {503, "", zadig.ErrServer, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := (&movingZadig{}).fill(6)
			z.releases[1].broken = true // id 5
			z.before = func(req *http.Request) *http.Response {
				if test.status > 0 && strings.HasSuffix(req.URL.Path, id(other)) {
					return respond(req, test.status, test.body)
				}
				return nil
			}
			w := walk(t, z.client(t), delivery.ListOptions{})
			want := []string{id(6), id(4), id(3), id(2), id(1)}
			switch {
			case test.ends:
				want = want[:2]
			case test.sentinel != nil:
				want = slices.Delete(want, 2, 3)
			}
			assert.Equal(t, want, w.ids)
			require.NotEmpty(t, w.errs)
			require.ErrorIs(t, w.errs[0], zadig.ErrServer)
			require.ErrorContains(t, w.errs[0], "release "+id(5)+": ")
			if test.sentinel != nil {
				require.Len(t, w.errs, 2)
				require.ErrorIs(t, w.errs[1], test.sentinel)
				_, ofOne := errors.AsType[*delivery.ReleaseError](w.errs[1])
				assert.Equal(t, !test.ends, ofOne)
			}
		})
	}
	t.Run("brief needs no details", func(t *testing.T) {
		t.Parallel()
		z := (&movingZadig{}).fill(6)
		z.releases[1].broken = true
		assert.Equal(t, walked{ids: z.ids()}, walk(t, z.client(t), delivery.ListOptions{Verbosity: delivery.VerbosityBrief}))
	})
	t.Run("the brief list fails, too", func(t *testing.T) {
		t.Parallel()
		z := (&movingZadig{}).fill(6)
		z.before = func(req *http.Request) *http.Response { return respond(req, http.StatusInternalServerError, "") }
		w := walk(t, z.client(t), delivery.ListOptions{})
		require.Len(t, w.errs, 1)
		require.ErrorIs(t, w.errs[0], zadig.ErrServer)
		assert.NotContains(t, w.errs[0].Error(), "verbosity", "what was requested in the first place")
	})
}

// Under load Zadig returns 403 to everybody. One 403 in the middle of a walk does not
// end it, but a user without the right gets the error.
func TestAllForbiddenInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault zadigtest.Fault
		want  error
	}{
		"once, by id":   {zadigtest.NoPermission().On(zadigtest.GetRelease).After(7).Times(1), nil},
		"once, a page":  {zadigtest.NoPermission().On(zadigtest.ListReleases).After(1).Times(1), nil},
		"ever, by id":   {zadigtest.NoPermission().On(zadigtest.GetRelease).After(7), zadig.ErrForbidden},
		"ever, a page":  {zadigtest.NoPermission().On(zadigtest.ListReleases).After(1), zadig.ErrForbidden},
		"the beginning": {zadigtest.NoPermission().Times(1), zadig.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v5.0.0", history()...)
			srv.Inject(test.fault)
			w := walk(t, s, delivery.ListOptions{PerPage: 200})
			if test.want == nil {
				assert.Empty(t, w.errs)
				assert.Len(t, w.ids, 251)
				return
			}
			require.Len(t, w.errs, 1)
			assert.ErrorIs(t, w.errs[0], test.want)
		})
	}
}

func TestAllCanBeRangedTwiceAndLeft(t *testing.T) {
	t.Parallel()
	z := (&movingZadig{}).fill(250)
	all := z.client(t).All(t.Context(), delivery.ListOptions{})
	for _, err := range all {
		require.NoError(t, err)
		break
	}
	assert.Len(t, z.requests, 1, "nothing is requested beyond the page at hand")
	n := 0
	for _, err := range all {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 250, n)
}

// Requests by id do not wait for the connection of the page that lists the releases,
// even if the transport allows few connections and there are many walks.
func TestAllSharesFewConnections(t *testing.T) {
	t.Parallel()
	for connections, concurrent := range map[int]int{1: 2, 4: 10} {
		t.Run(fmt.Sprintf("%d of %d", connections, concurrent), func(t *testing.T) {
			t.Parallel()
			srv, _ := serve(t, "v5.0.0", history()...)
			s := srv.Client(zadig.WithTransport(&http.Transport{MaxConnsPerHost: connections})).Delivery
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var walks sync.WaitGroup
			for range concurrent {
				walks.Go(func() {
					n := 0
					for _, err := range s.All(ctx, delivery.ListOptions{}) {
						if !assert.NoError(t, err) {
							return
						}
						n++
					}
					assert.Equal(t, 251, n)
				})
			}
			walks.Wait()
		})
	}
}

// A page breaks off, and the loop ends while its details are read: nothing more is
// requested.
func TestAllLeftAtAPageThatBreaksOff(t *testing.T) {
	t.Parallel()
	z := (&movingZadig{flat: true, omits: true, total: true}).fill(10)
	z.body = func(body string) io.Reader {
		return io.MultiReader(strings.NewReader(body[:len(body)/2]), iotest.ErrReader(errors.New("reset by peer")))
	}
	n := 0
	for _, err := range z.client(t).All(t.Context(), delivery.ListOptions{}) {
		require.NoError(t, err)
		n++
		break
	}
	assert.Equal(t, 1, n)
}
