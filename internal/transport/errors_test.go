package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// word is part of every secret in these tests.
const word = "hunter2"

const secretToken = word + "-token+/=abc"

// checkNoSecret fails the test if the text contains the word, also in hexadecimal.
func checkNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, form := range []string{word, fmt.Sprintf("%x", word)} {
		if i := strings.Index(text, form); i >= 0 {
			t.Errorf("a secret shows: …%s…", text[max(i-100, 0):min(i+50, len(text))])
		}
	}
}

// checkError fails the test if any way of printing the error of a call shows the
// word.
func checkError(t *testing.T, err error) {
	t.Helper()
	for _, text := range clienttest.Printed(err) {
		checkNoSecret(t, text)
	}
	if failure, ok := errors.AsType[*zadig.Error](err); ok {
		for _, text := range clienttest.Printed(*failure) {
			checkNoSecret(t, text)
		}
		checkNoSecret(t, string(failure.Body))
	}
}

func TestFailuresAndLogsShowNoSecret(t *testing.T) {
	t.Parallel()
	const query = "/x?image=a&token=" + word
	for _, row := range []struct {
		name string
		h    http.HandlerFunc
		path string
		opts []zadig.Option
	}{
		{"success after 503", servertest.Script(servertest.Status(503, ""), servertest.JSON(`[]`)), query, nil},
		{"the query has the token", servertest.Status(403, ""), query, nil},
		{"a body that ends within a secret",
			servertest.Status(500, `{"x":"`+strings.Repeat("x", 65500)+`","password":"`+strings.Repeat(word, 100)+`"}`), "/x", nil},
		{"closed", servertest.Close, query, nil},
		{"cut", servertest.Cut(`["` + word), query, nil},
		{"timeout", servertest.Hang, query, []zadig.Option{zadig.WithTimeout(20e6)}},
		{"redirect that is no URL", redirects(302, "https://%zz/?token="+word), "/x", nil},
		{"redirect that repeats the token", func(w http.ResponseWriter, r *http.Request) {
			redirects(302, servertest.BasePath+"/"+url.PathEscape(secretToken))(w, r)
		}, "/x", nil},
		{"middleware", servertest.Status(200, ""), query, []zadig.Option{zadig.WithMiddleware(clienttest.Middleware(
			func(req *http.Request, _ http.RoundTripper) (*http.Response, error) {
				return nil, fmt.Errorf("no route for %s with %v", req.URL, req.Header)
			}))}},
		{"token source", servertest.Status(200, ""), "/x", []zadig.Option{zadig.WithTokenSource(func(context.Context) (string, error) {
			return "", &url.Error{Op: "Post", URL: "https://sso.example.com/token?client_secret=" + word, Err: errors.New("refused")}
		})}},
		{"proxy", servertest.Status(200, ""), "/x", []zadig.Option{zadig.WithProxy(func(*http.Request) (*url.URL, error) {
			return url.Parse("http://bob:" + word + " x@proxy:3128") //nolint:staticcheck // not valid: its error has the password
		})}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var logged bytes.Buffer
			client, s := clienttest.Serve(t, row.h, append([]zadig.Option{
				zadig.WithToken(secretToken),
				zadig.WithLogger(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			}, row.opts...)...)
			checkError(t, client.Get(t.Context(), row.path, nil, new([]string)))
			checkError(t, list(t.Context(), client))
			checkError(t, all(t.Context(), client))
			if s.Count() > 0 {
				assert.NotEmpty(t, logged.String())
			}
			checkNoSecret(t, logged.String())
		})
	}
}

// A token that was replaced between two attempts is masked like the new one.
func TestEveryTokenOfACallIsMasked(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]http.HandlerFunc{
		"body":     servertest.Status(500, "hunter2-token-1, then hunter2-token-2"),
		"message":  servertest.Status(400, `{"code":400,"message":"hunter2-token-1"}`),
		"refused":  redirects(302, "https://sso.example.com/hunter2-token-1"),
		"followed": servertest.Script(redirects(302, servertest.BasePath+"/hunter2-token-1"), servertest.Status(500, "")),
		"cut":      servertest.Script(redirects(302, servertest.BasePath+"/hunter2-token-1"), servertest.Cut("[")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, call := range []func(context.Context, *zadig.Client) error{list, all} {
				var n atomic.Int64
				var logged bytes.Buffer
				client, _ := clienttest.Serve(t, servertest.Script(servertest.Status(503, ""), second),
					zadig.WithTokenSource(func(context.Context) (string, error) { return fmt.Sprintf("hunter2-token-%d", n.Add(1)), nil }),
					zadig.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))))
				err := call(t.Context(), client)
				require.Error(t, err)
				checkError(t, err)
				checkNoSecret(t, logged.String())
			}
		})
	}
	t.Run("request of a response", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.Script(redirects(302, servertest.BasePath+"/"+word+"-token"), servertest.JSON("[]")),
			zadig.WithToken(word+"-token"))
		resp, err := client.Do(clienttest.NewRequest(t, "/x"))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		checkNoSecret(t, fmt.Sprintf("%+v", resp.Request))
	})
}

// Texts stay short even after a redirect to a URL that is as long as a header may be.
func TestTextOfALongURLIsShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long", 200<<10)
	for name, h := range map[string]http.HandlerFunc{
		"followed": servertest.Script(redirects(302, servertest.BasePath+"/"+long), servertest.Status(500, "")),
		"cut":      servertest.Script(redirects(302, servertest.BasePath+"/"+long), servertest.Cut("[")),
		"refused":  redirects(302, "https://other.example.com/"+long),
		"invalid":  redirects(302, "https://%zz/"+long),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logged bytes.Buffer
			s := servertest.New(t, h)
			client := clienttest.New(t, s.URL, clienttest.FastRetry(), zadig.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
			for _, call := range []func(context.Context, *zadig.Client) error{list, all} {
				err := call(t.Context(), client)
				require.Error(t, err)
				assert.Less(t, len(err.Error()), 8<<10)
			}
			assert.Less(t, logged.Len(), 32<<10)
		})
	}
}

// errors.Is finds a cause, but its text is not printed.
func TestErrorsWrapTheirCause(t *testing.T) {
	t.Parallel()
	plant := errors.New("token=" + word)
	for name, option := range map[string]zadig.Option{
		"transport": zadig.WithTransport(servertest.RoundTripper(func(*http.Request) (*http.Response, error) { return nil, plant })),
		"body": zadig.WithTransport(servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
			body := io.NopCloser(io.MultiReader(strings.NewReader("["), iotest.ErrReader(plant)))
			return &http.Response{StatusCode: http.StatusOK, Body: body, Request: req}, nil
		})),
		"token":   zadig.WithTokenSource(func(context.Context) (string, error) { return "", plant }),
		"limiter": zadig.WithRateLimiter(limiter(func(context.Context) error { return plant })),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clienttest.New(t, "http://zadig.example.com", option, clienttest.FastRetry())
			for _, call := range []func(context.Context, *zadig.Client) error{list, all} {
				err := call(t.Context(), client)
				require.ErrorIs(t, err, plant)
				checkError(t, err)
			}
		})
	}
}
