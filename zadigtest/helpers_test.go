package zadigtest_test

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply is a response as received from the network.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a GET request without the SDK, and follows no redirect.
func ask(t *testing.T, srv *zadigtest.Server, path string) reply {
	t.Helper()
	resp, err := send(t, srv, http.MethodGet, path, nil)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return reply{resp.StatusCode, resp.Header, string(body)}
}

func send(t *testing.T, srv *zadigtest.Server, method, path string, header http.Header) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, http.NoBody)
	require.NoError(t, err)
	maps.Copy(req.Header, header)
	transport := &http.Transport{DisableKeepAlives: true} // a new connection, which no other request has broken
	return transport.RoundTrip(req)
}

// once returns a client that does not retry.
func once(srv *zadigtest.Server, opts ...zadig.Option) *zadig.Client {
	return srv.Client(append([]zadig.Option{zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})}, opts...)...)
}

// fakeTB is a zadigtest.TB that records failures.
type fakeTB struct {
	failure  string
	cleanups []func()
}

func (f *fakeTB) Helper()          {}
func (f *fakeTB) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }
func (f *fakeTB) Fatalf(format string, args ...any) {
	f.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// failureOf runs f as a test and returns the message with which it fails, or "" if it does
// not fail.
func failureOf(f func(tb zadigtest.TB)) string {
	tb := &fakeTB{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, c := range tb.cleanups {
				c()
			}
		}()
		f(tb)
	}()
	<-done
	return tb.failure
}

func idOf(n int) string { return fmt.Sprintf("65e1%020x", n) }

// k8s is a release number n of a project, created in the order of numbers.
func k8s(project string, n int, services ...string) *delivery.Release {
	r := &delivery.Release{VersionInfo: &delivery.VersionInfo{ID: idOf(n), Version: fmt.Sprintf("v1.0.%d", n), ProductName: project,
		WorkflowName: "dev", TaskID: n, CreatedAt: 1700000000 + int64(n)}}
	for _, s := range services {
		r.DeployInfo = append(r.DeployInfo, &delivery.DeployInfo{ServiceName: s + "/app", ContainerName: "app",
			Image: "registry.example.com/team/" + s + ":1", YAMLContents: []string{"kind: Service"}})
	}
	return r
}

func image(n int, ref string) *artifact.Artifact {
	return &artifact.Artifact{ID: idOf(n), Name: "app", Type: "image", Image: ref, ImageSize: 1, CreatedTime: 1700000000 + int64(n)}
}

func collectAll(t *testing.T, all iter.Seq2[*delivery.Release, error]) []*delivery.Release {
	t.Helper()
	var releases []*delivery.Release
	for r, err := range all {
		require.NoError(t, err)
		releases = append(releases, r)
	}
	return releases
}
