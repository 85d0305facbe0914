// Package ordered runs calls concurrently and returns their results in order.
package ordered

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// maxWorkers bounds the memory of a queue.
const maxWorkers = 1 << 10

// Map yields the result of do for each item, in the order of the items. Up to workers
// calls run at the same time, and at most twice as many begin ahead of the loop. When the
// loop ends, Map cancels the context of the calls and waits for those that are running.
//
// If do panics or calls runtime.Goexit, the loop ends at the position of its result. If
// items does, the loop ends after the last result. Map repeats the panic or exit in the
// goroutine that ranges over the results. With fewer than two workers, everything runs in
// that goroutine.
func Map[In, Out any](ctx context.Context, workers int, items iter.Seq[In], do func(context.Context, In) Out) iter.Seq[Out] {
	return func(yield func(Out) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		if workers < 2 {
			for item := range items {
				if !yield(do(ctx, item)) {
					return
				}
			}
			return
		}
		workers := min(workers, maxWorkers)
		queue := make(chan *task[Out], 2*workers-1) // the loop has one more task
		slots := make(chan struct{}, workers)
		left := make(chan struct{})
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		defer close(left)
		send := func(t *task[Out]) bool {
			select {
			case queue <- t:
				return true
			case <-left:
				return false
			}
		}
		running.Go(func() {
			taking := &task[Out]{done: make(chan struct{})} // reads items; has no result
			defer send(taking)
			taking.run(func() {
				for item := range items {
					t := &task[Out]{done: make(chan struct{})}
					if !send(t) {
						return
					}
					select {
					case slots <- struct{}{}:
					case <-left:
						return
					}
					running.Go(func() {
						defer func() { <-slots }()
						t.run(func() { t.result, t.ok = do(ctx, item), true })
					})
				}
			})
		})
		for {
			if t := <-queue; !t.wait() || !yield(t.result) {
				return
			}
		}
	}
}

// task is a function that runs in its own goroutine.
type task[Out any] struct {
	done     chan struct{} // closed when the function has ended
	result   Out
	ok       bool // there is a result
	returned bool // the function neither panicked nor exited
	panicked any
}

func (t *task[Out]) run(f func()) {
	defer close(t.done)
	defer func() { t.panicked = recover() }()
	f()
	t.returned = true
}

// wait waits for the function and reports whether there is a result. It panics or exits
// if the function did.
func (t *task[Out]) wait() bool {
	<-t.done
	switch {
	case t.panicked != nil:
		panic(t.panicked)
	case !t.returned:
		runtime.Goexit()
	}
	return t.ok
}
