package zadig_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
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

// shown is every way in which a program prints a value.
func shown(t *testing.T, v any) map[string]string {
	t.Helper()
	ways := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		ways[verb] = fmt.Sprintf(verb, v)
	}
	if data, err := json.Marshal(v); err == nil {
		ways["JSON"] = string(data)
	}
	var b bytes.Buffer
	for name, handler := range map[string]slog.Handler{"slog text": slog.NewTextHandler(&b, nil), "slog JSON": slog.NewJSONHandler(&b, nil)} {
		b.Reset()
		slog.New(handler).Info("shown", "v", v)
		ways[name] = b.String()
	}
	return ways
}

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
					for way, text := range shown(t, value) {
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

// Options, and clients before and after With, print nothing of what they
// were given.
func TestOptionsArePrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	const secret = "t0psecret-of-an-option"
	options := map[string]zadig.Option{
		"WithToken":       zadig.WithToken(secret),
		"WithTokenSource": zadig.WithTokenSource(func(context.Context) (string, error) { return secret, nil }),
		"WithHeader":      zadig.WithHeader("X-Api-Key", secret),
	}
	for name, option := range options {
		client := clienttest.New(t, "https://zadig.example.com", option)
		variant, err := client.With(zadig.WithHeader("X-Other", secret))
		require.NoError(t, err)
		for what, value := range map[string]any{
			"option": option, "options": []zadig.Option{option}, "client": client, "client by value": *client, "variant": variant,
			"service": client.Delivery, "service by value": *client.Delivery, "artifacts": client.Artifact,
		} {
			for way, text := range shown(t, value) {
				assert.NotContains(t, text, secret, "%s: %s by %s", name, what, way)
				assert.NotContains(t, text, fmt.Sprintf("%x", secret), "%s: %s by %s", name, what, way)
			}
		}
	}
}

// The log lists what it may print; a new attribute must be thought about.
func TestLogPrintsNothingElse(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	client, _ := clienttest.Serve(t, servertest.Script(servertest.Status(503, ""), servertest.Close, servertest.JSON(`[]`)), zadig.WithToken("own-t0ken-of-the-client"),
		zadig.WithLogger(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.Level(-100)}))))
	_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)
	lines := bytes.Split(bytes.TrimSpace(logged.Bytes()), []byte("\n"))
	require.GreaterOrEqual(t, len(lines), 2)
	for _, line := range lines {
		var attributes map[string]any
		require.NoError(t, json.Unmarshal(line, &attributes))
		for name := range attributes {
			assert.Contains(t, []string{"time", "level", "msg", "method", "url", "attempt", "duration", "status", "error"}, name)
		}
	}
}
