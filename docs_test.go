package zadig_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every Go block of the pages that users copy from compiles. A block is a
// program, or declarations, or statements; what a page declares in one block
// it may use in the next.
func TestDocsCompile(t *testing.T) {
	t.Parallel()
	var pages []*page
	for _, path := range []string{"README.md", "README.zh-CN.md", "docs/cookbook.md"} {
		p := readPage(t, path)
		assert.NotEmpty(t, p.goBlocks(), path)
		pages = append(pages, p)
	}
	assert.Empty(t, compileBlocks(t, pages))
}

// What the test above is worth: each kind of block fails, at its own line.
func TestDocsCompileFindsMistakes(t *testing.T) {
	t.Parallel()
	mistakes := []struct{ name, block, because string }{
		{"program", "package main\n\nfunc main() { println(zadig.Version) }", ":6:"},
		{"declaration", "func f() string { return zadig.Vresion }", ":4:"},
		{"statements", "release, err := client.Delivery.Gte(ctx, \"\")", ":4:"},
		{"option that is not there", "o := delivery.ListOptions{\n\tProject: \"shop\",\n}", ":5:"},
		{"unknown package", "x := yaml.Marshal(nil)", ":4:"},
		{"error that is dropped", "if true {\n\terr := client.Get(ctx, \"/\", nil, nil)\n}", ":5:"},
		{"no Go at all", "this is no Go", ":4:"},
		{"not formatted", "x  :=  1", ":4: gofmt"},
	}
	const fence = "```"
	var pages []*page
	for i, m := range mistakes {
		pages = append(pages, parsePage(fmt.Sprintf("mistake%d.md", i), "# Page\n\n"+fence+"go\n"+m.block+"\n"+fence+"\n"))
	}
	wrong := compileBlocks(t, pages)
	for i, m := range mistakes {
		assert.Contains(t, wrong, fmt.Sprintf("mistake%d.md%s", i, m.because), m.name)
	}
}

// The README says the same in both languages: the same headings, blocks,
// tables and links, and in each row of a table the same code.
func TestReadmesAgree(t *testing.T) {
	t.Parallel()
	english, chinese := readPage(t, "README.md"), readPage(t, "README.zh-CN.md")

	assert.Equal(t, english.headings, chinese.headings, "levels of the headings")
	assert.Equal(t, english.linksBut("README.zh-CN.md"), chinese.linksBut("README.md"), "links")
	assert.Contains(t, strings.Join(english.first(5), "\n"), "(README.zh-CN.md)", "the first lines lead to the other one")
	assert.Contains(t, strings.Join(chinese.first(5), "\n"), "(README.md)", "the first lines lead to the other one")

	require.Len(t, chinese.blocks, len(english.blocks), "blocks")
	for i, b := range english.blocks {
		other := chinese.blocks[i]
		assert.Equal(t, b.language, other.language, "%s and %s", b.at(), other.at())
		if b.language == "go" {
			assert.Equal(t, tokens(b.code), tokens(other.code), "%s and %s differ in more than comments and texts", b.at(), other.at())
		}
	}

	require.Len(t, chinese.tables, len(english.tables), "tables")
	for i, table := range english.tables {
		other := chinese.tables[i]
		if !assert.Len(t, other, len(table), "rows of table %d", i+1) {
			continue
		}
		for j, row := range table {
			assert.Equal(t, row.cells, other[j].cells, "cells: README.md:%d and README.zh-CN.md:%d", row.line, other[j].line)
			assert.Equal(t, row.code, other[j].code, "code: README.md:%d and README.zh-CN.md:%d", row.line, other[j].line)
		}
	}
}

func TestDocsLinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	more, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	for _, path := range append(pages, more...) {
		for _, target := range readPage(t, path).links {
			target, _, _ = strings.Cut(target, "#")
			if target != "" && !strings.Contains(target, "://") {
				_, err := os.Stat(filepath.Join(filepath.Dir(path), target))
				assert.NoError(t, err, path)
			}
		}
	}
}

// page is what these tests know of a Markdown file.
type page struct {
	path     string
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
	language string // "" for an indented one
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
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return parsePage(path, string(text))
}

var (
	codeSpan = regexp.MustCompile("`[^`]+`")
	link     = regexp.MustCompile(`\]\(([^)]+)\)`)
)

func parsePage(path, text string) *page {
	p := &page{path: path, lines: strings.Split(text, "\n")}
	for i := 0; i < len(p.lines); i++ {
		line := p.lines[i]
		switch {
		case strings.HasPrefix(line, "```"):
			b := &block{path: path, line: i + 2, language: strings.TrimPrefix(line, "```")}
			var code []string
			for i++; i < len(p.lines) && p.lines[i] != "```"; i++ {
				code = append(code, p.lines[i])
			}
			b.code = strings.Join(code, "\n") + "\n"
			p.blocks = append(p.blocks, b)
		case strings.HasPrefix(line, "    ") && i > 0 && p.lines[i-1] == "":
			p.blocks = append(p.blocks, &block{path: path, line: i + 1, code: line})
			for i+1 < len(p.lines) && strings.HasPrefix(p.lines[i+1], "    ") {
				i++
			}
		case strings.HasPrefix(line, "|"):
			var table []tableRow
			for ; i < len(p.lines) && strings.HasPrefix(p.lines[i], "|"); i++ {
				row := tableRow{line: i + 1, cells: strings.Count(p.lines[i], "|") - 1, code: codeSpan.FindAllString(p.lines[i], -1)}
				slices.Sort(row.code)
				table = append(table, row)
				p.addLinks(p.lines[i])
			}
			i--
			p.tables = append(p.tables, table)
		case strings.HasPrefix(line, "#"):
			p.headings = append(p.headings, len(line)-len(strings.TrimLeft(line, "#")))
		default:
			p.addLinks(line)
		}
	}
	slices.Sort(p.links)
	return p
}

func (p *page) addLinks(line string) {
	for _, match := range link.FindAllStringSubmatch(line, -1) {
		p.links = append(p.links, match[1])
	}
}

// tokens is what a block of Go says, without comments and texts.
func tokens(code string) []string {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(code)), []byte(code), nil, 0)
	var all []string
	for {
		_, tok, literal := s.Scan()
		switch {
		case tok == token.EOF:
			return all
		case tok == token.STRING:
			all = append(all, "text")
		case tok.IsLiteral():
			all = append(all, literal)
		default:
			all = append(all, tok.String())
		}
	}
}

// packagesOfBlocks are the packages that blocks may use without an import.
var packagesOfBlocks = func() map[string]string {
	const module = "github.com/zadig-go/zadig"
	known := map[string]string{
		"zadig": module, "delivery": module + "/delivery", "artifact": module + "/artifact", "zadigtest": module + "/zadigtest",
		"rate": "golang.org/x/time/rate",
	}
	for _, path := range []string{
		"bufio", "context", "crypto/tls", "crypto/x509", "encoding/json", "errors", "fmt", "io", "log", "log/slog",
		"net/http", "net/url", "os", "slices", "strings", "sync", "testing", "time",
	} {
		known[path[strings.LastIndex(path, "/")+1:]] = path
	}
	return known
}()

// namesOfBlocks are what blocks of statements have at hand.
const namesOfBlocks = `
import (
	"context"

	"github.com/zadig-go/zadig"
)

var (
	ctx    context.Context
	client *zadig.Client
	token  string
	images []string
)
`

// rateInBlocks stands in for golang.org/x/time/rate, which is no dependency of
// this module.
const rateInBlocks = `package rate

import (
	"context"
	"time"
)

type Limit float64

func Every(interval time.Duration) Limit { return 0 }

type Limiter struct{}

func NewLimiter(r Limit, b int) *Limiter { return nil }

func (*Limiter) Wait(ctx context.Context) error { return nil }
`

// compileBlocks compiles the Go blocks of pages, in a module of their own that
// uses this one, and returns what is wrong with them. It needs no network.
func compileBlocks(t *testing.T, pages []*page) string {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(dir, filepath.FromSlash(path))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	mod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	sum, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	write("go.mod", strings.Replace(string(mod), "module github.com/zadig-go/zadig", "module docs.example", 1)+fmt.Sprintf(`
require (
	github.com/zadig-go/zadig v0.0.0
	golang.org/x/time v0.0.0
)

replace (
	github.com/zadig-go/zadig => %q
	golang.org/x/time => ./time
)
`, root))
	write("go.sum", string(sum))
	write("time/go.mod", "module golang.org/x/time\n")
	write("time/rate/rate.go", rateInBlocks)

	var wrong strings.Builder
	for i, p := range pages {
		folder := fmt.Sprintf("page%d", i+1)
		write(folder+"/names.go", "package page\n"+namesOfBlocks)
		for j, b := range p.goBlocks() {
			if formatted, err := format.Source([]byte(b.code)); err == nil && !bytes.Equal(formatted, []byte(b.code)) {
				fmt.Fprintf(&wrong, "%s: gofmt would change this block\n", b.at())
			}
			source, program, err := b.source(filepath.Join(root, p.path), j+1)
			if err != nil {
				fmt.Fprintf(&wrong, "%v\n", err)
				continue
			}
			if program {
				write(fmt.Sprintf("%s/program%d/main.go", folder, j+1), source)
			} else {
				write(fmt.Sprintf("%s/block%d.go", folder, j+1), source)
			}
		}
	}

	// This compiles as go build does, and links nothing.
	compile := exec.CommandContext(t.Context(), "go", "list", "-export", "-f", "", "./...")
	compile.Dir = dir
	compile.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "GOSUMDB=off")
	if output, err := compile.CombinedOutput(); err != nil {
		fmt.Fprintf(&wrong, "%s%v\n", output, err)
	}
	return wrong.String()
}

// source is the file that a block makes, and whether it is a whole program.
// Errors and the compiler's messages have the lines of the page at path.
func (b *block) source(path string, number int) (source string, program bool, err error) {
	here := fmt.Sprintf("//line %s:%d\n", path, b.line)
	if strings.HasPrefix(b.code, "package ") {
		return here + b.code, true, nil
	}

	const head = "package page\n\n"
	files := token.NewFileSet()
	code := b.code
	file, err := parser.ParseFile(files, "", head+here+code, parser.SkipObjectResolution)
	if err != nil {
		opening := fmt.Sprintf("func block%d() error {\n", number)
		const closing = "return nil\n}\n"
		file, err = parser.ParseFile(files, "", head+opening+here+code+closing, parser.SkipObjectResolution)
		if err != nil {
			return "", false, err
		}
		start := len(head) + len(opening) + len(here)
		offset := func(p token.Pos) int { return files.PositionFor(p, false).Offset - start }
		code = opening + here + usesNames(code, file, offset) + closing
	} else {
		code = here + code
	}

	var imports strings.Builder
	for _, name := range packagesIn(file) {
		fmt.Fprintf(&imports, "import %q\n", packagesOfBlocks[name])
	}
	return head + imports.String() + code, false, nil
}

// usesNames adds a use behind each statement of a block that declares names: a
// reader goes on from there.
func usesNames(code string, file *ast.File, offset func(token.Pos) int) string {
	function := file.Decls[0].(*ast.FuncDecl)
	for _, statement := range slices.Backward(function.Body.List) {
		assign, ok := statement.(*ast.AssignStmt)
		if !ok || assign.Tok != token.DEFINE {
			continue
		}
		var uses strings.Builder
		for _, left := range assign.Lhs {
			if name := left.(*ast.Ident).Name; name != "_" {
				fmt.Fprintf(&uses, "; _ = %s", name)
			}
		}
		end := offset(assign.End())
		code = code[:end] + uses.String() + code[end:]
	}
	return code
}

// packagesIn are the known packages that a file uses and does not import.
func packagesIn(file *ast.File) []string {
	found := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && packagesOfBlocks[x.Name] != "" {
				found[x.Name] = true
			}
		}
		return true
	})
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		delete(found, path[strings.LastIndex(path, "/")+1:])
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
