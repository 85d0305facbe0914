// Package paging reads a list that comes in pages to its end, element by
// element: none twice, none left out that was there throughout.
package paging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

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
	// Fallback returns a lighter form of the list for a page that could not be
	// opened, or nil if there is none for this cause. A nil Fallback is none.
	Fallback func(cause error) *Pages[W, T]
}

// All walks the list. A *response.ElementError is yielded for one element, and
// the walk goes on; any other error ends it. A walk that cannot tell that it
// has seen everything ends with an error.
func (p *Pages[W, T]) All(ctx context.Context, yield func(T, error) bool) {
	w := &walker[W, T]{Pages: p, ctx: ctx, seen: idSet{}, cursor: newCursor(p.PerPage), yield: yield}
	if err := w.walk(); err != nil && !w.stopped {
		var none T
		yield(none, err)
	}
}

type walker[W, T any] struct {
	*Pages[W, T]
	ctx     context.Context
	cursor  *cursor
	yield   func(T, error) bool
	stopped bool // the caller has left the loop
	last    *response.Stream[W]

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
			if err != nil || w.stopped {
				return err
			}
			done = w.cursor.advance(got)
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
				"and pages of %d elements are too small to tell whether one was skipped", len(w.seen), patience, c.largest))
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

// read requests one page and yields what is fresh in it. The call is nil if
// the page could not be opened.
func (w *walker[W, T]) read(list *Pages[W, T], at pageRequest) (got result, settings *response.Settings, err error) {
	stream, err := list.Open(at.page, at.perPage)
	if err != nil {
		return got, nil, err
	}
	defer stream.Close()
	settings, w.last = new(stream.Settings()), stream
	got.total = Total(stream.Header)
	first := at.page > 1 // it may not have been seen before
	for {
		arrived, err := stream.Next()
		var odd *response.ElementError
		if err != nil && !errors.As(err, &odd) {
			if err == io.EOF { //nolint:errorlint // the array's end, as io.Reader says it
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

// emit yields one element, or the error that stands for it.
func (w *walker[W, T]) emit(list *Pages[W, T], arrived *W, err error) error {
	var (
		item   T
		wanted bool
	)
	if err == nil {
		item, wanted, err = list.Finish(arrived)
	}
	var odd *response.ElementError
	switch {
	case errors.As(err, &odd):
		var none T
		w.stopped = !w.yield(none, odd.Err)
	case err != nil:
		return err
	case wanted:
		w.stopped = !w.yield(item, nil)
	}
	return nil
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
