package clitest

import (
	"os"
	"strings"
	"testing"
)

// Readme runs the sessions that README.md shows, of which there must be some,
// and compares what the program prints.
func (p Program) Readme(t testing.TB, name string, sessions int) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := sessionsOf(string(readme), name)
	if len(found) != sessions {
		t.Fatalf("README.md has %d sessions, want %d", len(found), sessions)
	}
	for _, s := range found {
		var stdout, stderr strings.Builder
		if code := p(t.Context(), s.args, nil, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
			t.Errorf("%s ends with %d: %s", s.args, code, stderr.String())
		}
		if stdout.String() != s.output {
			t.Errorf("paste the output of %s again:\n%s", s.args, stdout.String())
		}
	}
}

// session is a command with its output, as a README shows it.
type session struct {
	args   []string // without the program's name
	output string
}

// sessionsOf finds in a README the blocks
//
//	```console
//	$ program -flags
//	output
//	```
//
// of a program that are a demo, and so can be run anywhere.
func sessionsOf(readme, program string) []session {
	var sessions []session
	for i, block := range strings.Split(readme, "```") {
		text, ok := strings.CutPrefix(block, "console\n$ "+program+" ")
		command, output, _ := strings.Cut(text, "\n")
		if i%2 == 1 && ok && strings.Contains(command, "-demo") {
			sessions = append(sessions, session{strings.Fields(command), output})
		}
	}
	return sessions
}
