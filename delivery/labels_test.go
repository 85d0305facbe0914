package delivery_test

import (
	"net/url"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

const labelsPath = listPath + "/labels"

func TestLabels(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{`["v2","a","v10"]`: {"a", "v10", "v2"}, `[]`: {}, `null`: {}} {
		c, mock := clienttest.Mocked(t, labelsPath, clienttest.Respond(200, body))
		got, err := c.Delivery.Labels(t.Context(), "商城&shop")
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Equal(t, []*url.URL{{Path: labelsPath, RawQuery: "ifPassFilter=true&projectName=%E5%95%86%E5%9F%8E%26shop"}}, mock.URLs())
	}
}

func TestLabelsFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"unknown path": {recording.Get(t, "v1.11.0/aslan_unknown_route").Respond, zadig.ErrUnsupported, "servers before v4.0.0 have no labels"},
		"taken for an id": {recording.Get(t, "v1.11.0/release_malformed_id").Respond, zadig.ErrUnsupported,
			"servers before v4.0.0 have no labels"},
		"database down": {clienttest.Respond(500, `{"code":500,"description":"server selection error","message":"Internal Error: "}`),
			zadig.ErrServer, "server selection error"},
		"no permission": {recording.Get(t, "v5.0.0/forbidden_releases").Respond, zadig.ErrForbidden, "403"},
		"object":        {clienttest.Respond(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an array of labels"},
		"numbers":       {clienttest.Respond(200, `["a",1]`), zadig.ErrUnexpectedResponse, "at /1: got a number, want a string"},
	} {
		c, mock := clienttest.Mocked(t, labelsPath, test.response)
		got, err := c.Delivery.Labels(t.Context(), "p")
		require.ErrorIs(t, err, test.sentinel, name)
		assert.ErrorContains(t, err, test.says)
		assert.Nil(t, got)
		assert.Len(t, mock.URLs(), 1)
	}
	c, _ := clienttest.NewMock(t)
	_, err := c.Delivery.Labels(t.Context(), "")
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.ErrorContains(t, err, "projectName")
}

func TestLabelsOnEveryServer(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		_, s := serve(t, version, history()...)
		labels, err := s.Labels(t.Context(), "shop")
		if version < "v4" {
			require.ErrorIs(t, err, zadig.ErrUnsupported)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, []string{"lts"}, labels)
	})
}
