package zadig_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// escapedToken has characters that every encoding escapes.
const escapedToken = "own-t0ken/of+the=client"

// controls has a forged line, an escape sequence, a C1 control, a bidirectional
// override and a line separator.
const controls = "\n{\"level\":\"ERROR\"}\x1b[2J\u009b31m\u202e\u2028\r"

// checkShown looks for the planted secrets in a text that a person sees and, if it
// must be one line, for control characters.
func checkShown(t *testing.T, where, text string, oneLine bool) {
	t.Helper()
	for _, secret := range []string{escapedToken, "p4ssw0rd", "own-t0ken", "own%2dt0ken", "t0ken%2Fof", `\u006f\u0077`, "%6f%77",
		"&#111;&#119;"} {
		assert.NotContains(t, text, secret, where)
	}
	for _, r := range text {
		if oneLine && (unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)) {
			assert.Failf(t, "a control character", "%U in %s: %q", r, where, text)
			return
		}
	}
}

// checkTree checks an error, its fields, and all that it wraps.
func checkTree(t *testing.T, err error) {
	t.Helper()
	name := fmt.Sprintf("%T", err)
	checkShown(t, name, err.Error(), true)
	for way, text := range clienttest.Printed(err) {
		checkShown(t, name+" by "+way, text, false)
	}
	if e, ok := err.(*zadig.Error); ok { //nolint:errorlint // one level at a time
		for _, text := range []string{e.Message, e.Description, e.Type, e.RequestID, e.URL} {
			checkShown(t, "a field", text, true)
		}
		checkShown(t, "Body", string(e.Body), false)
		for way, text := range clienttest.Printed(*e) {
			checkShown(t, "Error by value, by "+way, text, false)
		}
	}
	if inner := errors.Unwrap(err); inner != nil {
		checkTree(t, inner)
	}
}

// A server may quote the token, or another secret, in any form and at any position.
func TestNoTextShowsWhatAServerQuotes(t *testing.T) {
	t.Parallel()
	encode := func(format string) string {
		var b strings.Builder
		for _, c := range []byte(escapedToken) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
	forms := map[string]string{
		"raw":          escapedToken,
		"query":        url.QueryEscape(escapedToken),
		"percent":      encode("%%%02x"),
		`\uXXXX`:       encode(`\u%04x`),
		"HTML":         encode("&#%d;"),
		"credentials":  "https://bob:p4ssw0rd@git.example.com/x",
		"commit":       `{"oauth_token":"p4ssw0rd","ssh_key":"p4ssw0rd"}`,
		"controls":     "x" + controls + "y",
		"echoed query": "http://aslan/x?token=p4ssw0rd&image=a",
	}
	bodies := map[string]func(plant string) string{
		"text":     func(plant string) string { return plant },
		"string":   func(plant string) string { return `"` + plant + `"` },
		"envelope": func(plant string) string { return `{"code":6563,"message":"` + plant + `","type":"` + plant + `"}` },
		"quoted": func(plant string) string {
			return fmt.Sprintf(`{"code":400,"message":%[1]s,"extra":{%[1]s:[%[1]s]}}`, quote(plant))
		},
		"picket": func(plant string) string {
			return internal(`[400 BadRequest] {"code":6662,"message":"` + plant + `","description":` + string(quote(plant)) + `}`)
		},
		"element": func(plant string) string { return `[{"` + plant + `":1,"id":{"` + plant + `":"` + plant + `"}}]` },
		"id":      func(plant string) string { return fmt.Sprintf(`[{"versionInfo":{"id":%s}},7]`, quote(plant)) },
		"page":    func(plant string) string { return `<html title="` + plant + `">` + plant + `</html>` },
	}
	for form, plant := range forms {
		for place, body := range bodies {
			t.Run(form+"/"+place, func(t *testing.T) {
				t.Parallel()
				for _, status := range []int{200, 302, 400, 500} {
					var logged bytes.Buffer
					header := strings.NewReplacer("\n", " ", "\r", " ").Replace(plant)
					client, _ := clienttest.Serve(t,
						servertest.Status(status, body(plant), "X-Request-Id", header, "Location", "https://sso.example.com/"+header+"/login"),
						zadig.WithToken(escapedToken), zadig.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))))
					_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
					require.Error(t, err)
					checkTree(t, err)
					for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
						if err != nil {
							checkTree(t, err)
						}
					}
					_, err = client.Artifact.Trace(t.Context(), "registry.example.com/a:1")
					require.Error(t, err)
					checkTree(t, err)
					checkTree(t, client.Get(t.Context(), "/x", nil, new([]int)))
					checkShown(t, "log", logged.String(), false)
				}
			})
		}
	}
}

// The error for a wrong base URL or path does not repeat it where it may contain a
// secret.
func TestNoTextShowsWhatWasConfigured(t *testing.T) {
	t.Parallel()
	const secret = "p4ssw0rd"
	for _, base := range []string{
		secret + "@host/x", "bob:" + secret + "@host/x", secret + ":x@host", "//bob:" + secret + "@host",
		"http://bob:" + secret + "/x@host", "http://bob:" + secret + " x@host", "https:bob:" + secret + "@host",
		"ftp://" + secret + "@host", "/" + secret + "@host", "x" + controls,
		"http://host\x1b[31m", "zadig.example.com/\u202ex",
	} {
		_, err := zadig.NewClient(base)
		require.Error(t, err, base)
		checkShown(t, base, err.Error(), true)
		checkShown(t, base, zadig.Explain(err), true)
	}
	client := clienttest.New(t, "http://zadig.example.com")
	for _, path := range []string{"http://bob:" + secret + "/x@host", "/%zz?token=" + secret, "http://bob:" + secret + "@host/",
		"http://other/?token=" + secret, "\x1b/"} {
		err := client.Get(t.Context(), path, nil, nil)
		require.ErrorIs(t, err, zadig.ErrBadRequest)
		checkTree(t, err)
	}
}

// A token that is also a word in Zadig's own texts is masked, and the error keeps its
// meaning.
func TestTokenThatIsAWordOfTheServer(t *testing.T) {
	t.Parallel()
	const missing = `{"code":500,"description":"failed to get artifact by image err:[400 BadRequest] ` +
		`{\"code\":6662,\"message\":\"获取交付物信息失败\",\"description\":\"mongo: no documents in result\"}"}`
	for _, token := range []string{"documents", "BadRequest", "description"} {
		client, _ := clienttest.Serve(t, servertest.Status(500, missing), zadig.WithToken(token))
		_, err := client.Artifact.Trace(t.Context(), "registry.example.com/a:1")
		require.ErrorIs(t, err, zadig.ErrNotFound, token)
		assert.NotContains(t, err.Error(), token)
	}
}
