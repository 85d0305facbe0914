package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/zadig-go/zadig/internal/ordered"
	"github.com/zadig-go/zadig/internal/response"
)

// Since returns an iterator over the releases that o selects and that are new since the
// mark, oldest first. With the zero Mark, every release is new. Since moves the mark past
// a release after the loop's body has run. If the loop breaks at a release, the next loop
// yields that release again. Save the mark after the loop.
//
// Since yields a release even if it is in progress or has failed, and a later loop yields
// it again when it is finished or a retry has succeeded. With o.Succeeded, Since yields a
// release only once, after it has succeeded. If a release cannot be read, Since yields a
// *[ReleaseError], and the next loop reads the release again. When the mark is a day past
// a release that is still unfinished or unread, a last *ReleaseError says so.
//
// If not even the version or time of a release can be decoded, every loop yields its error
// until the mark is a minute past it. Any error but a *ReleaseError ends the loop. In
// addition to the errors of [Service.All], Since yields zadig.ErrBadRequest if the mark is
// nil or was used with other filters.
func (s *Service) Since(ctx context.Context, mark *Mark, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		const method = "delivery.Since"
		if err := cmp.Or(mark.check(method, o), o.check(method)); err != nil {
			yield(nil, err)
			return
		}
		began := *mark
		fresh, deleted, err := s.toRead(ctx, began, o)
		if err != nil {
			yield(nil, err)
			return
		}
		mark.setFilters(o)
		mark.forget(deleted...)
		workers := cmp.Or(o.Concurrency, defaultConcurrency)
		for p := range ordered.Map(ctx, workers, slices.Values(fresh), func(ctx context.Context, p pending) pending {
			return s.readPending(ctx, p, began, o)
		}) {
			if err := response.Ended(ctx); err != nil {
				yield(nil, err)
				return
			}
			if p.err != nil && !isReleaseError(p.err) {
				yield(nil, p.err)
				return
			}
			if (p.err != nil || p.release != nil) && !yield(p.release, p.err) {
				return
			}
			if p.now.CreatedAt != 0 {
				mark.handled(p.before, p.now)
			}
		}
	}
}

var errInProgress = errors.New("delivery.Since gives up: the release was in progress for a day")

// pending is a release that [Service.Since] will read: a new release, or one that
// the mark remembers.
type pending struct {
	summary summary        // has no Release if it cannot be decoded; err is then set
	created int64          // Unix seconds; if unknown, the time of the release before it in the list
	before  *MarkedRelease // its entry in the mark, nil if it is new

	release *Release      // nil if there is nothing to yield
	err     error         // a *ReleaseError, or the error that ends the range
	now     MarkedRelease // its new entry in the mark
}

// toRead reads the list down to the mark. It returns the releases to read, oldest
// first, and the entries of the mark whose releases are no longer listed.
func (s *Service) toRead(ctx context.Context, mark Mark, o ListOptions) (fresh []pending, deleted []*MarkedRelease, err error) {
	list := o.briefly()
	list.Label, list.Succeeded = "", false // otherwise reading would not end at the mark, but at the next match before it
	horizon := mark.horizon()
	size := cmp.Or(o.PerPage, allPerPage)
	if mark.CreatedAt > 0 {
		size = cmp.Or(o.PerPage, listPerPage)
	}
	known := slices.Clone(mark.Releases)
	certain := true                 // every release that was read has a version and a time
	created := int64(math.MaxInt64) // of the previous release
	err = s.summaries(ctx, list, size, func(m summary, err error) bool {
		p := pending{err: err}
		switch v := m.VersionInfo; {
		case err != nil && (v.Version == "" || v.CreatedAt == 0): // it cannot be remembered
			certain = false
			if p.created = created; created >= mark.recent() {
				fresh = append(fresh, p)
			}
			return true
		case err != nil:
			p.now = markOf(v)
			p.now.Unread = true
		default:
			p.summary, p.now = m, markOf(v)
		}
		if created = p.now.CreatedAt; created < horizon {
			return false
		}
		p.created = created
		i := slices.IndexFunc(known, p.now.is)
		if i >= 0 {
			p.before = new(known[i])
			known = slices.Delete(known, i, i+1)
		}
		if p.before != nil && p.before.again() || p.before == nil && created >= mark.recent() {
			fresh = append(fresh, p)
		}
		return true
	}, always)
	for _, r := range known {
		if certain && r.again() {
			deleted = append(deleted, &r)
		}
	}
	slices.Reverse(fresh)
	slices.SortStableFunc(fresh, func(a, b pending) int { return cmp.Compare(a.created, b.created) })
	return fresh, deleted, err
}

// readPending reads the details of a release, and decides whether it is yielded and
// whether it may be yielded again. mark is the Mark at the start of the range.
func (s *Service) readPending(ctx context.Context, p pending, mark Mark, o ListOptions) pending {
	before := MarkedRelease{}
	if p.before != nil {
		before = *p.before
	}
	all := o
	all.Succeeded = false
	switch {
	case p.summary.Release == nil:
		p.now.Unfinished, p.now.Failed = before.Unfinished, before.Failed
	case !all.selects(p.summary.Release):
		return p
	case before.Failed && !before.Unread && p.summary.Failed():
		p.now.Failed = true
	default:
		p.read(ctx, s, before, o)
	}
	if mark.CreatedAt-p.created <= giveUpAfter || p.err != nil && !isReleaseError(p.err) || !p.now.again() {
		return p
	}
	switch failed, _ := errors.AsType[*ReleaseError](p.err); {
	case p.now.Unread:
		p.err = releaseError(failed.ID, fmt.Errorf("delivery.Since gives up: the release could not be read for a day: %w", failed.Err))
	case p.now.Unfinished && p.release == nil:
		p.err = releaseError(p.summary.VersionInfo.ID, errInProgress)
	}
	p.now.Unread, p.now.Unfinished, p.now.Failed = false, false, false
	return p
}

// read reads the details of a release. before is its entry in the mark, or zero.
func (p *pending) read(ctx context.Context, s *Service, before MarkedRelease, o ListOptions) {
	want := o
	want.ServiceName = ""
	read := func() result { return s.complete(ctx, result{summary: p.summary}, want) }
	f := read()
	// Up to v3.4, reading a release by id can make the server complete it. That
	// response still lacks parts, but the next one has them (seen on v2.3.1 and v3.4.1).
	if p.summary.lacks(o) && f.release != nil && p.summary.InProgress() && !f.release.InProgress() {
		f = read()
	}
	if p.err = f.err; f.err != nil {
		p.now.Unread, p.now.Unfinished, p.now.Failed = true, before.Unfinished, before.Failed
		return
	}
	if f.release == nil { // deleted meanwhile
		return
	}
	p.now.Unfinished = f.release.InProgress()
	p.now.Failed = f.release.Failed() || before.Failed && p.now.Unfinished // remembered during a retry, which can fail, too
	known := before.Unfinished && p.now.Unfinished || before.Failed && (p.now.Unfinished || p.now.Failed)
	if !known && o.selectsService(f.release) && (!o.Succeeded || f.release.Succeeded()) {
		p.release = f.release
	}
}
