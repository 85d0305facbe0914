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

// Pages is a list to walk.
type Pages[T any] struct {
	PerPage int
	// Open asks for one page. With salvage the elements need only be good for
	// their ids, of which Finish makes whole ones.
	Open func(page, perPage int, salvage bool) (*response.Array, error)
	// Next reads the next element and its id. An element that cannot be
	// decoded is an *response.ElementError, with its id if that was read.
	Next func(*response.Array) (T, string, error)
	// Finish makes an element ready to be yielded, or says that it is not
	// wanted. An *response.ElementError is yielded in its place; another error ends the
	// walk.
	Finish func(item T, salvage bool) (T, bool, error)
	// CanSalvage tells whether a page that could not be opened may be put
	// together from its elements.
	CanSalvage func(error) bool
}

// All walks the list. An error that came as an *response.ElementError is yielded for one
// element, and the walk goes on; after any other it is over.
func (p *Pages[T]) All(ctx context.Context, yield func(T, error) bool) {
	w := &walker[T]{Pages: p, ctx: ctx, seen: idSet{}, cursor: newCursor(p.PerPage), yield: yield}
	for {
		got, err := w.page(w.cursor.next())
		if err != nil && !w.stopped {
			var none T
			yield(none, err)
			return
		}
		if w.stopped || w.cursor.advance(got) {
			return
		}
	}
}

type walker[T any] struct {
	*Pages[T]
	ctx     context.Context
	seen    idSet
	cursor  *cursor
	yield   func(T, error) bool
	stopped bool // the caller has left the loop
}

// page reads one pageRequest to its end. It asks again for a page that broke off,
// and puts a page together that the server cannot build.
func (w *walker[T]) page(win pageRequest) (result, error) {
	before := len(w.seen)
	breaks := 0
	var cause error // why the page is put together
	for {
		progress := len(w.seen)
		got, call, err := w.read(win, cause != nil)
		got.fresh = len(w.seen) - before
		var broken *response.TruncatedError
		switch {
		case err == nil || w.stopped:
			return got, nil
		case errors.As(err, &broken):
			if ended := w.ctx.Err(); ended != nil {
				return got, withContext(err, ended)
			}
			if breaks++; len(w.seen) > progress {
				breaks = 0
			}
			if most := call.MaxBreaks(); most == 1 || breaks >= most {
				return got, err
			}
			if ended := call.Pause(w.ctx, max(breaks, 1)); ended != nil {
				return got, withContext(err, ended)
			}
		case cause == nil && w.CanSalvage != nil && w.CanSalvage(err):
			cause = err
		case cause != nil && call == nil: // not the page alone is in trouble
			return got, cause
		default:
			return got, err
		}
	}
}

// read asks for one pageRequest and yields what is fresh in it. The call is nil if
// no answer came.
func (w *walker[T]) read(win pageRequest, salvage bool) (got result, call *response.Call, err error) {
	array, err := w.Open(win.page, win.perPage, salvage)
	if err != nil {
		return got, nil, err
	}
	defer array.Close()
	call = array.Call()
	got.total = Total(array.Header)
	unsure := w.cursor.expects()
	for {
		item, id, err := w.Next(array)
		var odd *response.ElementError
		if err != nil && !errors.As(err, &odd) {
			if err == io.EOF { //nolint:errorlint // the array's end, as io.Reader says it
				err = nil
			}
			return got, call, err
		}
		position := win.start() + got.count
		got.count++
		switch {
		case id == "": // an odd one without an id is known by its place
			id = "#" + strconv.Itoa(position)
		case unsure && !w.seen.has(id):
			got.gap = true
			return got, call, nil
		default:
			unsure = false
		}
		if !w.seen.add(id) {
			continue
		}
		if err := w.emit(item, err, salvage); err != nil || w.stopped {
			return got, call, err
		}
	}
}

// emit yields one element, or the error that stands for it.
func (w *walker[T]) emit(item T, err error, salvage bool) error {
	wanted := true
	if err == nil {
		item, wanted, err = w.Finish(item, salvage)
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
