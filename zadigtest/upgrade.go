package zadigtest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/delivery"
)

// nest returns a release in the shape of versions before v4.0.0, including the
// members that some of these versions derive from other members. A release that
// was given in the later shape gets no builds, deploys or tests.
func nest(r *delivery.Release) *delivery.Release {
	info := *r.VersionInfo
	if r.Services != nil {
		if r.EnvName != "" {
			info.ProductEnvInfo = &delivery.ProductEnvInfo{ProductName: info.ProductName, EnvName: r.EnvName, Production: r.Production}
		}
		return &delivery.Release{VersionInfo: &info}
	}
	if info.Progress != nil { // renamed in v2.2.0
		p := *info.Progress
		p.SuccessCount = cmp.Or(p.SuccessCount, p.SuccessChartCount)
		p.TotalCount = cmp.Or(p.TotalCount, p.TotalChartCount)
		p.UploadStatus = cmp.Or(p.UploadStatus, p.PackageStatus)
		p.SuccessChartCount, p.TotalChartCount, p.PackageStatus = p.SuccessCount, p.TotalCount, p.UploadStatus
		info.Progress = &p
	}
	return &delivery.Release{
		VersionInfo: &info,
		BuildInfo:   copies(r.BuildInfo, func(b *delivery.BuildInfo) { b.ReleaseID = cmp.Or(b.ReleaseID, info.ID) }),
		DeployInfo: copies(r.DeployInfo, func(d *delivery.DeployInfo) {
			d.ReleaseID = cmp.Or(d.ReleaseID, info.ID)
			if d.ContainerName != "" {
				d.RealServiceName = cmp.Or(d.RealServiceName, rawServiceName(d.ServiceName, d.ContainerName))
			}
			d.ServiceModule = cmp.Or(d.ServiceModule, d.ContainerName)
			d.ImageName = cmp.Or(d.ImageName, imageName(d.Image))
		}),
		TestInfo: copies(r.TestInfo, func(t *delivery.TestInfo) { t.ReleaseID = cmp.Or(t.ReleaseID, info.ID) }),
		DistributeInfo: copies(r.DistributeInfo, func(d *delivery.DistributeInfo) {
			d.ReleaseID = cmp.Or(d.ReleaseID, info.ID)
			d.SubDistributes = copies(d.SubDistributes, func(sub *delivery.DistributeInfo) {
				sub.ReleaseID = cmp.Or(sub.ReleaseID, info.ID)
				if sub.DistributeType == delivery.DistributeImage {
					sub.Image = cmp.Or(sub.Image, sub.RegistryName)
					sub.ImageName = cmp.Or(sub.ImageName, imageName(sub.RegistryName))
					sub.ServiceModule = cmp.Or(sub.ServiceModule, imageName(sub.RegistryName))
				}
			})
		}),
		SecurityStatsInfo: r.SecurityStatsInfo,
	}
}

// copies returns copies of the elements that are not nil, each modified by change.
func copies[T any](list []*T, change func(*T)) (changed []*T) {
	for _, e := range list {
		if e != nil {
			c := *e
			change(&c)
			changed = append(changed, &c)
		}
	}
	return changed
}

func rawServiceName(shown, container string) string {
	if container == "" {
		return shown
	}
	return strings.TrimSuffix(shown, "/"+container)
}

// flatten returns a release of an older version in the shape that it has after an
// upgrade to v4.0.0. It keeps the common members and takes the services from the
// distributed charts and the deploys or, if there are none, from the environment.
func flatten(r *delivery.Release) *delivery.Release {
	if r.Services != nil {
		return r
	}
	n := nest(r)
	images, sources := n.Images(), make(map[string]string) // source by pushed image
	for i, source := range n.SourceImages() {
		sources[images[i].Image] = source.Image
	}
	info := n.VersionInfo
	info.Type = cmp.Or(info.Type, delivery.TypeK8SYAML)
	info.Status = cmp.Or(info.Status, delivery.StatusSuccess)
	flat := &delivery.Release{VersionInfo: info, Source: cmp.Or(r.Source, delivery.SourceFromEnv), Services: []*delivery.FlatService{}}
	if info.Progress != nil {
		flat.Error = info.Progress.Error
	}
	for _, d := range n.DistributeInfo {
		if d.DistributeType != delivery.DistributeChart {
			continue
		}
		flat.ChartRepoName = cmp.Or(flat.ChartRepoName, d.ChartRepoName)
		s := serviceOf(flat, d.ChartName)
		s.ChartName, s.ChartVersion, s.OriginalChartVersion, s.ChartStatus = d.ChartName, d.ChartVersion, d.ChartVersion, "passed"
		for _, sub := range d.SubDistributes {
			addImage(s, imageName(sub.RegistryName), cmp.Or(sources[sub.RegistryName], sub.RegistryName), sub.RegistryName, nil)
		}
	}
	for _, d := range n.DeployInfo {
		flat.ImageRegistryID = cmp.Or(flat.ImageRegistryID, d.RegistryID)
		s := serviceOf(flat, rawServiceName(d.ServiceName, d.ContainerName))
		s.YAMLContent = cmp.Or(s.YAMLContent, strings.Join(d.YAMLContents, "\n---\n"))
		if d.Image != "" {
			addImage(s, d.ContainerName, cmp.Or(sources[d.Image], d.Image), d.Image, nil)
		}
	}
	env := info.ProductEnvInfo
	if env == nil {
		return flat
	}
	flat.EnvName, flat.Production = env.EnvName, env.Production
	if len(flat.Services) == 0 {
		copies(slices.Concat(env.Services...), func(e *delivery.EnvService) {
			s := serviceOf(flat, e.ServiceName)
			copies(e.Containers, func(c *delivery.Container) { addImage(s, c.Name, c.Image, c.Image, c.ImagePath) })
		})
	}
	return flat
}

// serviceOf returns the service with the given name. It adds the service if it is missing.
func serviceOf(flat *delivery.Release, name string) *delivery.FlatService {
	for _, s := range flat.Services {
		if s.ServiceName == name {
			return s
		}
	}
	s := &delivery.FlatService{ServiceName: name}
	flat.Services = append(flat.Services, s)
	return s
}

func addImage(s *delivery.FlatService, container, source, target string, path *delivery.ImagePath) {
	tag := func(image string) string {
		image = image[strings.LastIndexByte(image, '/')+1:]
		return image[strings.LastIndexByte(image, ':')+1:]
	}
	s.Images = append(s.Images, &delivery.ServiceImage{
		ContainerName: container, ImageName: imageName(target), ImagePath: path,
		SourceImage: source, SourceImageTag: tag(source), TargetImage: target, TargetImageTag: tag(target),
	})
}

// imageName returns the last part of a reference without its tag or digest.
func imageName(image string) string {
	image = image[strings.LastIndexByte(image, '/')+1:]
	if i := strings.IndexAny(image, ":@"); i >= 0 {
		return image[:i]
	}
	return image
}
