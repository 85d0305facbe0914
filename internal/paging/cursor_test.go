package paging_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// element is an element of a list. Its ID is 0 if it has no id.
type element struct {
	ID      int   `json:"id"`
	Created int64 `json:"created"`
}

// list is a list that a server sends in pages.
type list struct {
	elements []element // newest first
	limit    int       // of a page's size; 0: none
	total    func(n int) int
	before   func(request int) error
	cut      map[int]int // number of bytes after which the response to a request breaks off; 0: never
	repeats  bool
	asked    []string // "page/size"
	same     bool     // all elements on every page, as some test doubles send them
	first    bool     // all elements on the first page, and none on others
}

// numbered returns n elements, with per elements in each second.
func numbered(n, per int) (all []element) {
	for ; n > 0; n-- {
		all = append(all, element{ID: n, Created: 1000 + int64((n-1)/per)})
	}
	return all
}

func always(n int) func(int) int { return func(int) int { return n } }

func (l *list) Do(req *http.Request) (*http.Response, error) {
	var page, size int
	if _, err := fmt.Sscanf(req.URL.RawQuery, "%d/%d", &page, &size); err != nil {
		return nil, err
	}
	l.asked = append(l.asked, req.URL.RawQuery)
	if l.before != nil {
		if err := l.before(len(l.asked)); err != nil {
			return nil, err
		}
	}
	if l.limit > 0 {
		size = min(size, l.limit)
	}
	start := min((page-1)*size, len(l.elements))
	switch {
	case l.same, l.first && page == 1:
		start, size = 0, len(l.elements)
	case l.first:
		size = 0
	}
	var objects []string
	for _, e := range l.elements[start:min(start+size, len(l.elements))] {
		objects = append(objects, fmt.Sprintf(`{"id":%d,"created":%d}`, e.ID, e.Created))
	}
	header := http.Header{}
	if l.total != nil {
		header.Set("X-Total", fmt.Sprint(l.total(len(l.elements))))
	}
	var body io.Reader = strings.NewReader("[" + strings.Join(objects, ",") + "]")
	if n := l.cut[len(l.asked)]; n > 0 {
		body = io.MultiReader(io.LimitReader(body, int64(n)), iotest.ErrReader(errReset))
	}
	settings := response.Settings{Attempts: 2, Wait: func(ctx context.Context, _ int) error { return ctx.Err() }}
	reject := func([]byte) func(error, string) error {
		return func(kind error, reason string) error { return fmt.Errorf("%w: %s", kind, reason) }
	}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Request: req,
		Body: &response.Body{ReadCloser: io.NopCloser(body), Settings: settings, Reject: reject}}, nil
}

var errReset = errors.New("reset by peer")

// walk reads the list to its end. If each is not nil, walk calls it.
func (l *list) walk(ctx context.Context, size int, each func(int) bool) (seen []int, err error) {
	p := paging.Pages[element]{
		Size: size,
		Open: func(page, size int) (*response.Stream[element], error) {
			at := response.Endpoint{Path: "/list", RawQuery: fmt.Sprintf("%d/%d", page, size)}
			return response.Elements[element](ctx, l, at, response.Streamed)
		},
		Key: func(e *element) (string, int64) {
			if e.ID == 0 {
				return "", e.Created
			}
			return fmt.Sprintf("%024x", e.ID), e.Created
		},
		Repeats: l.repeats,
	}
	err = p.Walk(ctx, func(e *element, err error) bool {
		seen = append(seen, e.ID)
		return each == nil || each(len(seen))
	}, func() bool { return true })
	return seen, err
}

func TestWalk(t *testing.T) {
	t.Parallel()
	counted := func(n int) int { return n }
	for name, test := range map[string]struct {
		list list
		size int
		want string // pages
	}{
		"empty":                        {list{}, 10, "1/10"},
		"one element":                  {list{elements: numbered(1, 1)}, 10, "1/10"},
		"a short page, perhaps capped": {list{elements: numbered(8, 1)}, 10, "1/10 2/6"},
		"the same, X-Total":            {list{elements: numbered(8, 1), total: counted}, 10, "1/10 2/6"},
		"a full page":                  {list{elements: numbered(10, 1)}, 10, "1/10 2/8"},
		"pages overlap by a second":    {list{elements: numbered(25, 1)}, 10, "1/10 2/8 3/7 3/9"},
		"by a whole second":            {list{elements: numbered(25, 3)}, 10, "1/10 2/6 2/9 3/7 3/9"},
		"of any size":                  {list{elements: numbered(15, 15)}, 10, "1/10 1/15 1/23 16/1"},
		"capped":                       {list{elements: numbered(25, 1), limit: 10}, 100, "1/100 2/8 3/7 3/9"},
		"times unknown":                {list{elements: untimed(25)}, 10, "1/10 2/9 3/8 3/10"},
		"the same on every page":       {list{elements: numbered(8, 1), same: true}, 10, "1/10 2/6"},
		"that, of one second":          {list{elements: numbered(8, 8), same: true}, 10, "1/10 9/1"},
		"nothing on the second":        {list{elements: numbered(8, 1), first: true}, 10, "1/10 2/6 1/8 2/6"},
		"a size that nobody means":     {list{elements: numbered(3, 1)}, math.MaxInt, "1/1000000 4/1"},
		"pages of one":                 {list{elements: numbered(3, 1)}, 1, "1/1 1/2 1/3 1/4 4/1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen, err := test.list.walk(t.Context(), test.size, nil)
			require.NoError(t, err)
			assert.Len(t, seen, len(test.list.elements))
			assert.True(t, slices.IsSortedFunc(seen, func(a, b int) int { return b - a }), "in the list's order")
			assert.Equal(t, test.want, strings.Join(test.list.asked, " "))
		})
	}
}

func untimed(n int) []element {
	all := numbered(n, 1)
	for i := range all {
		all[i].Created = 0
	}
	return all
}

// Changes between two pages cost requests, but the walk misses no element.
func TestWalkWhileTheListMoves(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(l *list){
		"one deleted":        func(l *list) { l.elements = l.elements[1:] },
		"three deleted":      func(l *list) { l.elements = l.elements[3:] },
		"five deleted":       func(l *list) { l.elements = l.elements[5:] },
		"most deleted":       func(l *list) { l.elements = l.elements[40:] },
		"many created":       func(l *list) { l.elements = append(numbered(160, 1)[:60], l.elements...) },
		"one in the middle":  func(l *list) { l.elements = slices.Delete(l.elements, 5, 6) },
		"the end of a page":  func(l *list) { l.elements = slices.Delete(l.elements, 8, 10) },
		"the last ones":      func(l *list) { l.elements = l.elements[:10] },
		"nothing but errors": func(*list) {},
	} {
		for request := 2; request < 9; request++ {
			for _, elements := range [][]element{numbered(100, 1), untimed(100), numbered(100, 4)} {
				l := list{elements: elements}
				if request%2 == 0 {
					l.total = func(n int) int { return n }
				}
				l.before = func(n int) error {
					slices.SortStableFunc(l.elements, func(a, b element) int { // those of one second have no order
						return cmp.Or(cmp.Compare(b.Created, a.Created), (n%2*2-1)*cmp.Compare(b.ID, a.ID)*int(min(b.Created, 1)))
					})
					if n == request {
						change(&l)
						return fmt.Errorf("%w", errdef.ErrForbidden) // which a Zadig server under load may send once
					}
					return nil
				}
				before := slices.Clone(l.elements)
				seen, err := l.walk(t.Context(), 10, nil)
				require.NoError(t, err, "%s before request %d", name, request)
				for _, e := range l.elements {
					if slices.Contains(before, e) {
						require.Contains(t, seen, e.ID, "%s before request %d", name, request)
					}
				}
				require.Len(t, seen, len(slices.Compact(slices.Sorted(slices.Values(seen)))), "none twice")
			}
		}
	}
}

func TestWalkCannotBeSure(t *testing.T) {
	t.Parallel()
	ended := func(n, total int) string {
		return fmt.Sprintf("the list ended after %d elements, want the %d of X-Total", n, total)
	}
	grow := func(l *list) { l.elements = numbered(1000+20*len(l.asked), 1)[:60+20*len(l.asked)] }
	for name, test := range map[string]struct {
		list   list
		change func(*list) // before each request but the first
		says   string
		most   int // requests
	}{
		"X-Total is too high":        {list{elements: numbered(25, 1), total: always(26)}, nil, ended(25, 26), 8},
		"of one element":             {list{elements: numbered(1, 1), total: always(2)}, nil, ended(1, 2), 2},
		"of the same on every page":  {list{elements: numbered(8, 1), total: always(9), same: true}, nil, ended(8, 9), 6},
		"of nothing on the second":   {list{elements: numbered(8, 1), total: always(9), first: true}, nil, ended(8, 9), 8},
		"a page is too long":         {list{elements: numbered(25, 1), same: true}, nil, "got a page of 11 elements or more, want at most 10", 1},
		"pages of two cannot meet":   {list{elements: numbered(25, 1), limit: 2}, nil, "the list has no end after 2 elements", 40},
		"it grows faster than pages": {list{elements: numbered(1000, 1)[:60]}, grow, "the list has no end after ", 80},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.list.before = func(n int) error {
				if n > 1 && test.change != nil {
					test.change(&test.list)
				}
				return nil
			}
			_, err := test.list.walk(t.Context(), 10, nil)
			require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
			require.ErrorContains(t, err, test.says)
			assert.LessOrEqual(t, len(test.list.asked), test.most)
		})
	}
}

// The lowest X-Total counts, because elements may be deleted while the list is read. An
// element that is in the list twice counts twice.
func TestWalkWithOddTotals(t *testing.T) {
	t.Parallel()
	once := list{elements: numbered(25, 1)}
	once.total = func(n int) int { return n + len(once.asked)%2 }
	twice := list{elements: append(numbered(8, 1), numbered(8, 1)...), total: always(16), repeats: true}
	noIDs := list{elements: append(numbered(5, 1), make([]element, 7)...), total: always(12)}
	low := list{elements: numbered(25, 1), total: always(3)}
	for _, test := range []struct {
		list *list
		want int
	}{{&once, 25}, {&twice, 8}, {&noIDs, 12}, {&low, 25}} {
		seen, err := test.list.walk(t.Context(), 10, nil)
		require.NoError(t, err)
		assert.Len(t, seen, test.want)
	}
}

func TestWalkResumesAPageThatBreaksOff(t *testing.T) {
	t.Parallel()
	for at := 2; at < 150; at++ {
		l := list{elements: numbered(25, 1), cut: map[int]int{1: at, 3: at}}
		seen, err := l.walk(t.Context(), 10, nil)
		require.NoError(t, err, "after %d bytes", at)
		require.Len(t, seen, 25, "after %d bytes", at)
	}
	l := list{elements: numbered(25, 1), cut: map[int]int{1: 60, 2: 120, 3: 180}}
	seen, err := l.walk(t.Context(), 10, nil)
	require.NoError(t, err, "each time with progress")
	require.Len(t, seen, 25)
	l = list{elements: numbered(25, 1), cut: map[int]int{2: 50, 3: 50, 4: 50}}
	seen, err = l.walk(t.Context(), 10, nil)
	require.ErrorIs(t, err, errReset)
	assert.Len(t, seen, 10)
	assert.Len(t, l.asked, 3, "twice without progress")
}

func TestWalkEnds(t *testing.T) {
	t.Parallel()
	l := list{elements: numbered(25, 1)}
	seen, err := l.walk(t.Context(), 10, func(n int) bool { return n < 12 })
	require.NoError(t, err)
	assert.Len(t, seen, 12, "with the loop")
	assert.Len(t, l.asked, 2)

	l = list{elements: numbered(25, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	seen, err = l.walk(ctx, 10, func(n int) bool {
		if n == 12 {
			cancel()
		}
		return true
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, seen, 12, "with its context")

	ctx, cancel = context.WithCancel(t.Context())
	l = list{elements: numbered(25, 1), cut: map[int]int{1: 100}}
	_, err = l.walk(ctx, 10, func(int) bool { cancel(); return true })
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, l.asked, 1)

	for _, failure := range []error{errReset, errdef.ErrForbidden, fmt.Errorf("%w: %w", errdef.ErrForbidden, context.Canceled)} {
		ctx, cancel = context.WithCancel(t.Context())
		l = list{elements: numbered(25, 1), before: func(n int) error {
			if n < 2 {
				return nil
			}
			cancel()
			return failure
		}}
		_, err = l.walk(ctx, 10, nil)
		require.ErrorIs(t, err, failure, "and with a failure")
		assert.Len(t, l.asked, 2)
	}
	var none context.Context
	_, err = l.walk(none, 10, nil)
	require.ErrorIs(t, err, errdef.ErrBadRequest)
}

func TestTotal(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{"": -1, "x": -1, "-3": -1, "0": 0, "48": 48} {
		assert.Equal(t, want, paging.Total(http.Header{"X-Total": {header}}), header)
	}
}
