package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zadig-go/zadig"
)

const (
	maxElements = 50   // of each list in a result
	maxText     = 2000 // bytes of each text in a result
)

// text shortens what Zadig stores to maxText bytes of whole characters.
func text(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if len(s) <= maxText {
		return s
	}
	end := maxText - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// capped converts the first maxElements of a list and counts the others in omitted.
func capped[A, B any](all []A, omitted *int, convert func(A) B) []B {
	n := min(len(all), maxElements)
	*omitted += len(all) - n
	out := make([]B, 0, n)
	for _, one := range all[:n] {
		out = append(out, convert(one))
	}
	return out
}

// limited returns how many elements a tool returns or looks at: 0 is the most.
func limited(n, most int) (int, error) {
	if n < 0 {
		return 0, fmt.Errorf("limit must not be negative (got %d)", n)
	}
	return min(cmp.Or(n, most), most), nil
}

func explain(err error) string {
	if plain := zadig.Explain(err); plain != "" {
		return text(plain)
	}
	return text(err.Error())
}

// explainInDetail is explain with the error behind the sentence, which names
// the release or the image.
func explainInDetail(err error) string {
	plain, detail := zadig.Explain(err), strings.Join(strings.Fields(err.Error()), " ")
	if plain == "" {
		return text(detail)
	}
	return text(plain + ": " + detail)
}

// toolError is err as a tool reports it.
func toolError(err error) error { return errors.New(explain(err)) }
