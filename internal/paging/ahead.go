package paging

import (
	"context"
	"runtime"
	"sync"
)

// ahead completes a bounded number of elements at once, each on a goroutine, and
// returns them in the order in which they were added.
type ahead[T any] struct {
	ctx     context.Context
	running sync.WaitGroup
	slots   chan struct{} // one for each element that is being completed
	queue   []*element[T] // in order, at most twice as many
}

// element is one element of a list, ready once done is closed.
type element[T any] struct {
	done   chan struct{}
	item   T
	wanted bool
	err    error

	panicked any
	exited   bool // by runtime.Goexit
}

// newAhead returns an ahead that stops when ctx ends. The caller must end ctx and
// wait for running.
func newAhead[T any](ctx context.Context, concurrency int) *ahead[T] {
	return &ahead[T]{ctx: ctx, slots: make(chan struct{}, concurrency)}
}

// ready adds an element that is complete.
func (a *ahead[T]) ready(item T, wanted bool, err error) {
	done := make(chan struct{})
	close(done)
	a.queue = append(a.queue, &element[T]{done: done, item: item, wanted: wanted, err: err})
}

// acquire waits for a slot and reports whether it has one. It has none if the
// caller must first remove an element from the queue.
func (a *ahead[T]) acquire() bool {
	if a.full() {
		return false
	}
	select {
	case a.slots <- struct{}{}:
		return true
	default: // all are taken, so the queue is not empty
	}
	select {
	case a.slots <- struct{}{}:
		return true
	case <-a.queue[0].done:
		return false
	}
}

// start adds an element and completes it in the slot that acquire returned.
func (a *ahead[T]) start(complete func(context.Context) (T, bool, error)) {
	e := &element[T]{done: make(chan struct{})}
	a.queue = append(a.queue, e)
	a.running.Go(func() {
		defer func() {
			<-a.slots
			close(e.done)
		}()
		returned := false
		defer func() { // first repeats a panic or an exit on the goroutine of the caller
			if e.panicked = recover(); e.panicked == nil {
				e.exited = !returned
			}
		}()
		e.item, e.wanted, e.err = complete(a.ctx)
		returned = true
	})
}

// full reports whether an element must leave the queue before another is added.
func (a *ahead[T]) full() bool { return len(a.queue) >= 2*cap(a.slots) }

// isReady reports whether the first element is complete.
func (a *ahead[T]) isReady() bool {
	if len(a.queue) == 0 {
		return false
	}
	select {
	case <-a.queue[0].done:
		return true
	default:
		return false
	}
}

// first removes the first element and returns it once it is complete.
func (a *ahead[T]) first() *element[T] {
	e := a.queue[0]
	<-e.done
	a.queue[0], a.queue = nil, a.queue[1:]
	switch {
	case e.panicked != nil:
		panic(e.panicked)
	case e.exited:
		runtime.Goexit()
	}
	return e
}

// Complete returns the elements of a page completed, at most concurrency at once,
// without those that are not wanted. It stops at the first error in the order of
// the page.
func Complete[T any](ctx context.Context, concurrency int, items []T, complete func(context.Context, T) (T, bool, error)) ([]T, error) {
	ctx, end := context.WithCancel(ctx)
	a := newAhead[T](ctx, concurrency)
	defer a.running.Wait()
	defer end()
	completed := items[:0:0]
	take := func() error {
		e := a.first()
		if e.err == nil && e.wanted {
			completed = append(completed, e.item)
		}
		return e.err
	}
	for _, item := range items {
		for !a.acquire() {
			if err := take(); err != nil {
				return nil, err
			}
		}
		a.start(func(ctx context.Context) (T, bool, error) { return complete(ctx, item) })
	}
	for len(a.queue) > 0 {
		if err := take(); err != nil {
			return nil, err
		}
	}
	return completed, nil
}
