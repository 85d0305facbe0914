package bench_test

import (
	"net/http"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
)

const benchImage = "ccr.ccs.tencentyun.com/koderover-rc/picket:20211214154446-70-main-pr-736"

func serveArtifact(b *testing.B, latency time.Duration) *benchServer {
	b.Helper()
	sample, err := os.ReadFile("../../testdata/documented/artifact.json")
	require.NoError(b, err)
	return startBenchServer(b, len(sample), static(sample), latency, "")
}

// traceByHand traces an image with net/http and encoding/json.
func traceByHand(b *testing.B, client *http.Client, srv *benchServer) {
	var a artifact.Artifact
	decodeByHand(b, get(b, client, srv.url+"/api/directory/dc/artifact?image="+url.QueryEscape(benchImage)), &a)
	if a.Name != "picket" {
		b.Error(a.Name)
	}
}

func traceBySDK(b *testing.B, client *zadig.Client) {
	if a, err := client.Artifact.Trace(b.Context(), benchImage, artifact.OneRequest()); err != nil || a.Name != "picket" {
		b.Error(err)
	}
}

// transport is the one that both sides use where goroutines compete.
func benchTransport() *http.Transport {
	return &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 64}
}

// BenchmarkTrace measures sequential calls.
func BenchmarkTrace(b *testing.B) {
	srv := serveArtifact(b, 0)
	resty, client := restyClient(), srv.client(b)
	repeat(b, "by-hand", 0, func(b *testing.B) { traceByHand(b, http.DefaultClient, srv) })
	repeat(b, "resty", 0, func(b *testing.B) { traceByResty(b, resty, srv) })
	repeat(b, "discard", 0, func(b *testing.B) { discard(b, srv.url+"/api/directory/dc/artifact?image=x") })
	repeat(b, "sdk", 0, func(b *testing.B) { traceBySDK(b, client) })
}

// BenchmarkTrace64 measures the calls of 64 goroutines, with equal transports.
func BenchmarkTrace64(b *testing.B) {
	run := func(b *testing.B, srv *benchServer, trace func()) {
		b.Helper()
		before := srv.connections.Load()
		b.ReportAllocs()
		for b.Loop() {
			var running sync.WaitGroup
			for range 64 {
				running.Go(func() {
					for range 50 {
						trace()
					}
				})
			}
			running.Wait()
		}
		b.ReportMetric(float64(b.N*64*50)/b.Elapsed().Seconds(), "requests/s")
		b.ReportMetric(float64(srv.connections.Load()-before), "connections")
	}
	b.Run("by-hand", func(b *testing.B) {
		srv := serveArtifact(b, 0)
		client := &http.Client{Transport: benchTransport()}
		run(b, srv, func() { traceByHand(b, client, srv) })
	})
	b.Run("sdk", func(b *testing.B) {
		srv := serveArtifact(b, 0)
		client := srv.client(b, zadig.WithTransport(benchTransport()))
		run(b, srv, func() { traceBySDK(b, client) })
	})
	b.Run("sdk/default-transport", func(b *testing.B) {
		srv := serveArtifact(b, 0)
		client := srv.client(b)
		run(b, srv, func() { traceBySDK(b, client) })
	})
}
