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
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// Every secret of these tests has this word in it.
const word = "hunter2"

const secretToken = word + "-token+/=abc"

// printed is v in every way in which people print things.
func printed(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	if data, err := json.Marshal(v); err == nil {
		out.Write(data)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("x", "v", v, slog.Group("g", slog.Any("v", v)))
	}
	return out.String()
}

// checkNoSecret looks for the word, also in hexadecimal.
func checkNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, form := range []string{word, fmt.Sprintf("%x", word)} {
		if i := strings.Index(text, form); i >= 0 {
			t.Errorf("a secret shows: …%s…", text[max(i-100, 0):min(i+50, len(text))])
		}
	}
}

// checkError looks into an error and everything of ours that it wraps. Errors
// of a middleware or a token source stay what they are.
func checkError(t *testing.T, err error) {
	t.Helper()
	checkNoSecret(t, printed(t, err))
	if failure, ok := errors.AsType[*zadig.Error](err); ok {
		checkNoSecret(t, printed(t, *failure))
		checkNoSecret(t, string(failure.Body)+failure.Message+failure.Description+failure.URL+failure.RequestID+fmt.Sprint(failure.Extra))
	}
	if inner := errors.Unwrap(err); inner != nil {
		checkError(t, inner)
	}
}

func TestClientsAndOptionsPrintNoSecret(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]zadig.Option{
		"token":        zadig.WithToken(secretToken),
		"token source": zadig.WithTokenSource(func(context.Context) (string, error) { return secretToken, nil }),
		"header":       zadig.WithHeader("Authorization", "Bearer "+secretToken),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, servertest.JSON(`[]`), option)
			require.NoError(t, client.Get(t.Context(), "/x", nil, nil)) // it may keep what it has sent
			require.Equal(t, "Bearer "+secretToken, s.Requests()[0].Header.Get("Authorization"))
			child, err := client.With(zadig.WithUserAgent("x"))
			require.NoError(t, err)
			for _, v := range []any{option, client, *client, child, client.Delivery, *client.Delivery, client.Artifact, *client.Artifact,
				[]zadig.Option{option}, map[string]any{"client": client}, struct{ C zadig.Client }{*client}} {
				checkNoSecret(t, printed(t, v))
			}
			resp, err := client.Do(httpGet(t, "/x"))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			checkNoSecret(t, printed(t, resp.Request.Header))
			checkNoSecret(t, printed(t, resp.Request))
		})
	}
}

// echoes answers with a body in which %s is the Authorization header.
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
		{name: "the server echoes the header in what is no answer", h: echoes(200, `{"message":"%s"}`)},
		{name: "the server echoes the header, slashes escaped", h: func(w http.ResponseWriter, r *http.Request) {
			echoes(400, `{"code":400,"message":"`+strings.ReplaceAll(r.Header.Get("Authorization")[len("Bearer "):], "/", `\/`)+`"}`)(w, r)
		}},
		{name: "the server echoes the query", h: servertest.Status(500, envelope(`failed to get artifact by image err:Get "http://aslan:25000/x?image=a&token=`+word+`&page=1": refused`))},
		{name: "the query holds the token", h: servertest.Status(403, ""), path: "/x?image=a&token=" + word + "&page=1"},
		{name: "the query holds the token, in an odd form", h: servertest.Status(403, ""), path: "/x?Access_Token=" + word},
		{name: "commits in a failure", h: servertest.Status(500, commit)},
		{name: "commits in an envelope", h: servertest.Status(400, envelope(commit))},
		{name: "commits in what is no answer", h: servertest.Status(200, commit)},
		{name: "commits in a release that does not fit", h: servertest.Status(200, release)},
		{name: "an excerpt that ends within a secret", h: servertest.Status(500, `{"x":"`+strings.Repeat("x", 2020)+`","password":"`+strings.Repeat(word, 100)+`"}`)},
		{name: "a text that ends within a secret", h: servertest.Status(500, `{"x":"`+strings.Repeat("x", 65500)+`","password":"`+strings.Repeat(word, 100)+`"}`)},
		{name: "a repository's URL", h: servertest.Status(500, "cannot clone https://me:"+word+"@git.example.com/x.git")},
		{name: "a repository's URL with a token alone", h: servertest.Status(500, "cannot clone https://"+word+"@git.example.com/x.git")},
		{name: "a URL within a URL", h: servertest.Status(500, "redirect=https%3A%2F%2Fa%2F%3Ftoken%3D"+word)},
		{name: "another's header", h: servertest.Status(500, "Authorization: Bearer "+word)},
		{name: "no answer", h: servertest.Close, path: "/x?token=" + word},
		{name: "cut", h: servertest.Cut(`["` + word), path: "/x?token=" + word},
		{name: "time-out", h: servertest.Hang, path: "/x?token=" + word, opts: []zadig.Option{zadig.WithTimeout(20e6)}},
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

func TestLogRecords(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler := slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})
	client, s := clienttest.Serve(t, servertest.Script(servertest.Status(503, ""), servertest.Close, servertest.JSON(`[]`), servertest.JSON(`[]`), servertest.Cut("[")), clienttest.OneRequestPerConnection(), zadig.WithLogger(slog.New(handler)))
	require.NoError(t, client.Get(t.Context(), "/x?a=1&token="+word, nil, nil))
	require.Error(t, newClientLogging(t, s, handler).Get(t.Context(), "/x", nil, new(int)))
	require.Error(t, newClientLogging(t, s, handler, zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})).Get(t.Context(), "/x", nil, nil))
	left, leave := context.WithCancel(t.Context())
	leave()
	require.Error(t, newClientLogging(t, s, handler).Get(left, "/x", nil, nil))
	type record struct {
		Level, Msg, Method, URL, Error string
		Attempt, Status, Duration      int64
	}
	var got []record
	for dec := json.NewDecoder(&log); dec.More(); {
		var r record
		require.NoError(t, dec.Decode(&r))
		assert.Positive(t, r.Duration)
		r.Duration = 0
		got = append(got, r)
	}
	asked := s.URL + "/x?a=1&token=***"
	assert.Equal(t, []record{
		{Level: "WARN", Msg: "zadig: answer", Method: "GET", URL: asked, Attempt: 1, Status: 503},
		{Level: "WARN", Msg: "zadig: no answer", Method: "GET", URL: asked, Attempt: 2, Error: "EOF"},
		{Level: "DEBUG", Msg: "zadig: answer", Method: "GET", URL: asked, Attempt: 3, Status: 200},
		{Level: "DEBUG", Msg: "zadig: answer", Method: "GET", URL: s.URL + "/x", Attempt: 1, Status: 200},
		{Level: "DEBUG", Msg: "zadig: answer", Method: "GET", URL: s.URL + "/x", Attempt: 1, Status: 200},
		{Level: "WARN", Msg: "zadig: broken answer", Method: "GET", URL: s.URL + "/x", Attempt: 1, Status: 200, Error: "unexpected EOF"},
		{Level: "DEBUG", Msg: "zadig: no answer", Method: "GET", URL: s.URL + "/x", Attempt: 1, Error: "context canceled"},
	}, got)
}

func newClientLogging(t *testing.T, s *servertest.Server, handler slog.Handler, opts ...zadig.Option) *zadig.Client {
	t.Helper()
	return clienttest.New(t, s.URL, append(opts, zadig.WithLogger(slog.New(handler)))...)
}
