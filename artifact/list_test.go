package artifact_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

const listPath = "/api/aslan/delivery/artifacts"

func TestListSendsWhatIsSet(t *testing.T) {
	t.Parallel()
	for query, o := range map[string]artifact.ListOptions{
		"page=1&per_page=20":                            {},
		"name=%5Epic&page=3&per_page=20":                {Name: "^pic", Page: 3},
		"branch=main&page=1&per_page=20&repoName=zadig": {RepoName: "zadig", Branch: "main"},
		"image=i&imageTag=t&name=n&page=2&per_page=5&source=workflow&type=image": {
			Type: "image", Source: "workflow", ImageTag: "t", Name: "n", Image: "i", Page: 2, PerPage: 5,
		},
	} {
		c, mock := clienttest.Mocked(t, listPath, clienttest.Respond(200, "[]"))
		_, err := c.Artifact.List(t.Context(), o)
		require.NoError(t, err)
		assert.Equal(t, []*url.URL{{Path: listPath, RawQuery: query}}, mock.URLs())
	}
}

func TestListRefusesArgumentsBeforeARequest(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.NewMock(t)
	for _, o := range []artifact.ListOptions{
		{Page: -1}, {PerPage: -1}, {RepoName: "r", Type: "t"}, {RepoName: "r", Image: "i"}, {RepoName: "r", Branch: "b", Image: "i"}, {Page: 2},
	} {
		name := "Page"
		if o.RepoName != "" {
			name = "RepoName"
		}
		_, errs := all(t, c, o)
		require.Len(t, errs, 1)
		if o.Page != 2 { // which is for List alone
			_, err := c.Artifact.List(t.Context(), o)
			errs = append(errs, err)
		}
		for _, err := range errs {
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, name)
		}
	}
	assert.Empty(t, mock.URLs())
}

func TestListReadsRecordings(t *testing.T) {
	t.Parallel()
	var count int
	for _, r := range append(recording.Load(t, "v1.11.0/artifacts_*"), recording.Load(t, "v5.0.0/artifacts")...) {
		if r.Response.Status != http.StatusOK {
			continue
		}
		count++
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			var elements []json.RawMessage
			require.NoError(t, json.Unmarshal(r.Bytes(), &elements))
			total, err := strconv.Atoi(r.Response.Headers["X-Total"])
			require.NoError(t, err)

			c, _ := clienttest.Mocked(t, listPath, r.Respond)
			page, err := c.Artifact.List(t.Context(), artifact.ListOptions{})
			require.NoError(t, err)
			assert.Equal(t, total, page.Total)
			assert.NotNil(t, page.Artifacts)
			require.Len(t, page.Artifacts, len(elements))
			for i, a := range page.Artifacts {
				assert.Contains(t, string(elements[i]), a.ID, "in the server's order")
				assert.Nil(t, a.RawJSON())
			}

			c, err = c.With(zadig.WithRawJSON())
			require.NoError(t, err)
			page, err = c.Artifact.List(t.Context(), artifact.ListOptions{})
			require.NoError(t, err)
			for i, a := range page.Artifacts {
				assert.Equal(t, string(elements[i]), string(a.RawJSON()))
			}
		})
	}
	assert.Greater(t, count, 8, "most recordings have gone")
}

func TestListFailures(t *testing.T) {
	t.Parallel()
	unknownPath := recording.Get(t, "v1.11.0/aslan_unknown_route").Respond
	const first = `[{"id":"` + someID + `"`
	respond := clienttest.Respond
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"database down":         {recording.Get(t, "v1.11.0/db_down_artifacts").Respond, zadig.ErrServer, "code 6663"},
		"events not readable":   {respond(400, `{"code":6665,"message":"","type":"error"}`), zadig.ErrServer, "code 6665"},
		"a build's artifact":    {respond(400, `{"code":6662,"message":"","type":"error"}`), zadig.ErrServer, "code 6662"},
		"no permission":         {recording.Get(t, "v5.0.0/forbidden_artifacts").Respond, zadig.ErrForbidden, "403"},
		"unknown path":          {unknownPath, zadig.ErrUnexpectedResponse, "no artifact list; is the base URL right?"},
		"object":                {respond(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an array of artifacts"},
		"no artifact inside":    {respond(200, first+`},{"message":"success"}]`), zadig.ErrUnexpectedResponse, "at /1: missing id and image"},
		"wrong member inside":   {respond(200, first+`,"layers":[{"size":"1"}]}]`), zadig.ErrUnexpectedResponse, "at /0/layers/0/size"},
		"parameters (recorded)": {recording.Get(t, "v1.11.0/artifacts_page_not_a_number").Respond, zadig.ErrBadRequest, "page args err"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, listPath, test.response)
			page, err := c.Artifact.List(t.Context(), artifact.ListOptions{})
			assert.Nil(t, page)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.Len(t, mock.URLs(), 1, "nothing is left open")
		})
	}
}

// 400 with code 6663 is a regular expression that the database refuses, or a
// database that is down.
func TestListRefused(t *testing.T) {
	t.Parallel()
	refused := recording.Get(t, "v1.11.0/artifacts_image_bad_regex").Respond
	for name, test := range refusals(t) {
		for field, o := range map[string]artifact.ListOptions{"image": {Image: "("}, "name": {Name: "("}} {
			t.Run(name+"/"+field, func(t *testing.T) {
				t.Parallel()
				c, mock := clienttest.Mocked(t, listPath, refused)
				mock.Get(listPath+"?page=1&per_page=1", test.list) // without the filter
				want := test.want
				_, err := c.Artifact.List(t.Context(), o)
				if want == nil {
					want = zadig.ErrBadRequest
					assert.Len(t, mock.URLs(), 3)
				}
				require.ErrorIs(t, err, want)
				_, errs := all(t, c, o)
				require.Len(t, errs, 1)
				require.ErrorIs(t, errs[0], want)
			})
		}
	}
}

// all ranges over All to its end.
func all(t *testing.T, c *zadig.Client, o artifact.ListOptions) (ids []string, errs []error) {
	t.Helper()
	for a, err := range c.Artifact.All(t.Context(), o) {
		if err != nil {
			errs = append(errs, err)
		} else {
			ids = append(ids, a.ID)
		}
		require.Less(t, len(ids)+len(errs), 100_000, "the walk does not end")
	}
	return ids, errs
}

// pages serves a list as Zadig pages it.
func pages(t *testing.T, elements []string) httpmock.Responder {
	return func(req *http.Request) (*http.Response, error) {
		page, err := strconv.Atoi(req.URL.Query().Get("page"))
		assert.NoError(t, err)
		perPage, err := strconv.Atoi(req.URL.Query().Get("per_page"))
		assert.NoError(t, err)
		start := min((page-1)*perPage, len(elements))
		end := min(start+perPage, len(elements))
		response := clienttest.Respond(200, "["+strings.Join(elements[start:end], ",")+"]")
		return response.HeaderSet(http.Header{"X-Total": {strconv.Itoa(len(elements))}})(req)
	}
}

func element(n int) string { return fmt.Sprintf(`{"id":%q,"name":"a"}`, id(n)) }

func id(n int) string { return fmt.Sprintf("%024x", n) }

// With RepoName or Branch the server pages by build, so it sends an artifact once for each
// of its builds.
func TestAllYieldsAnArtifactOnceHoweverOftenItWasBuilt(t *testing.T) {
	t.Parallel()
	for name, builds := range map[string]func(n int) int{ // which artifact the n-th build made
		"three builds each":         func(n int) int { return n / 3 },
		"one artifact, many builds": func(n int) int { return max(n-400, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var elements, want []string
			for n := range 500 {
				elements, want = append(elements, element(builds(n))), append(want, id(builds(n)))
			}
			slices.Sort(want)
			want = slices.Compact(want)
			c, mock := clienttest.Mocked(t, listPath, pages(t, elements))
			ids, errs := all(t, c, artifact.ListOptions{RepoName: "zadig"})
			assert.Empty(t, errs)
			slices.Sort(ids)
			assert.Equal(t, want, ids)
			assert.LessOrEqual(t, len(mock.URLs()), 12)
		})
	}
}

func TestListAndGetOnEveryServer(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			data := zadigtest.Generate(1, 40)
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
			c := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
			ids, errs := all(t, c, artifact.ListOptions{PerPage: 20})
			require.Empty(t, errs)
			require.NotEmpty(t, ids)
			page, err := c.Artifact.List(t.Context(), artifact.ListOptions{})
			require.NoError(t, err)
			assert.Equal(t, len(ids), page.Total)

			a, err := c.Artifact.Get(t.Context(), ids[0])
			require.NoError(t, err)
			assert.Equal(t, ids[0], a.ID)
			srv.Inject(zadigtest.RecordNotFound().On(zadigtest.GetArtifact).Times(1))
			_, err = c.Artifact.Get(t.Context(), ids[0])
			require.NoError(t, err)
			_, err = c.Artifact.Get(t.Context(), id(0))
			require.ErrorIs(t, err, zadig.ErrNotFound)
			_, err = c.Artifact.List(t.Context(), artifact.ListOptions{Image: "("})
			require.ErrorIs(t, err, zadig.ErrBadRequest)

			srv.Inject(zadigtest.DatabaseDown())
			_, err = c.Artifact.Get(t.Context(), ids[0])
			require.ErrorIs(t, err, zadig.ErrServer)
			_, err = c.Artifact.List(t.Context(), artifact.ListOptions{Image: "("})
			require.ErrorIs(t, err, zadig.ErrServer)
		})
	}
}
