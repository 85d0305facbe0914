package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

const (
	shortCommit = 12
	cutRegistry = "…/"
)

// registry is the one that most images are from. Where a table has to fit a
// terminal, its name is written once.
type registry struct {
	name string // with the slash behind it; "": none is cut
	seen int    // images from which the name is cut, and nothing else
}

// commonRegistry finds the registry of most of the images, at least of two.
func commonRegistry(shown []*origin) *registry {
	count := make(map[string]int)
	for _, o := range shown {
		if ref, err := artifact.ParseImage(o.Image); err == nil && ref.Registry != "" {
			count[ref.Registry+"/"]++
		}
	}
	most := new(registry)
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if count[name] > max(1, count[most.name]) {
			most.name = name
		}
	}
	return most
}

// imageCell is the image as people read it: with the digest where that matters,
// and no more of it than distinguishes one from another.
func (o *origin) imageCell(common *registry) cli.Cell {
	image, digest, found := strings.Cut(o.Image, "@")
	if o.status == drifted {
		_, digest, found = strings.Cut(o.ImageID, "@")
	}
	if found {
		image += "@" + cli.Shorten(digest, len("sha256:")+shortCommit+1)
	}
	rest, isCommon := strings.CutPrefix(image, common.name)
	isCommon = isCommon && common.name != ""
	if isCommon {
		image = cutRegistry + rest
		common.seen++
	}
	return cli.Cell{Text: image, Code: true, Shorter: func(columns int) string {
		if isCommon {
			common.seen--
		}
		name := image[strings.LastIndexByte(image, '/')+1:]
		return cli.ShortenMiddle(strings.Replace(name, "@sha256:", "@", 1), columns)
	}}
}

// cell is repository and commit, and where there is less room the commit.
func (c commit) cell() cli.Cell {
	id := c.Commit[:min(len(c.Commit), shortCommit)]
	_, repo, _ := strings.Cut(c.Repo, "/")
	return cli.Cell{Text: c.Repo + "@" + id, URL: c.URL, Shorter: func(columns int) string {
		for _, text := range []string{repo + "@" + id, id} {
			if cli.Width(text) <= columns {
				return text
			}
		}
		return id[:min(len(id), columns)] // a shorter prefix is a commit all the same
	}}
}

// namespacesCell names those that run the image, with how many pods of them
// where it is more than one, and where there is less room the first of them.
func (o *origin) namespacesCell() cli.Cell {
	var all []string
	for _, namespace := range slices.Sorted(maps.Keys(o.Namespaces)) {
		if n := o.Namespaces[namespace]; n > 1 {
			namespace += fmt.Sprintf(" (%d)", n)
		}
		all = append(all, namespace)
	}
	return cli.Cell{Text: strings.Join(all, ", "), Shorter: func(columns int) string {
		for n := len(all) - 1; n > 0; n-- {
			if text := fmt.Sprintf("%s, +%d", strings.Join(all[:n], ", "), len(all)-n); cli.Width(text) <= columns {
				return text
			}
		}
		if len(all) < 2 {
			return strings.Join(all, "")
		}
		more := fmt.Sprintf(", +%d", len(all)-1)
		return cli.Shorten(all[0], columns-len(more)) + more
	}}
}
