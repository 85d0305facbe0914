package delivery

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/ordered"
)

// Since returns the releases that o selects and that are new since the mark,
// oldest first, complete unless Verbosity is VerbosityBrief or VerbosityListed,
// and moves the mark. With the zero Mark everything is new.
//
//	for release, err := range client.Delivery.Since(ctx, &mark, delivery.ListOptions{ProjectName: "shop"}) {
//		if err != nil {
//			log.Print(err)
//			continue
//		}
//		…
//	}
//	// Save the mark.
//
// The mark moves past a release when the loop's body has returned. A loop that
// ends early goes on next time with the release at which it ended.
//
// A release whose status is StatusCreating or StatusRetrying is yielded once as
// it is, and once more when the status has changed. A release that is deleted
// before it was read is not yielded.
//
// An error for one release is yielded in its place, and the next range reads
// that release again. A release that cannot even be listed
// (zadig.ErrUnexpectedResponse) cannot be remembered: each range yields its error
// until a release at least a minute newer was handled. Any other error ends the
// loop; the mark has then moved past the releases that the loop handled.
//
// Since gives up on a release that is still being created, or cannot be read,
// when a release at least a day newer was handled.
//
// Memory is bounded by the number of new releases: because the oldest is yielded
// first, Since reads the brief list down to the mark before it yields anything.
//
// Requests: one for each page of PerPage (20; 100 with the zero Mark) releases
// down to the mark, or down to the oldest release that is read again; and one by
// id for each new release, up to Concurrency at once, unless the list has all
// details (up to v1.7.1, and v4.0 and v4.1). A release that is being created
// costs one in each range.
//
// Errors besides those of All: zadig.ErrBadRequest for a nil mark, for one with
// a negative CreatedAt and for the mark of another project, before anything is
// sent.
func (s *Service) Since(ctx context.Context, mark *Mark, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		if err := o.checkSince(mark); err != nil {
			yield(nil, err)
			return
		}
		fresh, err := s.unread(ctx, *mark, o)
		if err != nil {
			yield(nil, err)
			return
		}
		for n := range ordered.Map(ctx, o.concurrency(), slices.Values(fresh), func(ctx context.Context, n pending) pending {
			return s.readPending(ctx, n, o)
		}) {
			if n.ends {
				yield(nil, n.err)
				return
			}
			if (n.err != nil || n.release != nil) && !yield(n.release, n.err) {
				return
			}
			if n.listed.Release != nil {
				mark.ProjectName = o.ProjectName
				mark.handled(n.before, n.now)
			}
		}
	}
}

func (o ListOptions) checkSince(mark *Mark) error {
	const method = "delivery.Since"
	switch {
	case mark == nil:
		return errdef.BadArgument(method, "mark", "must not be nil")
	case mark.CreatedAt < 0:
		return errdef.BadArgument(method, "mark", "CreatedAt must not be negative (got %d)", mark.CreatedAt)
	case mark.ProjectName != "" && mark.ProjectName != o.ProjectName:
		return errdef.BadArgument(method, "mark", "must be of the project in ProjectName, %q (got a mark of %q)", o.ProjectName, mark.ProjectName)
	}
	return o.checkFirst(method)
}

// pending is a release that Since reads next: a new one, or one that the mark says
// to read again.
type pending struct {
	listed  summary        // without a release: it cannot be listed, and err says why
	created int64          // when; of one that cannot be listed, when its neighbor was
	before  *MarkedRelease // what the mark remembers of it, nil: it is new
	err     error

	// What reading it brought.
	release *Release      // nil: nothing to yield
	now     MarkedRelease // what the mark is to remember
	ends    bool          // err is the end, not that of one release
}

// unread reads the list down to the mark and returns what is new in it, oldest
// first.
func (s *Service) unread(ctx context.Context, mark Mark, o ListOptions) ([]pending, error) {
	list := o.briefly()
	list.ServiceName, list.Label = "", "" // so that the list ends at the mark, not where a release matches
	size := o.perPage(allPerPage)
	if mark.CreatedAt > 0 {
		size = o.perPage(listPerPage)
	}
	known := slices.Clone(mark.Releases)
	var fresh []pending
	created := int64(math.MaxInt64) // of the release before
	err := s.summaries(ctx, list, size, func(r summary, err error) bool {
		if err != nil {
			if created >= mark.recent() {
				fresh = append(fresh, pending{err: err, created: created})
			}
			return true
		}
		created = r.VersionInfo.CreatedAt
		if created < mark.horizon() {
			return false
		}
		n := pending{listed: r, created: created, now: markOf(r.VersionInfo)}
		if i := slices.IndexFunc(known, n.now.is); i >= 0 {
			before := known[i]
			n.before = &before
			known = slices.Delete(known, i, i+1)
			if !before.again() {
				return true
			}
		} else if created < mark.recent() {
			return true
		}
		fresh = append(fresh, n)
		return true
	}, nil)
	slices.Reverse(fresh)
	slices.SortStableFunc(fresh, func(a, b pending) int { return cmp.Compare(a.created, b.created) })
	return fresh, err
}

// readPending reads what the list left out of a release, and decides whether it is
// yielded and whether it is read again.
func (s *Service) readPending(ctx context.Context, n pending, o ListOptions) pending {
	if n.listed.Release == nil || !o.hasLabel(n.listed.Release) {
		return n
	}
	// Up to v3.4 it is the reading by id that notices that a release has been
	// created (seen on v2.3.1 and v3.4.1).
	hasCome := n.before != nil && n.before.Unfinished
	read := func() result { return result{summary: n.listed}.read(ctx, s, o, nil) }
	r := read()
	if n.listed.lacks(o) && r.release != nil && n.listed.isUnfinished() && !r.release.isUnfinished() { // and that response is not complete
		r = read()
	}
	switch {
	case isReleaseError(r.err):
		n.err, n.now.Unread = r.err, true
		n.now.Unfinished = hasCome
	case r.err != nil:
		n.err, n.ends = r.err, true
	case r.release != nil: // else it was deleted meanwhile
		n.now.Unfinished = r.release.isUnfinished()
		if o.hasService(r.release) && (!hasCome || !n.now.Unfinished) {
			n.release = r.release
		}
	}
	return n
}

// isUnfinished reports whether a release is still being created.
func (r *Release) isUnfinished() bool {
	return r.VersionInfo.Status == StatusCreating || r.VersionInfo.Status == StatusRetrying
}
