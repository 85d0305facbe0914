package delivery

import (
	"cmp"
	"iter"
	"slices"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Image is one image that a release delivers.
type Image struct {
	Service   string `json:"service"`   // the service's own name; "" where only a chart is known
	Container string `json:"container"` // "" where the server stores none
	Image     string `json:"image"`     // reference: registry, name, and tag or digest
}

// Images lists the images of a release, each of a service and container once,
// in the server's order: those that were deployed; where nothing was, those of
// the environment; the images of packaged charts that are not among them; of a
// flat release (v4.0 and later) the released images, which lists leave out
// since v4.2.0. It is nil for a brief release, for a nil one, and where nothing
// is known.
func (r *Release) Images() []Image {
	if r == nil {
		return nil
	}
	var images imageList
	images.add(r.deployedImages())
	if images.all == nil {
		images.add(r.environmentImages())
	}
	for image := range r.packagedImages() {
		if !images.mayHave(image) {
			images.addOne(image)
		}
	}
	images.add(r.releasedImages())
	return images.all
}

func (r *Release) deployedImages() iter.Seq[Image] {
	return func(yield func(Image) bool) {
		for d := range nilsafe.Values(r.DeployInfo) {
			if !yield(Image{d.Service(), d.Container(), d.Image}) {
				return
			}
		}
	}
}

func (r *Release) environmentImages() iter.Seq[Image] {
	return func(yield func(Image) bool) {
		for s := range r.environmentServices() {
			for c := range nilsafe.Values(s.Containers) {
				if !yield(Image{s.ServiceName, c.Name, c.Image}) {
					return
				}
			}
		}
	}
}

// packagedImages are those of charts.
func (r *Release) packagedImages() iter.Seq[Image] {
	return func(yield func(Image) bool) {
		for chart := range nilsafe.Values(r.DistributeInfo) {
			for d := range nilsafe.Values(chart.SubDistributes) {
				if d.DistributeType == DistributeImage && !yield(Image{d.ServiceName, d.ServiceModule, d.reference()}) {
					return
				}
			}
		}
	}
}

// releasedImages are those of a flat release.
func (r *Release) releasedImages() iter.Seq[Image] {
	return func(yield func(Image) bool) {
		for s := range nilsafe.Values(r.Services) {
			for i := range nilsafe.Values(s.Images) {
				if !yield(Image{s.ServiceName, i.ContainerName, cmp.Or(i.TargetImage, i.SourceImage)}) {
					return
				}
			}
		}
	}
}

// environmentServices are the services of the environment, of all groups.
func (r *Release) environmentServices() iter.Seq[*EnvService] {
	return func(yield func(*EnvService) bool) {
		for _, group := range nilsafe.OrZero(nilsafe.OrZero(r.VersionInfo).ProductEnvInfo).Services {
			for s := range nilsafe.Values(group) {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// reference is the image of an image's distribute, which the server keeps
// under a name of its own up to v2.2.0.
func (d *DistributeInfo) reference() string { return cmp.Or(d.Image, d.RegistryName) }

// imageList is a list of distinct images.
type imageList struct {
	all     []Image
	known   map[Image]struct{}
	keys    map[imageKey]struct{} // of the first indexed images
	indexed int
}

func (l *imageList) add(images iter.Seq[Image]) {
	for i := range images {
		l.addOne(i)
	}
}

func (l *imageList) addOne(i Image) {
	if _, again := l.known[i]; again || i.Image == "" {
		return
	}
	if l.known == nil {
		l.known = map[Image]struct{}{}
	}
	l.known[i] = struct{}{}
	l.all = append(l.all, i)
}

// mayHave reports whether the list has the image in what may be the same
// container.
func (l *imageList) mayHave(i Image) bool {
	if l.keys == nil {
		l.keys = map[imageKey]struct{}{}
	}
	for ; l.indexed < len(l.all); l.indexed++ {
		listed := l.all[l.indexed]
		for _, k := range keysOf(listed, listed.Image) {
			l.keys[k] = struct{}{}
		}
	}
	return slices.ContainsFunc(keysFor(i, i.Image), func(k imageKey) bool {
		_, ok := l.keys[k]
		return ok
	})
}
