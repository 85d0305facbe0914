// Package ordered works on several goroutines and hands over the results in the
// order of the work.
package ordered

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// maxWorkers is how many goroutines there are, however many are asked for.
const maxWorkers = 1 << 10

// Map yields the result of do for each item, in order. Up to workers calls of do
// run at once, and at most twice as many items are taken ahead of the loop. The
// items come from a goroutine of their own. When the loop ends, the context that
// do gets ends, and all goroutines are waited for. A panic or an exit of one of
// them is repeated in the goroutine that ranges. With one worker all of it
// happens there.
func Map[In, Out any](ctx context.Context, workers int, items iter.Seq[In], do func(context.Context, In) Out) iter.Seq[Out] {
	return func(yield func(Out) bool) {
		ctx, end := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer end()
		if workers <= 1 {
			for item := range items {
				if !yield(do(ctx, item)) {
					return
				}
			}
			return
		}
		workers := min(workers, maxWorkers)
		queue := make(chan *task[Out], 2*workers-1)
		slots := make(chan struct{}, workers)
		left := make(chan struct{})
		defer close(left)
		running.Go(func() {
			taking := newTask[Out]() // the last one in the queue, without a result
			defer func() {
				select {
				case queue <- taking:
				case <-left:
				}
			}()
			taking.run(func() {
				for item := range items {
					t := newTask[Out]()
					select {
					case queue <- t:
					case <-left:
						return
					}
					slots <- struct{}{}
					running.Go(func() {
						defer func() { <-slots }()
						t.run(func() { t.out, t.ok = do(ctx, item), true })
					})
				}
			})
		})
		for {
			if t := <-queue; !t.wait() || !yield(t.out) {
				return
			}
		}
	}
}

// task is one call on a goroutine, over once done is closed.
type task[Out any] struct {
	done     chan struct{}
	out      Out
	ok       bool // there is an out
	returned bool
	panicked any
}

func newTask[Out any]() *task[Out] { return &task[Out]{done: make(chan struct{})} }

func (t *task[Out]) run(f func()) {
	defer close(t.done)
	defer func() { t.panicked = recover() }()
	f()
	t.returned = true
}

// wait reports whether there is a result, or ends as the task ended.
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
