package delivery

import (
	"context"
	"iter"
	"slices"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/ordered"
	"github.com/zadig-go/zadig/internal/response"
)

// LatestByProject returns the newest release of each project, newest first,
// complete unless Verbosity is VerbosityBrief or VerbosityListed. ProjectName
// and ServiceName must be empty, and Page 0 or 1; the other filters decide which
// releases count. ListOptions.ProjectName says which rights a list without it
// needs.
//
// Cost: the list of all releases, because servers cannot group them, in brief
// pages of PerPage (100); and a request by id for each project, up to
// Concurrency at once, unless the list has all details (up to v1.7.1, and v4.0
// and v4.1).
//
// Errors are those of All. A release that is listed but cannot be read yields its
// error in place of its project. One that cannot be listed yields an error too,
// and may or may not have been the newest of its project.
func (s *Service) LatestByProject(ctx context.Context, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		if err := o.checkLatestByProject(); err != nil {
			yield(nil, err)
			return
		}
		if err := s.newestOfEach(ctx, o, yield); err != nil {
			yield(nil, err)
		}
	}
}

// newestOfEach reads the list briefly and yields the newest release of each
// project.
func (s *Service) newestOfEach(ctx context.Context, o ListOptions, yield func(*Release, error) bool) error {
	var newest []result
	var settings *response.Settings
	seen := make(map[string]bool)
	ended := s.summaries(ctx, o.briefly(), o.perPage(allPerPage), func(m summary, err error) bool {
		if err != nil || !seen[m.VersionInfo.ProductName] {
			newest = append(newest, result{summary: m, err: err})
		}
		if err == nil {
			seen[m.VersionInfo.ProductName] = true
		}
		return true
	}, func(s *response.Settings) bool { settings = s; return true })
	for r := range ordered.Map(ctx, o.concurrency(), slices.Values(newest), func(ctx context.Context, r result) result {
		r = r.complete(ctx, s, o, settings)
		if r.release == nil && r.err == nil { // deleted meanwhile
			of := o
			of.ProjectName = r.summary.VersionInfo.ProductName
			r.release, r.err = s.newest(ctx, of)
		}
		return r
	}) {
		if r.err != nil && !isReleaseError(r.err) {
			return r.err
		}
		if (r.release != nil || r.err != nil) && !yield(r.release, r.err) {
			return nil
		}
	}
	return ended
}

func (o ListOptions) checkLatestByProject() error {
	const method = "delivery.LatestByProject"
	switch {
	case o.ProjectName != "":
		return errdef.BadArgument(method, "ProjectName", "must be empty (got %q); Latest returns the newest release of one project", o.ProjectName)
	case o.ServiceName != "":
		return errdef.BadArgument(method, "ServiceName", "must be empty, because lists do not name services (got %q); use Latest for each project", o.ServiceName)
	}
	return o.checkFirst(method)
}
