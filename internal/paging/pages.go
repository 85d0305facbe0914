// Package paging reads a list that comes in pages to its end, element by
// element: none twice, none left out that was there throughout.
package paging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// Pages is a list to walk. Its elements arrive as a W and are yielded as a T.
type Pages[W, T any] struct {
	PerPage int
	// Open requests one page.
	Open func(page, perPage int) (*response.Stream[W], error)
	// ID returns the id of an element, as far as it was read.
	ID func(*W) string
	// Finish makes an element of what arrived, or drops it. A
	// *response.ElementError is yielded in its place; another error ends the
	// walk.
	Finish func(*W) (item T, wanted bool, err error)
	// Incomplete reports whether an element needs a request of its own, which
	// Complete sends. Up to Concurrency of them run at once, each on a
	// goroutine of its own, and the elements are yielded in order. With a
	// Concurrency of 1 or 0 they run where the walk does. Errors are as those
	// of Finish. A nil Incomplete is for elements that are complete.
	Concurrency int
	Incomplete  func(T) bool
	Complete    func(ctx context.Context, item T) (full T, wanted bool, err error)
	// Fallback returns a lighter form of the list for a page that could not be
	// opened, or nil if there is none for this cause. A nil Fallback is none.
	Fallback func(cause error) *Pages[W, T]
}

// All walks the list. The error of one element is yielded in its place, and the
// walk goes on; the error that ends the walk is yielded last. A walk that cannot
// tell that it has seen everything ends with an error.
func (p *Pages[W, T]) All(ctx context.Context, yield func(T, error) bool) {
	if err := p.Walk(ctx, yield); err != nil {
		var none T
		yield(none, err)
	}
}

// Walk is All for those who must know which error ended the walk: it returns
// that one and does not yield it.
func (p *Pages[W, T]) Walk(ctx context.Context, yield func(T, error) bool) error {
	if ctx == nil {
		return errdef.BadArgument("zadig", "ctx", "must not be nil")
	}
	w := &walker[W, T]{Pages: p, ctx: ctx, seen: idSet{}, cursor: newCursor(p.PerPage), yield: yield}
	ctx, end := context.WithCancel(ctx)
	w.ahead = newAhead[T](ctx, max(p.Concurrency, 1))
	defer w.ahead.running.Wait()
	defer end()
	if err := w.walk(); err != nil && !w.stopped {
		return err
	}
	return nil
}

type walker[W, T any] struct {
	*Pages[W, T]
	ctx     context.Context
	cursor  *cursor
	yield   func(T, error) bool
	stopped bool // the caller has left the loop
	failed  bool // the walk ends with the error of an element
	waiting []arrivedElement[T]
	ahead   *ahead[T]

	last     *response.Stream[W]
	settings *response.Settings // of the first page, nil before it was opened

	seen  idSet
	pass  uint8 // passes over the list so far, with this one
	found int   // elements seen in this pass
	kept  int   // of them, elements seen in the pass before
}

// walk reads the list from the top to its end. Where pages could not overlap,
// an element may have been skipped because another one was deleted meanwhile;
// then it reads the list again, until two passes see the same.
func (w *walker[W, T]) walk() error {
	for {
		before := w.found
		w.pass++
		w.found, w.kept = 0, 0
		for done := false; !done; {
			got, err := w.page(w.cursor.next())
			if done = err != nil || w.stopped; !done {
				done = w.cursor.advance(got)
			}
			if done && !w.failed {
				err = cmp.Or(w.drain(), err)
			}
			if err != nil || w.stopped {
				return err
			}
		}
		c := w.cursor
		switch {
		case c.stuck:
			return w.last.Unexpected(fmt.Sprintf("the list has no end after %d elements: it repeats itself, or changes faster than it can be read", w.found))
		case c.incomplete():
			return w.last.Unexpected(fmt.Sprintf("the list ended after %d elements, %d of them distinct; X-Total says %d", c.covered, w.found, c.total))
		case !c.leapt, w.pass > 1 && w.kept == before && w.found == before:
			return nil
		case w.pass == patience:
			return w.last.Unexpected(fmt.Sprintf("%d elements were read, but the list changed during each of %d passes, "+
				"and pages of %d elements are too small to show whether one was skipped", len(w.seen), patience, c.largest))
		}
		w.cursor = c.again()
	}
}

// page reads one page to its end. It requests a page that broke off again, and
// reads one that the server cannot build from the fallback.
func (w *walker[W, T]) page(at pageRequest) (result, error) {
	before := w.found
	breaks := 0
	list, cause := w.Pages, error(nil) // cause: why list is the fallback
	for {
		progress := w.found
		got, settings, err := w.read(list, at)
		got.fresh = w.found - before
		if !w.stopped && !w.failed {
			if ended := w.completeWaiting(list); ended != nil || w.stopped {
				return got, ended
			}
		}
		var broken *response.TruncatedError
		switch {
		case err == nil || w.stopped:
			return got, nil
		case errors.As(err, &broken):
			if ended := w.ctx.Err(); ended != nil {
				return got, withContext(err, ended)
			}
			if breaks++; w.found > progress {
				breaks = 0
			}
			if most := settings.MaxAttempts(); most == 1 || breaks >= most {
				return got, err
			}
			if ended := settings.Pause(w.ctx, max(breaks, 1)); ended != nil {
				return got, withContext(err, ended)
			}
		case cause != nil && settings == nil: // not the page alone is in trouble
			return got, cause
		case cause == nil && settings == nil && w.Fallback != nil:
			if list, cause = w.Fallback(err), err; list == nil {
				return got, err
			}
		default:
			return got, err
		}
	}
}

// read requests one page and yields what is fresh in it. The settings are nil
// if the page could not be opened.
func (w *walker[W, T]) read(list *Pages[W, T], at pageRequest) (got result, settings *response.Settings, err error) {
	var stream *response.Stream[W]
	err = w.allowed(w.ctx, func() error {
		stream, err = list.Open(at.page, at.perPage)
		return err
	})
	if err != nil {
		return got, nil, err
	}
	defer stream.Close()
	settings, w.last = new(stream.Settings()), stream
	if w.settings == nil {
		w.settings = settings
	}
	got.total = Total(stream.Header)
	first := at.page > 1 // it may not have been seen before
	for {
		arrived, err := stream.Next()
		var odd *response.ElementError
		if err != nil && !errors.As(err, &odd) {
			if response.IsEOF(err) {
				err = nil
			}
			return got, settings, err
		}
		id, position := list.ID(arrived), at.start()+got.count
		got.count++
		switch {
		case id == "": // it does not tell where the page begins
		case first && w.cursor.expects() && !w.seen.has(id, w.pass):
			got.gap = true
			return got, settings, nil
		case first:
			got.leap, first = !w.seen.has(id, w.pass), false
		}
		if !w.isNew(id, position) {
			continue
		}
		if err := w.emit(list, arrived, err); err != nil || w.stopped {
			return got, settings, err
		}
	}
}

// isNew notes an element of this pass and reports whether it was never seen
// before. An element without an id is known by its position, and is not taken
// for progress.
func (w *walker[W, T]) isNew(id string, position int) bool {
	if id == "" {
		return w.seen.add("#"+strconv.Itoa(position), w.pass) == 0
	}
	pass := w.seen.add(id, w.pass)
	if pass < w.pass {
		w.found++
	}
	if pass > 0 && pass == w.pass-1 {
		w.kept++
	}
	return pass == 0
}

// emit yields an element, or the error that stands for it. If it needs a
// request, or an element before it does, it waits for the end of the page: on
// a transport with few connections that request could wait for the page's own.
func (w *walker[W, T]) emit(list *Pages[W, T], arrived *W, err error) error {
	var e arrivedElement[T]
	wanted := true
	if e.err = err; err == nil {
		e.item, wanted, e.err = list.Finish(arrived)
	}
	if e.err == nil && !wanted {
		return nil
	}
	e.incomplete = e.err == nil && list.Incomplete != nil && list.Incomplete(e.item)
	if e.incomplete || len(w.waiting) > 0 || len(w.ahead.queue) > 0 {
		w.waiting = append(w.waiting, e)
		return nil
	}
	return w.yieldElement(e.item, true, e.err)
}

// arrivedElement is an element as the list has it.
type arrivedElement[T any] struct {
	item       T
	err        error
	incomplete bool
}

// completeWaiting completes the elements that wait for the end of the page, and
// yields what is ready.
func (w *walker[W, T]) completeWaiting(list *Pages[W, T]) error {
	waiting := w.waiting
	w.waiting = nil
	for _, e := range waiting {
		complete := func(ctx context.Context) (full T, wanted bool, err error) {
			err = w.allowed(ctx, func() error {
				full, wanted, err = list.Complete(ctx, e.item)
				return err
			})
			return full, wanted, err
		}
		blocked := w.ahead.full
		if e.incomplete && w.Concurrency > 1 {
			blocked = func() bool { return !w.ahead.acquire() }
		}
		for blocked() {
			if err := w.yieldFirst(); err != nil || w.stopped {
				return err
			}
		}
		switch {
		case !e.incomplete:
			w.ahead.ready(e.item, true, e.err)
		case w.Concurrency > 1:
			w.ahead.start(complete)
		default:
			w.ahead.ready(complete(w.ahead.ctx))
		}
		for w.ahead.isReady() {
			if err := w.yieldFirst(); err != nil || w.stopped {
				return err
			}
		}
	}
	return nil
}

// yieldFirst yields the first element that waits for its turn.
func (w *walker[W, T]) yieldFirst() error {
	e := w.ahead.first()
	return w.yieldElement(e.item, e.wanted, e.err)
}

// yieldElement yields an element that is wanted, or the error that stands for
// it.
func (w *walker[W, T]) yieldElement(item T, wanted bool, err error) error {
	var odd *response.ElementError
	switch {
	case err == nil && wanted:
		w.stopped = !w.yield(item, nil)
	case err == nil:
	case errors.As(err, &odd):
		var none T
		w.stopped = !w.yield(none, odd.Err)
	default:
		w.failed = true
		return err
	}
	return nil
}

// drain yields all elements that wait for their turn.
func (w *walker[W, T]) drain() error {
	for !w.stopped && len(w.ahead.queue) > 0 {
		if err := w.yieldFirst(); err != nil {
			return err
		}
	}
	return nil
}

// allowed sends a request of a walk. A Zadig under load refuses everybody, so
// one that is forbidden after others were not is sent once more.
func (w *walker[W, T]) allowed(ctx context.Context, send func() error) error {
	err := send()
	if !errors.Is(err, errdef.ErrForbidden) || w.settings == nil || w.settings.MaxAttempts() == 1 {
		return err
	}
	if ended := w.settings.Pause(ctx, 1); ended != nil {
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

// Total reads the header X-Total: how many elements the whole list has, -1
// where the server does not say.
func Total(header http.Header) int {
	total, err := strconv.Atoi(header.Get("X-Total"))
	if err != nil || total < 0 {
		return -1
	}
	return total
}
