package delivery

import (
	"cmp"
	"iter"
	"slices"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Image is one image that a release delivers.
type Image struct {
	Service   string `json:"service"`   // the service's own name
	Container string `json:"container"` // for a chart, the image's name; "" if the server stores none
	Image     string `json:"image"`     // reference: registry, name, and tag or digest
}

// Images returns the images that the release delivers, in the server's order and
// without duplicates. Up to Zadig v3.4, these are the images of DeployInfo and of
// packaged charts; since v4.0, those of Services.
//
// For an image that the release pushes, the reference is the target of the push, even
// if the push failed (see [Release.Succeeded]). For any other image, it is the
// reference in the environment. To trace images, use [Release.SourceImages]. Up to Zadig
// v2.1, the images of a chart are missing until all images of this chart have been
// pushed, because only then does the server send the chart.
//
// Images returns nil for a summary ([Release.IsSummary]), for a nil Release, and if no
// image is known.
func (r *Release) Images() []Image {
	if r == nil || r.isSummary {
		return nil
	}
	var images []Image
	known := map[Image]bool{}
	add := func(i Image) {
		if i.Image != "" && !known[i] {
			known[i] = true
			images = append(images, i)
		}
	}
	for d := range nilsafe.Values(r.DeployInfo) {
		add(Image{d.Service(), d.Container(), d.Image})
	}
	for d := range nilsafe.Values(r.DistributeInfo) {
		for _, i := range r.chartImages(d) {
			add(i)
		}
	}
	for s := range nilsafe.Values(r.Services) {
		for i := range nilsafe.Values(s.Images) {
			add(s.image(i))
		}
	}
	return images
}

// SourceImages returns the same images as [Release.Images], in the same order, but with
// their references in the environment that the release was made from. Zadig built and
// deployed the images under these references, so artifact.Service.Trace finds them.
// Trace does not find the targets to which a release pushes its images, because no
// version of Zadig keeps an artifact for them (from Zadig's source). If the source of an
// image is not known, SourceImages returns the same reference as Images.
func (r *Release) SourceImages() []Image {
	images := r.Images()
	sources := make(map[Image]string)
	for s := range nilsafe.Values(nilsafe.OrZero(r).Services) {
		for i := range nilsafe.Values(s.Images) {
			sources[s.image(i)] = i.SourceImage
		}
	}
	for n, i := range images {
		images[n].Image = cmp.Or(sources[i], r.pushedFrom(i), i.Image)
	}
	return images
}

// pushedFrom returns the reference that an image had in the environment before a
// release up to v3.4 pushed it, or "". A workflow's release pushes no images.
func (r *Release) pushedFrom(pushed Image) string {
	for _, i := range r.environmentImages() {
		switch r.VersionInfo.Type {
		case TypeK8SYAML:
			if i.Service == pushed.Service && i.Container == pushed.Container {
				return i.Image
			}
		case TypeHelmChart:
			if i.Service == pushed.Service && shortName(i) == shortName(pushed) {
				return i.Image
			}
		}
	}
	return ""
}

// chartImages returns the images of a packaged chart: those that are pushed, and
// those that keep their reference in the environment. The name of a chart is the
// name of its service; the ServiceName of an image in it is the image's own name.
// For a file or an image, chartImages returns nil.
func (r *Release) chartImages(chart *DistributeInfo) []Image {
	var images []Image
	for d := range nilsafe.Values(chart.SubDistributes) {
		images = append(images, Image{chart.ChartName, d.ServiceName, cmp.Or(d.Image, d.RegistryName)})
	}
	pushed := images
	for _, i := range r.environmentImages() {
		isPushed := func(p Image) bool { return shortName(p) == shortName(i) }
		if i.Service == chart.ChartName && !slices.ContainsFunc(pushed, isPushed) {
			images = append(images, i)
		}
	}
	return images
}

// environmentImages returns the images of all services of the environment.
func (r *Release) environmentImages() []Image {
	var images []Image
	for s := range r.environmentServices() {
		for c := range nilsafe.Values(s.Containers) {
			images = append(images, Image{s.ServiceName, c.Name, c.Image})
		}
	}
	return images
}

// environmentServices yields the services of the environment, of all groups.
func (r *Release) environmentServices() iter.Seq[*EnvService] {
	return func(yield func(*EnvService) bool) {
		for _, group := range r.environment().Services {
			for s := range nilsafe.Values(group) {
				if !yield(s) {
					return
				}
			}
		}
	}
}
