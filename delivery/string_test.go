package delivery_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

func TestStrings(t *testing.T) {
	t.Parallel()
	const line = "shop v1.0.1 (619dbaa8c528010000010000, success, by lin, 2021-11-24T04:08:09Z)"
	version := &delivery.VersionInfo{
		ID: "619dbaa8c528010000010000", Version: "v1.0.1", ProductName: "shop", Status: "success", CreatedBy: "lin", CreatedAt: 1637726889,
	}
	for name, test := range map[string]struct {
		value fmt.Stringer
		want  string
	}{
		"release":              {&delivery.Release{VersionInfo: version}, line},
		"version":              {version, line},
		"version without more": {&delivery.VersionInfo{Version: "v1"}, "v1"},
		"zero version":         {&delivery.VersionInfo{}, "release"},
		"zero release":         {&delivery.Release{}, "release"},
		"no release":           {(*delivery.Release)(nil), "<nil>"},
		"image":                {delivery.Image{Service: "shop", Container: "cart", Image: "r/cart:1"}, "shop/cart: r/cart:1"},
		"image of a chart":     {delivery.Image{Image: "r/cart:1"}, "image: r/cart:1"},
		"commit": {&delivery.Commit{RepoOwner: "o", RepoName: "r", CommitID: "4b15c43", Branch: "main", CommitMessage: "Add it\n\nBecause."},
			"o/r@4b15c43 main: Add it"},
		"commit of a tag in a namespace": {&delivery.Commit{RepoOwner: "o", RepoNamespace: "n/m", RepoName: "r", Tag: "v1"}, "n/m/r v1"},
		"zero commit":                    {&delivery.Commit{}, "commit"},
	} {
		assert.Equal(t, test.want, test.value.String(), name)
		assert.Equal(t, test.want, fmt.Sprint(test.value), name)
		assert.Equal(t, `"`+test.want+`"`, fmt.Sprintf("%q", test.value), name)
		assert.Equal(t, "["+test.want+"]", fmt.Sprint([]fmt.Stringer{test.value}), name)
	}
}

// A text from the server cannot forge a line and shows no secret.
func TestStringsAreOneLineWithoutSecrets(t *testing.T) {
	t.Parallel()
	const evil = "x\r\nforged\x1b[2J https://me:" + secret + "@h \u2028\u202e"
	for name, value := range map[string]fmt.Stringer{
		"version": &delivery.VersionInfo{ID: evil, Version: evil, ProductName: evil, Status: evil, CreatedBy: evil},
		"image":   delivery.Image{Service: evil, Container: evil, Image: evil},
		"commit":  &delivery.Commit{RepoOwner: evil, RepoName: evil, CommitID: evil, Tag: evil, CommitMessage: evil},
		"changes": delivery.Changes{
			Added: []delivery.Image{{evil, evil, evil}}, Changed: []delivery.ImageChange{{evil, evil, evil, evil}}, Manifests: []string{evil},
		},
	} {
		text := value.String()
		assert.NotContains(t, text, secret, name)
		lines := 1
		if name == "changes" {
			lines = 3
		}
		assert.Len(t, strings.Split(text, "\n"), lines, name)
		assert.False(t, strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), func(r rune) bool {
			return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl)
		}), "%s: %q", name, text)
	}
}
