package zadig_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNewClientRefusesBadBaseURLs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, base, because string }{
		{"empty", "", "must not be empty"},
		{"host only", "zadig.example.com", "must begin with http:// or https://"},
		{"local host and port", "localhost:8080", "must begin with http:// or https:// and a host"},
		{"opaque", "https:zadig.example.com", "must begin with http:// or https:// and a host"},
		{"user and password", "https://me:hunter2@zadig.example.com", "user info"},
		{"empty user info", "https://@zadig.example.com", "user info"},
		{"query", "https://zadig.example.com?a=hunter2", "must not have a query"},
		{"fragment", "https://zadig.example.com#v1", "must not have a fragment"},
		{"empty fragment", "https://zadig.example.com/#", "must not have a fragment"},
		{"no host", "https:///zadig", "must begin with http:// or https://"},
		{"port that is none", "https://zadig.example.com:http", "cannot be parsed"},
		{"bad escape", "https://zadig.example.com/%zz", "cannot be parsed"},
		{"white space behind", "https://zadig.example.com/ ", "white space"},
		{"white space before", " https://zadig.example.com", "white space"},
		{"bad escape with a password", "https://me:hunter2@zadig.example.com/%zz", "cannot be parsed"},
	} {
		client, err := zadig.NewClient(row.base)
		require.ErrorContains(t, err, row.because, row.name)
		assert.Nil(t, client, row.name)
		assert.True(t, strings.HasPrefix(err.Error(), "zadig: "), err)
		assert.NotContains(t, err.Error(), "hunter2", row.name)
		assert.NotContains(t, err.Error(), "\n", row.name)
	}
}

func TestNewClientJoinsTheBaseURL(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, base, path, want string }{
		{"host", "https://zadig.example.com", "/api/x", "https://zadig.example.com/api/x"},
		{"upper case scheme", "HTTPS://zadig.example.com", "/api/x", "https://zadig.example.com/api/x"},
		{"slash at the end", "https://zadig.example.com/", "/api/x", "https://zadig.example.com/api/x"},
		{"slashes at the end", "https://zadig.example.com//", "/api/x", "https://zadig.example.com/api/x"},
		{"no slash between", "https://zadig.example.com", "api/x", "https://zadig.example.com/api/x"},
		{"port", "http://zadig.example.com:8080", "/api/x", "http://zadig.example.com:8080/api/x"},
		{"path prefix with slash", "https://example.com/a/zadig/", "/api/x", "https://example.com/a/zadig/api/x"},
		{"escaped path prefix", "https://example.com/a%2Fb/", "/api/x", "https://example.com/a%2Fb/api/x"},
		{"prefix not ASCII", "https://example.com/交付", "/api/x", "https://example.com/%E4%BA%A4%E4%BB%98/api/x"},
		{"IPv6", "https://[2001:db8::1]:8443/zadig", "/api/x", "https://[2001:db8::1]:8443/zadig/api/x"},
		{"escaped path", "https://example.com/zadig", "/api/a%2Fb%20c", "https://example.com/zadig/api/a%2Fb%20c"},
		{"query in the path", "https://example.com/zadig", "/api/x?a=1", "https://example.com/zadig/api/x?a=1"},
		{"fragment in the path", "https://example.com/zadig", "/api/x#part", "https://example.com/zadig/api/x"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var sent string
			client := clienttest.New(t, row.base,
				zadig.WithTransport(servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
					sent = req.URL.String()
					return clienttest.Respond(http.StatusOK, "[]")(req)
				})))
			require.NoError(t, client.Get(t.Context(), row.path, nil, nil))
			assert.Equal(t, row.want, sent)
		})
	}
}

// A Client that was not made by NewClient must not panic, for example in a program's
// start-up code.
func TestClientThatWasNotMade(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]*zadig.Client{"zero value": {}, "nil": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.With()
			require.ErrorContains(t, err, "not made by NewClient")
			_, err = client.Do(clienttest.NewRequest(t, "/x"))
			require.ErrorContains(t, err, "not made by NewClient")
			require.ErrorContains(t, client.Get(t.Context(), "/x", nil, nil), "not made by NewClient")
		})
	}
	var c zadig.Client
	_, releases := c.Delivery.List(t.Context(), delivery.ListOptions{})
	_, trace := c.Artifact.Trace(t.Context(), "nginx:1")
	_, task := c.Workflow.Task(t.Context(), core.TaskRef{WorkflowName: "w", TaskID: 1})
	_, environments := c.Environment.List(t.Context(), "shop", environment.ListOptions{})
	for name, err := range map[string]error{"Delivery": releases, "Artifact": trace, "Workflow": task, "Environment": environments} {
		assert.ErrorContains(t, err, "not made by New", name)
	}
}

func TestWithSharesNothingThatChanges(t *testing.T) {
	t.Parallel()
	mark := func(name string) zadig.Option {
		return zadig.WithMiddleware(clienttest.Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			marked := req.Clone(req.Context())
			marked.Header.Add("Way", name)
			return next.RoundTrip(marked)
		}))
	}
	parent, s := clienttest.Serve(t, servertest.JSON(`[]`), zadig.WithToken("parent-token"), zadig.WithHeader("Who", "parent"),
		mark("a"), mark("b"), mark("c"))
	one, err := parent.With(zadig.WithHeader("Who", "one"), zadig.WithHeader("Only", "one"), mark("one"))
	require.NoError(t, err)
	two, err := parent.With(zadig.WithHeader("Only", "two"), zadig.WithToken("other-token"), mark("two"))
	require.NoError(t, err)
	again, err := one.With()
	require.NoError(t, err)

	for i, row := range []struct {
		name      string
		client    *zadig.Client
		who, only string
		token     string
		way       []string
	}{
		{"parent", parent, "parent", "", "parent-token", []string{"a", "b", "c"}},
		{"one", one, "one", "one", "parent-token", []string{"a", "b", "c", "one"}},
		{"two", two, "parent", "two", "other-token", []string{"a", "b", "c", "two"}},
		{"one again", again, "one", "one", "parent-token", []string{"a", "b", "c", "one"}},
	} {
		_, err := row.client.Delivery.List(t.Context(), delivery.ListOptions{})
		require.NoError(t, err, row.name)
		got := s.Requests()[i].Header
		assert.Equal(t, row.who, got.Get("Who"), row.name)
		assert.Equal(t, row.only, got.Get("Only"), row.name)
		assert.Equal(t, "Bearer "+row.token, got.Get("Authorization"), row.name)
		assert.Equal(t, row.way, got["Way"], row.name)
	}
}

func TestWithSharesConnectionsUnlessTheTransportChanges(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		parent      []zadig.Option
		opts        []zadig.Option
		connections int
	}{
		{"no option", nil, nil, 1},
		{"token", nil, []zadig.Option{zadig.WithToken("abcdef")}, 1},
		{"middleware", nil, []zadig.Option{zadig.WithMiddleware(func(rt http.RoundTripper) http.RoundTripper { return rt })}, 1},
		{"retry and timeout", nil, []zadig.Option{clienttest.FastRetry(), zadig.WithTimeout(1e9)}, 1},
		{"the user's transport", []zadig.Option{zadig.WithTransport(new(http.Transport))}, []zadig.Option{zadig.WithToken("abcdef")}, 1},
		{"the user's client", []zadig.Option{zadig.WithHTTPClient(&http.Client{Transport: new(http.Transport)})},
			[]zadig.Option{zadig.WithToken("abcdef")}, 1},
		{"token, after a TLS configuration", []zadig.Option{zadig.WithTLSConfig(tlsConfig())}, []zadig.Option{zadig.WithToken("abcdef")}, 1},
		{"TLS configuration", nil, []zadig.Option{zadig.WithTLSConfig(tlsConfig())}, 2},
		{"proxy", nil, []zadig.Option{zadig.WithProxy(noProxy)}, 2},
		{"transport", nil, []zadig.Option{zadig.WithTransport(new(http.Transport))}, 2},
		{"client", nil, []zadig.Option{zadig.WithHTTPClient(&http.Client{Transport: new(http.Transport)})}, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			parent, s := clienttest.Serve(t, servertest.JSON(`[]`), row.parent...)
			child, err := parent.With(row.opts...)
			require.NoError(t, err)
			for _, client := range []*zadig.Client{parent, child, parent, child} {
				require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
			}
			assert.EqualValues(t, row.connections, s.Connections.Load())
		})
	}
}

// Variants share idle connections. After the program closes them, requests open new
// ones.
func TestCloseIdleConnections(t *testing.T) {
	t.Parallel()
	client, s := clienttest.Serve(t, servertest.JSON("[]"))
	variant, err := client.With(zadig.WithHeader("X-Key", "1"))
	require.NoError(t, err)
	use := func() {
		require.NoError(t, variant.Get(t.Context(), "/api/x", nil, nil))
		for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
			t.Error("there is no release", err)
		}
	}
	use()
	use()
	require.EqualValues(t, 1, s.Open.Load())
	require.EqualValues(t, 1, s.Connections.Load())
	variant.CloseIdleConnections()
	require.Eventually(t, func() bool { return s.Open.Load() == 0 }, 10*time.Second, time.Millisecond)
	use()
	require.EqualValues(t, 2, s.Connections.Load())

	pool := &clienttest.Pool{RoundTripper: http.DefaultTransport}
	clienttest.New(t, s.URL, zadig.WithTransport(pool)).CloseIdleConnections()
	assert.EqualValues(t, 1, pool.Closed.Load(), "a transport of the caller's")
	clienttest.New(t, s.URL, zadig.WithTransport(servertest.RoundTripper(http.DefaultTransport.RoundTrip))).CloseIdleConnections()
	new(zadig.Client).CloseIdleConnections()
	(*zadig.Client)(nil).CloseIdleConnections()
}
