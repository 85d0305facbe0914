package docs_test

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// root is the folder of the pages.
const root = "../.."

// page is what these tests know of a Markdown file.
type page struct {
	path     string // below root
	lines    []string
	headings []int // their levels
	blocks   []*block
	tables   [][]tableRow
	links    []string // targets, sorted
}

// block is a block of code.
type block struct {
	path     string
	line     int    // of its first line of code
	language string // "" if none is given
	code     string
}

type tableRow struct {
	line  int
	cells int
	code  []string // sorted, because languages differ in the order of words
}

func (b *block) at() string { return fmt.Sprintf("%s:%d", b.path, b.line) }

func (p *page) first(n int) []string { return p.lines[:min(n, len(p.lines))] }

func (p *page) goBlocks() []*block {
	return slices.DeleteFunc(slices.Clone(p.blocks), func(b *block) bool { return b.language != "go" })
}

func (p *page) linksBut(target string) []string {
	return slices.DeleteFunc(slices.Clone(p.links), func(l string) bool { return l == target })
}

func readPage(t *testing.T, path string) *page {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return parsePage(path, source)
}

func parsePage(path string, source []byte) *page {
	p := &page{path: path, lines: strings.Split(string(source), "\n")}
	line := func(n ast.Node) int { return 1 + strings.Count(string(source[:n.Lines().At(0).Start]), "\n") }
	document := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
	for n := range nodes(document) {
		switch n := n.(type) {
		case *ast.Heading:
			p.headings = append(p.headings, n.Level)
		case *ast.FencedCodeBlock:
			p.blocks = append(p.blocks, &block{path, line(n), string(n.Language(source)), string(n.Lines().Value(source))})
		case *ast.CodeBlock:
			p.blocks = append(p.blocks, &block{path, line(n), "", string(n.Lines().Value(source))})
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.Image:
			p.links = append(p.links, string(n.Destination))
		case *extensionast.Table:
			var table []tableRow
			for r := n.FirstChild(); r != nil; r = r.NextSibling() {
				row := tableRow{line: line(r.FirstChild()), cells: r.ChildCount()}
				for inside := range nodes(r) {
					if code, ok := inside.(*ast.Text); ok && code.Parent().Kind() == ast.KindCodeSpan {
						row.code = append(row.code, string(code.Value(source)))
					}
				}
				slices.Sort(row.code)
				table = append(table, row)
			}
			p.tables = append(p.tables, table)
		}
	}
	slices.Sort(p.links)
	return p
}

// nodes ranges over a node and all below it.
func nodes(top ast.Node) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		_ = ast.Walk(top, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering && !yield(n) {
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		})
	}
}
