package docs_test

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

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
	headings []int    // their levels
	anchors  []string // of the headings, as GitHub makes them
	blocks   []*block
	tables   [][]tableRow
	links    []string // targets, sorted
}

// block is a block of code.
type block struct {
	path     string
	heading  string // the one above it
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

// structure returns the links of a page but one. A link to a heading of the
// page is the heading's number, because languages name headings differently.
func (p *page) structure(but string) []string {
	var links []string
	for _, l := range p.links {
		if anchor, ok := strings.CutPrefix(l, "#"); ok {
			l = fmt.Sprintf("#%d", slices.Index(p.anchors, anchor))
		}
		if l != but {
			links = append(links, l)
		}
	}
	slices.Sort(links)
	return links
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
	heading := ""
	for n := range nodes(document) {
		switch n := n.(type) {
		case *ast.Heading:
			heading = plain(n, source)
			p.headings = append(p.headings, n.Level)
			p.anchors = append(p.anchors, p.anchor(heading))
		case *ast.FencedCodeBlock:
			p.blocks = append(p.blocks, &block{path, heading, line(n), string(n.Language(source)), string(n.Lines().Value(source))})
		case *ast.CodeBlock:
			p.blocks = append(p.blocks, &block{path, heading, line(n), "", string(n.Lines().Value(source))})
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.Image:
			p.links = append(p.links, string(n.Destination))
		case *ast.HTMLBlock:
			for _, match := range htmlLink.FindAllSubmatch(n.Lines().Value(source), -1) {
				p.links = append(p.links, string(match[1]))
			}
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

var htmlLink = regexp.MustCompile(`(?:src|srcset|href)="([^"]*)"`)

// anchor returns what GitHub makes of the text of a page's next heading: lower
// case, spaces as hyphens, no punctuation, and a number behind one that the
// page has already.
func (p *page) anchor(heading string) string {
	anchor := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	unique := anchor
	for n := 1; slices.Contains(p.anchors, unique); n++ {
		unique = fmt.Sprintf("%s-%d", anchor, n)
	}
	return unique
}

// plain is the text below a node.
func plain(top ast.Node, source []byte) string {
	var all strings.Builder
	for n := range nodes(top) {
		if t, ok := n.(*ast.Text); ok {
			all.Write(t.Value(source))
		}
	}
	return all.String()
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
