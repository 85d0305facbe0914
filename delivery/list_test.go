package delivery_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

const listPath = "/api/aslan/delivery/releases"

func TestListSendsWhatIsSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options delivery.ListOptions
		query   string
	}{
		"nothing":        {delivery.ListOptions{}, "page=1&per_page=20"},
		"project":        {delivery.ListOptions{ProjectName: "nginx2"}, "ifPassFilter=true&page=1&per_page=20&projectName=nginx2"},
		"odd project":    {delivery.ListOptions{ProjectName: "商城&shop<1>"}, "ifPassFilter=true&page=1&per_page=20&projectName=%E5%95%86%E5%9F%8E%26shop%3C1%3E"},
		"workflow":       {delivery.ListOptions{WorkflowName: "a+b c"}, "page=1&per_page=20&workflowName=a%2Bb+c"},
		"task":           {delivery.ListOptions{TaskID: 7}, "page=1&per_page=20&taskId=7"},
		"service":        {delivery.ListOptions{ServiceName: "nginx"}, "page=1&per_page=20&serviceName=nginx"},
		"page":           {delivery.ListOptions{Page: 3}, "page=3&per_page=20"},
		"first page":     {delivery.ListOptions{Page: 1}, "page=1&per_page=20"},
		"page size":      {delivery.ListOptions{PerPage: 100}, "page=1&per_page=100"},
		"brief":          {delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, "page=1&per_page=20&verbosity=brief"},
		"listed":         {delivery.ListOptions{Verbosity: delivery.VerbosityListed}, "page=1&per_page=20"},
		"detailed":       {delivery.ListOptions{Verbosity: delivery.VerbosityDetailed}, "page=1&per_page=20&verbosity=detailed"},
		"label":          {delivery.ListOptions{Label: "a+b"}, "label=a%252Bb&page=1&per_page=20"}, // decoded twice by the server
		"odd label":      {delivery.ListOptions{Label: "100% 商"}, "label=100%2525%2B%25E5%2595%2586&page=1&per_page=20"},
		"skip manifests": {delivery.ListOptions{SkipManifests: true}, "page=1&per_page=20"}, // the client's own affair
		"everything": {
			delivery.ListOptions{
				ProjectName: "p", WorkflowName: "w", TaskID: 1, ServiceName: "s", Page: 2, PerPage: 5,
				Verbosity: delivery.VerbosityDetailed, Label: "l", SkipManifests: true,
			},
			"ifPassFilter=true&label=l&page=2&per_page=5&projectName=p&serviceName=s&taskId=1&verbosity=detailed&workflowName=w",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, listPath, clienttest.Respond(200, "[]"))
			_, err := c.Delivery.List(t.Context(), test.options)
			require.NoError(t, err)
			require.Len(t, mock.URLs(), 1)
			assert.Equal(t, test.query, mock.URLs()[0].RawQuery)

			label, err := url.QueryUnescape(mock.URLs()[0].Query().Get("label"))
			require.NoError(t, err)
			assert.Equal(t, test.options.Label, label, "as the server reads it")
		})
	}
}

// A server whose arithmetic overflows says what it says when its database is
// down.
func TestListRefusesAPageThatNoServerCanCount(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]delivery.ListOptions{
		"page":          {Page: math.MaxInt},
		"their product": {Page: math.MaxInt / 99, PerPage: 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.NewMock(t)
			_, err := c.Delivery.List(t.Context(), o)
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, "Page")
			assert.Empty(t, mock.URLs())
		})
	}
	c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, "[]"))
	_, err := c.Delivery.List(t.Context(), delivery.ListOptions{Page: math.MaxInt / 100, PerPage: 100})
	assert.NoError(t, err)
}

// lists are the recorded release lists.
func lists(t *testing.T) []recording.Recording {
	t.Helper()
	var lists []recording.Recording
	for _, r := range append(recording.Load(t, "v1.11.0/*"), recording.Load(t, "v5.0.0/*")...) {
		if r.Response.Status == http.StatusOK && r.Request.Path == listPath && r.Bytes()[0] == '[' {
			lists = append(lists, r)
		}
	}
	require.Greater(t, len(lists), 50, "most recordings have gone")
	return lists
}

func TestListReadsRecordings(t *testing.T) {
	t.Parallel()
	for _, r := range lists(t) {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			var elements []json.RawMessage
			require.NoError(t, json.Unmarshal(r.Bytes(), &elements))
			total := -1
			if sent, ok := r.Response.Headers["X-Total"]; ok {
				var err error
				total, err = strconv.Atoi(sent)
				require.NoError(t, err)
			}

			c, _ := clienttest.Mocked(t, listPath, r.Respond)
			full, err := c.Delivery.List(t.Context(), delivery.ListOptions{Verbosity: delivery.VerbosityListed})
			require.NoError(t, err)
			assert.Equal(t, total, full.Total)
			require.NotNil(t, full.Releases)
			require.Len(t, full.Releases, len(elements))
			for i, release := range full.Releases {
				var member struct {
					ID          string
					VersionInfo struct{ ID string }
				}
				require.NoError(t, json.Unmarshal(elements[i], &member))
				assert.Equal(t, member.ID+member.VersionInfo.ID, release.VersionInfo.ID, "in the server's order")
				assert.Nil(t, release.RawJSON(), "nothing is kept unless asked for")
			}

			lean, err := c.Delivery.List(t.Context(), delivery.ListOptions{Verbosity: delivery.VerbosityListed, SkipManifests: true})
			require.NoError(t, err)
			assert.Equal(t, withoutManifests(full), lean)
		})
	}
}

// withoutManifests takes from a page what SkipManifests leaves out.
func withoutManifests(page *delivery.Page) *delivery.Page {
	for _, release := range page.Releases {
		for _, deploy := range release.DeployInfo {
			deploy.YAMLContents = nil
		}
		for _, service := range release.Services {
			service.YAMLContent = ""
		}
	}
	return page
}

func TestListKeepsRawJSON(t *testing.T) {
	t.Parallel()
	for _, r := range lists(t) {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			var elements []json.RawMessage
			require.NoError(t, json.Unmarshal(r.Bytes(), &elements))
			c, _ := clienttest.Mocked(t, listPath, r.Respond)
			c, err := c.With(zadig.WithRawJSON())
			require.NoError(t, err)
			for _, skip := range []bool{false, true} {
				page, err := c.Delivery.List(t.Context(), delivery.ListOptions{Verbosity: delivery.VerbosityListed, SkipManifests: skip})
				require.NoError(t, err)
				require.Len(t, page.Releases, len(elements))
				for i, release := range page.Releases {
					assert.Equal(t, string(elements[i]), string(release.RawJSON()))
				}
			}
		})
	}
}

func TestRawJSONIsNotPrinted(t *testing.T) {
	t.Parallel()
	c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, `[{"versionInfo":{"id":"`+id(1)+`"},"fromTheFuture":"canary"}]`))
	c, err := c.With(zadig.WithRawJSON())
	require.NoError(t, err)
	page, err := c.Delivery.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)
	require.Len(t, page.Releases, 1)
	assert.Contains(t, string(page.Releases[0].RawJSON()), "canary")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		assert.NotContains(t, fmt.Sprintf(verb, *page.Releases[0]), "canary", verb)
		assert.NotContains(t, fmt.Sprintf(verb, *page.Releases[0]), "63616e617279", verb)
	}
}

func TestListReadsAnEmptyList(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"[]":                   "[]",
		"null":                 "null",
		"[] with white space":  " [ \n] \n",
		"null, with a newline": "null\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, body))
			page, err := c.Delivery.List(t.Context(), delivery.ListOptions{ServiceName: "nginx", Label: "l"})
			require.NoError(t, err)
			assert.Equal(t, &delivery.Page{Releases: []*delivery.Release{}, Total: -1}, page)
		})
	}
}

func TestListTotal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header []string
		want   int
	}{
		"none":         {nil, -1},
		"a number":     {[]string{"48"}, 48},
		"zero":         {[]string{"0"}, 0},
		"not a number": {[]string{"many"}, -1},
		"negative":     {[]string{"-3"}, -1},
		"empty":        {[]string{""}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, "[]").HeaderSet(http.Header{"X-Total": test.header}))
			page, err := c.Delivery.List(t.Context(), delivery.ListOptions{})
			require.NoError(t, err)
			assert.Equal(t, test.want, page.Total)
		})
	}
}

func TestListRefusesWhatIsNoList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response httpmock.Responder
		says     string
	}{
		"collaboration mode": {recording.Get(t, "v1.11.0/releases_collaboration_pending").Respond, "collaboration mode"},
		"empty object":       {clienttest.Respond(200, `{}`), "got a JSON object, want an array of releases"},
		"success":            {clienttest.Respond(200, `{"message":"success"}`), "got a JSON object, want an array of releases"},
		"login page":         {clienttest.Respond(200, "<!DOCTYPE html><title>Sign in</title>"), "an HTML page"},
		"nothing":            {clienttest.Respond(200, ""), "got an empty body, want an array of releases"},
		"white space":        {clienttest.Respond(200, " \n"), "got an empty body, want an array of releases"},
		"no content":         {clienttest.Respond(204, ""), "got an empty body, want an array of releases"},
		"text":               {clienttest.Respond(200, "it works"), "text that is not JSON"},
		"string":             {clienttest.Respond(200, `"success"`), "got a JSON string, want an array of releases"},
		"string inside":      {clienttest.Respond(200, `["success"]`), "at /0: got a string, want an object"},
		"object inside":      {clienttest.Respond(200, `[{"message":"success"}]`), "at /0: missing versionInfo and id"},
		"null inside":        {clienttest.Respond(200, `[null]`), "at /0: missing versionInfo"},
		"array inside":       {clienttest.Respond(200, `[[]]`), "at /0: got an array, want an object"},
		"cut":                {clienttest.Respond(200, `[`), "JSON that ends"},
		"garbage":            {clienttest.Respond(200, `[}`), "invalid JSON at byte 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, listPath, test.response)
			page, err := c.Delivery.List(t.Context(), delivery.ListOptions{ProjectName: "collab"})
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			assert.Nil(t, page)
			assert.ErrorContains(t, err, "GET /base"+listPath)
			assert.ErrorContains(t, err, test.says)
			assert.Equal(t, 1, strings.Count(err.Error(), zadig.ErrUnexpectedResponse.Error()), "said once: %v", err)
			assert.Len(t, mock.URLs(), 1, "the same would come again")
		})
	}
}

func TestListSaysWhichFilterTheServerIgnores(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		recording string
		options   delivery.ListOptions
		says      string
	}{
		"ServiceName since v4.0": {"v5.0.0/releases_service_ignored", delivery.ListOptions{ServiceName: "nope"}, "since v4.0 ignore serviceName"},
		"Label before v4.0":      {"v1.11.0/releases_default", delivery.ListOptions{Label: "nope"}, "before v4.0 ignore label"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := clienttest.Mocked(t, listPath, recording.Get(t, test.recording).Respond)
			_, err := c.Delivery.List(t.Context(), test.options)
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			assert.ErrorContains(t, err, test.says)
			assert.ErrorContains(t, err, "use All")
		})
	}
}

func TestListFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"unknown path":         {clienttest.Respond(404, "404 page not found"), zadig.ErrUnexpectedResponse, "no release list; is the base URL right?"},
		"unknown path, Zadig":  {recording.Get(t, "v1.11.0/aslan_unknown_route").Respond, zadig.ErrUnexpectedResponse, "no release list; is the base URL right?"},
		"unknown path, HTML":   {clienttest.Respond(404, "<html>"), zadig.ErrUnexpectedResponse, "no release list; is the base URL right?"},
		"not found, envelope":  {clienttest.Respond(404, `{"code":404,"message":"Not Found"}`), zadig.ErrNotFound, "Not Found"},
		"database down":        {recording.Get(t, "v1.11.0/db_down_releases").Respond, zadig.ErrServer, "code 6561"},
		"connection closed":    {recording.Get(t, "v1.11.0/db_down_releases_with_project").Respond, nil, "EOF"},
		"one record is broken": {recording.Get(t, "v1.11.0/panic_releases_list_containing_broken_record").Respond, zadig.ErrServer, "500"},
		"no permission":        {recording.Get(t, "v5.0.0/forbidden_releases").Respond, zadig.ErrForbidden, "403"},
		"no license":           {recording.Get(t, "v5.0.0/license_expired_releases").Respond, zadig.ErrLicense, "code 7050"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := clienttest.Mocked(t, listPath, test.response)
			page, err := c.Delivery.List(t.Context(), delivery.ListOptions{})
			require.Error(t, err)
			assert.Nil(t, page)
			assert.ErrorContains(t, err, test.says)
			var answer *zadig.Error
			if test.sentinel == nil {
				assert.NotErrorAs(t, err, &answer, "no response came")
			} else {
				assert.ErrorIs(t, err, test.sentinel)
				assert.ErrorAs(t, err, &answer)
			}
		})
	}
}
