package delivery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
)

const hidden = "hunter2"

// credentials is a commit with all of its credentials.
func credentials() delivery.Commit {
	return delivery.Commit{
		RepoOwner:          "koderover",
		RepoName:           "zadig",
		CommitID:           "4b15c43",
		OAuthToken:         hidden,
		Password:           hidden,
		SSHKey:             hidden,
		PrivateAccessToken: hidden,
		Address:            "https://bob:" + hidden + "@git.example.com",
	}
}

// withCredentials is a release that holds such a commit.
func withCredentials() delivery.Release {
	c := credentials()
	return delivery.Release{
		VersionInfo: &delivery.VersionInfo{ID: "619dbaa8", Version: "v1", ProductName: "nginx2", WorkflowName: "wf", TaskID: 7},
		BuildInfo:   []*delivery.BuildInfo{{ID: "b1", ServiceName: "nginx", Commits: []*delivery.Commit{&c}}},
	}
}

// shows fails if a text holds the secret, as it is or in hexadecimal.
func shows(t *testing.T, text string, what ...any) {
	t.Helper()
	for _, form := range []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden), fmt.Sprintf("% x", hidden), fmt.Sprintf("%v", []byte(hidden))} {
		assert.NotContains(t, text, form, what...)
	}
}

func TestSecretInFmt(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%20s", "%-20v", "%.2s", "%t", "%c", "%U"} {
		assert.Equal(t, "[redacted]", fmt.Sprintf(verb, delivery.Secret(hidden)), verb)
		assert.Empty(t, fmt.Sprintf(verb, delivery.Secret("")), verb)

		c := credentials()
		for name, v := range map[string]any{
			"value":    c,
			"pointer":  &c,
			"slice":    []delivery.Commit{c},
			"map":      map[delivery.Secret]delivery.Secret{hidden: hidden},
			"build":    *withCredentials().BuildInfo[0],
			"release":  withCredentials(),
			"commits":  []*delivery.Commit{&c},
			"builds":   withCredentials().BuildInfo,
			"argument": struct{ C delivery.Commit }{c},
		} {
			shows(t, fmt.Sprintf(verb, v), verb, name)
		}
		assert.Contains(t, fmt.Sprintf("%+v", c), "Password:[redacted]")
	}
	assert.Equal(t, "[redacted]", fmt.Sprint(delivery.Secret(hidden)))
	assert.Equal(t, "[redacted]", delivery.Secret(hidden).String())
	assert.Equal(t, "[redacted]", delivery.Secret(hidden).GoString())
}

func TestSecretInSlog(t *testing.T) {
	t.Parallel()
	handlers := map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	}
	commit, release := credentials(), withCredentials()
	values := []struct {
		name  string
		value any
		shown []string
	}{
		{"secret", delivery.Secret(hidden), []string{"[redacted]"}},
		{"commit", commit, []string{"koderover", "zadig", "4b15c43"}},
		{"commit pointer", &commit, []string{"4b15c43"}},
		{"build", *release.BuildInfo[0], []string{"b1", "nginx"}},
		{"build pointer", release.BuildInfo[0], []string{"b1"}},
		{"release", release, []string{"619dbaa8", "v1", "nginx2", "wf", "7"}},
		{"release pointer", &release, []string{"619dbaa8"}},
		{"empty release", delivery.Release{}, nil},
		{"page", delivery.Page{Releases: []*delivery.Release{&release}, Total: 48}, []string{"48"}},
	}
	for name, handler := range handlers {
		for _, tt := range values {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				var out bytes.Buffer
				slog.New(handler(&out)).With("with", tt.value).Info("message", "value", tt.value, slog.Group("group", "value", tt.value))
				shows(t, out.String())
				assert.NotContains(t, out.String(), "panic")
				for _, shown := range tt.shown {
					assert.Contains(t, out.String(), shown)
				}
			})
		}
	}
}

// Whoever writes JSON wants the value back when it is read again.
func TestSecretInJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(withCredentials())
	require.NoError(t, err)
	var read delivery.Release
	require.NoError(t, json.Unmarshal(data, &read))
	got := *read.BuildInfo[0].Commits[0]
	for _, secret := range []delivery.Secret{got.OAuthToken, got.Password, got.SSHKey, got.PrivateAccessToken} {
		assert.Equal(t, hidden, string(secret))
	}
}
