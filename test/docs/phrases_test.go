package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// phrase is a line of phrases.txt.
type phrase struct {
	text, instead string
	found         *regexp.Regexp
}

func phrases(t *testing.T) []phrase {
	t.Helper()
	list, err := os.ReadFile("phrases.txt")
	require.NoError(t, err)
	var all []phrase
	for line := range strings.Lines(string(list)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		text, instead, ok := strings.Cut(line, "|")
		require.True(t, ok, "phrases.txt: %q says nothing to write instead", line)
		words := strings.Fields(text)
		for i, w := range words {
			words[i] = regexp.QuoteMeta(w)
		}
		// Between the words of a comment or a page: white space, and what
		// begins the next line.
		expression := regexp.MustCompile(`(?i)\b` + strings.Join(words, `\s+(?://\s*|>\s*)?`) + `\b`)
		all = append(all, phrase{strings.Join(strings.Fields(text), " "), strings.TrimSpace(instead), expression})
	}
	return all
}

// The phrases of phrases.txt do not come back.
func TestPhrases(t *testing.T) {
	t.Parallel()
	var texts []prose
	for _, path := range files(t, ".go") {
		texts = append(texts, proseOfGo(t, path)...)
	}
	for _, path := range files(t, ".md") {
		texts = append(texts, proseOfPage(t, path))
	}
	assert.Greater(t, len(texts), 1000)
	var found []string
	list := phrases(t)
	for _, text := range texts {
		found = append(found, text.search(list)...)
	}
	slices.Sort(found)
	assert.Empty(t, found, "%d phrases that phrases.txt has better ones for:\n%s", len(found), strings.Join(found, "\n"))
}

// What the test above is worth.
func TestPhrasesAreFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		below, err := filepath.Rel(root, path)
		if err != nil { // root is relative
			top, err := filepath.Abs(root)
			require.NoError(t, err)
			below, err = filepath.Rel(top, path)
			require.NoError(t, err)
		}
		return below
	}
	texts := proseOfGo(t, write("a.go", `package a

// F tells
// whether. A comment that comes to what it is.
func F() string { return "a time-out, "+fmt.Sprint("overcomes to what") }
`))
	texts = append(texts, proseOfPage(t, write("a.md", "The Time-out is\ncancelled.\n\n    time-out of code\n")))
	var found []string
	for _, text := range texts {
		for _, hit := range text.search(phrases(t)) {
			hit, _, _ = strings.Cut(hit, ",")
			found = append(found, hit[strings.LastIndex(hit, "/")+1:])
		}
	}
	assert.Equal(t, []string{
		`a.go:4: "comes to what"`, `a.go:3: "tells whether"`, `a.go:5: "time-out"`, `a.md:2: "cancelled"`, `a.md:1: "time-out"`,
	}, found)
}

// prose is a text that people read.
type prose struct {
	path string
	line int // of its beginning
	text string
}

func (p prose) search(all []phrase) []string {
	var found []string
	for _, f := range all {
		for _, at := range f.found.FindAllStringIndex(p.text, -1) {
			line := p.line + strings.Count(p.text[:at[0]], "\n")
			found = append(found, fmt.Sprintf("%s:%d: %q, better %q", p.path, line, f.text, f.instead))
		}
	}
	return found
}

// proseOfGo returns the comments of a file and, unless it is a test, its texts
// of more than a word. One word is a value.
func proseOfGo(t *testing.T, path string) []prose {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, filepath.Join(root, path), nil, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	var all []prose
	for _, group := range file.Comments {
		from, to := set.Position(group.Pos()), set.Position(group.End())
		all = append(all, prose{path, from.Line, string(source[from.Offset:to.Offset])})
	}
	if strings.HasSuffix(path, "_test.go") {
		return all
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
			value, err := strconv.Unquote(text.Value)
			require.NoError(t, err)
			if strings.Contains(value, " ") {
				all = append(all, prose{path, set.Position(text.Pos()).Line, value})
			}
		}
		return true
	})
	return all
}

// proseOfPage returns a page without its code, and the changelog only down to
// the first released version.
func proseOfPage(t *testing.T, path string) prose {
	t.Helper()
	p := readPage(t, path)
	lines := slices.Clone(p.lines)
	for _, b := range p.blocks {
		for i := range strings.Count(b.code, "\n") {
			lines[b.line-1+i] = ""
		}
	}
	text := strings.Join(lines, "\n")
	if path == "CHANGELOG.md" {
		text, _, _ = strings.Cut(text, "\n## [0.")
	}
	return prose{path, 1, text}
}
