package paging_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/paging"
)

// The next page always begins before the end of what is covered and reaches
// beyond it.
func TestPagesOverlapAndAdvance(t *testing.T) {
	t.Parallel()
	for perPage := 1; perPage <= 120; perPage++ {
		for covered := range 1500 {
			w := paging.NewCursorAt(perPage, covered, 1).Next()
			start, end := (w.Page-1)*w.PerPage, w.Page*w.PerPage
			// Small pages must be stretched now and then: no page of three or
			// less begins at the sixth element or before and ends behind it.
			if start < 0 || start >= max(covered, 1) || end <= covered || w.PerPage > max(perPage, 11) {
				t.Fatalf("per page %d, covered %d: %+v", perPage, covered, w)
			}
		}
	}
}

// A cursor that steps back begins at least overlap positions back.
func TestPagesStepBack(t *testing.T) {
	t.Parallel()
	for perPage := 1; perPage <= 60; perPage++ {
		for covered := 1; covered < 400; covered += 7 {
			for overlap := 2; overlap < 2*covered; overlap *= 2 {
				w := paging.NewCursorAt(perPage, covered, overlap).Next()
				if start := (w.Page - 1) * w.PerPage; start > max(covered-overlap, 0) || w.PerPage > perPage {
					t.Fatalf("per page %d, covered %d, overlap %d: %+v", perPage, covered, overlap, w)
				}
			}
		}
	}
}

// Gap after gap, a cursor steps back further, and soon to the top.
func TestPagesStepBackFurtherEachTime(t *testing.T) {
	t.Parallel()
	c := paging.NewCursorAt(100, 10_000, 1)
	var starts []int
	for len(starts) == 0 || starts[len(starts)-1] > 0 {
		require.Less(t, len(starts), 8, "it does not get to the top: %v", starts)
		w := c.Next()
		starts = append(starts, (w.Page-1)*w.PerPage)
		require.Equal(t, starts[len(starts)-1] > 0, c.Expects(), "at the top there is nothing to begin with")
		require.False(t, c.Advance(paging.Result{Gap: true, Total: -1}))
	}
	for i := range starts[1:] {
		require.Less(t, starts[i+1], starts[i], "%v", starts)
	}
}

// A server without a tie-breaker may put elements of the same second in
// another order for each size and number of a page. The iteration ends after few
// requests and sees all elements that have an order.
func TestWalkOverElementsWithoutAnOrderEnds(t *testing.T) {
	t.Parallel()
	for _, perPage := range []int{1, 2, 3, 10, 100} {
		for _, length := range []int{6, 50, 1000} {
			for _, tied := range []int{1, 2, 20, 1000} {
				for name, key := range map[string]func(paging.PageRequest, int) int{
					"size":    func(w paging.PageRequest, _ int) int { return w.PerPage },
					"end":     func(w paging.PageRequest, _ int) int { return w.Page * w.PerPage },
					"request": func(_ paging.PageRequest, n int) int { return n },
				} {
					t.Run(fmt.Sprintf("%d of %d, %d tied by %s", perPage, length, tied, name), func(t *testing.T) {
						t.Parallel()
						for seed := range uint64(5) {
							c := paging.NewCursorAt(perPage, 0, 1)
							seen := map[int]bool{}
							most := 60 + 12*length/perPage
							for n := 0; ; n++ {
								require.Less(t, n, most, "seed %d: it does not end", seed)
								w := c.Next()
								order := tiedOrder(length, tied, seed, key(w, n))
								r := paging.Result{Total: -1}
								for i := min((w.Page-1)*w.PerPage, length); i < min(w.Page*w.PerPage, length); i++ {
									r.Count++
									if seen[order[i]] {
										continue
									}
									if r.Gap = r.Count == 1 && c.Expects(); r.Gap {
										break
									}
									seen[order[i]] = true
									r.Fresh++
								}
								if c.Advance(r) {
									break
								}
							}
							require.GreaterOrEqual(t, len(seen), min(length, perPage), "seed %d", seed)
							if tied == 1 {
								require.Len(t, seen, length)
							}
						}
					})
				}
			}
		}
	}
}

// tiedOrder puts the elements of each second in an order of its own.
func tiedOrder(length, tied int, seed uint64, key int) []int {
	order := make([]int, length)
	for i := range order {
		order[i] = i
	}
	rng := rand.New(rand.NewPCG(seed, uint64(key)))
	for group := range slices.Chunk(order, tied) {
		rng.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
	}
	return order
}

// readUnchanged reads all pages of a list that does not change. It returns the
// elements in the order seen, and the number of requests.
func readUnchanged(t *testing.T, perPage, length, total int) (order []int, requests int) {
	t.Helper()
	c := paging.NewCursorAt(perPage, 0, 1)
	seen := map[int]bool{}
	for done := false; !done; requests++ {
		require.Less(t, requests, 3*length+10, "per page %d, length %d: it does not end", perPage, length)
		w := c.Next()
		start := min((w.Page-1)*w.PerPage, length)
		end := min(start+w.PerPage, length)
		r := paging.Result{Count: end - start, Total: total}
		for i := start; i < end; i++ {
			if !seen[i] {
				if r.Gap = i == start && c.Expects(); r.Gap {
					break
				}
				seen[i] = true
				order = append(order, i)
				r.Fresh++
			}
		}
		done = c.Advance(r)
	}
	return order, requests
}

// All elements are seen in order. Overlapping costs a quarter more requests than
// there are pages, and twice as many if pages are small.
func TestWalkOverAListThatStandsStill(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for perPage := 1; perPage <= 120; perPage++ {
		for range 3 {
			length := rng.IntN(30 * perPage)
			for _, total := range []int{-1, length} {
				order, requests := readUnchanged(t, perPage, length, total)
				require.Len(t, order, length)
				require.True(t, slices.IsSorted(order), "in the server's order")
				limit := 2*length/perPage + 3
				if perPage >= 50 {
					limit = 5*length/(4*perPage) + 2
				}
				require.LessOrEqual(t, requests, limit, "per page %d, length %d", perPage, length)
			}
		}
	}
}

// Whatever a server sends, the iteration ends once nothing new appears. (A server
// that fills every page, however large, has no end.)
func TestWalkEnds(t *testing.T) {
	t.Parallel()
	for name, respond := range map[string]func(rng *rand.Rand, w paging.PageRequest) (count, total int){
		"any count": func(rng *rand.Rand, w paging.PageRequest) (int, int) {
			return rng.IntN(w.PerPage + 1), rng.IntN(1000) - 1
		},
		"more":    func(_ *rand.Rand, w paging.PageRequest) (int, int) { return w.PerPage + 1, -1 },
		"twenty":  func(*rand.Rand, paging.PageRequest) (int, int) { return 20, -1 },
		"one":     func(*rand.Rand, paging.PageRequest) (int, int) { return 1, 1 << 40 },
		"nothing": func(*rand.Rand, paging.PageRequest) (int, int) { return 0, 1 << 40 },
	} {
		for _, gaps := range []int{0, 4, 1} { // never, now and then, always
			t.Run(fmt.Sprint(name, gaps), func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(30) {
					rng := rand.New(rand.NewPCG(seed, 3))
					c := paging.NewCursorAt(1+rng.IntN(50), 0, 1)
					fruitful := rng.IntN(200)
					for requests := 0; ; requests++ {
						require.Less(t, requests, fruitful+1000, "seed %d", seed)
						w := c.Next()
						require.Positive(t, w.PerPage)
						var r paging.Result
						r.Count, r.Total = respond(rng, w)
						r.Gap = c.Expects() && r.Count > 0 && gaps > 0 && rng.IntN(gaps) == 0
						if requests < fruitful {
							r.Fresh = rng.IntN(r.Count + 1)
						}
						if c.Advance(r) {
							break
						}
					}
				}
			})
		}
	}
}
