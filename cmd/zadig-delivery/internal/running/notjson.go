package main

import (
	"bytes"
	"regexp"
)

// textOfKubectl finds out which other output of kubectl a text begins like.
var textOfKubectl = []struct {
	begins *regexp.Regexp
	is     string
}{
	{regexp.MustCompile(`^(?:---\s|(?:apiVersion|items|kind|metadata):)`), "YAML: give kubectl -o json in place of -o yaml"},
	{regexp.MustCompile(`^(?:NAMESPACE|NAME) +[A-Z]`), "a table: give kubectl -o json, in place of -o wide if that is there"},
	{regexp.MustCompile(`^pods?/`), "a list of names: give kubectl -o json in place of -o name"},
}

// notJSON says what a text is that is not JSON, as far as that is recognized.
func notJSON(begin []byte) (is string, recognized bool) {
	begin = bytes.TrimLeft(begin, " \t\r\n\ufeff")
	for _, text := range textOfKubectl {
		if text.begins.Match(begin) {
			return text.is, true
		}
	}
	return "", false
}
