package delivery_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
)

// walks is how many random walks tests make of each kind. A long run:
// go test ./delivery -run 'ComeAndGo|Silence' -walks 417
var walks = flag.Int("walks", 3, "random walks of each kind")

// churn creates and deletes up to most releases, anywhere.
func (m *model) churn(rng *rand.Rand, most int, next *int) {
	for range rng.IntN(most + 1) {
		*next++
		m.insert(*next)
	}
	for range rng.IntN(most + 1) {
		if n := len(m.ids()); n > 60 {
			at := rng.IntN(n)
			m.remove(at, at+1)
		}
	}
}

// Servers and gateways that limit pages, that count wrongly, and whose
// releases come and go between two requests and within one: each walk yields
// every release that was there throughout, or ends with an error.
func TestAllLosesNothingInSilence(t *testing.T) {
	t.Parallel()
	lies := map[string]func(rng *rand.Rand, count int) int{
		"no X-Total":                      nil,
		"X-Total":                         func(_ *rand.Rand, count int) int { return count },
		"X-Total too low":                 func(rng *rand.Rand, count int) int { return count - 1 - rng.IntN(5) },
		"X-Total too high":                func(rng *rand.Rand, count int) int { return count + 1 + rng.IntN(5) },
		"X-Total of another list":         func(*rand.Rand, int) int { return 55 },
		"an X-Total that changes":         func(rng *rand.Rand, count int) int { return 55 + rng.IntN(2*count) },
		"an X-Total that comes and goes":  func(rng *rand.Rand, count int) int { return count*rng.IntN(2) - 1 },
		"X-Total, counted after a change": func(_ *rand.Rand, count int) int { return count },
	}
	for _, most := range []int{0, 2, 3, 10, 20, 50} {
		for lie, total := range lies {
			t.Run(fmt.Sprintf("at most %d a page/%s", most, lie), func(t *testing.T) {
				t.Parallel()
				failed := 0
				for seed := range uint64(*walks) {
					rng := rand.New(rand.NewPCG(seed, uint64(most)))
					m := (&model{most: most, xTotal: total != nil, flat: seed%3 == 0}).fill(60 + rng.IntN(200))
					next, changes := 10_000, rng.IntN(9)
					m.before = func(int) { m.churn(rng, changes, &next) }
					if total != nil {
						m.count = func(count int) int { return total(rng, count) }
					}
					if lie == "X-Total, counted after a change" {
						m.between = func() { m.churn(rng, 1, &next) }
					}
					throughout := m.watch()
					w := walk(t, m.client(t), delivery.ListOptions{PerPage: 1 + rng.IntN(100)})

					distinct := slices.Compact(slices.Sorted(slices.Values(w.ids)))
					require.Len(t, w.ids, len(distinct), "seed %d: a release twice", seed)
					if len(w.errs) > 0 {
						failed++
						require.Len(t, w.errs, 1, "seed %d", seed)
						require.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse)
						continue
					}
					for _, id := range throughout() {
						_, found := slices.BinarySearch(distinct, id)
						require.True(t, found, "seed %d: %s was there throughout, and was lost in silence", seed, id)
					}
				}
				if (most == 0 || most >= 20) && (lie == "no X-Total" || lie == "X-Total") {
					assert.LessOrEqual(t, failed, *walks/20, "walks over an honest server that end with an error")
				}
			})
		}
	}
}

// watch returns a function that returns the ids of the releases that have been
// there throughout.
func (m *model) watch() func() []string {
	before := m.ids()
	return func() []string {
		now := map[string]bool{}
		for _, id := range m.ids() {
			now[id] = true
		}
		return slices.DeleteFunc(before, func(id string) bool { return !now[id] })
	}
}

// The oldest release moves up while the server counts: 199 releases in pages
// of 199, and the newest of them is deleted between find and count.
func TestAllGoesOnBehindAFullPage(t *testing.T) {
	t.Parallel()
	m := (&model{xTotal: true}).fill(200)
	deleted := false
	m.between = func() {
		if !deleted {
			deleted = true
			m.remove(0, 1)
		}
	}
	w := walk(t, m.client(t), delivery.ListOptions{PerPage: 199})
	assert.Empty(t, w.errs)
	assert.Contains(t, w.ids, id(1), "the oldest")
}

func TestAllSaysThatTheListEndedEarly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		model    *model
		options  delivery.ListOptions
		count    int // what X-Total says
		want     string
		requests int
	}{
		"several pages": {
			&model{xTotal: true}, delivery.ListOptions{}, 199,
			"the list ended after 195 elements, 195 of them distinct; X-Total says 199", 4,
		},
		"one page": {
			&model{xTotal: true}, delivery.ListOptions{PerPage: 500}, 196,
			"the list ended after 195 elements, 195 of them distinct; X-Total says 196", 4,
		},
		"the same page again and again": {
			&model{xTotal: true, ignorePage: true, most: 20}, delivery.ListOptions{}, 195,
			"the list ended after 20 elements, 20 of them distinct; X-Total says 195", 4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := test.model.fill(195)
			m.count = func(int) int { return test.count }
			w := walk(t, m.client(t), test.options)
			require.Len(t, w.errs, 1, "one error, after the last element")
			require.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse)
			require.ErrorContains(t, w.errs[0], test.want)
			assert.LessOrEqual(t, len(m.requests), test.requests)
			if !test.model.ignorePage {
				assert.Equal(t, m.ids(), w.ids)
			}
		})
	}
}

// Pages of two cannot overlap, so a quiet list is read twice to see that
// nothing was deleted meanwhile.
func TestAllReadsTinyPagesTwice(t *testing.T) {
	t.Parallel()
	for _, xTotal := range []bool{false, true} {
		m := (&model{most: 2, xTotal: xTotal}).fill(50)
		w := walk(t, m.client(t), delivery.ListOptions{})
		assert.Empty(t, w.errs)
		assert.Equal(t, m.ids(), w.ids)
		assert.InDelta(t, 2*26, len(m.requests), 4)

		m = (&model{most: 2, xTotal: xTotal}).fill(50)
		m.before = func(int) { m.remove(0, min(1, len(m.ids()))) }
		w = walk(t, m.client(t), delivery.ListOptions{})
		require.Len(t, w.errs, 1)
		require.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse)
	}
}

// A fake that sends the same body whatever is requested is read to its end,
// twice where it could be a server of tiny pages.
func TestAllEndsOnAServerThatAlwaysSendsTheSame(t *testing.T) {
	t.Parallel()
	for body, most := range map[string]int{
		`[]`:                         1,
		`[{}]`:                       6,
		`[{},{"versionInfo":{}},17]`: 6,
		`[` + release(1) + `]`:       6,
		`[` + release(2) + `,{}]`:    6,
		`[` + release(2) + `,` + release(1) + `]`:                    6,
		`[` + release(3) + `,` + release(2) + `,` + release(1) + `]`: 6,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			requests := 0
			s := delivery.New(doer(func(req *http.Request) (*http.Response, error) {
				requests++
				require.LessOrEqual(t, requests, 20, "it does not end")
				return respond(req, http.StatusOK, body), nil
			}))
			var ids []string
			for r, err := range s.All(t.Context(), delivery.ListOptions{}) {
				if err == nil {
					ids = append(ids, r.VersionInfo.ID)
				}
			}
			assert.Len(t, ids, strings.Count(body, "id"), "each once")
			assert.LessOrEqual(t, requests, most)
		})
	}
}

// release is the JSON of the n-th release.
func release(n int) string { return `{"versionInfo":{"id":"` + id(n) + `"}}` }
