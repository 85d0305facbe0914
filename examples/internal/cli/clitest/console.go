// Package clitest helps to test the example programs.
package clitest

import "strings"

// Session is a command with its output, as a README shows it.
type Session struct {
	Args   []string // without the program's name
	Output string
}

// Sessions finds in a README the blocks
//
//	```console
//	$ program -flags
//	output
//	```
//
// of a program that are a demo, and so can be run anywhere.
func Sessions(readme, program string) []Session {
	var sessions []Session
	for i, block := range strings.Split(readme, "```") {
		text, ok := strings.CutPrefix(block, "console\n$ "+program+" ")
		command, output, _ := strings.Cut(text, "\n")
		if i%2 == 1 && ok && strings.Contains(command, "-demo") {
			sessions = append(sessions, Session{strings.Fields(command), output})
		}
	}
	return sessions
}
