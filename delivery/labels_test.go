package delivery_test

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

const (
	labelsPath       = listPath + "/labels"
	serviceNamesPath = "/api/aslan/delivery/servicenames"
)

func TestNames(t *testing.T) {
	t.Parallel()
	labels, serviceNames := (*delivery.Service).Labels, (*delivery.Service).ServiceNames
	for name, test := range map[string]struct {
		call     func(*delivery.Service, context.Context, string) ([]string, error)
		project  string
		response httpmock.Responder
		asked    url.URL
		want     []string
	}{
		"labels": {
			labels, "商城&shop", clienttest.Respond(200, `["v2","a","v10"]`),
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=%E5%95%86%E5%9F%8E%26shop"}, []string{"a", "v10", "v2"},
		},
		"no labels": {
			labels, "p", clienttest.Respond(200, `[]`),
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=p"}, []string{},
		},
		"null labels": {
			labels, "p", clienttest.Respond(200, `null`),
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=p"}, []string{},
		},
		"service names": {
			serviceNames, "p", clienttest.Respond(200, `["b","c","a"]`),
			url.URL{Path: serviceNamesPath, RawQuery: "ifPassFilter=true&projectName=p"}, []string{"a", "b", "c"},
		},
		"service names of all projects": {
			serviceNames, "", clienttest.Respond(200, `["b","a"]`),
			url.URL{Path: serviceNamesPath}, []string{"a", "b"},
		},
		"no service names": {
			serviceNames, "voting-helm", recording.Get(t, "v1.11.0/servicenames_project").Respond,
			url.URL{Path: serviceNamesPath, RawQuery: "ifPassFilter=true&projectName=voting-helm"}, []string{},
		},
		"labels, recorded": {
			labels, "nginx2", recording.Get(t, "v5.0.0/release_labels").Respond,
			url.URL{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=nginx2"}, recorded(t, "v5.0.0/release_labels"),
		},
		"service names, recorded": {
			serviceNames, "", recording.Get(t, "v1.11.0/servicenames").Respond,
			url.URL{Path: serviceNamesPath}, recorded(t, "v1.11.0/servicenames"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, test.asked.Path, test.response)
			got, err := test.call(c.Delivery, t.Context(), test.project)
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
	labels, serviceNames := (*delivery.Service).Labels, (*delivery.Service).ServiceNames
	for name, test := range map[string]struct {
		call     func(*delivery.Service, context.Context, string) ([]string, error)
		path     string
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"labels, unknown path":         {labels, labelsPath, recording.Get(t, "v1.11.0/aslan_unknown_route").Respond, zadig.ErrUnexpectedResponse, "servers before v4.0.0 have no labels"},
		"labels, taken for an id":      {labels, labelsPath, recording.Get(t, "v1.11.0/release_malformed_id").Respond, zadig.ErrUnexpectedResponse, "servers before v4.0.0 have no labels"},
		"labels, database down":        {labels, labelsPath, clienttest.Respond(500, `{"code":500,"description":"server selection error","message":"Internal Error: "}`), zadig.ErrServer, "server selection error"},
		"labels, no permission":        {labels, labelsPath, recording.Get(t, "v5.0.0/forbidden_releases").Respond, zadig.ErrForbidden, "403"},
		"labels, object":               {labels, labelsPath, clienttest.Respond(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an array of labels"},
		"labels, numbers":              {labels, labelsPath, clienttest.Respond(200, `["a",1]`), zadig.ErrUnexpectedResponse, "at /1: got a number, want a string"},
		"labels, login page":           {labels, labelsPath, clienttest.Respond(200, `<html>`), zadig.ErrUnexpectedResponse, "an HTML page"},
		"service names, unknown path":  {serviceNames, serviceNamesPath, recording.Get(t, "v5.0.0/unknown_route").Respond, zadig.ErrUnexpectedResponse, "servers since v2.3.1 have no service names"},
		"service names, database down": {serviceNames, serviceNamesPath, clienttest.Respond(500, `{"code":500,"description":"server selection error","message":"Internal Error: "}`), zadig.ErrServer, "server selection error"},
		"service names, object":        {serviceNames, serviceNamesPath, recording.Get(t, "v1.11.0/releases_collaboration_pending").Respond, zadig.ErrUnexpectedResponse, "collaboration mode"},
		"service names, login page":    {serviceNames, serviceNamesPath, clienttest.Respond(200, `<html>`), zadig.ErrUnexpectedResponse, "an HTML page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, test.path, test.response)
			got, err := test.call(c.Delivery, t.Context(), "p")
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
				require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
				require.ErrorContains(t, err, "v4.0.0")
			}
			names, err := c.Delivery.ServiceNames(t.Context(), "nginx2")
			if since(version, "v2.3.1") {
				require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
				assert.ErrorContains(t, err, "v2.3.1")
			} else {
				require.NoError(t, err)
				assert.Equal(t, []string{"nginx"}, names)
			}
		})
	}
}
