package transport_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// redirects responds with a redirect to a URL. If the URL ends with "…", the path and
// query of the request replace the "…".
func redirects(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		location := to
		if base, ok := strings.CutSuffix(to, "…"); ok {
			location = base + r.URL.RequestURI()
		}
		w.Header()["Location"] = []string{location}
		w.WriteHeader(status)
	}
}

// stranger is a server of another origin. It counts the requests that it receives.
func stranger(t *testing.T) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var count atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		for name, values := range r.Header {
			if strings.Contains(strings.Join(values, ","), "hunter2") {
				t.Errorf("a stranger got %s", name)
			}
		}
		_, _ = w.Write([]byte(`["stranger"]`))
	}))
	t.Cleanup(s.Close)
	return s, &count
}

func TestRedirectsToAnotherOriginAreRefused(t *testing.T) {
	t.Parallel()
	other, count := stranger(t)
	port := strings.TrimPrefix(other.URL, "http://127.0.0.1")
	permissive := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	for name, target := range map[string]string{
		"another port":    other.URL,
		"another host":    "http://localhost" + port,
		"another scheme":  "https://127.0.0.1:1",
		"scheme-relative": "//127.0.0.1" + port,
		"user info":       "http://me:pw@127.0.0.1" + port,
		"not HTTP":        "ftp://127.0.0.1" + port,
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(fmt.Sprint(name, "/", status), func(t *testing.T) {
				t.Parallel()
				for _, opts := range [][]zadig.Option{nil, {zadig.WithToken("hunter2-token")},
					{zadig.WithToken("hunter2-token"), zadig.WithHTTPClient(permissive)}} {
					client, s := clienttest.Serve(t, redirects(status, target+"…"), opts...)
					err := client.Get(t.Context(), "/api/x", nil, nil)
					assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
					assert.Equal(t, status, clienttest.AsError(t, err).StatusCode)
					assert.NotContains(t, err.Error(), "pw")
					assert.Equal(t, 1, s.Count(), "not retried")
				}
			})
		}
	}
	t.Cleanup(func() { assert.Zero(t, count.Load(), "requests to the stranger") })
}

// The token stays at its origin even if the user's own redirect policy changes the
// URL.
func TestTokenStaysAtItsOrigin(t *testing.T) {
	t.Parallel()
	other, count := stranger(t)
	astray := &http.Client{CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		req.URL.Host = strings.TrimPrefix(other.URL, "http://")
		return nil
	}}
	client, _ := clienttest.Serve(t, redirects(302, servertest.BasePath+"/api/y"), zadig.WithHTTPClient(astray),
		zadig.WithToken("hunter2-token"), zadig.WithHeader("X-Key", "hunter2-key"))
	require.NoError(t, client.Get(t.Context(), "/api/x", nil, nil))
	assert.EqualValues(t, 1, count.Load())
}

func TestRedirectNamesTheBaseURLToUse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, to, because string }{
		{"http to https", "https://zadig.example.com/behind/zadig/api/x?a=1", `use the base URL "https://zadig.example.com/behind/zadig"`},
		{"another prefix", "https://example.com/new/api/x?a=1", `use the base URL "https://example.com/new"`},
		{"no prefix", "https://zadig.example.com/api/x", `use the base URL "https://zadig.example.com"`},
		{"port", "https://zadig.example.com:8443/behind/zadig/api/x", `use the base URL "https://zadig.example.com:8443/behind/zadig"`},
		{"login", "https://sso.example.com/login?next=%2Fapi%2Fx&state=hunter2", `redirect to https://sso.example.com/login, another origin`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, _ := clienttest.Serve(t, redirects(302, row.to), zadig.WithToken("hunter2-token"))
			err := client.Get(t.Context(), "/api/x?a=1", nil, nil)
			require.ErrorContains(t, err, row.because)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestRedirectsWithinTheOriginAreFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t,
				servertest.Script(redirects(status, servertest.BasePath+"/api/y?b=2"), servertest.JSON(`["here"]`)),
				zadig.WithToken("abcdef"), zadig.WithHeader("X-Key", "1"))
			var out []string
			require.NoError(t, client.Get(t.Context(), "/api/x?a=1", nil, &out))
			assert.Equal(t, []string{"here"}, out)
			moved := s.Requests()[1]
			assert.Equal(t, servertest.BasePath+"/api/y?b=2", moved.RequestURI)
			assert.Equal(t, []string{"Bearer abcdef"}, moved.Header["Authorization"])
			assert.Equal(t, []string{"1"}, moved.Header["X-Key"])
		})
	}
	t.Run("a failure after it names the last URL", func(t *testing.T) {
		t.Parallel()
		client, s := clienttest.Serve(t, servertest.Script(redirects(302, servertest.BasePath+"/api/y"), servertest.Status(403, "")),
			zadig.WithToken("abcdef"))
		failure := clienttest.AsError(t, client.Get(t.Context(), "/api/x", nil, nil))
		assert.Equal(t, s.URL+"/api/y", failure.URL)
	})
}

func TestRedirectsThatEndNowhere(t *testing.T) {
	t.Parallel()
	refuse := func(*http.Request, []*http.Request) error { return fmt.Errorf("no redirects, please") }
	last := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	taker := []zadig.Option{zadig.WithHTTPClient(&http.Client{CheckRedirect: last})}
	for name, row := range map[string]struct {
		to, because string
		opts        []zadig.Option
		count       int
	}{
		"loop":                                  {servertest.BasePath + "…", "not followed", nil, 10},
		"user's client takes the last response": {servertest.BasePath + "…", "not followed", taker, 1},
		"no Location":                           {"", "without a usable Location", nil, 1},
		"another scheme":                        {"mailto:me@example.com", "redirect to ", nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, redirects(302, row.to), row.opts...)
			err := client.Get(t.Context(), "/api/x", nil, nil)
			assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
			assert.Equal(t, 302, clienttest.AsError(t, err).StatusCode)
			require.ErrorContains(t, err, row.because)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.Equal(t, row.count, s.Count())
		})
	}
	t.Run("user's client refuses", func(t *testing.T) {
		t.Parallel()
		client, s := clienttest.Serve(t, redirects(302, servertest.BasePath+"…"), zadig.WithHTTPClient(&http.Client{CheckRedirect: refuse}))
		err := client.Get(t.Context(), "/api/x", nil, nil)
		require.ErrorContains(t, err, "no redirects, please")
		assert.Equal(t, 1, s.Count(), "not retried")
	})
}

// Zadig redirects a trailing slash to its internal path, which the gateway does not
// have.
func TestRedirectOfATrailingSlash(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"releases_trailing_slash", "release_trailing_slash", "picket_trailing_slash"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var paths []string
			recorded := recording.Get(t, "v1.11.0/"+name).ServeHTTP
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				paths = append(paths, r.URL.Path)
				if strings.HasPrefix(r.URL.Path, servertest.BasePath) {
					recorded(w, r)
					return
				}
				servertest.Status(http.StatusNotFound, "default backend - 404")(w, r)
			}))
			t.Cleanup(s.Close)
			client := clienttest.New(t, s.URL+servertest.BasePath, zadig.WithToken("abcdef"))
			err := client.Get(t.Context(), "/api/x/", nil, nil)
			assert.Equal(t, "ErrNotFound", clienttest.Sentinel(err))
			require.ErrorContains(t, err, "GET "+paths[1])
			assert.Len(t, paths, 2)
		})
	}
}
