package zadigtest_test

import (
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestBadInput(t *testing.T) {
	t.Parallel()
	unnamed, shortID, badArtifact := k8s("p", 1), k8s("p", 1), image(1, "i")
	unnamed.VersionInfo.ID, shortID.VersionInfo.ID, badArtifact.ID = "", "release-1", "artifact-1"
	for _, row := range []struct {
		name string
		opt  zadigtest.Option
		want string
	}{
		{"bad version", zadigtest.WithServerVersion("latest"), `zadigtest: version "latest", want one such as "v`},
		{"too long a version", zadigtest.WithServerVersion("v1.2.3.4"), `version "v1.2.3.4"`},
		{"nil option", nil, "zadigtest: an option is nil"},
		{"empty token", zadigtest.WithToken(""), "zadigtest: WithToken: the token is empty"},
		{"nil release", zadigtest.WithReleases(k8s("p", 1), nil), "zadigtest: 2 of 2: must not be nil"},
		{"empty release", zadigtest.WithReleases(&delivery.Release{}), "1 of 1: it has no id (VersionInfo.ID)"},
		{"release without id", zadigtest.WithReleases(unnamed), "1 of 1: it has no id (VersionInfo.ID)"},
		{"release with another id", zadigtest.WithReleases(shortID), `1 of 1: its id must be 24 hex digits (got "release-1")`},
		{"two releases", zadigtest.WithReleases(k8s("p", 1), k8s("q", 2), k8s("q", 1)), "there are two with the id " + idOf(1)},
		{"nil artifact", zadigtest.WithArtifacts(nil), "1 of 1: must not be nil"},
		{"artifact without image", zadigtest.WithArtifacts(image(1, "")), `has no Image, which only Type "file" may leave out`},
		{"artifact with another id", zadigtest.WithArtifacts(badArtifact), `1 of 1: its id must be 24 hex digits (got "artifact-1")`},
		{"two artifacts", zadigtest.WithArtifacts(image(1, "i"), image(1, "j")), "there are two with the id " + idOf(1)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			srv, err := zadigtest.Start(row.opt)
			require.ErrorContains(t, err, row.want)
			assert.Nil(t, srv)
			assert.Contains(t, failureOf(func(tb zadigtest.TB) { zadigtest.NewServer(tb, row.opt) }), row.want)
		})
	}
}

func TestTheTestClosesTheServer(t *testing.T) {
	t.Parallel()
	var srv *zadigtest.Server
	assert.Empty(t, failureOf(func(tb zadigtest.TB) { srv = zadigtest.NewServer(tb) }))
	_, err := send(t, srv, http.MethodGet, releasesPath, nil)
	requireErrno(t, err, syscall.ECONNREFUSED, 10061)
}

func TestBadInputAfterTheStart(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		do   func(*zadigtest.Server)
		want string
	}{
		"version":  {func(s *zadigtest.Server) { s.SetServerVersion("six") }, `zadigtest: SetServerVersion: version "six"`},
		"release":  {func(s *zadigtest.Server) { s.AddRelease(k8s("p", 1), k8s("p", 1)) }, "zadigtest: AddRelease: there are two"},
		"artifact": {func(s *zadigtest.Server) { s.AddArtifact(image(1, "")) }, "zadigtest: AddArtifact: 1 of 1:"},
		"client":   {func(s *zadigtest.Server) { s.Client(zadig.WithToken("")) }, "zadigtest: Client: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failure := failureOf(func(tb zadigtest.TB) { row.do(zadigtest.NewServer(tb)) })
			assert.Contains(t, failure, row.want)

			srv, err := zadigtest.Start()
			require.NoError(t, err)
			defer srv.Close()
			defer func() { assert.Contains(t, recover(), row.want) }()
			row.do(srv)
		})
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Generate(1, 30)))
	client := once(srv)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := range 20 {
				switch i {
				case 0:
					srv.AddRelease(k8s("p", n))
				case 1:
					srv.DeleteRelease(idOf(n))
				case 2:
					srv.AddArtifact(image(n, "i"))
					srv.DeleteArtifact(idOf(n))
				case 3:
					srv.SetServerVersion(zadigtest.Versions()[n%len(zadigtest.Versions())])
				case 4:
					srv.Inject(zadigtest.Delay(0).Times(1))()
					srv.ClearFaults()
				case 5:
					_ = srv.Requests()
					srv.ClearRequests()
				default:
					_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
					assert.NoError(t, err)
				}
			}
		})
	}
	group.Wait()
}

func TestToken(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithToken("s3cret"))
	for name, row := range map[string]struct {
		path          string
		authorization string
		want          int
	}{
		"none":            {releasesPath, "", 401},
		"another":         {releasesPath, "Bearer s3cretx", 401},
		"another scheme":  {releasesPath, "Basic s3cret", 401},
		"in the header":   {releasesPath, "Bearer s3cret", 200},
		"in the query":    {releasesPath + "?token=s3cret", "", 200},
		"unknown path":    {"/api/aslan/nope", "", 401},
		"wrong and right": {releasesPath + "?token=s3cret", "Bearer wrong", 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			if row.authorization != "" {
				header.Set("Authorization", row.authorization)
			}
			resp, err := send(t, srv, http.MethodGet, row.path, header)
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, row.want, resp.StatusCode)
			if row.want == 401 {
				assert.Empty(t, resp.Header.Values("Content-Type"))
				assert.Zero(t, resp.ContentLength)
			}
		})
	}

	_, err := once(srv).Delivery.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err, "the server's own client has the token")
	_, err = once(srv, zadig.WithToken("wrong")).Delivery.List(t.Context(), delivery.ListOptions{})
	require.ErrorIs(t, err, zadig.ErrUnauthorized)
}

func TestDownAndUp(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	_, err := once(srv).Delivery.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)

	srv.Down()
	srv.Down() // no harm
	_, err = once(srv).Delivery.List(t.Context(), delivery.ListOptions{})
	requireErrno(t, err, syscall.ECONNREFUSED, 10061)

	srv.Up()
	srv.Up()
	_, err = once(srv).Delivery.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)

	srv.Close()
	srv.Close()
	srv.Up() // closed stays closed
	_, err = once(srv).Delivery.List(t.Context(), delivery.ListOptions{})
	requireErrno(t, err, syscall.ECONNREFUSED, 10061)
}

func TestCloseLeavesNothingBehind(t *testing.T) { //nolint:paralleltest // counts all goroutines
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	srv, err := zadigtest.Start()
	require.NoError(t, err)
	srv.Inject(zadigtest.Delay(time.Hour).When(func(r *http.Request) bool { return r.URL.Query().Has("hang") }))
	srv.Inject(zadigtest.SlowBody(1, time.Hour).When(func(r *http.Request) bool { return r.URL.Query().Has("slow") }))
	srv.Inject(zadigtest.Reset().When(func(r *http.Request) bool { return r.URL.Query().Has("reset") }))

	var group sync.WaitGroup
	transport := &http.Transport{}
	for _, query := range []string{"?hang", "?hang", "?slow", "?reset", "?per_page=1", "?per_page=2"} {
		group.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+releasesPath+query, http.NoBody)
			assert.NoError(t, err)
			resp, err := transport.RoundTrip(req)
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	// While a request's body is incomplete, net/http does not notice that the client has gone.
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(srv.URL, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST "+releasesPath+"?hang HTTP/1.1\r\nHost: zadig\r\nContent-Length: 10\r\n\r\n")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(srv.Requests()) == 7 }, 10*time.Second, time.Millisecond)
	start := time.Now()
	srv.Close()
	assert.Less(t, time.Since(start), 5*time.Second, "a hanging request is cut short")
	group.Wait()
	transport.CloseIdleConnections()
}

// TestProgramsDoNotLinkTesting lists the packages that a program with zadigtest
// links.
func TestProgramsDoNotLinkTesting(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "github.com/zadig-go/zadig/zadigtest").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	assert.Contains(t, deps, "net/http")
	assert.NotContains(t, deps, "testing")
	assert.NotContains(t, deps, "net/http/httptest")
	assert.NotContains(t, deps, "github.com/stretchr/testify/require")
}
