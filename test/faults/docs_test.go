package faults_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table into docs/faults.md")

// The table in docs/faults.md is the one that the tests check.
func TestDocsShowTheTable(t *testing.T) {
	t.Parallel()
	const (
		file  = "../../docs/faults.md"
		begin = "<!-- table: written by go -C test/faults test -run TestDocs -update -->\n"
		end   = "<!-- end of table -->"
	)
	doc, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, found := bytes.Cut(doc, []byte(begin))
	require.True(t, found, "%s has no place for the table", file)
	shown, after, found := bytes.Cut(rest, []byte(end))
	require.True(t, found, "the table in %s has no end", file)
	table := markdown()
	if *update {
		require.NoError(t, os.WriteFile(file, bytes.Join([][]byte{before, []byte(begin), []byte(table), []byte(end), after}, nil), 0o644))
		return
	}
	require.Equal(t, table, string(shown), "in test/faults/: go test -run TestDocs -update")
}

func markdown() string {
	var b bytes.Buffer
	for _, group := range faults {
		fmt.Fprintf(&b, "\n### %s\n\n| Fault | Once | Each time | Ends within |\n|---|---|---|---|\n", group.heading)
		for _, f := range group.rows {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.name, f.once, f.always, f.within())
		}
	}
	b.WriteString("\n")
	return b.String()
}

// within returns how long a call may take, in the terms of docs/faults.md.
func (f *fault) within() string {
	switch {
	case f.takes > 0:
		return "what the server takes"
	case f.waits == 1:
		return "the timeout"
	case f.waits > 1:
		return fmt.Sprintf("%d timeouts", f.waits)
	}
	return "the waits between attempts"
}
