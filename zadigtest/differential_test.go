package zadigtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestDifferential sends the recorded requests to zadigtest, with the data of the
// real servers, and compares the responses with the recorded ones byte for byte.
func TestDifferential(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			recordings := recording.Load(t, version+"/*")
			data := recorded(t, recordings)
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
			asked := 0
			for _, r := range recordings {
				if reason := notAsked(r); reason != "" {
					t.Logf("%s is not asked: %s", r.Name, reason)
					continue
				}
				asked++
				t.Run(strings.TrimPrefix(r.Name, version+"/"), func(t *testing.T) {
					srv := srv
					if release := onlyThen(t, r); release != nil {
						srv = zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(replaced(data, release)))
					}
					for _, f := range faultsBehind(r) {
						defer srv.Inject(f)()
					}
					compare(t, r, srv)
				})
			}
			t.Logf("%d of %d recordings asked", asked, len(recordings))
		})
	}
}

// notAsked returns the reason why a recording is left out, or "".
func notAsked(r recording.Recording) string {
	for path, reason := range map[string]string{
		"/api/aslan/delivery/packages": "an endpoint that zadigtest does not have",
		"/api/aslan/delivery/security": "an endpoint that zadigtest does not have",
	} {
		if strings.HasPrefix(r.Request.Path, path) {
			return reason
		}
	}
	return ""
}

// faultsBehind returns the faults of the server when it was recorded.
func faultsBehind(r recording.Recording) []zadigtest.Fault {
	name := r.Name[strings.IndexByte(r.Name, '/')+1:]
	for prefix, f := range map[string]zadigtest.Fault{
		"db_down_":                       zadigtest.DatabaseDown(),
		"aslan_down_":                    zadigtest.AslanDown(),
		"forbidden_":                     zadigtest.NoPermission(),
		"dc_releases_forbidden":          zadigtest.NoPermission(),
		"user_service_failing_":          zadigtest.NoPermission(),
		"license_expired_":               zadigtest.LicenseExpired(),
		"panic_release_by_id":            zadigtest.BrokenRecord(brokenID),
		"panic_releases_list_containing": zadigtest.BrokenRecord(brokenID),
		"releases_collaboration_pending": zadigtest.CollaborationPending(),
	} {
		if strings.HasPrefix(name, prefix) {
			return []zadigtest.Fault{f}
		}
	}
	return nil
}

// onlyThen returns a release that existed, or had this content, only for one
// recording.
func onlyThen(t *testing.T, r recording.Recording) *delivery.Release {
	t.Helper()
	switch {
	case strings.Contains(r.Name, "/panic_"):
		return &delivery.Release{VersionInfo: &delivery.VersionInfo{ID: brokenID, Type: delivery.TypeHelmChart}}
	case strings.HasSuffix(r.Name, "/releases_default"): // the first read, which made a "retrying" release "failed"
		var releases []*delivery.Release
		require.NoError(t, json.Unmarshal(r.Bytes(), &releases))
		require.Equal(t, delivery.StatusRetrying, releases[1].VersionInfo.Status)
		return releases[1]
	}
	return nil
}

func replaced(data zadigtest.Data, release *delivery.Release) zadigtest.Data {
	data.Releases = slices.DeleteFunc(slices.Clone(data.Releases), func(r *delivery.Release) bool {
		return r.VersionInfo.ID == release.VersionInfo.ID
	})
	data.Releases = append(data.Releases, release)
	return data
}

const brokenID = "619dbaa8c528010001900000"

// recorded returns the data behind the recordings: every release and artifact in
// them, from the most detailed response that contains it.
func recorded(t *testing.T, recordings []recording.Recording) zadigtest.Data {
	t.Helper()
	releases, artifacts := make(map[string]json.RawMessage), make(map[string]json.RawMessage)
	keep := func(into map[string]json.RawMessage, id string, doc json.RawMessage) {
		if len(doc) > len(into[id]) {
			into[id] = doc
		}
	}
	for _, r := range recordings {
		if r.Response.Status != http.StatusOK {
			continue
		}
		var docs []json.RawMessage
		if json.Unmarshal(r.Bytes(), &docs) != nil {
			docs = []json.RawMessage{r.Bytes()}
		}
		for _, doc := range docs {
			var known struct {
				ID          *string
				VersionInfo *struct{ ID string }
				Project     *string `json:"project_name"` // of a flat release
				ImageTag    *string `json:"image_tag"`    // of an artifact
			}
			if json.Unmarshal(doc, &known) != nil {
				continue
			}
			switch {
			case known.VersionInfo != nil:
				keep(releases, known.VersionInfo.ID, doc)
			case known.Project != nil:
				keep(releases, *known.ID, doc)
			case known.ImageTag != nil && known.ID != nil:
				keep(artifacts, *known.ID, doc)
			}
		}
	}
	if strings.HasPrefix(recordings[0].Name, "v1.11.0/") {
		require.Len(t, releases, 48)
		require.Len(t, artifacts, 34)
	}
	var data zadigtest.Data
	for _, doc := range releases {
		release := new(delivery.Release)
		require.NoError(t, json.Unmarshal(doc, release))
		data.Releases = append(data.Releases, release)
	}
	for _, doc := range artifacts {
		a := new(artifact.Artifact)
		require.NoError(t, json.Unmarshal(doc, a))
		data.Artifacts = append(data.Artifacts, a)
	}
	return data
}

// compare sends one request and compares status, headers and body.
func compare(t *testing.T, r recording.Recording, srv *zadigtest.Server) {
	t.Helper()
	req, err := http.NewRequest(r.Request.Method, srv.URL+r.Request.Path, nil)
	require.NoError(t, err)
	req.URL.RawQuery = r.Request.Query
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if r.Response.Status == 0 {
		require.Error(t, err, "the connection is to be closed without a response")
		return
	}
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)

	assert.Equal(t, r.Response.Status, resp.StatusCode)
	for _, name := range []string{"Content-Type", "Content-Length", "Transfer-Encoding", "Location", "X-Total"} {
		got := resp.Header.Get(name)
		if name == "Transfer-Encoding" {
			got = strings.Join(resp.TransferEncoding, ",")
		}
		if name == "Content-Length" && differsOnPurpose(r) {
			continue
		}
		assert.Equal(t, r.Response.Headers[name], got, name)
	}
	want := compact(r.Bytes())
	if differsOnPurpose(r) {
		want, body = anonymous(want), anonymous(body)
	}
	if strings.HasSuffix(r.Request.Path, "/servicenames") && r.Response.Status == http.StatusOK { // in random order
		want, body = sorted(t, want), sorted(t, body)
	}
	assert.Len(t, body, len(want))
	for i := range min(len(want), len(body)) {
		if want[i] != body[i] {
			around := func(b []byte) string { return string(b[max(0, i-100):min(len(b), i+100)]) }
			assert.Failf(t, "the bodies differ", "at byte %d\nrecorded: …%s…\nzadigtest: …%s…", i, around(want), around(body))
			break
		}
	}
}

// compact returns the body without the indentation of the recording's file.
func compact(body []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, body) != nil {
		return body
	}
	return b.Bytes()
}

func differsOnPurpose(r recording.Recording) bool {
	return strings.Contains(r.Name, "down_") || strings.HasSuffix(r.Name, "after_image_error")
}

var (
	testBench = regexp.MustCompile(`http://[a-z0-9.]+:25000|dial tcp[0-9.: ]+|connection\([0-9.:]+.*?EOF|server selection error: .*?topology: {.*?}, \] }`)
	leftOver  = regexp.MustCompile(`"code":6662,"description":"[^"]*"`)
)

// anonymous removes what depends on the recording: addresses, and descriptions
// that an earlier request left behind.
func anonymous(body []byte) []byte {
	body = testBench.ReplaceAll(body, nil)
	return leftOver.ReplaceAll(body, []byte(`"code":6662`))
}

func sorted(t *testing.T, body []byte) []byte {
	t.Helper()
	var names []string
	require.NoError(t, json.Unmarshal(body, &names))
	slices.Sort(names)
	body, err := json.Marshal(names)
	require.NoError(t, err)
	return body
}
