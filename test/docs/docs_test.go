package docs_test

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every Go block of the pages that users copy from compiles. A block is a
// program or a file of tests, or declarations, or statements; what a page
// declares in one block it may use in the next.
func TestDocsCompile(t *testing.T) {
	t.Parallel()
	var pages []*page
	for _, path := range files(t, ".md") {
		p := readPage(t, path)
		if len(p.goBlocks()) > 0 && !strings.HasPrefix(path, "examples/") { // their blocks need their modules
			pages = append(pages, p)
		}
	}
	assert.GreaterOrEqual(t, len(pages), 3)
	assert.Empty(t, compileBlocks(t, pages))
}

// What the test above is worth: each kind of block fails, at its own line.
func TestDocsCompileFindsMistakes(t *testing.T) {
	t.Parallel()
	mistakes := []struct{ name, block, because string }{
		{"test", "package page_test\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) { t.Fial() }", ":8:"},
		{"program", "package main\n\nfunc main() { println(zadig.Version) }", ":6:"},
		{"statements", "release, err := client.Delivery.Gte(ctx, \"\")", ":4:"},
		{"error that is dropped", "if true {\n\terr := client.Get(ctx, \"/\", nil, nil)\n}", ":5:"},
		{"no Go at all", "this is no Go", ":4:"},
		{"not formatted", "x  :=  1", ":4: gofmt"},
	}
	const fence = "```"
	var pages []*page
	for i, m := range mistakes {
		pages = append(pages, parsePage(fmt.Sprintf("mistake%d.md", i), []byte("# Page\n\n"+fence+"go\n"+m.block+"\n"+fence+"\n")))
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
	assert.Equal(t, english.structure("README.zh-CN.md"), chinese.structure("README.md"), "links")
	assert.Contains(t, strings.Join(english.first(5), "\n"), "(README.zh-CN.md)", "the first lines lead to the other one")
	assert.Contains(t, strings.Join(chinese.first(5), "\n"), "(README.md)", "the first lines lead to the other one")

	require.Len(t, chinese.blocks, len(english.blocks), "blocks")
	for i, b := range english.blocks {
		other := chinese.blocks[i]
		assert.Equal(t, b.language, other.language, "%s and %s", b.at(), other.at())
		switch b.language {
		case "go":
			assert.Equal(t, tokens(b.code), tokens(other.code), "%s and %s differ in more than comments and texts", b.at(), other.at())
		case "sh":
			assert.Equal(t, withoutComments(b.code), withoutComments(other.code), "%s and %s", b.at(), other.at())
		default:
			assert.Equal(t, b.code, other.code, "%s and %s", b.at(), other.at())
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

var shellComment = regexp.MustCompile(`(?m)^#.*$`)

func withoutComments(shell string) string { return shellComment.ReplaceAllString(shell, "") }

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
