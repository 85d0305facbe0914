package delivery

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/redact"
)

// Changes is the difference between a release and an earlier one. Each slice is
// sorted by service, container and image, and is nil if it has no elements.
type Changes struct {
	Added     []Image       `json:"added,omitzero"`     // images of containers that are new
	Removed   []Image       `json:"removed,omitzero"`   // images of containers that are gone
	Changed   []ImageChange `json:"changed,omitzero"`   // containers whose image differs
	Manifests []string      `json:"manifests,omitzero"` // services whose Kubernetes manifests differ
	// Incomplete means that nothing was compared, because one of the releases is a
	// summary: see [Release.IsSummary].
	Incomplete bool `json:"incomplete,omitzero"`
}

// ImageChange describes a container whose image differs between two releases.
type ImageChange struct {
	Service   string `json:"service"`   // the service's own name
	Container string `json:"container"` // as in Image
	From      string `json:"from"`      // image reference in the earlier release
	To        string `json:"to"`        // image reference in the later one
}

// Diff compares b with the earlier release a. It sends no request. A nil release counts as
// one that delivers nothing. The releases can be from different versions of Zadig.
//
// Diff compares the images of [Release.Images], container by container. Up to Zadig v3.4,
// a release delivers only the containers that its task deployed or its author chose, but
// it describes the whole environment. So for a container that a did not deliver, Diff
// uses the image in a's environment. A container that b did not deliver is in Removed only
// if b's environment does not have it either. If b's environment is unknown, Removed is
// nil. If b is from Zadig v4.0 or later, it does not describe an environment, and Removed
// has all containers of a that b does not deliver.
//
// Manifests are compared as text, and only in services that have manifests in both
// releases. A manifest that names its image differs when the image does. Charts are not
// compared. A release that was read with SkipManifests has no manifests.
func Diff(a, b *Release) Changes {
	if a.IsSummary() || b.IsSummary() {
		return Changes{Incomplete: true}
	}
	var c Changes
	changed := func(from, to Image) {
		if from.Image != to.Image {
			c.Changed = append(c.Changed, ImageChange{
				Service:   to.Service,
				Container: cmp.Or(to.Container, from.Container),
				From:      from.Image,
				To:        to.Image,
			})
		}
	}
	removed, added := pair(a.Images(), b.Images(), changed)
	_, added = pair(a.undelivered(), added, changed)
	removed, _ = pair(removed, b.undelivered(), nil)
	if b != nil && !b.isV4() && b.environmentImages() == nil {
		removed = nil
	}
	c.Added = slices.SortedFunc(slices.Values(added), compareImages)
	c.Removed = slices.SortedFunc(slices.Values(removed), compareImages)
	slices.SortFunc(c.Changed, func(x, y ImageChange) int {
		return cmp.Or(
			compareImages(Image{x.Service, x.Container, x.From}, Image{y.Service, y.Container, y.From}),
			strings.Compare(x.To, y.To),
		)
	})

	was, is := a.manifests(), b.manifests()
	for _, service := range slices.Sorted(maps.Keys(is)) {
		if before, ok := was[service]; ok && !slices.Equal(before, is[service]) {
			c.Manifests = append(c.Manifests, service)
		}
	}
	return c
}

// undelivered returns the images of the environment that the release did not
// deliver.
func (r *Release) undelivered() []Image {
	_, images := pair(r.Images(), r.environmentImages(), nil)
	return images
}

// samePlace lists functions that return a key of an image. Two images with the same
// key belong to the same container. Each function applies only to the images that
// no earlier function matched. The last one is for a container that has a name in
// one release only.
var samePlace = []func(Image) Image{
	func(i Image) Image { return i },
	func(i Image) Image { return Image{i.Service, i.Container, repository(i)} },
	func(i Image) Image { return Image{i.Service, i.Container, ""} },
	func(i Image) Image { return Image{i.Service, "", shortName(i)} },
}

// pair calls paired, unless it is nil, with each image of was and its successor in
// is. It returns the images of was without a successor, and those of is without a
// predecessor.
func pair(was, is []Image, paired func(from, to Image)) (wasLeft, isLeft []Image) {
	for _, key := range samePlace {
		waiting := map[Image][]int{} // indexes of is
		for n, to := range is {
			waiting[key(to)] = append(waiting[key(to)], n)
		}
		taken := make([]bool, len(is))
		was = slices.DeleteFunc(was, func(from Image) bool {
			k := key(from)
			if len(waiting[k]) == 0 {
				return false
			}
			n := waiting[k][0]
			waiting[k], taken[n] = waiting[k][1:], true
			if paired != nil {
				paired(from, is[n])
			}
			return true
		})
		n := -1
		is = slices.DeleteFunc(is, func(Image) bool { n++; return taken[n] })
	}
	return was, is
}

// IsEmpty reports whether there is no difference. It returns false if Incomplete is set.
func (c Changes) IsEmpty() bool {
	return !c.Incomplete && len(c.Added)+len(c.Removed)+len(c.Changed)+len(c.Manifests) == 0
}

// String returns one line for each difference, without a newline at the end, or
// "no changes". It is meant for people and may change.
func (c Changes) String() string {
	if c.IsEmpty() {
		return "no changes"
	}
	if c.Incomplete {
		return "not compared: the details of a release were not read"
	}
	var lines []string
	line := func(format string, a ...any) { lines = append(lines, redact.Line(fmt.Sprintf(format, a...))) }
	for _, i := range c.Added {
		line("added %s", i)
	}
	for _, i := range c.Removed {
		line("removed %s", i)
	}
	for _, i := range c.Changed {
		line("changed %s: %s → %s", place(i.Service, i.Container), i.From, i.To)
	}
	for _, service := range c.Manifests {
		line("manifests of %s differ", service)
	}
	return strings.Join(lines, "\n")
}

// place returns the name of a container as servers write it.
func place(service, container string) string {
	switch {
	case service == "" && container == "":
		return "image"
	case service == "" || container == "":
		return service + container
	}
	return service + "/" + container
}

func compareImages(x, y Image) int {
	return cmp.Or(
		strings.Compare(x.Service, y.Service),
		strings.Compare(x.Container, y.Container),
		strings.Compare(x.Image, y.Image),
	)
}

// repository returns an image reference without tag and digest.
func repository(i Image) string {
	name, _, _ := strings.Cut(i.Image, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	return name
}

// shortName returns the last part of the repository's name, which stays the same when
// an image is copied to another registry.
func shortName(i Image) string {
	name := repository(i)
	return name[strings.LastIndexByte(name, '/')+1:]
}

// betweenDocuments matches the line that separates the documents of a YAML text.
var betweenDocuments = regexp.MustCompile(`(?m)^---[ \t]*$`)

// manifests returns the Kubernetes objects of each service that has some, sorted.
// Up to v3.4 servers repeat the objects for each container of a service. Since v4.0
// they send the objects of a service as one text.
func (r *Release) manifests() map[string][]string {
	if r == nil {
		return nil
	}
	all := map[string][]string{}
	add := func(service, text string) {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		for _, object := range betweenDocuments.Split(text, -1) {
			if object = strings.TrimSpace(object); object != "" {
				all[service] = append(all[service], object)
			}
		}
	}
	for d := range nilsafe.Values(r.DeployInfo) {
		for _, text := range d.YAMLContents {
			add(d.Service(), text)
		}
	}
	for s := range nilsafe.Values(r.Services) {
		if s.ChartName == "" { // else the values of a chart
			add(s.ServiceName, s.YAMLContent)
		}
	}
	for service, objects := range all {
		slices.Sort(objects)
		all[service] = slices.Compact(objects)
	}
	return all
}
