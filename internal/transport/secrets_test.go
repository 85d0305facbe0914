package transport_test

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
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// Secrets of every kind, in every place where a server puts them, in every
// call: none is in an error, in a log line of any level, or in what is printed
// of a client.
func TestSecretsAreShownNowhere(t *testing.T) {
	t.Parallel()
	const (
		own = "own-t0ken-of-the-client"
		key = "t0psecret-of-the-header"
	)
	planted := map[string]string{ // the secret, and what the server says
		"the client's token, echoed":    `{"code":500,"message":"who is ` + own + `?","description":"Bearer ` + own + `","extra":{"x":["` + own + `"]}}`,
		"token= in an echoed URL":       `{"code":500,"description":"Get \"http://aslan:25000/api?image=a\u0026token=t0psecret-a\u0026b=1\": EOF"}`,
		"commit credentials":            `{"code":500,"description":"{\"oauth_token\":\"t0psecret-b\",\"password\":\"t0psecret-c\",\"ssh_key\":\"t0psecret-d\",\"private_access_token\":\"t0psecret-e\"}"}`,
		"commit credentials, raw":       `{"oauth_token":"t0psecret-b","password":"t0psecret-c","ssh_key":"t0psecret-d","private_access_token":"t0psecret-e"}`,
		"in extra":                      `{"code":500,"message":"x","extra":{"oauth_token":"t0psecret-f","deep":[{"password":"t0psecret-g"}]}}`,
		"an HTML page":                  `<html><a href="/login?next=%2Fx&token=t0psecret-h">` + own + `</a></html>`,
		"text":                          "dial https://robot:t0psecret-i@gitlab.example.com: refused, token=t0psecret-j",
		"a private key":                 "-----BEGIN RSA PRIVATE KEY-----\nt0psecret-k\n-----END RSA PRIVATE KEY-----",
		"credentials in a list, broken": `[{"versionInfo":{"id":"1"},"buildInfo":[{"commits":[{"oauth_token":"t0psecret-l","password":"t0psecret-m"}]}],"deployInfo":7}]`,
	}
	secrets := []string{own, key, "t0psecret"}
	for name, body := range planted {
		for _, status := range []int{200, 302, 400, 401, 500, 502} {
			t.Run(fmt.Sprint(name, " with ", status), func(t *testing.T) {
				t.Parallel()
				var logged bytes.Buffer
				logger := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.Level(-100), AddSource: true}))
				client, _ := clienttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("X-Request-Id", "request of "+own)
					w.Header().Set("Location", "https://sso.example.com/?token="+own)
					servertest.Status(status, body)(w, r)
				}), zadig.WithToken(own), zadig.WithLogger(logger), zadig.WithHeader("X-Api-Key", key))

				var errs []error
				_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
				errs = append(errs, err)
				for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
					errs = append(errs, err)
				}
				_, err = client.Delivery.Get(t.Context(), "619dbaa8c528c2182225e8d9", delivery.GetOptions{})
				errs = append(errs, err)
				_, err = client.Artifact.Trace(t.Context(), "registry.example.com/a?token=t0psecret-n")
				errs = append(errs, err)
				errs = append(errs, client.Get(t.Context(), "/api/x?token=t0psecret-o&private_access_token=t0psecret-p", nil, new([]int)))

				values := map[string]any{"client": client, "client by value": *client, "log": logged.String()}
				for i, err := range slices.DeleteFunc(errs, func(err error) bool { return err == nil }) {
					values[fmt.Sprintf("error %d", i)] = err
					values[fmt.Sprintf("error %d in another", i)] = fmt.Errorf("listing: %w", err)
					var failure *zadig.Error
					if assert.ErrorAs(t, err, &failure) {
						values[fmt.Sprintf("Error %d by value", i)] = *failure
						values[fmt.Sprintf("Body %d", i)] = string(failure.Body)
					}
				}
				require.Greater(t, len(values), 3, "nothing failed")
				for what, value := range values {
					for way, text := range clienttest.Printed(value) {
						for _, secret := range secrets {
							assert.NotContains(t, text, secret, "%s by %s", what, way)
							assert.NotContains(t, text, fmt.Sprintf("%x", secret), "%s by %s", what, way)
						}
					}
				}
			})
		}
	}
}

// Wherever an excerpt ends, it does not end in a part of the token.
func TestExcerptsEndInNoPartOfTheToken(t *testing.T) {
	t.Parallel()
	const token = "own-t0ken-of-the-client"
	for _, end := range []int{1 << 10, 2 << 10, 4 << 10} {
		t.Run(fmt.Sprint(end), func(t *testing.T) {
			t.Parallel()
			for at := end - len(token) - 2; at <= end+2; at++ {
				body := `{"x":"` + strings.Repeat("a", at-6) + token + strings.Repeat("b", 5000) + `"}`
				client, _ := clienttest.Serve(t, servertest.JSON(body), zadig.WithToken(token))
				for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
					require.NotContains(t, string(clienttest.AsError(t, err).Body), token[:4], "at byte %d", at)
				}
				_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
				require.NotContains(t, string(clienttest.AsError(t, err).Body), token[:4], "at byte %d", at)
			}
		})
	}
}

// Every secret of these tests has this word in it.
const word = "hunter2"

const secretToken = word + "-token+/=abc"

// checkNoSecret looks for the word, also in hexadecimal.
func checkNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, form := range []string{word, fmt.Sprintf("%x", word)} {
		if i := strings.Index(text, form); i >= 0 {
			t.Errorf("a secret shows: …%s…", text[max(i-100, 0):min(i+50, len(text))])
		}
	}
}

// checkPrinted looks for the word in every way in which v is printed.
func checkPrinted(t *testing.T, v any) {
	t.Helper()
	for _, text := range clienttest.Printed(v) {
		checkNoSecret(t, text)
	}
}

// checkError looks into an error and everything of ours that it wraps. Errors
// of a middleware or a token source stay what they are.
func checkError(t *testing.T, err error) {
	t.Helper()
	checkPrinted(t, err)
	if failure, ok := errors.AsType[*zadig.Error](err); ok {
		checkPrinted(t, *failure)
		checkNoSecret(t, string(failure.Body)+failure.Message+failure.Description+failure.URL+failure.RequestID+fmt.Sprint(failure.Extra))
	}
	if inner := errors.Unwrap(err); inner != nil {
		checkError(t, inner)
	}
}

// echoes responds with a body in which %s is the Authorization header.
func echoes(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("Authorization"))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "%s", r.Header.Get("Authorization")))
	}
}

func TestFailuresAndLogsTellNoSecret(t *testing.T) {
	t.Parallel()
	envelope := func(description string) string {
		data, err := json.Marshal(map[string]any{"code": 500, "message": "Internal Error: ", "description": description, "extra": map[string]any{
			"oauth_token": word, "url": "https://a/?token=" + word, "list": []any{"password=" + word, map[string]any{"ssh_key": word}},
		}})
		require.NoError(t, err)
		return string(data)
	}
	commit := `{"oauth_token":"` + word + `","password":"` + word + `\"` + word + `","ssh_key":"-----BEGIN RSA PRIVATE KEY-----\n` + word +
		`\n-----END RSA PRIVATE KEY-----","private_access_token":"` + word + `"}`
	release := `[{"versionInfo":{"id":"619dbaa8c528010000010000"},"buildInfo":[{"commits":[` + commit + `]}],"deployInfo":7}]`
	for _, row := range []struct {
		name string
		h    http.HandlerFunc
		path string
		opts []zadig.Option
	}{
		{name: "success", h: servertest.JSON(`[]`), path: "/x?token=" + word},
		{name: "success after 503", h: servertest.Script(servertest.Status(503, ""), servertest.JSON(`[]`)), path: "/x?token=" + word},
		{name: "the server echoes the header", h: echoes(500, "you sent %s")},
		{name: "the server echoes the header in its envelope", h: echoes(400, `{"code":400,"message":"%s","description":"%s","type":"error"}`)},
		{name: "the server echoes the header in an unexpected response", h: echoes(200, `{"message":"%s"}`)},
		{name: "the server echoes the header, slashes escaped", h: func(w http.ResponseWriter, r *http.Request) {
			echoes(400, `{"code":400,"message":"`+strings.ReplaceAll(r.Header.Get("Authorization")[len("Bearer "):], "/", `\/`)+`"}`)(w, r)
		}},
		{name: "the server echoes the query", h: servertest.Status(500, envelope(`failed to get artifact by image err:Get "http://aslan:25000/x?image=a&token=`+word+`&page=1": refused`))},
		{name: "the query holds the token", h: servertest.Status(403, ""), path: "/x?image=a&token=" + word + "&page=1"},
		{name: "the query holds the token, in an odd form", h: servertest.Status(403, ""), path: "/x?Access_Token=" + word},
		{name: "commits in a failure", h: servertest.Status(500, commit)},
		{name: "commits in an envelope", h: servertest.Status(400, envelope(commit))},
		{name: "commits in an unexpected response", h: servertest.Status(200, commit)},
		{name: "commits in a release that does not fit", h: servertest.Status(200, release)},
		{name: "an excerpt that ends within a secret", h: servertest.Status(500, `{"x":"`+strings.Repeat("x", 2020)+`","password":"`+strings.Repeat(word, 100)+`"}`)},
		{name: "a text that ends within a secret", h: servertest.Status(500, `{"x":"`+strings.Repeat("x", 65500)+`","password":"`+strings.Repeat(word, 100)+`"}`)},
		{name: "a repository's URL", h: servertest.Status(500, "cannot clone https://me:"+word+"@git.example.com/x.git")},
		{name: "a repository's URL with a token alone", h: servertest.Status(500, "cannot clone https://"+word+"@git.example.com/x.git")},
		{name: "a URL within a URL", h: servertest.Status(500, "redirect=https%3A%2F%2Fa%2F%3Ftoken%3D"+word)},
		{name: "another's header", h: servertest.Status(500, "Authorization: Bearer "+word)},
		{name: "no response", h: servertest.Close, path: "/x?token=" + word},
		{name: "cut", h: servertest.Cut(`["` + word), path: "/x?token=" + word},
		{name: "timeout", h: servertest.Hang, path: "/x?token=" + word, opts: []zadig.Option{zadig.WithTimeout(20e6)}},
		{name: "redirect", h: redirects(302, "https://sso.example.com/login?token="+word), path: "/x?token=" + word},
		{name: "redirect that is no URL", h: redirects(302, "https://%zz/?token="+word)},
		{name: "too large", h: servertest.Status(200, "[1,2,3,4,5,6]"), path: "/x?token=" + word, opts: []zadig.Option{zadig.WithMaxResponseBytes(3)}},
		{name: "middleware", h: servertest.Status(200, ""), path: "/x?token=" + word, opts: []zadig.Option{zadig.WithMiddleware(clienttest.Middleware(
			func(req *http.Request, _ http.RoundTripper) (*http.Response, error) {
				return nil, fmt.Errorf("no route for %s with %v", req.URL, req.Header)
			}))}},
		{name: "token source", h: servertest.Status(200, ""), opts: []zadig.Option{zadig.WithTokenSource(func(context.Context) (string, error) {
			return "", &url.Error{Op: "Post", URL: "https://sso.example.com/token?client_secret=" + word, Err: errors.New("refused")}
		})}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []bool{false, true} {
				var log bytes.Buffer
				var handler slog.Handler = slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 100})
				if status {
					handler = slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 100})
				}
				client, s := clienttest.Serve(t, row.h, append([]zadig.Option{zadig.WithToken(secretToken), zadig.WithLogger(slog.New(handler))}, row.opts...)...)
				path := row.path
				if path == "" {
					path = "/x"
				}
				var out []string
				if err := client.Get(t.Context(), path, nil, &out); err != nil {
					checkError(t, err)
				}
				if _, err := client.Delivery.List(t.Context(), delivery.ListOptions{}); err != nil {
					checkError(t, err)
				}
				for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
					if err != nil {
						checkError(t, err)
					}
				}
				if s.Count() > 0 {
					assert.NotEmpty(t, log.String())
				}
				checkNoSecret(t, log.String())
			}
		})
	}
}
