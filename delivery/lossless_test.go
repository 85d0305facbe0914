package delivery_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
)

// walks is how many random walks the tests of this file make, in sixties. For 20,000:
// go test ./delivery -run LosesNothing -walks 334
var walks = flag.Int("walks", 1, "random walks of each kind, in sixties")

// chaos is a movingZadig that moves at random.
type chaos struct {
	*movingZadig
	rng                      *rand.Rand
	churn, race, flaky, ties int // in percent
}

func newChaos(seed uint64) *chaos {
	rng := rand.New(rand.NewPCG(seed, 5))
	c := &chaos{rng: rng, movingZadig: &movingZadig{flat: rng.IntN(2) == 0}, ties: []int{0, 30, 95}[rng.IntN(3)]}
	c.total = c.flat || rng.IntN(2) == 0
	c.omits = c.flat && rng.IntN(4) == 0
	if rng.IntN(4) == 0 {
		c.limit = 10 + rng.IntN(80)
	}
	if !c.flat && c.ties > 0 {
		c.shuffle = rng
	}
	c.fill(0)
	for range rng.IntN([]int{20, 150, 400}[rng.IntN(3)]) {
		c.createOne()
	}
	if rng.IntN(3) > 0 {
		c.churn, c.race, c.flaky = rng.IntN(70), rng.IntN(40), rng.IntN(10)
	}
	c.counted = func() { c.change(c.race) }
	c.before = c.disturb
	return c
}

func (c *chaos) createOne() {
	seconds := int64(0)
	if c.flat || c.rng.IntN(100) >= c.ties {
		seconds = 1 + c.rng.Int64N(50)
	}
	c.create(seconds)
	if c.rng.IntN(5) == 0 {
		c.releases[0].status = delivery.StatusCreating
	}
}

// finish ends what is in progress, with this probability in percent.
func (c *chaos) finish(percent int) {
	for i := range c.releases {
		if c.releases[i].status != "" && c.rng.IntN(100) < percent {
			c.releases[i].status = delivery.StatusSuccess
		}
	}
}

func (c *chaos) change(percent int) {
	for c.rng.IntN(100) < percent {
		if n := len(c.releases); n > 0 && c.rng.IntN(2) == 0 {
			at := c.rng.IntN(n)
			c.remove(at, at+1)
		} else {
			c.createOne()
		}
	}
}

// disturb changes the list, and lets some requests by id fail.
func (c *chaos) disturb(req *http.Request) *http.Response {
	byID := strings.Contains(req.URL.Path, listPath+"/")
	if byID {
		c.change(c.churn / 10) // there are many
	} else {
		c.change(c.churn)
	}
	switch {
	case byID && c.rng.IntN(200) < c.flaky:
		return respond(req, http.StatusNotFound, noBackend)
	case byID && c.rng.IntN(100) < c.flaky:
		return respond(req, http.StatusBadRequest, refused)
	}
	return nil
}

// isQuiet reports whether a walk has no reason to return an error. If pages are capped,
// they cannot overlap by a second that has more than half a page of releases.
func (c *chaos) isQuiet() bool { return c.churn+c.race+c.flaky == 0 && (c.limit == 0 || c.ties == 0) }

// now returns the ids of the list.
func (c *chaos) now() map[string]bool {
	now := make(map[string]bool, len(c.releases))
	for _, r := range c.releases {
		now[r.id] = true
	}
	return now
}

func (c *chaos) options() delivery.ListOptions {
	return delivery.ListOptions{PerPage: []int{0, 0, 20, 5 + c.rng.IntN(100)}[c.rng.IntN(4)], Concurrency: c.rng.IntN(2)}
}

// atRandom runs walk with many servers. The walk must lose nothing unless it returns an
// error, and may return an error only if the server moves.
func atRandom(t *testing.T, walk func(t *testing.T, c *chaos, seed uint64) error) {
	t.Helper()
	reasons := map[string]int{}
	for seed := range uint64(*walks * 60) {
		c := newChaos(seed)
		quiet := c.isQuiet()
		if err := walk(t, c, seed); err != nil {
			assert.False(t, quiet, "seed %d: nothing moved, but %v", seed, err)
			_, reason, _ := strings.Cut(err.Error(), "response: ")
			reason, _, _ = strings.Cut(reason, " after ")
			if c.limit > 0 {
				reason = "capped: " + reason
			}
			reasons[reason]++
		}
	}
	t.Logf("%d walks; ended with an error: %v", *walks*60, reasons)
}

func TestAllLosesNothing(t *testing.T) {
	t.Parallel()
	atRandom(t, func(t *testing.T, c *chaos, seed uint64) (ended error) {
		before := c.ids()
		seen := map[string]bool{}
		for r, err := range c.client(t).All(t.Context(), c.options()) {
			failed, ofOne := errors.AsType[*delivery.ReleaseError](err)
			var one string
			switch {
			case ofOne:
				one = failed.ID
			case err != nil:
				return err
			default:
				one = r.VersionInfo.ID
			}
			require.False(t, seen[one], "seed %d: %s twice", seed, one)
			seen[one] = true
		}
		now := c.now()
		for _, one := range before {
			require.True(t, seen[one] || !now[one], "seed %d: %s of %d lost in silence", seed, one, len(before))
		}
		return nil
	})
}

// Each release is yielded once, and once more if it was in progress, no matter where a
// loop ends.
func TestSinceLosesNothing(t *testing.T) {
	t.Parallel()
	atRandom(t, func(t *testing.T, c *chaos, seed uint64) (ended error) {
		s, o := c.client(t), c.options()
		var mark delivery.Mark
		leave := rand.New(rand.NewPCG(seed, 6)) // requests use c's own at the same time
		type yielded struct {
			id         string
			inProgress bool
		}
		seen := map[yielded]bool{}
		for ranges := range 6 {
			quiet := ranges > 3 // releases that could not be read are read again
			if quiet {
				c.churn, c.race, c.flaky = 0, 0, 0
			}
			c.change(c.churn)
			c.finish(25 * (ranges + 1))
			ended = nil
			for r, err := range s.Since(t.Context(), &mark, o) {
				if _, ofOne := errors.AsType[*delivery.ReleaseError](err); ofOne {
					continue
				} else if err != nil {
					ended = err
					continue
				}
				if !quiet && leave.IntN(100) == 0 {
					break
				}
				y := yielded{r.VersionInfo.ID, r.InProgress()}
				require.False(t, seen[y], "seed %d: %v twice", seed, y)
				seen[y] = true
			}
		}
		if ended != nil {
			return ended
		}
		for _, one := range c.ids() {
			require.True(t, seen[yielded{one, false}], "seed %d: %s lost in silence", seed, one)
		}
		return nil
	})
}

func TestFindLosesNothing(t *testing.T) {
	t.Parallel()
	atRandom(t, func(t *testing.T, c *chaos, seed uint64) error {
		before := c.ids()
		if len(before) == 0 {
			return nil
		}
		one := before[c.rng.IntN(len(before))]
		o := c.options()
		o.ProjectName = []string{"", "p"}[c.rng.IntN(2)]
		r, err := c.client(t).Find(t.Context(), "v"+one, o)
		switch {
		case err == nil:
			require.Equal(t, one, r.VersionInfo.ID, "seed %d", seed)
		case c.now()[one]:
			require.NotErrorIs(t, err, zadig.ErrNotFound, "seed %d: lost in silence, of %d", seed, len(before))
			return err
		}
		return nil
	})
}
