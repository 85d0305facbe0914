package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

// The release, its image and the commit are one story, which README.md shows.
func TestTheStory(t *testing.T) {
	t.Setenv("ZADIG_URL", "")
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out))
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, shown, found := strings.Cut(string(readme), "```console\n$ go run ./examples/quickstart\n")
	require.True(t, found)
	shown, _, _ = strings.Cut(shown, "```")
	assert.Equal(t, shown, out.String())
}

func TestYourZadig(t *testing.T) {
	t.Setenv("ZADIG_TOKEN", "a-token")
	var out strings.Builder
	for _, version := range []string{"v1.11.0", "v3.4.1", "v5.0.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(zadigtest.Generate(1, 20)),
			zadigtest.WithToken("a-token"))
		t.Setenv("ZADIG_URL", srv.URL)
		out.Reset()
		require.NoError(t, run(t.Context(), &out))
		assert.Contains(t, out.String(), "\n  commit  ", version)
	}
	t.Setenv("ZADIG_TOKEN", "another")
	require.ErrorIs(t, run(t.Context(), &out), zadig.ErrUnauthorized)
}
