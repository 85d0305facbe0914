package examples_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// README.md lists each example, and says of each in this module how to install
// it if it is an application; what is a module of its own cannot be installed.
func TestIndex(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	lessons, applications, found := strings.Cut(string(readme), "## Applications")
	require.True(t, found)
	folders, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, folder := range folders {
		name := folder.Name()
		if !folder.IsDir() || name == "internal" {
			continue
		}
		assert.FileExists(t, name+"/README.md")
		link, install := "["+name+"]("+name+")", "go install github.com/zadig-go/zadig/examples/"+name+"@latest\n"
		_, err := os.Stat(name + "/go.mod")
		nested := err == nil
		switch {
		case nested:
			assert.Contains(t, lessons, link)
			assert.Regexp(t, `\Q`+link+`\E.*; a module of its own \|\n`, lessons)
			assert.NotContains(t, string(readme), install)
		case strings.Contains(applications, link):
			assert.Contains(t, applications, install)
		default:
			assert.Contains(t, lessons, link)
		}
	}
	for _, name := range []string{"releases", "changelog", "whatsrunning"} {
		own, err := os.ReadFile(name + "/README.md")
		require.NoError(t, err)
		assert.Contains(t, string(own), "go install github.com/zadig-go/zadig/examples/"+name+"@latest\n")
	}
}
