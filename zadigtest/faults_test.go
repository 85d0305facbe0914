package zadigtest_test

import (
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
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
	require.ErrorIs(t, err, syscall.ECONNRESET)

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
	assert.Greater(t, time.Since(start), 24*time.Millisecond)

	start = time.Now()
	_, err = read(t, zadigtest.Delay(20*time.Millisecond))
	require.NoError(t, err)
	assert.Greater(t, time.Since(start), 19*time.Millisecond)
}

// TestFaultsAsTheSDKReportsThem checks the errors that the tests of a service see.
func TestFaultsAsTheSDKReportsThem(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fault       zadigtest.Fault
		list, trace error // nil: no error
	}{
		{zadigtest.Status(503, ""), zadig.ErrServer, zadig.ErrServer},
		{zadigtest.RateLimited(time.Minute), zadig.ErrRateLimited, zadig.ErrRateLimited},
		{zadigtest.HTML(200), zadig.ErrUnexpectedResponse, zadig.ErrUnexpectedResponse},
		{zadigtest.Garbage(), zadig.ErrUnexpectedResponse, zadig.ErrUnexpectedResponse},
		{zadigtest.ExpiredToken(), zadig.ErrUnauthorized, zadig.ErrUnauthorized},
		{zadigtest.NoPermission(), zadig.ErrForbidden, zadig.ErrForbidden},
		{zadigtest.LicenseExpired(), zadig.ErrLicense, nil},
		{zadigtest.DatabaseDown(), zadig.ErrServer, zadig.ErrServer},
		{zadigtest.AslanDown(), zadig.ErrServer, zadig.ErrServer},
		{zadigtest.BrokenRecord("619dbaa8c528c2182225e8d9"), zadig.ErrServer, nil},
		{zadigtest.CollaborationPending(), nil, nil}, // the SDK passes it over
	} {
		t.Run(row.fault.String(), func(t *testing.T) {
			t.Parallel()
			for _, version := range []string{"v1.11.0", "v2.3.1"} {
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version))
				srv.Inject(row.fault)
				_, err := once(srv).Delivery.List(t.Context(), delivery.ListOptions{ProjectName: "nginx2"})
				assertIs(t, err, row.list)
				_, err = once(srv).Artifact.Trace(t.Context(), "ccr.ccs.tencentyun.com/koderover-rc/picket:20211214154446-70-main-pr-736")
				assertIs(t, err, row.trace)
			}
		})
	}
}

func assertIs(t *testing.T, err, want error) {
	t.Helper()
	if want == nil {
		assert.NoError(t, err)
		return
	}
	assert.ErrorIs(t, err, want)
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
	list, trace, other := releasesPath, tracePath+"?image=x", "/api/aslan/nope"
	for name, row := range map[string]struct {
		faults []zadigtest.Fault
		paths  []string
		want   []int
	}{
		"all":                  {[]zadigtest.Fault{zadigtest.Status(503, "")}, []string{list, trace, other}, []int{503, 503, 503}},
		"times":                {[]zadigtest.Fault{zadigtest.Status(503, "").Times(2)}, []string{list, trace, list}, []int{503, 503, 200}},
		"times below 1":        {[]zadigtest.Fault{zadigtest.Status(503, "").Times(-1)}, []string{list, list}, []int{503, 503}},
		"on":                   {[]zadigtest.Fault{zadigtest.Status(503, "").On(zadigtest.ListReleases)}, []string{trace, list, other}, []int{500, 503, 404}},
		"on several":           {[]zadigtest.Fault{zadigtest.Status(503, "").On(zadigtest.ListReleases, zadigtest.NoEndpoint)}, []string{trace, list, other}, []int{500, 503, 503}},
		"times on":             {[]zadigtest.Fault{zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(1)}, []string{trace, list, list}, []int{500, 503, 200}},
		"after":                {[]zadigtest.Fault{zadigtest.Status(503, "").After(1).Times(1)}, []string{list, list, list}, []int{200, 503, 200}},
		"after on":             {[]zadigtest.Fault{zadigtest.Status(503, "").On(zadigtest.ListReleases).After(1)}, []string{trace, list, list}, []int{500, 200, 503}},
		"when":                 {[]zadigtest.Fault{zadigtest.Status(503, "").When(func(r *http.Request) bool { return r.URL.Query().Get("page") == "2" })}, []string{list, list + "?page=2"}, []int{200, 503}},
		"one after the other":  {[]zadigtest.Fault{zadigtest.Status(503, "").Times(1), zadigtest.Status(502, "").Times(1)}, []string{list, list, list}, []int{503, 502, 200}},
		"delay and status":     {[]zadigtest.Fault{zadigtest.Delay(time.Millisecond).Times(1), zadigtest.Status(502, "").Times(1)}, []string{list, list}, []int{502, 200}},
		"two broken records":   {[]zadigtest.Fault{zadigtest.BrokenRecord(idOf(1)), zadigtest.BrokenRecord(idOf(2))}, []string{list + "?page=1&per_page=1", list + "?page=2&per_page=1", list + "?verbosity=brief"}, []int{500, 500, 200}},
		"picket is not listed": {[]zadigtest.Fault{zadigtest.NoPermission().On(zadigtest.ListReleases)}, []string{directoryPath, list}, []int{200, 403}},
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
	_ = base.Times(1).On(zadigtest.GetRelease).WithHeader("Retry-After", "1") // a copy: base stays what it was
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

// TestHook deletes a release between two pages of All, which must not skip another
// one.
func TestHook(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Generate(3, 30)))
	newest := zadigtest.Generate(3, 30).Releases[0].VersionInfo.ID
	srv.Inject(zadigtest.Hook(func(*http.Request) { srv.DeleteRelease(newest) }).On(zadigtest.ListReleases).After(1).Times(1))
	seen := collectAll(t, once(srv).Delivery.All(t.Context(), delivery.ListOptions{PerPage: 10, SkipDetails: true}))
	assert.Len(t, seen, 30)
}

var quickly = zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 3, MinWait: time.Millisecond, MaxWait: time.Millisecond})

// TestRetries checks which faults the SDK retries.
func TestRetries(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		fault    zadigtest.Fault
		requests int
		fails    bool
	}{
		"twice 503":     {zadigtest.Status(503, "").Times(2), 3, false},
		"always 503":    {zadigtest.Status(503, ""), 3, true},
		"reset":         {zadigtest.Reset().Times(1), 2, false},
		"hang up":       {zadigtest.HangUp().Times(1), 2, false},
		"database":      {zadigtest.DatabaseDown(), 1, true},
		"html 502":      {zadigtest.HTML(502).Times(1), 2, false},
		"rate limit":    {zadigtest.RateLimited(0).Times(1), 2, false},
		"token":         {zadigtest.ExpiredToken(), 1, true},
		"slow response": {zadigtest.Delay(time.Millisecond), 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t)
			srv.Inject(row.fault)
			_, err := srv.Client(quickly).Delivery.List(t.Context(), delivery.ListOptions{})
			assert.Equal(t, row.fails, err != nil, "%v", err)
			srv.ExpectRequests(t, zadigtest.ListReleases, row.requests)
		})
	}
}

// TestWalkOverACut checks that All continues after the last release that arrived.
func TestWalkOverACut(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Generate(4, 60)))
	srv.Inject(zadigtest.CutAfter(50_000).Times(2))
	seen := collectAll(t, srv.Client(quickly).Delivery.All(t.Context(), delivery.ListOptions{PerPage: 25}))
	assert.Len(t, seen, 60)
}

// TestWalkOverABrokenRecord checks that All yields an error in its place.
func TestWalkOverABrokenRecord(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(5, 30)
	for _, version := range []string{"v1.11.0", "v2.2.0", "v2.3.0", "v3.4.1", "v4.0.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
		srv.Inject(zadigtest.BrokenRecord(data.Releases[12].VersionInfo.ID))
		read, failed := 0, 0
		for _, err := range once(srv).Delivery.All(t.Context(), delivery.ListOptions{PerPage: 10}) {
			if err != nil {
				failed++
				assert.ErrorIs(t, err, zadig.ErrServer, version)
				continue
			}
			read++
		}
		if version == "v4.0.0" { // which lists it all the same
			assert.Equal(t, []int{30, 0}, []int{read, failed}, version)
			continue
		}
		assert.Equal(t, []int{29, 1}, []int{read, failed}, version)
	}
}
