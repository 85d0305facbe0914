package delivery

import (
	"cmp"
	"slices"
)

// Image is one image that a release delivers.
type Image struct {
	Service   string // the service's own name; "" where only a chart is known
	Container string // "" where the server stores none
	Image     string // reference: registry, name, and tag or digest
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
	var images []Image
	add := func(service, container, image string) {
		found := Image{service, container, image}
		if image != "" && !slices.Contains(images, found) {
			images = append(images, found)
		}
	}
	for _, d := range r.DeployInfo {
		if d != nil {
			add(d.Service(), d.Container(), d.Image)
		}
	}
	if images == nil && r.VersionInfo != nil && r.VersionInfo.ProductEnvInfo != nil {
		for _, s := range slices.Concat(r.VersionInfo.ProductEnvInfo.Services...) {
			if s != nil {
				for _, c := range s.Containers {
					if c != nil {
						add(s.ServiceName, c.Name, c.Image)
					}
				}
			}
		}
	}
	for _, chart := range r.DistributeInfo {
		if chart != nil {
			for _, d := range chart.SubDistributes {
				if d == nil || d.DistributeType != DistributeImage {
					continue
				}
				packed := Image{d.ServiceName, d.ServiceModule, d.reference()}
				among := func(i Image) bool { return i.Image == packed.Image && perhapsSameContainer(i, packed) }
				if !slices.ContainsFunc(images, among) {
					add(packed.Service, packed.Container, packed.Image)
				}
			}
		}
	}
	for _, s := range r.Services {
		if s != nil {
			for _, i := range s.Images {
				if i != nil {
					add(s.ServiceName, i.ContainerName, cmp.Or(i.TargetImage, i.SourceImage))
				}
			}
		}
	}
	return images
}

// reference is the image of an image's distribute, which the server keeps
// under a name of its own up to v2.2.0.
func (d *DistributeInfo) reference() string { return cmp.Or(d.Image, d.RegistryName) }
