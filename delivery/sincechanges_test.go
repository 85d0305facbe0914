package delivery_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// Whatever is created, finished and deleted, wherever a loop ends and whatever
// fails: no release is lost, and none comes twice unless it was being created.
func TestSinceLosesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &sinceWorld{
				T: t, rng: rand.New(rand.NewPCG(seed, 5)), clock: 1_700_000_000,
				store: map[string]*delivery.Release{}, handled: map[string][]string{},
			}
			w.srv, w.service = serve(t, []string{"v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"}[seed%4])
			for step := range 60 {
				for range w.rng.IntN(4) {
					w.change()
				}
				if step == 30 {
					w.upgrade()
				}
				w.run()
			}
			w.srv.ClearFaults()
			for range 2 { // what failed before comes now
				w.read(-1)
			}
			for version, r := range w.store {
				statuses := w.handled[version]
				if assert.NotEmpty(t, statuses, "%s is lost", version) {
					assert.Equal(t, r.VersionInfo.Status, statuses[len(statuses)-1], version)
				}
			}
			for version, statuses := range w.handled {
				unfinished := 0
				for unfinished < len(statuses) && statuses[unfinished] == delivery.StatusCreating {
					unfinished++
				}
				assert.LessOrEqual(t, unfinished, 1, "%s: %v", version, statuses)
				assert.LessOrEqual(t, len(statuses)-unfinished, 1, "%s: %v", version, statuses)
			}
			assert.Greater(t, len(w.handled), 25)
		})
	}
}

type sinceWorld struct {
	*testing.T
	rng     *rand.Rand
	srv     *zadigtest.Server
	service *delivery.Service
	clock   int64
	made    int
	store   map[string]*delivery.Release // by version
	mark    delivery.Mark
	handled map[string][]string // the statuses with which each version came
}

func (w *sinceWorld) put(r *delivery.Release) {
	w.srv.DeleteRelease(r.VersionInfo.ID)
	w.made++
	r.VersionInfo.ID = id(w.made) // a new one each time: nothing may depend on it
	w.srv.AddRelease(r)
	w.store[r.VersionInfo.Version] = r
}

func (w *sinceWorld) any() *delivery.Release {
	versions := make([]string, 0, len(w.store))
	for version := range w.store {
		versions = append(versions, version)
	}
	slices.Sort(versions)
	return w.store[versions[w.rng.IntN(len(versions))]]
}

func (w *sinceWorld) change() {
	w.clock += int64([]int{0, 0, 1, 30, 400}[w.rng.IntN(5)])
	switch n := w.rng.IntN(10); {
	case n < 6 || len(w.store) == 0:
		status := []string{delivery.StatusSuccess, delivery.StatusFailed, delivery.StatusCreating}[w.rng.IntN(3)]
		late := int64(w.rng.IntN(2) * w.rng.IntN(30))
		w.put(dated(0, fmt.Sprintf("v%d", w.made), w.clock-late, status))
	case n < 8:
		if r := w.any(); r.VersionInfo.Status == delivery.StatusCreating {
			r.VersionInfo.Status = delivery.StatusSuccess
			w.put(r)
		}
	default:
		r := w.any()
		w.srv.DeleteRelease(r.VersionInfo.ID)
		delete(w.store, r.VersionInfo.Version)
	}
}

func (w *sinceWorld) upgrade() {
	w.srv.SetServerVersion("v5.0.0")
	for _, r := range w.store {
		w.put(r)
	}
}

// run reads what is new, perhaps not to its end, and perhaps from a server that
// fails now and then.
func (w *sinceWorld) run() {
	w.srv.ClearFaults()
	switch w.rng.IntN(6) {
	case 0:
		w.srv.Inject(zadigtest.ExpiredToken().On(zadigtest.ListReleases))
	case 1:
		w.srv.Inject(zadigtest.ExpiredToken().On(zadigtest.GetRelease))
	case 2:
		if len(w.store) > 0 {
			w.srv.Inject(zadigtest.BrokenRecord(w.any().VersionInfo.ID))
		}
	}
	w.read(w.rng.IntN(4) - 1)
}

// read ends the loop at a release, unless most is negative.
func (w *sinceWorld) read(most int) {
	data, err := json.Marshal(w.mark)
	require.NoError(w, err)
	w.mark = delivery.Mark{}
	require.NoError(w, json.Unmarshal(data, &w.mark))
	last := int64(0)
	for r, err := range w.service.Since(w.Context(), &w.mark, delivery.ListOptions{ProjectName: "shop", PerPage: 1 + w.rng.IntN(20), Concurrency: 1 + w.rng.IntN(4)}) {
		if err != nil {
			continue
		}
		v := r.VersionInfo
		assert.GreaterOrEqual(w, v.CreatedAt, last, "oldest first")
		last = v.CreatedAt
		if most == 0 {
			break
		}
		most--
		w.handled[v.Version] = append(w.handled[v.Version], v.Status)
	}
}
