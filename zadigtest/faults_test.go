package zadigtest_test

import (
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

func TestFaultsThatReplaceTheResponse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fault       zadigtest.Fault
		status      int
		contentType string
		body        string // part of it
		header      string // Retry-After
	}{
		{zadigtest.Status(503, ""), 503, "", "", ""},
		{zadigtest.Status(502, "bad gateway"), 502, "text/plain; charset=utf-8", "bad gateway", ""},
		{zadigtest.Status(500, ` {"code":500}`), 500, "application/json; charset=utf-8", `{"code":500}`, ""},
		{zadigtest.Status(200, `[]`), 200, "application/json; charset=utf-8", `[]`, ""},
		{zadigtest.Status(403, "<p>no</p>"), 403, "text/html; charset=utf-8", "<p>no</p>", ""},
		{zadigtest.Status(429, "").WithHeader("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"), 429, "", "", "Wed, 21 Oct 2026 07:28:00 GMT"},
		{zadigtest.RateLimited(1500 * time.Millisecond), 429, "", "", "2"},
		{zadigtest.HTML(200), 200, "text/html; charset=utf-8", "<form", ""},
		{zadigtest.HTML(502), 502, "text/html; charset=utf-8", "<h1>502 Bad Gateway</h1>", ""},
		{zadigtest.Garbage(), 200, "application/json; charset=utf-8", "\x1f\x8b", ""},
		{zadigtest.ExpiredToken(), 401, "", "", ""},
	} {
		t.Run(row.fault.String(), func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithToken("t"))
			srv.Inject(row.fault)
			got := ask(t, srv, releasesPath) // without the token: the response comes from in front of Zadig
			assert.Equal(t, row.status, got.status)
			assert.Equal(t, row.contentType, got.header.Get("Content-Type"))
			assert.Equal(t, row.header, got.header.Get("Retry-After"))
			assert.Contains(t, got.body, row.body)
			if row.body == "" {
				assert.Empty(t, got.body)
			}
		})
	}
}

// tick is how coarse the clock of Windows can be.
const tick = 16 * time.Millisecond

// requireErrno checks that err is unix, or on Windows the error that its sockets
// return: syscall.ECONNREFUSED and the like have other values there.
func requireErrno(t *testing.T, err error, unix, windows syscall.Errno) {
	t.Helper()
	require.True(t, errors.Is(err, unix) || errors.Is(err, windows), "got %v, want %v", err, unix)
}

func TestFaultsOfTheConnection(t *testing.T) {
	t.Parallel()
	whole := ask(t, zadigtest.NewServer(t), releasesPath).body
	read := func(t *testing.T, f zadigtest.Fault) (string, error) {
		t.Helper()
		srv := zadigtest.NewServer(t)
		srv.Inject(f)
		resp, err := send(t, srv, http.MethodGet, releasesPath, nil)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		body, err := io.ReadAll(resp.Body)
		return string(body), err
	}

	_, err := read(t, zadigtest.Reset())
	requireErrno(t, err, syscall.ECONNRESET, 10054)

	_, err = read(t, zadigtest.HangUp())
	require.ErrorIs(t, err, io.EOF)

	body, err := read(t, zadigtest.CutAfter(100))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, whole[:100], body)

	body, err = read(t, zadigtest.CutAfter(0))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Empty(t, body)

	body, err = read(t, zadigtest.CutAfter(len(whole)))
	require.NoError(t, err)
	assert.Equal(t, whole, body)

	start := time.Now()
	body, err = read(t, zadigtest.SlowBody(1+len(whole)/5, 5*time.Millisecond))
	require.NoError(t, err)
	assert.Equal(t, whole, body)
	assert.Greater(t, time.Since(start), 25*time.Millisecond-tick)

	start = time.Now()
	_, err = read(t, zadigtest.Delay(20*time.Millisecond))
	require.NoError(t, err)
	assert.Greater(t, time.Since(start), 20*time.Millisecond-tick)
}

const shopRelease = "66690828aa0000000000000b" // v1.3.0 of zadigtest.Shop

// TestFaultsByClass checks the responses of Zadig's own failures where versions
// and endpoints differ.
func TestFaultsByClass(t *testing.T) {
	t.Parallel()
	byID, ofProject := releasesPath+"/"+shopRelease+"?projectName=shop", releasesPath+"?projectName=shop"
	const detail = "/openapi/delivery/releases/detail?projectKey=shop&versionName=v1.3.0"
	for _, row := range []struct {
		fault   zadigtest.Fault
		version string
		path    string
		status  int
		body    string
	}{
		{zadigtest.DatabaseDown(), "v5.0.0", releasesPath, 500, "server selection error"},
		{zadigtest.DatabaseDown(), "v1.18.0", ofProject, 400, `"code":6561`},
		{zadigtest.DatabaseDown(), "v5.0.0", detail, 500, "server selection error"},
		{zadigtest.DatabaseDown(), "v5.0.0", artifactsPath, 400, `"code":6663`},
		{zadigtest.RecordNotFound(), "v5.0.0", ofProject, 200, `"v1.3.0"`},
		{zadigtest.GatewayNotFound(), "v5.0.0", byID, 404, `"code":404`},
		{zadigtest.NoPermission(), "v5.0.0", releasesPath + "/labels?projectName=shop", 403, ""},
		{zadigtest.NoPermission(), "v1.18.0", tracePath + "?image=i", 500, "[403 Forbidden] "},
		{zadigtest.SystemViewer(), "v5.0.0", ofProject, 403, ""},
		{zadigtest.SystemViewer(), "v5.0.0", releasesPath, 200, `"v1.3.0"`},
		{zadigtest.SystemViewer(), "v5.0.0", artifactsPath, 200, ""},
		{zadigtest.ProjectMember(), "v5.0.0", ofProject, 200, `"v1.3.0"`},
		{zadigtest.ProjectMember(), "v5.0.0", releasesPath, 403, ""},
		{zadigtest.ProjectMember(), "v5.0.0", byID, 200, `"v1.3.0"`},
		{zadigtest.ProjectMember(), "v1.18.0", byID, 403, ""},
		{zadigtest.ProjectMember(), "v5.0.0", artifactsPath, 403, ""},
		{zadigtest.LicenseExpired(), "v5.0.0", artifactsPath, 200, ""},
		{zadigtest.BrokenRecord(shopRelease), "v2.3.1", releasesPath, 500, "failed to find product template shop"},
		{zadigtest.BrokenRecord(shopRelease), "v2.3.1", releasesPath + "?verbosity=brief", 200, `"v1.3.0"`},
		{zadigtest.BrokenRecord(shopRelease), "v5.0.0", releasesPath, 200, `"v1.3.0"`},
		{zadigtest.BrokenRecord(shopRelease), "v5.0.0", byID, 500, "failed to find product template shop"},
		{zadigtest.AslanDown(), "v1.18.0", tracePath + "?image=i", 503, "upstream connect error"},
	} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(row.version))
		srv.Inject(row.fault)
		got := ask(t, srv, row.path)
		assert.Equal(t, row.status, got.status, "%s on %s: %s: %s", row.fault, row.version, row.path, got.body)
		assert.Contains(t, got.body, row.body, "%s on %s: %s", row.fault, row.version, row.path)
	}
}

// statuses requests the paths one after the other.
func statuses(t *testing.T, srv *zadigtest.Server, paths ...string) []int {
	t.Helper()
	var got []int
	for _, path := range paths {
		got = append(got, ask(t, srv, path).status)
	}
	return got
}

func TestWhichRequestsAFaultHits(t *testing.T) {
	t.Parallel()
	type faults []zadigtest.Fault
	unavailable := zadigtest.Status(503, "")
	onLists := unavailable.On(zadigtest.ListReleases)
	secondPage := func(r *http.Request) bool { return r.URL.Query().Get("page") == "2" }
	badGateway := zadigtest.Status(502, "").Times(1)
	list, trace, other := releasesPath, tracePath+"?image=x", "/api/aslan/nope"
	for name, row := range map[string]struct {
		faults faults
		paths  []string
		want   []int
	}{
		"all":           {faults{unavailable}, []string{list, trace, other}, []int{503, 503, 503}},
		"times":         {faults{unavailable.Times(2)}, []string{list, trace, list}, []int{503, 503, 200}},
		"times below 1": {faults{unavailable.Times(-1)}, []string{list, list}, []int{503, 503}},
		"on":            {faults{onLists}, []string{trace, list, other}, []int{500, 503, 404}},
		"on several": {
			faults{unavailable.On(zadigtest.ListReleases, zadigtest.NoEndpoint)}, []string{trace, list, other}, []int{500, 503, 503},
		},
		"times on":            {faults{onLists.Times(1)}, []string{trace, list, list}, []int{500, 503, 200}},
		"after":               {faults{unavailable.After(1).Times(1)}, []string{list, list, list}, []int{200, 503, 200}},
		"after on":            {faults{onLists.After(1)}, []string{trace, list, list}, []int{500, 200, 503}},
		"when":                {faults{unavailable.When(secondPage)}, []string{list, list + "?page=2"}, []int{200, 503}},
		"one after the other": {faults{unavailable.Times(1), badGateway}, []string{list, list, list}, []int{503, 502, 200}},
		"delay and status":    {faults{zadigtest.Delay(time.Millisecond).Times(1), badGateway}, []string{list, list}, []int{502, 200}},
		"two broken records": {
			faults{zadigtest.BrokenRecord(idOf(1)), zadigtest.BrokenRecord(idOf(2))},
			[]string{list + "?page=1&per_page=1", list + "?page=2&per_page=1", list + "?verbosity=brief"}, []int{500, 500, 200},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithReleases(k8s("p", 1), k8s("p", 2)))
			for _, f := range row.faults {
				srv.Inject(f)
			}
			assert.Equal(t, row.want, statuses(t, srv, row.paths...))
		})
	}
}

func TestFaultsAreRemoved(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	base := zadigtest.Status(503, "")
	_ = base.Times(1).On(zadigtest.GetRelease).WithHeader("Retry-After", "1") // a copy: base is unchanged
	remove := srv.Inject(base)
	again := srv.Inject(base)
	assert.Equal(t, []int{503, 503}, statuses(t, srv, releasesPath, releasesPath))
	assert.Empty(t, ask(t, srv, releasesPath).header.Get("Retry-After"))
	remove()
	remove()
	assert.Equal(t, []int{503}, statuses(t, srv, releasesPath))
	again()
	assert.Equal(t, []int{200}, statuses(t, srv, releasesPath))
	srv.Inject(base)
	srv.ClearFaults()
	assert.Equal(t, []int{200}, statuses(t, srv, releasesPath))
}
