// Package paging reads all pages of a list. It yields no element twice and skips
// none that was in the list throughout.
package paging

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/ordered"
	"github.com/zadig-go/zadig/internal/response"
)

// Pages is a list that a server sends in pages. Its elements are decoded into a W
// and yielded as a T.
type Pages[W, T any] struct {
	PerPage int
	// Open requests one page.
	Open func(page, perPage int) (*response.Stream[W], error)
	// ID returns the id of an element, or "" if it was not decoded.
	ID func(*W) string
	// Finish returns the element to yield and reports whether it is wanted. A
	// *response.ElementError is yielded in its place; any other error ends the
	// iteration.
	Finish func(*W) (item T, wanted bool, err error)
	// Incomplete reports whether an element needs a request of its own, which
	// Complete sends. Up to Concurrency calls of Complete run at once, each on a
	// goroutine, and the elements are yielded in order. If Concurrency is 1 or
	// 0, Complete runs on the caller's goroutine. Errors are treated as those of
	// Finish. If Incomplete is nil, all elements are complete.
	Concurrency int
	Incomplete  func(T) bool
	Complete    func(ctx context.Context, item T) (full T, wanted bool, err error)
	// Fallback returns a list with less detail, for a page that could not be
	// opened, or nil if there is none for this cause. Fallback may be nil.
	Fallback func(cause error) *Pages[W, T]
}

// All yields the elements of the list. The error of one element is yielded in its
// place, and the iteration goes on; the error that ends the iteration is yielded
// last. If it is uncertain whether all elements were seen, the last is an error.
func (p *Pages[W, T]) All(ctx context.Context, yield func(T, error) bool) {
	if err := p.Walk(ctx, yield); err != nil {
		var none T
		yield(none, err)
	}
}

// Walk is like All, but it returns the error that ends the iteration and does not
// yield it.
func (p *Pages[W, T]) Walk(ctx context.Context, yield func(T, error) bool) error {
	if ctx == nil {
		return errdef.BadArgument("zadig", "ctx", "must not be nil")
	}
	it := &iteration[W, T]{Pages: p, ctx: ctx, seen: idSet{}, cursor: newCursor(p.PerPage), yield: yield}
	if err := it.run(); err != nil && !it.stopped {
		return err
	}
	return nil
}

type iteration[W, T any] struct {
	*Pages[W, T]
	ctx     context.Context
	cursor  *cursor
	yield   func(T, error) bool
	stopped bool // the caller has left the loop
	failed  bool // the error of an element ends the iteration
	waiting []arrivedElement[T]

	last     *response.Stream[W]
	settings *response.Settings // of the first page, nil before it was opened

	seen  idSet
	pass  uint8 // passes over the list so far, with this one
	found int   // elements seen in this pass
	kept  int   // elements seen in this pass and in the one before
}

// run reads the list from the top to its end. If pages did not overlap, an
// element may have been skipped because another one was deleted meanwhile. Then
// run reads the list again, until two passes see the same elements.
func (it *iteration[W, T]) run() error {
	for {
		before := it.found
		it.pass++
		it.found, it.kept = 0, 0
		for done := false; !done; {
			got, err := it.page(it.cursor.next())
			if done = err != nil || it.stopped; !done {
				done = it.cursor.advance(got)
			}
			if err != nil || it.stopped {
				return err
			}
		}
		c := it.cursor
		switch {
		case c.stuck:
			return it.last.Unexpected(fmt.Sprintf("the list has no end after %d elements: it repeats itself, or changes faster than it can be read", it.found))
		case c.incomplete():
			return it.last.Unexpected(fmt.Sprintf("the list ended after %d elements, %d of them distinct; X-Total says %d", c.covered, it.found, c.total))
		case !c.leapt, it.pass > 1 && it.kept == before && it.found == before:
			return nil
		case it.pass == patience:
			return it.last.Unexpected(fmt.Sprintf("%d elements were read, but the list changed during each of %d passes, "+
				"and pages of %d elements are too small to show whether one was skipped", len(it.seen), patience, c.largest))
		}
		it.cursor = c.again()
	}
}

// page reads one page to its end. It retries a page that breaks off, and reads a
// page that the server cannot build from the fallback.
func (it *iteration[W, T]) page(at pageRequest) (result, error) {
	before := it.found
	breaks := 0
	list, cause := it.Pages, error(nil) // cause: why list is the fallback
	for {
		progress := it.found
		got, settings, err := it.read(list, at)
		got.fresh = it.found - before
		if !it.stopped && !it.failed {
			if ended := it.completeWaiting(list); ended != nil || it.stopped {
				return got, ended
			}
		}
		var truncated *response.TruncatedError
		switch {
		case err == nil || it.stopped:
			return got, nil
		case errors.As(err, &truncated):
			if ended := it.ctx.Err(); ended != nil {
				return got, withContext(err, ended)
			}
			if breaks++; it.found > progress {
				breaks = 0
			}
			if most := settings.MaxAttempts(); most == 1 || breaks >= most {
				return got, err
			}
			if ended := settings.Pause(it.ctx, max(breaks, 1)); ended != nil {
				return got, withContext(err, ended)
			}
		case cause != nil && settings == nil: // the fallback fails, too
			return got, cause
		case cause == nil && settings == nil && it.Fallback != nil:
			if list, cause = it.Fallback(err), err; list == nil {
				return got, err
			}
		default:
			return got, err
		}
	}
}

// read requests one page and yields its fresh elements. The settings are nil if
// the page could not be opened.
func (it *iteration[W, T]) read(list *Pages[W, T], at pageRequest) (got result, settings *response.Settings, err error) {
	var stream *response.Stream[W]
	err = it.allowed(it.ctx, func() error {
		stream, err = list.Open(at.page, at.perPage)
		return err
	})
	if err != nil {
		return got, nil, err
	}
	defer stream.Close()
	settings, it.last = new(stream.Settings()), stream
	if it.settings == nil {
		it.settings = settings
	}
	got.total = Total(stream.Header)
	first := at.page > 1 // it may not have been seen before
	for {
		arrived, err := stream.Next()
		if _, goesOn := errors.AsType[*response.ElementError](err); err != nil && !goesOn {
			if response.IsEOF(err) {
				err = nil
			}
			return got, settings, err
		}
		id, position := list.ID(arrived), at.start()+got.count
		got.count++
		switch {
		case id == "": // it does not show where the page begins
		case first && it.cursor.expects() && !it.seen.has(id, it.pass):
			got.gap = true
			return got, settings, nil
		case first:
			got.leap, first = !it.seen.has(id, it.pass), false
		}
		if !it.isNew(id, position) {
			continue
		}
		if err := it.emit(list, arrived, err); err != nil || it.stopped {
			return got, settings, err
		}
	}
}

// isNew records an element of this pass and reports whether no pass has seen it.
// An element without an id is identified by its position and is no progress.
func (it *iteration[W, T]) isNew(id string, position int) bool {
	if id == "" {
		return it.seen.add("#"+strconv.Itoa(position), it.pass) == 0
	}
	pass := it.seen.add(id, it.pass)
	if pass < it.pass {
		it.found++
	}
	if pass > 0 && pass == it.pass-1 {
		it.kept++
	}
	return pass == 0
}

// emit yields an element, or the error in its place. If it needs a request, or an
// element before it does, it waits for the end of the page: on a transport with
// few connections the request could wait for the connection of the page.
func (it *iteration[W, T]) emit(list *Pages[W, T], arrived *W, err error) error {
	e := arrivedElement[T]{wanted: true, err: err}
	if err == nil {
		e.item, e.wanted, e.err = list.Finish(arrived)
	}
	if e.err == nil && !e.wanted {
		return nil
	}
	e.incomplete = e.err == nil && list.Incomplete != nil && list.Incomplete(e.item)
	if e.incomplete || len(it.waiting) > 0 {
		it.waiting = append(it.waiting, e)
		return nil
	}
	return it.yieldElement(e)
}

// arrivedElement is an element as the list contains it, and then completed.
type arrivedElement[T any] struct {
	item       T
	wanted     bool
	err        error
	incomplete bool
}

// completeWaiting completes the elements that wait for the end of the page, and
// yields them.
func (it *iteration[W, T]) completeWaiting(list *Pages[W, T]) error {
	waiting := it.waiting
	it.waiting = nil
	for e := range ordered.Map(it.ctx, it.Concurrency, slices.Values(waiting), func(ctx context.Context, e arrivedElement[T]) arrivedElement[T] {
		if e.incomplete {
			listed := e.item
			e.err = it.allowed(ctx, func() (err error) {
				e.item, e.wanted, err = list.Complete(ctx, listed)
				return err
			})
		}
		return e
	}) {
		if err := it.yieldElement(e); err != nil || it.stopped {
			return err
		}
	}
	return nil
}

// yieldElement yields an element if it is wanted, or the error in its place.
func (it *iteration[W, T]) yieldElement(e arrivedElement[T]) error {
	elementErr, goesOn := errors.AsType[*response.ElementError](e.err)
	switch {
	case e.err == nil && e.wanted:
		it.stopped = !it.yield(e.item, nil)
	case e.err == nil:
	case goesOn:
		var none T
		it.stopped = !it.yield(none, elementErr.Err)
	default:
		it.failed = true
		return e.err
	}
	return nil
}

// allowed sends a request of the iteration. A Zadig under load responds with 403
// to any request, so if a request is forbidden after others were not, allowed
// retries it once.
func (it *iteration[W, T]) allowed(ctx context.Context, send func() error) error {
	err := send()
	if !errors.Is(err, errdef.ErrForbidden) || it.settings == nil || it.settings.MaxAttempts() == 1 {
		return err
	}
	if ended := it.settings.Pause(ctx, 1); ended != nil {
		return withContext(err, ended)
	}
	return send()
}

func withContext(err, ended error) error {
	if errors.Is(err, ended) {
		return err
	}
	return fmt.Errorf("%w: %w", err, ended)
}

// Total returns the value of the header X-Total, the number of elements of the
// whole list, or -1 if the header is missing or invalid.
func Total(header http.Header) int {
	total, err := strconv.Atoi(header.Get("X-Total"))
	if err != nil || total < 0 {
		return -1
	}
	return total
}
