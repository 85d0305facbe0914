package response

import (
	"encoding/json"
	"errors"
	"runtime"
	"sync"
)

const (
	// maxDecoders is how many batches are decoded at a time, where there are
	// so many processors.
	maxDecoders = 4
	// batchBytes is how much JSON is decoded by one goroutine at a time, if so
	// much has arrived.
	batchBytes = 32 << 10
	// aheadFrom is how much of a stream must have arrived before this begins:
	// shorter ones are not worth it. The head of the stream, which is read for
	// errors, is complete by then.
	aheadFrom = max(16<<10, headBytes)
)

// ahead decodes the elements of a stream on other processors while the caller
// uses those before them. One goroutine cuts what arrives into batches of
// elements, others decode them, and the caller receives them in order. What is
// under way takes no more memory than one element may.
type ahead[T any] struct {
	stream  *Stream[T]
	work    chan *batch[T]
	batches chan *batch[T] // the same, in order
	stop    chan struct{}
	running sync.WaitGroup

	current *batch[T]
	used    int // results of current that have been returned

	mu      sync.Mutex
	freed   sync.Cond
	size    int64 // of the batches under way
	stopped bool
}

// batch is a number of elements in a row.
type batch[T any] struct {
	memory *[]byte // pooled, for data
	data   []byte  // of all of them
	ends   []int
	raws   []json.RawMessage // of each, if the client keeps them
	first  int               // index
	size   int64
	end    error // of the stream, behind them

	ready    chan struct{} // closed once results is complete
	results  []result[T]
	panicked any // by the body's Read
}

type result[T any] struct {
	v   *T
	err error
}

var batchBuffers = sync.Pool{New: func() any { return new([]byte) }}

func newBatch[T any](first int) *batch[T] {
	memory := batchBuffers.Get().(*[]byte)
	return &batch[T]{memory: memory, data: (*memory)[:0], first: first}
}

// decoders returns how many batches to decode at a time: 0 if there is only one
// processor, where nothing is gained.
func decoders() int {
	if n := runtime.GOMAXPROCS(0); n > 1 {
		return min(n, maxDecoders)
	}
	return 0
}

// decodeAhead goes on to read s ahead.
func decodeAhead[T any](s *Stream[T], decoders int) *ahead[T] {
	// Twice as many batches may wait as are decoded at a time, so that decoders
	// have work while the caller uses the results of others.
	a := &ahead[T]{
		stream:  s,
		work:    make(chan *batch[T], 2*decoders),
		batches: make(chan *batch[T], 2*decoders),
		stop:    make(chan struct{}),
	}
	a.freed.L = &a.mu
	a.running.Go(a.cut)
	for range decoders {
		a.running.Go(a.decode)
	}
	return a
}

// cut reads the stream to its end and hands over batches.
func (a *ahead[T]) cut() {
	s := a.stream
	b := newBatch[T](s.index + 1)
	defer close(a.work)
	defer func() {
		if b.panicked = recover(); b.panicked == nil && b.end == nil { // Read has called runtime.Goexit
			b.end = errors.New("reading the body ended its goroutine")
		}
		a.hand(b)
	}()
	next := func() {
		if len(b.ends) > 0 {
			a.hand(b)
			b = newBatch[T](b.first + len(b.ends))
		}
	}
	s.beforeFill = next
	for {
		element, raw, err := s.next()
		if err != nil {
			b.end = err
			return
		}
		b.data = append(b.data, element...)
		b.ends = append(b.ends, len(b.data))
		b.size += s.scanner.size
		if raw != nil {
			b.raws = append(b.raws, raw)
		}
		if len(b.data) >= batchBytes {
			next()
		}
		select {
		case <-a.stop:
			return
		default:
		}
	}
}

// hand waits until there is room for b, and hands it over.
func (a *ahead[T]) hand(b *batch[T]) {
	limit := max(a.stream.body.maxBytes(), minSize)
	a.mu.Lock()
	for a.size > 0 && a.size+b.size > limit && !a.stopped {
		a.freed.Wait()
	}
	a.size += b.size
	a.mu.Unlock()
	b.ready = make(chan struct{})
	select {
	case a.batches <- b:
		a.work <- b
	case <-a.stop:
	}
}

// decode decodes batches until there are no more.
func (a *ahead[T]) decode() {
	for b := range a.work {
		start := 0
		b.results = make([]result[T], len(b.ends))
		for i, end := range b.ends {
			var raw json.RawMessage
			if b.raws != nil {
				raw = b.raws[i]
			}
			b.results[i].v, b.results[i].err = a.stream.decode(b.data[start:end], raw, b.first+i)
			start = end
		}
		if cap(b.data) <= maxPooled {
			*b.memory = b.data[:0]
			batchBuffers.Put(b.memory)
		}
		b.data, b.memory = nil, nil
		close(b.ready)
		// Let the caller run first, who may wait for b. Without it, decoders run
		// until no batch is left, and cut, which waits for the caller to take
		// one, adds none.
		runtime.Gosched()
	}
}

// next returns what [Stream.Next] does.
func (a *ahead[T]) next() (*T, error) {
	for a.current == nil || a.used == len(a.current.results) {
		if a.current != nil {
			if a.current.end != nil {
				return nil, a.current.end
			}
			a.mu.Lock()
			a.size -= a.current.size
			a.mu.Unlock()
			a.freed.Signal()
		}
		a.current, a.used = <-a.batches, 0
		<-a.current.ready
		if p := a.current.panicked; p != nil {
			panic(p)
		}
	}
	r := a.current.results[a.used]
	a.used++
	return r.v, r.err
}

// close makes all goroutines end, once the body's Read returns.
func (a *ahead[T]) close() {
	a.mu.Lock()
	a.stopped = true
	a.mu.Unlock()
	a.freed.Broadcast()
	close(a.stop)
}
