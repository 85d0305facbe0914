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
// sorted by service, container and image, and nil if it would be empty.
type Changes struct {
	Added     []Image       `json:"added,omitzero"`     // images of containers that the earlier release did not have
	Removed   []Image       `json:"removed,omitzero"`   // images of containers that only the earlier release had
	Changed   []ImageChange `json:"changed,omitzero"`   // containers that have another image
	Manifests []string      `json:"manifests,omitzero"` // services whose Kubernetes manifests differ
	// Incomplete means that nothing was compared, because a list left the
	// services of a release out: see [Release.ServicesOmitted].
	Incomplete bool `json:"incomplete,omitzero"`
}

// ImageChange is one container with the image of the earlier release and that
// of the later one.
type ImageChange struct {
	Service   string `json:"service"`   // the service's own name; "" where only a chart is known
	Container string `json:"container"` // "" where the server stores none
	From      string `json:"from"`      // image reference in the earlier release
	To        string `json:"to"`        // image reference in the later one
}

// Diff compares what two releases deliver: b with the earlier a. A nil release
// delivers nothing. Diff sends no request.
//
// Images are those of [Release.Images], container by container. Releases from
// before and after v4.0 can be compared. If one release does not name the service
// or the container of an image, as is so for packaged charts, it is compared
// with the image of the same name. A brief release has no images, so all images
// of the other appear as added or removed. If a list left the services of a
// release out, the result is Incomplete.
//
// Manifests are compared as text, for each service of which both releases have
// manifests. A manifest that names its image differs when the image does.
// Manifests is nil if one of the releases was read with SkipManifests, and for
// charts, which have none.
func Diff(a, b *Release) Changes {
	if a.ServicesOmitted() || b.ServicesOmitted() {
		return Changes{Incomplete: true}
	}
	var c Changes
	added, removed := b.Images(), a.Images()
	for _, rule := range pairing {
		added, removed = rule.pair(added, removed, func(from, to Image) {
			if from.Image != to.Image {
				c.Changed = append(c.Changed, ImageChange{
					Service:   cmp.Or(to.Service, from.Service),
					Container: cmp.Or(to.Container, from.Container),
					From:      from.Image,
					To:        to.Image,
				})
			}
		})
	}
	if len(added) > 0 {
		c.Added = slices.SortedFunc(slices.Values(added), compareImages)
	}
	if len(removed) > 0 {
		c.Removed = slices.SortedFunc(slices.Values(removed), compareImages)
	}
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

// IsEmpty reports whether there is no difference. It is false if Incomplete.
func (c Changes) IsEmpty() bool {
	return !c.Incomplete && len(c.Added)+len(c.Removed)+len(c.Changed)+len(c.Manifests) == 0
}

// String returns one line for each difference, without a newline at the end, and
// "no changes" when there is none. It is meant for people and may change.
func (c Changes) String() string {
	if c.IsEmpty() {
		return "no changes"
	}
	if c.Incomplete {
		return "not compared: a list left the services of a release out"
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

// place names a container as servers do.
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

// repository is an image reference without tag and digest.
func repository(i Image) string {
	name, _, _ := strings.Cut(i.Image, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	return name
}

// shortName is the last part of the repository's name: it stays when an image
// is copied to another registry.
func shortName(i Image) string {
	name := repository(i)
	return name[strings.LastIndexByte(name, '/')+1:]
}

// betweenDocuments is the line that separates the documents of a YAML text.
var betweenDocuments = regexp.MustCompile(`(?m)^---[ \t]*$`)

// manifests are the Kubernetes objects of each service that has some. Servers
// repeat them for each container of a service up to v3.4, and send them as one
// text since v4.0; taken apart and sorted they can be compared.
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
		add(s.ServiceName, s.YAMLContent)
	}
	for service, objects := range all {
		slices.Sort(objects)
		all[service] = slices.Compact(objects)
	}
	return all
}
