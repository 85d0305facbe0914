package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/artifact"
)

// mirror says that images under one name were built under another.
type mirror struct{ from, to string }

type mirrors []mirror

// add reads a value of -mirror.
func (m *mirrors) add(text string) error {
	from, to, found := strings.Cut(text, "=")
	from, to = strings.TrimSuffix(from, "/"), strings.TrimSuffix(to, "/")
	if !found || from == "" || to == "" {
		return errors.New("it is from=to, such as mirror.example.com=registry.example.com")
	}
	*m = append(*m, mirror{from, to})
	return nil
}

// names are those under which Zadig may have stored an image, the likeliest
// first: as it runs, without its digest where it has a tag as well, and both in
// the place of a mirror.
func (m mirrors) names(image string) []string {
	all := []string{image}
	for _, one := range m {
		if rest, ok := strings.CutPrefix(image, one.from); ok && (rest == "" || strings.ContainsRune("/:@", rune(rest[0]))) {
			all = append(all, one.to+rest)
		}
	}
	for _, name := range slices.Clone(all) {
		if ref, err := artifact.ParseImage(name); err == nil && ref.Tag != "" && ref.Digest != "" {
			ref.Digest = ""
			all = append(all, ref.String())
		}
	}
	return all
}
