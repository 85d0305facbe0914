package running

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

// Image is a running image with its origin.
type Image struct {
	Status string `json:"status"`
	*Use
	Release *record.Release `json:"release"` // the newest release with the image; null if it is not known
	origin.Origin

	err    error // if Status is failed
	builds []*artifact.Activity
}

// The values of Status, in the order of the output.
const (
	Drifted    = "drifted"
	Built      = "built"
	unverified = "unverified"
	pending    = "pending"
	failed     = "failed"
	unknown    = "unknown"
)

// Statuses are the values of Status.
var Statuses = []string{Drifted, Built, unverified, pending, failed, unknown}

// Mirrors has, for each mirror, the name under which its images run and the name under
// which they were built.
type Mirrors [][2]string

func (m *Mirrors) set(text string) error {
	from, to, _ := strings.Cut(text, "=")
	from, to = strings.TrimSuffix(from, "/"), strings.TrimSuffix(to, "/")
	if from == "" || to == "" {
		return errors.New("must be from=to, such as mirror.example.com=registry.example.com")
	}
	*m = append(*m, [2]string{from, to})
	return nil
}

// built returns the name under which an image was built.
func (m Mirrors) built(image string) string {
	for _, one := range m {
		if rest, ok := strings.CutPrefix(image, one[0]); ok && (rest == "" || strings.ContainsRune("/:@", rune(rest[0]))) {
			return one[1] + rest
		}
	}
	return image
}

// Trace traces the running images. It returns only errors that concern all images;
// other errors are in the images.
func Trace(ctx context.Context, tracer origin.Tracer, running []*Use, mirrors Mirrors) (images []*Image, err error) {
	for len(running) > 0 {
		var names []string
		var again []*Use // the same name runs with several digests
		ids, uses := make(map[string]string), make(map[string]*Use)
		for _, u := range running {
			name := mirrors.built(u.Image)
			if uses[name] != nil {
				again = append(again, u)
				continue
			}
			names, ids[name], uses[name] = append(names, name), u.ImageID, u
		}
		results, err := tracer.Trace(ctx, names, ids)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			images = append(images, newImage(uses[name], results[name]))
		}
		running = again
	}
	sortByStatus(images)
	return images, nil
}

func sortByStatus(images []*Image) {
	slices.SortFunc(images, func(a, b *Image) int {
		return cmp.Or(slices.Index(Statuses, a.Status)-slices.Index(Statuses, b.Status), strings.Compare(a.Image, b.Image),
			strings.Compare(a.ImageID, b.ImageID))
	})
}

func newImage(u *Use, result artifact.Result) *Image {
	i := &Image{Use: u, Origin: origin.New(result), builds: result.Artifact.Builds()}
	switch a := result.Artifact; {
	case errors.Is(result.Err, zadig.ErrNotFound):
		i.Status, i.Error = unknown, ""
	case result.Err != nil:
		i.Status, i.err = failed, result.Err
	case u.Pods > 0 && u.ImageID == "":
		i.Status = pending
	default:
		i.Status = map[artifact.DigestMatch]string{artifact.DigestDrifted: Drifted, artifact.DigestSame: Built,
			artifact.DigestUnknown: unverified}[a.CompareDigest(u.ImageID)]
	}
	return i
}

// FindReleases sets the newest release of each image, searching the newest limit
// releases. With a project, an unknown image may be one that a release pushed.
// FindReleases then traces it under the name under which Zadig built it.
func FindReleases(ctx context.Context, releases *delivery.Service, project, env string, limit int, images []*Image,
	tracer origin.Tracer) error {
	byName := make(map[string][]*Image)
	waiting := 0
	for _, i := range images {
		if i.BuiltImage == "" && (i.Status != unknown || project == "") {
			continue
		}
		waiting++
		name := cmp.Or(i.BuiltImage, i.Image)
		byName[name] = append(byName[name], i)
		if i.BuiltDigest != "" { // a release can pin the digest
			byName[i.BuiltDigest] = append(byName[i.BuiltDigest], i)
		}
	}
	looked := 0
	skip := func(error) {} // its images are shown without a release, as if the release were older
	o := delivery.ListOptions{ProjectName: project, SkipManifests: true, PerPage: min(max(limit, 1), 100)}
	if limit == 0 || waiting == 0 {
		return nil
	}
	sources := make(map[string]string)
	err := cli.Each(releases.All(ctx, o), skip, func(r *delivery.Release) (bool, error) {
		looked++
		tracer.Progress.Show("%d releases searched", looked)
		fromEnv := env == "" || r.Environment() == env
		for _, name := range slices.Concat(r.Images(), r.SourceImages()) {
			_, digest, _ := strings.Cut(name.Image, "@")
			for _, i := range slices.Concat(byName[name.Image], byName[digest]) {
				if i.Release == nil && (fromEnv || i.Status == unknown) { // a release from another environment may have pushed it
					i.Release = new(record.NewRelease(r))
					waiting--
					if i.Status == unknown {
						sources[i.Image] = record.Sources(r)[i.Image]
					}
				}
			}
		}
		return looked < limit && waiting > 0, nil
	})
	results, traceErr := tracer.Trace(ctx, slices.Collect(maps.Values(sources)), nil)
	for _, i := range images {
		if result := results[sources[i.Image]]; result.Artifact != nil {
			release := i.Release
			*i = *newImage(i.Use, result)
			i.Release = release
			if i.Status == Drifted { // pushing an image can change its digest
				i.Status = unverified
			}
		}
	}
	sortByStatus(images)
	return cmp.Or(err, traceErr)
}
