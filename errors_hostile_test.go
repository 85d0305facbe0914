package zadig_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// hostileToken has characters that every encoding escapes.
const hostileToken = "own-t0ken/of+the=client"

// disturbing holds a forged line, an escape sequence, a C1 control, a
// bidirectional override and a line separator.
const disturbing = "\n{\"level\":\"ERROR\"}\x1b[2J\u009b31m\u202e\u2028\r"

// tokenForms are the ways in which a server may write the token.
func tokenForms() map[string]string {
	encode := func(format string) string {
		var b strings.Builder
		for _, c := range []byte(hostileToken) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
	return map[string]string{
		"raw":          hostileToken,
		"query":        url.QueryEscape(hostileToken),
		"percent":      encode("%%%02x"),
		`\uXXXX`:       encode(`\u%04x`),
		`\\uXXXX`:      encode(`\\u%04x`),
		"HTML":         encode("&#%d;"),
		"credentials":  "https://bob:p4ssw0rd@git.example.com/x",
		"commit":       `{"oauth_token":"p4ssw0rd","ssh_key":"p4ssw0rd"}`,
		"control":      "x" + disturbing + "y",
		"echoed query": "http://aslan/x?token=p4ssw0rd&image=a",
	}
}

// checkShown looks for the planted secrets in a text that a person sees, and
// for control characters.
func checkShown(t *testing.T, where, text string, oneLine bool) {
	t.Helper()
	for _, secret := range []string{hostileToken, "p4ssw0rd", "own-t0ken", "own%2dt0ken", "t0ken%2fof", "t0ken%2Fof", `\u006f\u0077`, "%6f%77", "&#111;&#119;"} {
		assert.NotContains(t, text, secret, where)
	}
	if oneLine {
		for _, r := range text {
			if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
				assert.Failf(t, "a control character", "%U in %s: %q", r, where, text)
				return
			}
		}
	}
}

// checkFields looks into everything that a program can reach in v: a field that
// is new is looked at like the others.
func checkFields(t *testing.T, where string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		checkShown(t, where, v.String(), true)
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			checkFields(t, where, v.Elem())
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.IsExported() && !field.Type.Implements(reflect.TypeFor[error]()) { // checkTree's
				checkFields(t, where+"."+field.Name, value)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			checkShown(t, where, string(v.Bytes()), false) // what came, line breaks and all
			return
		}
		for i := range v.Len() {
			checkFields(t, where, v.Index(i))
		}
	case reflect.Map:
		for name, value := range v.Seq2() {
			checkFields(t, where+" (key)", name)
			checkFields(t, fmt.Sprintf("%s[%v]", where, name), value)
		}
	}
}

// checkTree checks an error, and all that it wraps up to what is not the SDK's:
// errors of the caller's own transport stay what they are.
func checkTree(t *testing.T, err error) {
	t.Helper()
	name := fmt.Sprintf("%T", err)
	checkShown(t, name, err.Error(), true)
	for way, text := range clienttest.Printed(err) {
		checkShown(t, name+" by "+way, text, false)
	}
	checkFields(t, name, reflect.ValueOf(err))
	if value := reflect.ValueOf(err); value.Kind() == reflect.Pointer {
		for way, text := range clienttest.Printed(value.Elem().Interface()) {
			checkShown(t, name+" by value, by "+way, text, false)
		}
	}
	if strings.HasSuffix(name, "transport.maskedError") { // what it wraps is what it hides
		return
	}
	switch wrapping := err.(type) { //nolint:errorlint // one level at a time
	case interface{ Unwrap() error }:
		if inner := wrapping.Unwrap(); inner != nil {
			checkTree(t, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range wrapping.Unwrap() {
			checkTree(t, inner)
		}
	}
}

// everyCall makes each call of the SDK and returns what failed.
func everyCall(t *testing.T, client *zadig.Client) []error {
	t.Helper()
	ctx := t.Context()
	var failed []error
	add := func(err error) {
		if err != nil {
			failed = append(failed, err)
		}
	}
	_, err := client.Delivery.List(ctx, delivery.ListOptions{})
	add(err)
	for _, err := range client.Delivery.All(ctx, delivery.ListOptions{Verbosity: delivery.VerbosityDetailed}) {
		add(err)
	}
	_, err = client.Delivery.Get(ctx, "619dbaa8c528c2182225e8d9", delivery.GetOptions{})
	add(err)
	_, err = client.Delivery.Find(ctx, delivery.ListOptions{}, "v1"+disturbing)
	add(err)
	_, err = client.Artifact.Trace(ctx, "registry.example.com/a:1")
	add(err)
	add(client.Get(ctx, "/x", nil, new([]int)))
	resp, err := client.Do(clienttest.NewRequest(t, "/x"))
	add(err)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		add(err)
		require.NoError(t, resp.Body.Close())
		checkShown(t, "the request of a response", fmt.Sprintf("%+v", resp.Request), false)
	}
	return failed
}

// A hostile server puts the token and other secrets wherever it can.
func TestNoTextShowsWhatAHostileServerPlants(t *testing.T) {
	t.Parallel()
	quote := func(s string) string {
		data, err := json.Marshal(s)
		require.NoError(t, err)
		return string(data)
	}
	bodies := map[string]func(plant string) string{
		"as it is":        func(plant string) string { return plant },
		"string":          func(plant string) string { return `"` + plant + `"` },
		"message":         func(plant string) string { return `{"code":400,"message":` + quote(plant) + `}` },
		"escaped message": func(plant string) string { return `{"code":400,"message":"` + plant + `"}` },
		"type":            func(plant string) string { return `{"code":6563,"type":"` + plant + `","description":"` + plant + `"}` },
		"quoted type":     func(plant string) string { return `{"code":6563,"type":` + quote(plant) + `}` },
		"extra":           func(plant string) string { return `{"code":1,"extra":{"` + plant + `":["` + plant + `"]}}` },
		"quoted extra":    func(plant string) string { return `{"code":1,"extra":{` + quote(plant) + `:{` + quote(plant) + `:1}}}` },
		"picket": func(plant string) string {
			return `{"code":500,"description":` + quote(`[400 BadRequest] {"code":6662,"message":"`+plant+`","description":`+quote(plant)+`}`) + `}`
		},
		"member of an item": func(plant string) string { return `[{"` + plant + `":1,"id":{"` + plant + `":"` + plant + `"}}]` },
		"id of an item": func(plant string) string {
			return `[{"id":"` + plant + `","services":[]},{"versionInfo":{"id":` + quote(plant) + `}}]`
		},
		"login page": func(plant string) string { return `<html title="` + plant + `">` + plant + `</html>` },
		"after a long one": func(plant string) string {
			return `{"password":"` + strings.Repeat("p", 63<<10) + `","x":"` + strings.Repeat("p", 1000) + plant
		},
	}
	for form, plant := range tokenForms() {
		for place, body := range bodies {
			for _, status := range []int{200, 302, 400, 500} {
				if status == 302 && place != "message" { // the Location is the same with each body
					continue
				}
				t.Run(fmt.Sprint(form, "/", place, "/", status), func(t *testing.T) {
					t.Parallel()
					var logged bytes.Buffer
					header := strings.Map(func(r rune) rune {
						if r == '\n' || r == '\r' {
							return ' '
						}
						return r
					}, plant)
					client, _ := clienttest.Serve(t, servertest.Status(status, body(plant), "X-Request-Id", header, "Location", "https://sso.example.com/"+header+"/login"),
						zadig.WithToken(hostileToken), zadig.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.Level(-100)}))))
					failed := everyCall(t, client)
					require.NotEmpty(t, failed)
					for _, err := range failed {
						checkTree(t, err)
					}
					checkShown(t, "log", logged.String(), false)
				})
			}
		}
	}
}

// brokenBody is a body whose error quotes what it likes.
type brokenBody struct {
	io.Reader
	failure error
}

func (b brokenBody) Read(p []byte) (int, error) {
	if n, err := b.Reader.Read(p); err == nil {
		return n, nil
	}
	return 0, b.failure
}

func (b brokenBody) Close() error { return nil }

// A transport, a middleware, a proxy function or a token source may quote in
// their errors what they were given.
func TestNoTextShowsWhatATransportSays(t *testing.T) {
	t.Parallel()
	const proxy = "http://bob:p4ssw0rd%sx@proxy:3128"
	_, slash := url.Parse(fmt.Sprintf(proxy, "/"))
	_, space := url.Parse(fmt.Sprintf(proxy, " "))
	require.ErrorContains(t, slash, "p4ssw0rd")
	require.ErrorContains(t, space, "p4ssw0rd")
	plants := []error{slash, space, fmt.Errorf(`invalid proxy address "bob:p4ssw0rd/x@h": %v`, slash), valueError{"token=p4ssw0rd"}} //nolint:errorlint // as net/http has it
	for _, plant := range tokenForms() {
		plants = append(plants, errors.New(plant))
	}
	for _, plant := range plants {
		for name, option := range map[string]zadig.Option{
			"transport": zadig.WithTransport(servertest.RoundTripper(func(*http.Request) (*http.Response, error) { return nil, plant })),
			"body": zadig.WithTransport(servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
				resp := servertest.Response(req, servertest.JSON(""))
				resp.Body = brokenBody{strings.NewReader(`[`), plant}
				return resp, nil
			})),
			"middleware": zadig.WithMiddleware(clienttest.Middleware(func(*http.Request, http.RoundTripper) (*http.Response, error) { return nil, plant })),
			"proxy":      zadig.WithProxy(func(*http.Request) (*url.URL, error) { return nil, plant }),
			"token":      zadig.WithTokenSource(func(context.Context) (string, error) { return hostileToken, plant }),
			"limiter":    zadig.WithRateLimiter(limitFunc(func(context.Context) error { return plant })),
		} {
			if (name == "token" || name == "limiter") && strings.Contains(redact.Text(plant.Error(), hostileToken), redact.Mask) && redact.Text(plant.Error()) == plant.Error() {
				continue // the token was never sent, so nothing knows it
			}
			t.Run(fmt.Sprintf("%s/%.40q", name, plant.Error()), func(t *testing.T) {
				t.Parallel()
				var logged bytes.Buffer
				client := clienttest.New(t, "http://zadig.example.com", zadig.WithToken(hostileToken), option, clienttest.FastRetry(),
					zadig.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.Level(-100)}))))
				failed := everyCall(t, client)
				require.NotEmpty(t, failed)
				for _, err := range failed {
					checkTree(t, err)
					require.ErrorIs(t, err, plant, "the cause is there for programs")
				}
				checkShown(t, "log", logged.String(), false)
			})
		}
	}
}

// valueError is an error that fmt prints field by field where it calls no method.
type valueError struct{ Text string }

func (e valueError) Error() string { return e.Text }

// Behind a redirect of the same origin the path is the server's.
func TestNoTextShowsATokenInThePathOfARedirect(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]string{"escaped": url.PathEscape(hostileToken), "percent": tokenForms()["percent"]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logged bytes.Buffer
			client, _ := clienttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.URL.Path, "own-t0ken") {
					http.Redirect(w, r, servertest.BasePath+"/"+form+"/list", http.StatusFound)
					return
				}
				servertest.Cut("[")(w, r)
			}), zadig.WithToken(hostileToken), zadig.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.Level(-100)}))))
			failed := everyCall(t, client)
			require.NotEmpty(t, failed)
			for _, err := range failed {
				checkTree(t, err)
			}
			checkShown(t, "log", logged.String(), false)
		})
	}
}

// A base URL, a path and an option that are wrong are not repeated where they
// may hold a secret.
func TestNoTextShowsWhatWasConfigured(t *testing.T) {
	t.Parallel()
	const secret = "p4ssw0rd"
	for _, base := range []string{
		secret + "@host/x", "bob:" + secret + "@host/x", secret + ":x@host", "//bob:" + secret + "@host", "http://bob:" + secret + "/x@host",
		"http://bob:" + secret + " x@host", "https:bob:" + secret + "@host", "ftp://" + secret + "@host", "/" + secret + "@host", "x" + disturbing,
		"http://host\x1b[31m", "zadig.example.com/\u202ex",
	} {
		_, err := zadig.NewClient(base)
		require.Error(t, err, base)
		checkShown(t, base, err.Error(), true)
	}
	client := clienttest.New(t, "http://zadig.example.com")
	for _, path := range []string{"http://bob:" + secret + "/x@host", "/%zz?token=" + secret, "http://bob:" + secret + "@host/", "http://other/?token=" + secret, "\x1b/"} {
		err := client.Get(t.Context(), path, nil, nil)
		require.ErrorIs(t, err, zadig.ErrBadRequest)
		checkTree(t, err)
	}
}

// The token of a client may be a word of Zadig's own texts: it is masked, and
// the error still means what it means.
func TestATokenThatIsAWordOfTheServers(t *testing.T) {
	t.Parallel()
	const missing = `{"code":500,"description":"failed to get artifact by image err:[400 BadRequest] {\"code\":6662,\"message\":\"获取交付物信息失败\",\"description\":\"mongo: no documents in result\"}"}`
	for _, token := range []string{"documents", "BadRequest", "description", "artifact"} {
		client, _ := clienttest.Serve(t, servertest.Status(500, missing), zadig.WithToken(token))
		_, err := client.Artifact.Trace(t.Context(), "registry.example.com/a:1")
		require.ErrorIs(t, err, zadig.ErrNotFound, token)
		assert.NotContains(t, strings.TrimPrefix(err.Error(), "GET "+servertest.BasePath+"/api/directory/dc/"), token)
	}
}
