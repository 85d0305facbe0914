package delivery

import (
	"cmp"
	"context"
	"iter"

	"github.com/zadig-go/zadig/internal/errdef"
)

// LatestByProject returns an iterator over the newest release of each project, newest
// first. These releases may be in progress or have failed, unless o.Succeeded is set.
// ProjectName and ServiceName must be empty, and Page must be 0 or 1.
//
// Servers cannot group releases by project. So LatestByProject reads the list of all
// releases, in pages of PerPage releases (default 100) with [VerbosityBrief], and then one
// release by id for each project. The second step is not needed on Zadig v4.0 and v4.1,
// and up to v1.7.1, where lists have all details even with VerbosityBrief.
//
// The errors are those of [Service.All]. If the newest release of a project cannot be read,
// LatestByProject yields a *[ReleaseError] for it, and no older release of this project.
// It also yields the error of each listed release that cannot be decoded, even if the
// project has a newer release.
func (s *Service) LatestByProject(ctx context.Context, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		err := o.checkLatestByProject()
		if err == nil {
			err = s.newestOfEach(ctx, o, yield)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// newestOfEach reads the whole list, and then the details of each project's newest
// release.
func (s *Service) newestOfEach(ctx context.Context, o ListOptions, yield func(*Release, error) bool) error {
	var newest []result
	seen := make(map[string]bool)
	ended := s.summaries(ctx, o.briefly(), cmp.Or(o.PerPage, allPerPage), func(m summary, err error) bool {
		if err != nil || !seen[m.VersionInfo.ProductName] {
			newest = append(newest, result{summary: m, err: err})
		}
		if err == nil {
			seen[m.VersionInfo.ProductName] = true
		}
		return true
	}, always)
	if len(newest) == 0 {
		return ended
	}
	for f := range s.completeAll(ctx, newest, o) {
		if f.release == nil && f.err == nil { // deleted meanwhile
			f.release, f.err = s.newestIn(ctx, f.summary.VersionInfo.ProductName, o)
		}
		if f.err != nil && !isReleaseError(f.err) {
			return f.err
		}
		if (f.release != nil || f.err != nil) && !yield(f.release, f.err) {
			return nil
		}
	}
	return ended
}

// newestIn returns the newest release of a project, or nil.
func (s *Service) newestIn(ctx context.Context, project string, o ListOptions) (r *Release, err error) {
	list := o.briefly()
	list.ProjectName = project
	err = inProjectOrAll(list, func(list ListOptions) error {
		r, err = s.first(ctx, query{list, o, cmp.Or(o.PerPage, allPerPage), func(m summary) bool { return m.VersionInfo.ProductName == project }})
		return err
	})
	return r, err
}

func (o ListOptions) checkLatestByProject() error {
	const method = "delivery.LatestByProject"
	switch {
	case o.ProjectName != "":
		return errdef.BadArgument(method, "ProjectName",
			"must be empty (got %q); Latest returns the newest release of one project", o.ProjectName)
	case o.ServiceName != "":
		return errdef.BadArgument(method, "ServiceName",
			"must be empty, because lists do not name services (got %q); use Latest for each project", o.ServiceName)
	}
	return o.check(method)
}
