package zadig_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func TestErrorFields(t *testing.T) {
	t.Parallel()
	html := "<!DOCTYPE html>\n<title>502 Bad Gateway</title>\n"
	for _, row := range []struct {
		name string
		h    http.HandlerFunc
		want zadig.Error // Method, URL and Attempts are checked for all
		text string      // after "GET /behind/zadig/api/x?a=1: "
	}{
		{name: "envelope",
			h: servertest.Status(400, `{"code":6563,"description":"","extra":{},"message":"查询交付中心版本失败","type":"error"}`,
				"Content-Type", "application/json; charset=utf-8"),
			want: zadig.Error{StatusCode: 400, Code: 6563, Message: "查询交付中心版本失败", Type: "error"},
			text: "400 (code 6563): bad request: 查询交付中心版本失败"},
		{name: "envelope with everything",
			h: servertest.Status(400, `{"type":"error","message":"Bad Request","code":400,`+
				`"description":"image can't be empty!","extra":{"a":[1,"b"]}}`, "X-Request-Id", "4711"),
			want: zadig.Error{StatusCode: 400, Code: 400, Message: "Bad Request", Description: "image can't be empty!",
				Type: "error", RequestID: "4711"},
			text: "400: bad request: Bad Request: image can't be empty!"},
		{name: "envelope without type and extra", h: servertest.Status(500, `{"code":500,"description":"cause","message":"Internal Error: "}`),
			want: zadig.Error{StatusCode: 500, Code: 500, Message: "Internal Error: ", Description: "cause"},
			text: "500: server error: Internal Error: cause"},
		{name: "envelope as text/plain", h: servertest.Status(400, `{"code":7050,"message":"x"}`, "Content-Type", "text/plain; charset=utf-8"),
			want: zadig.Error{StatusCode: 400, Code: 7050, Message: "x"}, text: "400 (code 7050): no valid license: x"},
		{name: "envelope of lines",
			h:    servertest.Status(400, `{"code":400,"message":"first\nsecond\r\n\tthird\u2028fourth\u0085fifth\u001b[31m"}`),
			want: zadig.Error{StatusCode: 400, Code: 400, Message: "first second third fourth fifth [31m"},
			text: "400: bad request: first second third fourth fifth [31m"},
		{name: "JSON that is no envelope", h: servertest.Status(400, `{"message":"x"}`), want: zadig.Error{StatusCode: 400},
			text: `400: bad request: {"message":"x"}`},
		{name: "JSON that is no object", h: servertest.Status(400, `["x"]`), want: zadig.Error{StatusCode: 400}, text: `400: bad request: ["x"]`},
		{name: "code that is no number", h: servertest.Status(400, `{"code":"E1","message":"x"}`),
			want: zadig.Error{StatusCode: 400}, text: `400: bad request: {"code":"E1","message":"x"}`},
		{name: "empty", h: servertest.Status(403, ""), want: zadig.Error{StatusCode: 403}, text: "403: forbidden: empty body"},
		{name: "text", h: servertest.Status(404, "Invalid path: /api/delivery/nope\n"), want: zadig.Error{StatusCode: 404},
			text: "404: not found: Invalid path: /api/delivery/nope"},
		{name: "HTML", h: servertest.Status(403, html), want: zadig.Error{StatusCode: 403}, text: "403: forbidden: an HTML page"},
		{name: "too many requests", h: servertest.Status(429, "", "Retry-After", "3600"),
			want: zadig.Error{StatusCode: 429, RetryAfter: time.Hour}, text: "429: rate limited: empty body"},
		{name: "Retry-After without 429, kept although it has no meaning", h: servertest.Status(500, "", "Retry-After", "5"),
			want: zadig.Error{StatusCode: 500, RetryAfter: 5 * time.Second}, text: "500: server error: empty body"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, row.h)
			err := client.Get(t.Context(), "/api/x?a=1", nil, nil)
			got := *clienttest.AsError(t, err)
			want := row.want
			want.Method, want.URL, want.Attempts = "GET", s.URL+"/api/x?a=1", 1
			want.Body = got.Body // below
			assert.Equal(t, exportedFields(want), exportedFields(got))
			assert.Equal(t, "GET "+servertest.BasePath+"/api/x?a=1: "+row.text, err.Error())

			raw, getErr := http.Get(s.URL + "/api/x?a=1")
			require.NoError(t, getErr)
			defer raw.Body.Close()
			sent := make([]byte, 4096)
			n, _ := raw.Body.Read(sent)
			assert.Equal(t, string(sent[:n]), string(got.Body), "what came, as it came")
		})
	}
}

// exportedFields returns the exported fields of an error by name.
func exportedFields(e zadig.Error) map[string]any {
	fields := make(map[string]any)
	for field, value := range reflect.ValueOf(e).Fields() {
		if field.IsExported() {
			fields[field.Name] = value.Interface()
		}
	}
	return fields
}

func TestErrorBodyIsAnExcerpt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body string }{
		{"text", strings.Repeat("x", 3000)},
		{"one character too much, of three bytes", strings.Repeat("x", 2046) + "交" + strings.Repeat("y", 100)},
		{"characters of three bytes", strings.Repeat("交", 1000)},
		{"characters of four bytes", "x" + strings.Repeat("🚢", 1000)},
		{"huge", strings.Repeat("交付 ", 1<<18)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, _ := clienttest.Serve(t, servertest.Status(500, row.body))
			err := client.Get(t.Context(), "/api/x", nil, nil)
			got := string(clienttest.AsError(t, err).Body)
			assert.LessOrEqual(t, len(got), 2<<10)
			assert.Greater(t, len(got), 2<<10-4)
			assert.True(t, strings.HasPrefix(row.body, got))
			assert.True(t, utf8.ValidString(got), "not cut within a character")
			assert.True(t, utf8.ValidString(err.Error()))
			assert.Less(t, len(err.Error()), 500)
		})
	}
	t.Run("no text at all", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.Status(500, strings.Repeat("\x80", 4000)))
		err := client.Get(t.Context(), "/api/x", nil, nil)
		assert.Len(t, clienttest.AsError(t, err).Body, 2<<10)
		assert.True(t, utf8.ValidString(err.Error()))
	})
	t.Run("an envelope longer than the excerpt is read", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t,
			servertest.Status(400, `{"code":6561,"description":"begin`+strings.Repeat("x", 10<<10)+`end","message":"m","type":"error"}`))
		err := client.Get(t.Context(), "/api/x", nil, nil)
		failure := clienttest.AsError(t, err)
		assert.Equal(t, 6561, failure.Code)
		assert.Len(t, failure.Description, 10<<10+8)
		assert.Len(t, failure.Body, 2<<10)
		assert.Contains(t, err.Error(), "xxx…xxx", "the middle is left out")
		assert.True(t, strings.HasSuffix(err.Error(), "end"), "the cause is at the end")
		assert.Contains(t, err.Error(), "begin")
	})
}

// If the body of a failure is cut off or never ends, the status still determines the
// error.
func TestErrorWhoseBodyIsBroken(t *testing.T) {
	t.Parallel()
	cut := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusForbidden)
		servertest.Cut("not per")(w, r)
	}
	gzip := servertest.Status(403, "this is no gzip at all", "Content-Encoding", "gzip")
	for name, h := range map[string]http.HandlerFunc{"cut": cut, "gzip": gzip} {
		client, s := clienttest.Serve(t, h)
		err := client.Get(t.Context(), "/api/x", nil, nil)
		assert.Equal(t, "ErrForbidden", clienttest.Sentinel(err), name)
		assert.Equal(t, 1, s.Count(), name)
	}
}

// Users construct errors for their own tests.
func TestErrorThatAUserMakes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err      zadig.Error
		sentinel string
		text     string
	}{
		{zadig.Error{StatusCode: 404}, "ErrNotFound", "404: not found: empty body"},
		{zadig.Error{StatusCode: 400, Code: 7050, Method: "GET", URL: "/api/x"}, "ErrLicense",
			"GET /api/x: 400 (code 7050): no valid license: empty body"},
		{zadig.Error{StatusCode: 400, Code: 6563}, "ErrBadRequest", "400 (code 6563): bad request: empty body"},
		{zadig.Error{StatusCode: 500, Description: `failed to get artifact by image err:[403 Forbidden] `, URL: "https://h/x?y"},
			"ErrForbidden", "/x?y: 500 ([403 Forbidden]): forbidden"},
		{zadig.Error{StatusCode: 503, Attempts: 3, Message: "m"}, "ErrServer", "503: server error: m (3 attempts)"},
		{zadig.Error{Method: "GET", URL: "https://h"}, "ErrUnexpectedResponse", "GET /: 0: unexpected response: empty body"},
	} {
		err := error(&row.err)
		assert.Equal(t, row.sentinel, clienttest.Sentinel(err))
		assert.Equal(t, row.sentinel, clienttest.Sentinel(fmt.Errorf("listing: %w", err)))
		assert.Equal(t, row.text, err.Error())
		require.Error(t, errors.Unwrap(err))
		var failure *zadig.Error
		require.ErrorAs(t, fmt.Errorf("listing: %w", err), &failure)
		assert.Same(t, &row.err, failure)
	}
}
