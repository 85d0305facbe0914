package docs_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A link leads to a file of the repository and, behind a "#", to one of its
// headings. Links to other sites are not followed.
func TestDocsLinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	pages := make(map[string]*page)
	for _, path := range files(t, ".md") {
		pages[path] = readPage(t, path)
	}
	require.Contains(t, pages, "docs/README.md")
	for path, p := range pages {
		for _, link := range p.links {
			if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
				continue
			}
			file, anchor, hasAnchor := strings.Cut(link, "#")
			target := path
			if file != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(path), file))
			}
			if _, err := os.Stat(filepath.Join(root, target)); !assert.NoError(t, err, "%s links to %s", path, link) || !hasAnchor {
				continue
			}
			if assert.Contains(t, pages, target, "%s links to %s", path, link) {
				assert.Contains(t, pages[target].anchors, anchor, "%s links to %s", path, link)
			}
		}
	}
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	headings := []string{"# `List` is one page", "# What, and why?", "# v4.0", "# 为什么不自己写", "# v4.0", "# a_b – c"}
	want := []string{"list-is-one-page", "what-and-why", "v40", "为什么不自己写", "v40-1", "a_b--c"}
	assert.Equal(t, want, parsePage("page.md", []byte(strings.Join(headings, "\n\n"))).anchors)
}

// files returns the files of the repository with an extension, below root.
// Recordings are not among them.
func files(t *testing.T, extension string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "testdata"}, name):
			return filepath.SkipDir
		case !entry.IsDir() && filepath.Ext(name) == extension:
			below, err := filepath.Rel(root, path)
			found = append(found, filepath.ToSlash(below))
			return err
		}
		return nil
	})
	require.NoError(t, err)
	return found
}
