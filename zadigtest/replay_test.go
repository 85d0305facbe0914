package zadigtest_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestReplay sends the recorded requests to zadigtest, with the data of the real
// servers, and compares the responses with the recorded ones: a success by value,
// a failure by status, code and message.
func TestReplay(t *testing.T) {
	t.Parallel()
	for _, folder := range append(folders(t, "v*"), folders(t, "openapi/v[4-9]*")...) { // OpenAPIReleaseDetail exists since v4.0.0
		version := path.Base(folder)
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			recordings := recording.Load(t, folder+"/*")
			data := recorded(t, recordings)
			shared := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
			asked := 0
			for _, r := range recordings {
				if !served(r) {
					continue
				}
				asked++
				t.Run(r.Name[strings.LastIndexByte(r.Name, '/')+1:], func(t *testing.T) {
					srv := shared
					if own := dataOf(r, data); len(own.Releases) > 0 {
						srv = zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(own))
					}
					for prefix, f := range faultsBehind {
						if strings.Contains(r.Name, "/"+prefix) {
							defer srv.Inject(f)()
						}
					}
					compare(t, r, srv, func(value any) any { return value })
				})
			}
			t.Logf("%d of %d recordings", asked, len(recordings))
			assert.Positive(t, asked)
		})
	}
}

// folders returns the folders below testdata/wire that match a pattern, each of which
// has the recordings of one version of Zadig.
func folders(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := fs.Glob(os.DirFS("../testdata/wire"), pattern)
	require.NoError(t, err)
	require.NotEmpty(t, found)
	return found
}

// served reports whether zadigtest has the endpoint of a recording.
func served(r recording.Recording) bool {
	rest, found := strings.CutPrefix(r.Request.Path, "/api/aslan/delivery/")
	switch {
	case strings.Contains(r.Name, "trailing_slash"), strings.Contains(r.Name, "double_slash"):
		return false // redirects of its router
	case strings.HasSuffix(r.Name, "/releases_collaboration_pending"), strings.HasSuffix(r.Name, "/db_down_releases_with_project"):
		return false // collaboration mode, which ifPassFilter=true passes by
	case found:
		return strings.HasPrefix(rest, "releases") || strings.HasPrefix(rest, "artifacts")
	}
	return strings.HasSuffix(r.Request.Path, "/dc/artifact") || strings.HasSuffix(r.Request.Path, "/releases/detail")
}

// faultsBehind are the faults of the server when it was recorded.
var faultsBehind = map[string]zadigtest.Fault{
	"db_down_":                       zadigtest.DatabaseDown(),
	"aslan_down_":                    zadigtest.AslanDown(),
	"forbidden_":                     zadigtest.NoPermission(),
	"detail_forbidden":               zadigtest.NoPermission(),
	"detail_system_viewer":           zadigtest.SystemViewer(),
	"detail_member":                  zadigtest.ProjectMember(),
	"user_service_failing_":          zadigtest.NoPermission(),
	"license_expired_":               zadigtest.LicenseExpired(),
	"license_basic_":                 zadigtest.LicenseExpired(),
	"panic_release_by_id":            zadigtest.BrokenRecord(brokenID),
	"panic_releases_list_containing": zadigtest.BrokenRecord(brokenID),
}

const brokenID = "619dbaa8c528010001900000"

// dataOf returns the data behind a recording that had its own, or none: the
// broken release existed only for its own, and the first read made a "retrying"
// release "failed".
func dataOf(r recording.Recording, data zadigtest.Data) zadigtest.Data {
	var changed *delivery.Release
	switch {
	case strings.Contains(r.Name, "/panic_"):
		changed = &delivery.Release{VersionInfo: &delivery.VersionInfo{ID: brokenID, Type: delivery.TypeHelmChart}}
	case strings.HasSuffix(r.Name, "/releases_default"):
		var listed []*delivery.Release
		_ = json.Unmarshal(r.Bytes(), &listed)
		changed = listed[1]
	default:
		return zadigtest.Data{}
	}
	data.Releases = append(slices.DeleteFunc(slices.Clone(data.Releases), func(r *delivery.Release) bool {
		return r.VersionInfo.ID == changed.VersionInfo.ID
	}), changed)
	return data
}

// recorded returns the data behind the recordings: every release and artifact in
// them, from the most detailed response that contains it.
func recorded(t *testing.T, recordings []recording.Recording) (data zadigtest.Data) {
	t.Helper()
	releases, artifacts := make(map[string]json.RawMessage), make(map[string]json.RawMessage)
	keep := func(into map[string]json.RawMessage, id string, doc json.RawMessage) {
		if len(doc) > len(into[id]) {
			into[id] = doc
		}
	}
	for _, r := range recordings {
		var docs []json.RawMessage
		if r.Response.Status != http.StatusOK || json.Unmarshal(r.Bytes(), &docs) != nil {
			docs = []json.RawMessage{r.Bytes()}
		}
		for _, doc := range docs {
			var known struct {
				ID          *string
				VersionInfo *struct{ ID string }
				Version     string
				Project     *string `json:"project_name"` // of a flat release
				ImageTag    *string `json:"image_tag"`    // of an artifact
			}
			switch err := json.Unmarshal(doc, &known); {
			case err != nil:
			case known.VersionInfo != nil:
				keep(releases, known.VersionInfo.ID, doc)
			case known.Project != nil && known.ID != nil:
				keep(releases, *known.ID, doc)
			case known.Project != nil: // of the OpenAPI, which sends no id
				keep(releases, *known.Project+known.Version, doc)
			case known.ImageTag != nil && known.ID != nil:
				keep(artifacts, *known.ID, doc)
			}
		}
	}
	for _, doc := range releases {
		release := new(delivery.Release)
		require.NoError(t, json.Unmarshal(doc, release))
		if release.VersionInfo.ID == "" {
			release.VersionInfo.ID = idOf(len(data.Releases))
		}
		data.Releases = append(data.Releases, release)
	}
	for _, doc := range artifacts {
		a := new(artifact.Artifact)
		require.NoError(t, json.Unmarshal(doc, a))
		data.Artifacts = append(data.Artifacts, a)
	}
	return data
}

// compare sends one request and compares what known returns of the responses.
func compare(t *testing.T, r recording.Recording, srv *zadigtest.Server, known func(any) any) {
	t.Helper()
	req, err := http.NewRequest(r.Request.Method, srv.URL+r.Request.Path, nil)
	require.NoError(t, err)
	req.URL.RawQuery = r.Request.Query
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if r.Response.Status == 0 {
		require.Error(t, err, "the connection is to be closed without a response")
		return
	}
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, r.Response.Status, resp.StatusCode, string(body))
	assert.Equal(t, r.Response.Headers["Content-Type"], resp.Header.Get("Content-Type"))
	assert.Equal(t, r.Response.Headers["X-Total"], resp.Header.Get("X-Total"))
	if resp.StatusCode != http.StatusOK {
		var want, got struct {
			Code    int
			Message string
		}
		_, _ = json.Unmarshal(r.Bytes(), &want), json.Unmarshal(body, &got)
		assert.Equal(t, want, got, string(body))
		return
	}
	var want, got any
	if json.Unmarshal(r.Bytes(), &want) != nil {
		want, got = string(r.Bytes()), string(body)
	} else {
		require.NoError(t, json.Unmarshal(body, &got))
	}
	assert.Empty(t, cmp.Diff(known(want), known(got), cmp.Comparer(sameText)))
}

// sameText compares two strings. Decoding has replaced the credentials in the data.
func sameText(want, got string) bool {
	return want == got || strings.Contains(got, "[redacted]") || strings.Contains(want, "[redacted]")
}
