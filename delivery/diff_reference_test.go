package delivery_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
)

// referenceImages is what Release.Images says, written with a look at every
// pair of images.
func referenceImages(r *delivery.Release) []delivery.Image {
	var images []delivery.Image
	add := func(service, container, image string) {
		found := delivery.Image{Service: service, Container: container, Image: image}
		if image != "" && !slices.Contains(images, found) {
			images = append(images, found)
		}
	}
	for _, d := range r.DeployInfo {
		add(d.Service(), d.Container(), d.Image)
	}
	if images == nil && r.VersionInfo != nil && r.VersionInfo.ProductEnvInfo != nil {
		for _, s := range slices.Concat(r.VersionInfo.ProductEnvInfo.Services...) {
			for _, c := range s.Containers {
				add(s.ServiceName, c.Name, c.Image)
			}
		}
	}
	for _, chart := range r.DistributeInfo {
		for _, d := range chart.SubDistributes {
			if d.DistributeType != delivery.DistributeImage {
				continue
			}
			packed := delivery.Image{Service: d.ServiceName, Container: d.ServiceModule, Image: cmp.Or(d.Image, d.RegistryName)}
			among := func(i delivery.Image) bool { return i.Image == packed.Image && perhapsSameContainer(i, packed) }
			if !slices.ContainsFunc(images, among) {
				add(packed.Service, packed.Container, packed.Image)
			}
		}
	}
	for _, s := range r.Services {
		for _, i := range s.Images {
			add(s.ServiceName, i.ContainerName, cmp.Or(i.TargetImage, i.SourceImage))
		}
	}
	return images
}

// referenceDiff is what Diff says of images, written the same way.
func referenceDiff(a, b *delivery.Release) delivery.Changes {
	var c delivery.Changes
	added, removed := referenceImages(b), referenceImages(a)
	sameContainer := func(x, y delivery.Image) bool { return x.Service == y.Service && x.Container == y.Container }
	for _, same := range []func(from, to delivery.Image) bool{
		func(from, to delivery.Image) bool { return from == to },
		func(from, to delivery.Image) bool {
			return sameContainer(from, to) && repository(from) == repository(to)
		},
		func(from, to delivery.Image) bool { return sameContainer(from, to) && from.Service != "" },
		func(from, to delivery.Image) bool {
			return perhapsSameContainer(from, to) && shortName(from) == shortName(to)
		},
	} {
		removed = slices.DeleteFunc(removed, func(from delivery.Image) bool {
			i := slices.IndexFunc(added, func(to delivery.Image) bool { return same(from, to) })
			if i < 0 {
				return false
			}
			if to := added[i]; from.Image != to.Image {
				c.Changed = append(c.Changed, delivery.ImageChange{
					Service: cmp.Or(to.Service, from.Service), Container: cmp.Or(to.Container, from.Container),
					From: from.Image, To: to.Image,
				})
			}
			added = slices.Delete(added, i, i+1)
			return true
		})
	}
	compare := func(x, y delivery.Image) int {
		return cmp.Or(cmp.Compare(x.Service, y.Service), cmp.Compare(x.Container, y.Container), cmp.Compare(x.Image, y.Image))
	}
	if len(added) > 0 {
		c.Added = slices.SortedFunc(slices.Values(added), compare)
	}
	if len(removed) > 0 {
		c.Removed = slices.SortedFunc(slices.Values(removed), compare)
	}
	slices.SortFunc(c.Changed, func(x, y delivery.ImageChange) int {
		return cmp.Or(
			cmp.Compare(x.Service, y.Service), cmp.Compare(x.Container, y.Container),
			cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To),
		)
	})
	return c
}

func perhapsSameContainer(x, y delivery.Image) bool {
	return (x.Service == y.Service || x.Service == "" || y.Service == "") &&
		(x.Container == y.Container || x.Container == "" || y.Container == "")
}

func repository(i delivery.Image) string {
	name, _, _ := strings.Cut(i.Image, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	return name
}

func shortName(i delivery.Image) string {
	name := repository(i)
	return name[strings.LastIndexByte(name, '/')+1:]
}

// randomRelease has few names, so that many images may go together.
func randomRelease(random *rand.Rand) *delivery.Release {
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	service := func() string { return one("", "s", "t", "u") }
	container := func() string { return one("", "c", "d") }
	image := func() string { return one("", "p/", "q/") + one("a", "b") + one("", ":1", ":2", "@x") }
	r := &delivery.Release{VersionInfo: &delivery.VersionInfo{}}
	for range random.IntN(6) {
		d := &delivery.DeployInfo{RealServiceName: service(), ServiceModule: container(), Image: one("", image(), image())}
		r.DeployInfo = append(r.DeployInfo, d)
	}
	if random.IntN(2) == 0 {
		s := &delivery.EnvService{ServiceName: service()}
		for range random.IntN(5) {
			s.Containers = append(s.Containers, &delivery.Container{Name: container(), Image: image()})
		}
		r.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{Services: [][]*delivery.EnvService{{}, {s}}}
	}
	for range random.IntN(3) {
		chart := &delivery.DistributeInfo{DistributeType: delivery.DistributeChart}
		for range random.IntN(5) {
			chart.SubDistributes = append(chart.SubDistributes, &delivery.DistributeInfo{
				DistributeType: one(delivery.DistributeImage, delivery.DistributeImage, delivery.DistributeFile),
				ServiceName:    service(), ServiceModule: container(), RegistryName: image(),
			})
		}
		r.DistributeInfo = append(r.DistributeInfo, chart)
	}
	for range random.IntN(3) {
		s := &delivery.FlatService{ServiceName: service()}
		for range random.IntN(4) {
			s.Images = append(s.Images, &delivery.ServiceImage{ContainerName: container(), SourceImage: image(), TargetImage: one("", image())})
		}
		r.Services = append(r.Services, s)
	}
	return r
}

// Images and Diff find by maps what a look at every pair finds.
func TestDiffIsThatOfEveryPair(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	changed := 0
	for range 5_000 {
		a, b := randomRelease(random), randomRelease(random)
		require.Equal(t, referenceImages(a), a.Images())
		want := referenceDiff(a, b)
		require.Equal(t, want, delivery.Diff(a, b))
		changed += len(want.Changed)
	}
	assert.Greater(t, changed, 5_000, "the releases have little in common")
}

// manyImages is a release of n containers of which every image is new; names
// are missing where known is false, so that images go together by their names.
func manyImages(n int, tag string, known bool) *delivery.Release {
	chart := &delivery.DistributeInfo{DistributeType: delivery.DistributeChart}
	for i := range n {
		d := &delivery.DistributeInfo{DistributeType: delivery.DistributeImage, RegistryName: fmt.Sprintf("r/app-%d:%s", i, tag)}
		if known {
			d.ServiceName, d.ServiceModule = fmt.Sprintf("s-%d", i/4), fmt.Sprintf("c-%d", i%4)
		}
		chart.SubDistributes = append(chart.SubDistributes, d)
	}
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{}, DistributeInfo: []*delivery.DistributeInfo{chart}}
}

// Eight times the images take far from 64 times as long as they take with a
// look at every pair.
func TestDiffOfManyImages(t *testing.T) {
	t.Parallel()
	const few, many = 2_000, 16_000
	for name, known := range map[string]struct{ before, after bool }{
		"named":            {true, true},
		"without names":    {false, false},
		"that got a name":  {false, true},
		"that lost a name": {true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			took := func(n int, diff func(a, b *delivery.Release) delivery.Changes) time.Duration {
				a, b := manyImages(n, "1", known.before), manyImages(n, "2", known.after)
				start := time.Now()
				assert.Len(t, diff(a, b).Changed, n)
				return time.Since(start)
			}
			everyPair := took(few, referenceDiff)
			assert.Less(t, took(many, delivery.Diff), 16*everyPair)
		})
	}
}

func BenchmarkDiff(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 40_000} {
		for _, known := range []bool{true, false} {
			b.Run(fmt.Sprintf("images=%d/named=%t", n, known), func(b *testing.B) {
				before, after := manyImages(n, "1", known), manyImages(n, "2", known)
				for b.Loop() {
					delivery.Diff(before, after)
				}
			})
		}
	}
}
