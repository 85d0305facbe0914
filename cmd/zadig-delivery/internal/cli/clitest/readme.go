package clitest

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "paste what the programs print into their READMEs")

// Readme runs the sessions that README.md shows, of which there must be so
// many, and compares what the program prints.
func (p Program) Readme(t testing.TB, name string, sessions int) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(readme)
	found := sessionsOf(text, name)
	if len(found) != sessions {
		t.Fatalf("README.md has %d sessions, want %d", len(found), sessions)
	}
	for _, s := range found {
		var stdout, stderr strings.Builder
		if code := p(t.Context(), s.args, nil, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
			t.Errorf("%s ends with %d: %s", s.args, code, stderr.String())
		}
		switch {
		case stdout.String() == s.output:
		case *update:
			text = strings.Replace(text, "\n"+s.output+"```", "\n"+stdout.String()+"```", 1)
		default:
			t.Errorf("README.md shows another output of %s (-update pastes it):\n%s", s.args, stdout.String())
		}
	}
	if text != string(readme) {
		if err := os.WriteFile("README.md", []byte(text), 0o600); err != nil {
			t.Fatal(err)
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
