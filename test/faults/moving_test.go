package faults_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
)

// A body that keeps arriving is never cut off, although it takes nine timeouts,
// and even if the reader takes longer than that, too.
func TestAStreamThatMovesIsNeverKilled(t *testing.T) { //nolint:paralleltest // a busy machine is not a stall
	const short = 800 * time.Millisecond
	z := newZadig(t)
	slow := startOrigin(t, &origin{zadig: z, hits: func(int) bool { return true }, strike: func(x *exchange) {
		x.head(length(len(x.body)))
		x.slowly(x.body, 100, short/10)
	}})
	client := slow.place(zadig.WithTimeout(short)).client(t)
	for _, query := range []string{"?page=1&per_page=100", "?page=1&per_page=20"} { // so that the timeout does not cover the preparations
		_, err := z.get("/api/aslan/delivery/releases" + query)
		require.NoError(t, err)
	}
	var running sync.WaitGroup
	defer running.Wait()
	start := time.Now()
	running.Go(func() {
		page, err := client.Delivery.List(t.Context(), delivery.ListOptions{SkipDetails: true})
		if assert.NoError(t, err) {
			assert.Len(t, page.Releases, releases)
			assert.Greater(t, time.Since(start), 9*short)
		}
	})
	running.Go(func() {
		var ids []string
		for r, err := range client.Delivery.All(t.Context(), delivery.ListOptions{SkipDetails: true}) {
			if !assert.NoError(t, err) {
				return
			}
			if ids = append(ids, r.VersionInfo.ID); len(ids) == 2 {
				time.Sleep(3 * short / 2) // the reader's own time
			}
		}
		assert.Equal(t, z.ids(), ids)
		assert.Greater(t, time.Since(start), 9*short)
	})
	running.Wait()
	assert.Equal(t, int64(3), slow.requests.Load())
}

// A page breaks off anywhere, by a reset or a close, with a length or in chunks:
// All continues after the last release, and List retries the page.
func TestAPageCutAllOver(t *testing.T) {
	t.Parallel()
	z := newZadig(t)
	const every = 13 // the package's own tests cut at every byte, without a network between
	cuts := map[string]func(x *exchange, at int){
		"closed":          func(x *exchange, at int) { x.head(length(len(x.body))); x.write(x.body[:at]) },
		"reset":           func(x *exchange, at int) { x.head(length(len(x.body))); x.write(x.body[:at]); x.reset() },
		"closed, chunked": func(x *exchange, at int) { x.chunked(x.body[:max(at, 1)], false) }, // a chunk of nothing is the end
	}
	for name, cut := range cuts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := 0
			o := startOrigin(t, &origin{zadig: z, hits: func(n int) bool { return n%2 == 1 }, strike: func(x *exchange) {
				cut(x, min(at, len(x.body)-1))
			}})
			client := o.place(zadig.WithRetry(zadig.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Microsecond})).client(t)
			page, err := z.Client().Delivery.List(t.Context(), delivery.ListOptions{PerPage: 2, Verbosity: delivery.VerbosityBrief})
			require.NoError(t, err)
			want := []string{page.Releases[0].VersionInfo.ID, page.Releases[1].VersionInfo.ID}
			a, err := z.get("/api/aslan/delivery/releases?page=1&per_page=2&verbosity=brief")
			require.NoError(t, err)
			for at = 0; at < len(a.body); at += 1 + at%every {
				var ids []string
				for r, err := range client.Delivery.All(t.Context(), delivery.ListOptions{PerPage: 2, Verbosity: delivery.VerbosityBrief}) {
					require.NoError(t, err, "at byte %d", at)
					if ids = append(ids, r.VersionInfo.ID); len(ids) == 2 {
						break
					}
				}
				require.Equal(t, want, ids, "at byte %d", at)
				page, err := client.Delivery.List(t.Context(), delivery.ListOptions{PerPage: 2, Verbosity: delivery.VerbosityBrief})
				require.NoError(t, err, "at byte %d", at)
				require.Len(t, page.Releases, 2)
				if o.requests.Load()%2 == 1 { // the walk was left before its second request
					_, err = client.Delivery.List(t.Context(), delivery.ListOptions{PerPage: 2, Verbosity: delivery.VerbosityBrief})
					require.NoError(t, err)
				}
			}
		})
	}
}
