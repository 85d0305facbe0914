package cli

import (
	"cmp"
	"slices"
	"strings"
)

// Nearest returns texts, the most similar to text first. Texts that are equally similar
// keep their order.
func Nearest(text string, texts []string) []string {
	sorted := slices.Clone(texts)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(distance(text, a), distance(text, b)) })
	return sorted
}

// distance is the Levenshtein distance of two texts, ignoring case.
func distance(a, b string) int {
	from, to := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			replaced := diagonal
			if r != s {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
