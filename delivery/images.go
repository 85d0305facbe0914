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

// Images returns the images of a release in the server's order, each service,
// container and image once:
//
//   - up to v3.4, the images that were deployed or, if none were, those of the
//     environment; then the images of packaged charts that are not among them
//   - since v4.0, the released images, which lists leave out since v4.2.0
//
// It is nil for a brief release, for a nil one, and if no image is known.
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

// reference is the reference of a distributed image, which servers up to v2.2.0
// store in RegistryName.
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
