package report

import (
	"math/rand/v2"
	"slices"

	"github.com/zadig-go/zadig/zadigtest"
)

// demoData returns about four months of made-up releases.
func demoData() zadigtest.Data {
	const releases = 1100
	data := zadigtest.Generate(7, releases)
	varyBuilds(data)
	return data
}

// varyBuilds varies how long builds take and how long images wait for their
// release, as in real projects. In generated data, both are always the same.
func varyBuilds(data zadigtest.Data) {
	random := rand.New(rand.NewPCG(7, 0))
	for _, a := range slices.Backward(data.Artifacts) { // oldest first
		seconds := float64(60+35*(len(a.Name)%7)) * (0.75 + 0.5*random.Float64())
		if random.IntN(25) == 0 {
			seconds *= 2.2 // the runner was busy
		}
		waits := int64(random.ExpFloat64() * 5400)
		for _, b := range a.Builds() {
			b.EndTime -= waits
			b.StartTime = b.EndTime - int64(seconds)
		}
	}
}
