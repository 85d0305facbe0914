package zadig_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func TestGetSendsPathAndQuery(t *testing.T) {
	t.Parallel()
	client, s := clienttest.Serve(t, servertest.JSON(`[]`))
	for _, row := range []struct {
		name, path string
		query      url.Values
		want       string
	}{
		{"path", "/api/x", nil, "/api/x"},
		{"path without a slash", "api/x", nil, "/api/x"},
		{"escaped slash", "/api/a%2Fb", nil, "/api/a%2Fb"},
		{"query", "/api/x", url.Values{"image": {"a/b:1+2&c"}}, "/api/x?image=a%2Fb%3A1%2B2%26c"},
		{"both", "/api/x?b=2&a=1", url.Values{"c": {"3"}}, "/api/x?b=2&a=1&c=3"},
		{"both, the same name", "/api/x?a=1", url.Values{"a": {"2", "3"}}, "/api/x?a=1&a=2&a=3"},
		{"what the server drops is sent as it is", "/api/x?a=%zz;b", url.Values{"c": {"3"}}, "/api/x?a=%zz;b&c=3"},
	} {
		require.NoError(t, client.Get(t.Context(), row.path, row.query, nil), row.name)
		seen := s.Requests()
		assert.Equal(t, servertest.BasePath+row.want, seen[len(seen)-1].RequestURI, row.name)
	}
}

func TestGetDecodes(t *testing.T) {
	t.Parallel()
	client, _ := clienttest.Serve(t, servertest.Script(
		servertest.JSON(`["nginx","支付服务"]`),
		servertest.Status(http.StatusOK, `{"a":1}`, "Content-Type", "text/plain; charset=utf-8"),
		servertest.JSON(` {"a":9007199254740993} `),
		servertest.JSON(`null`),
	))
	var names []string
	require.NoError(t, client.Get(t.Context(), "/x", nil, &names))
	assert.Equal(t, []string{"nginx", "支付服务"}, names)
	var object struct{ A int }
	require.NoError(t, client.Get(t.Context(), "/x", nil, &object), "some endpoints call JSON text/plain")
	assert.Equal(t, 1, object.A, "names are matched as encoding/json does")
	var raw json.RawMessage
	require.NoError(t, client.Get(t.Context(), "/x", nil, &raw))
	assert.JSONEq(t, `{"a":9007199254740993}`, string(raw))
	env := &struct{ A int }{7}
	require.NoError(t, client.Get(t.Context(), "/x", nil, &env))
	assert.Nil(t, env)
}

// refusing is a type that cannot be decoded.
type refusing struct{ error }

var errRefused = errors.New("not on a Monday")

func (*refusing) UnmarshalJSON([]byte) error { return errRefused }

// delegating is a type with the usual unmarshaler, which decodes and then changes the value.
type delegating struct {
	N int `json:"n"`
}

func (d *delegating) UnmarshalJSON(data []byte) error {
	type plain delegating
	err := json.Unmarshal(data, (*plain)(d))
	d.N++
	return err
}

func TestGetOfATypeWithItsOwnDecoder(t *testing.T) {
	t.Parallel()
	t.Run("an unmarshaler's own error", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.JSON(`[{"x":"token=hunter2"}]`))
		err := client.Get(t.Context(), "/x", nil, new([]refusing))
		require.ErrorIs(t, err, errRefused)
		assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
		assert.Equal(t, http.StatusOK, clienttest.AsError(t, err).StatusCode)
		assert.ErrorContains(t, err, "it cannot be decoded: ")
	})
	t.Run("an unmarshaler that calls json.Unmarshal", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.JSON(`[{"n":1},{"n":"x"}]`))
		err := client.Get(t.Context(), "/x", nil, new([]delegating))
		var mismatch *json.UnmarshalTypeError
		require.ErrorAs(t, err, &mismatch)
		assert.Equal(t, "n", mismatch.Field)
		assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
		assert.ErrorContains(t, err, "it cannot be decoded: *json.UnmarshalTypeError")
	})
	t.Run("a type's own parser", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.JSON(`{"at":"yesterday"}`))
		err := client.Get(t.Context(), "/x", nil, new(struct{ At time.Time }))
		var parse *time.ParseError
		require.ErrorAs(t, err, &parse)
	})
	t.Run("a value that the text would quote", func(t *testing.T) {
		t.Parallel()
		const token = "own-t0ken-of-the-client"
		client, _ := clienttest.Serve(t,
			servertest.Script(servertest.JSON(`{"at":"`+token+`"}`), servertest.JSON(`{"at":"hunter2"}`)), zadig.WithToken(token))
		for range 2 {
			err := client.Get(t.Context(), "/x", nil, new(struct{ At time.Time }))
			require.Error(t, err)
			for _, text := range clienttest.Printed(err) {
				assert.NotContains(t, text, token)
			}
			assert.NotContains(t, clienttest.AsError(t, err).Message, "hunter2")
		}
		named, _ := clienttest.Serve(t, servertest.JSON(`{"`+token+`":"x"}`), zadig.WithToken(token))
		err := named.Get(t.Context(), "/x", nil, new(map[string]int))
		require.ErrorContains(t, err, "got a string, want an integer")
		for _, text := range clienttest.Printed(err) {
			assert.NotContains(t, text, token, "as a member's name")
		}
	})
	t.Run("a duration", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.JSON(`{"took":"5s"}`))
		err := client.Get(t.Context(), "/x", nil, new(struct{ Took time.Duration }))
		require.ErrorContains(t, err, "at /took: got another value, want an integer")
	})
	t.Run("what no type can hold", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.JSON(`{"n":12}`))
		err := client.Get(t.Context(), "/x", nil, new(struct{ N chan int }))
		assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
	})
}

func TestGetRefusesArguments(t *testing.T) {
	t.Parallel()
	client, s := clienttest.Serve(t, servertest.JSON(`[]`))
	var out []string
	for _, row := range []struct {
		name, argument string
		err            error
	}{
		{"path with a bad escape", "path", client.Get(t.Context(), "/api/%zz?token=hunter2", nil, &out)},
		{"path of another origin", "req.URL", client.Get(t.Context(), "https://evil.example.com/api", nil, &out)},
		{"path that names a host", "req.URL", client.Get(t.Context(), "//evil.example.com/api", nil, &out)},
		{"out no pointer", "out", client.Get(t.Context(), "/api", nil, out)},
		{"out a nil pointer", "out", client.Get(t.Context(), "/api", nil, (*[]string)(nil))},
		{"ctx nil", "ctx", client.Get(nil, "/api", nil, &out)}, //nolint:staticcheck // that is the point
	} {
		require.ErrorIs(t, row.err, zadig.ErrBadRequest, row.name)
		assert.Contains(t, row.err.Error(), ": "+row.argument+": ", row.name)
		assert.NotContains(t, row.err.Error(), "hunter2", row.name)
	}
	assert.Zero(t, s.Count(), "nothing was sent")
}

func TestGetWithoutOutOnlyWaits(t *testing.T) {
	t.Parallel()
	client, _ := clienttest.Serve(t,
		servertest.Script(servertest.JSON(`{"a":`), servertest.Status(http.StatusNoContent, ""), servertest.Status(http.StatusForbidden, "")))
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil), "what it is does not matter")
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
	require.ErrorIs(t, client.Get(t.Context(), "/x", nil, nil), zadig.ErrForbidden)
}

func TestGetOfSomethingElse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, because string }{
		{"login page", "<!DOCTYPE html><title>Sign in</title>", "an HTML page"},
		{"object for a list", `{"message":"success"}`, "got a JSON object, want an array"},
		{"cut, as it was sent", `["a","b`, "ends at byte"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, servertest.Status(http.StatusOK, row.body))
			var out []string
			err := client.Get(t.Context(), "/api/x", nil, &out)
			assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
			failure := clienttest.AsError(t, err)
			assert.Equal(t, http.StatusOK, failure.StatusCode)
			assert.Contains(t, failure.Message, row.because)
			assert.Equal(t, row.body, string(failure.Body))
			assert.Equal(t, "GET", failure.Method)
			assert.Equal(t, s.URL+"/api/x", failure.URL)
			assert.Equal(t, 1, s.Count(), "asking again would bring the same")
		})
	}
}
