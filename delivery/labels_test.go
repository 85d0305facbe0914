package delivery_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

const (
	labelsPath = listPath + "/labels"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		project  string
		response httpmock.Responder
		asked    url.URL
		want     []string
	}{
		"labels": {
			"商城&shop", clienttest.Respond(200, `["v2","a","v10"]`),
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=%E5%95%86%E5%9F%8E%26shop"}, []string{"a", "v10", "v2"},
		},
		"no labels": {
			"p", clienttest.Respond(200, `[]`),
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=p"}, []string{},
		},
		"null labels": {
			"p", clienttest.Respond(200, `null`),
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=p"}, []string{},
		},
		"labels, recorded": {
			"nginx2", recording.Get(t, "v5.0.0/release_labels").Respond,
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=nginx2"}, recorded(t, "v5.0.0/release_labels"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, test.asked.Path, test.response)
			got, err := c.Delivery.Labels(t.Context(), test.project)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
			assert.Equal(t, []*url.URL{&test.asked}, mock.URLs())
		})
	}
}

// recorded are the strings of a recorded array, sorted.
func recorded(t *testing.T, name string) []string {
	t.Helper()
	var names []string
	require.NoError(t, json.Unmarshal(recording.Get(t, name).Bytes(), &names))
	require.NotEmpty(t, names)
	slices.Sort(names)
	return names
}

func TestNamesFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"labels, unknown path":    {recording.Get(t, "v1.11.0/aslan_unknown_route").Respond, zadig.ErrUnsupported, "servers before v4.0.0 have no labels"},
		"labels, taken for an id": {recording.Get(t, "v1.11.0/release_malformed_id").Respond, zadig.ErrUnsupported, "servers before v4.0.0 have no labels"},
		"labels, database down":   {clienttest.Respond(500, `{"code":500,"description":"server selection error","message":"Internal Error: "}`), zadig.ErrServer, "server selection error"},
		"labels, no permission":   {recording.Get(t, "v5.0.0/forbidden_releases").Respond, zadig.ErrForbidden, "403"},
		"labels, object":          {clienttest.Respond(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an array of labels"},
		"labels, numbers":         {clienttest.Respond(200, `["a",1]`), zadig.ErrUnexpectedResponse, "at /1: got a number, want a string"},
		"labels, login page":      {clienttest.Respond(200, `<html>`), zadig.ErrUnexpectedResponse, "an HTML page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, labelsPath, test.response)
			got, err := c.Delivery.Labels(t.Context(), "p")
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.Nil(t, got)
			assert.Len(t, mock.URLs(), 1)
		})
	}
}

func TestLabelsNeedAProject(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.NewMock(t)
	_, err := c.Delivery.Labels(t.Context(), "")
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.ErrorContains(t, err, "projectName")
	assert.Empty(t, mock.URLs())
}

// Each server has one of the two or none, and the error says which have it.
func TestNamesOnEveryServer(t *testing.T) {
	t.Parallel()
	versions := zadigtest.Versions()
	since := func(version, first string) bool {
		return slices.Index(versions, version) >= slices.Index(versions, first)
	}
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			c := zadigtest.NewServer(t, zadigtest.WithServerVersion(version)).Client()
			labels, err := c.Delivery.Labels(t.Context(), "nginx2")
			if since(version, "v4.0.0") {
				require.NoError(t, err)
				assert.Equal(t, []string{"test"}, labels)
			} else {
				require.ErrorIs(t, err, zadig.ErrUnsupported)
				require.ErrorContains(t, err, "v4.0.0")
			}
		})
	}
}
