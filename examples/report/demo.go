package main

import (
	"math/rand/v2"
	"net/url"
	"slices"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// demoReleases is about four months of releases.
const demoReleases = 1100

// connectDemo starts a Zadig in memory, with made-up releases. It is a v1.11.0,
// whose releases know how long their builds took.
func connectDemo() (client *zadig.Client, from string, closeServer func(), err error) {
	data := zadigtest.Generate(7, demoReleases)
	varyBuilds(data)
	srv, err := zadigtest.Start(zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithData(data))
	if err != nil {
		return nil, "", nil, err
	}
	return srv.Client(), "made-up data", srv.Close, nil
}

// varyBuilds makes builds last as long as they do in life; generated ones all
// last the same. They get slower week by week until somebody caches modules.
func varyBuilds(data zadigtest.Data) {
	random := rand.New(rand.NewPCG(7, 0))
	lasts := make(map[string]int64) // seconds, by image
	n := len(data.Artifacts)
	for i, a := range slices.Backward(data.Artifacts) { // oldest first
		age := float64(n-i) / float64(n)
		if age > 0.7 {
			age -= 0.7
		}
		seconds := (60 + 35*float64(len(a.Name)%7)) * (0.8 + age) * (0.75 + 0.5*random.Float64())
		if random.IntN(25) == 0 {
			seconds *= 2.2 // the runner was busy
		}
		lasts[a.Image] = int64(seconds)
		for _, b := range a.Builds() {
			b.StartTime = b.EndTime - lasts[a.Image]
		}
	}
	for _, r := range data.Releases {
		for _, b := range r.BuildInfo {
			b.StartTime = b.EndTime - lasts[b.ImageName]
		}
	}
}

// host is all of a URL that a page may show.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "Zadig"
	}
	return u.Host
}

// lasted is the time between two Unix seconds, 0 where one is not known.
func lasted(start, end int64) time.Duration {
	if start <= 0 || end <= start {
		return 0
	}
	return time.Duration(end-start) * time.Second
}

// failed tells whether the server says that a release failed. Workflow
// releases have no status: they exist only when the workflow was through.
func failed(status string) bool { return status == delivery.StatusFailed }
