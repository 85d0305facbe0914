package docs_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jarcoal/httpmock" // go.mod must hold what blocks use
	"github.com/stretchr/testify/require"
	_ "golang.org/x/time/rate"

	_ "github.com/zadig-go/zadig/zadigtest"
)

// packagesOfBlocks are the packages that blocks may use without an import.
var packagesOfBlocks = func() map[string]string {
	const module = "github.com/zadig-go/zadig"
	known := map[string]string{"zadig": module, "rate": "golang.org/x/time/rate"}
	ours, err := filepath.Glob(root + "/*/*.go")
	if err != nil {
		panic(err)
	}
	for _, file := range ours {
		name := filepath.Base(filepath.Dir(file))
		known[name] = module + "/" + name
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

// module is a module in a temporary folder that requires what this one does.
type module struct{ path string }

func newModule(t *testing.T) module {
	t.Helper()
	top, err := filepath.Abs(root)
	require.NoError(t, err)
	mod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	sum, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	m := module{t.TempDir()}
	m.write(t, "go.mod", strings.Replace(string(mod), "=> "+root+"/", fmt.Sprintf("=> %q", top), 1))
	m.write(t, "go.sum", string(sum))
	return m
}

func (m module) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(m.path, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func (m module) env() []string {
	return append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
}

// compileBlocks compiles the Go blocks of pages and returns what is wrong with
// them.
func compileBlocks(t *testing.T, pages []*page) string {
	t.Helper()
	top, err := filepath.Abs(root)
	require.NoError(t, err)
	dir := newModule(t)

	var wrong strings.Builder
	for i, p := range pages {
		folder := fmt.Sprintf("page%d", i+1)
		dir.write(t, folder+"/names.go", "package page\n"+namesOfBlocks)
		for j, b := range p.goBlocks() {
			if formatted, err := format.Source([]byte(b.code)); err == nil && !bytes.Equal(formatted, []byte(b.code)) {
				fmt.Fprintf(&wrong, "%s: gofmt would change this block\n", b.at())
			}
			source, program, err := b.source(filepath.Join(top, p.path), j+1)
			if err != nil {
				fmt.Fprintf(&wrong, "%v\n", err)
				continue
			}
			if program {
				dir.write(t, fmt.Sprintf("%s/program%d/%s", folder, j+1, b.fileName()), source)
			} else {
				dir.write(t, fmt.Sprintf("%s/block%d.go", folder, j+1), source)
			}
		}
	}

	// This compiles as go build does, and links nothing.
	compile := exec.CommandContext(t.Context(), "go", "list", "-test", "-export", "-f", "", "./...")
	compile.Dir, compile.Env = dir.path, dir.env()
	if output, err := compile.CombinedOutput(); err != nil {
		fmt.Fprintf(&wrong, "%s%v\n", output, err)
	}
	return wrong.String()
}

// fileName is what a program is saved as.
func (b *block) fileName() string {
	if strings.Contains(b.code, "_test\n") {
		return "page_test.go"
	}
	return "main.go"
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

// usesNames adds a use after each statement of a block that declares names, because the
// reader's program uses them.
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
