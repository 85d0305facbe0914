// Package memory_test measures the memory of responses that are small as JSON and
// large once decoded.
package memory_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

const limit = 8 << 20

// repeated returns a body that takes no memory itself: it repeats an element
// between two texts up to a size.
func repeated(before, element, after string, size int) io.Reader {
	n := max((size-len(before)-len(after))/(len(element)+1), 1)
	page := strings.Repeat(element+",", 1+(32<<10)/len(element))
	return io.MultiReader(strings.NewReader(before),
		io.LimitReader(&looping{text: page}, int64(n*(len(element)+1)-1)), strings.NewReader(after))
}

// looping reads a text over and over.
type looping struct {
	text string
	at   int
}

func (l *looping) Read(p []byte) (int, error) {
	n := copy(p, l.text[l.at:])
	l.at = (l.at + n) % len(l.text)
	return n, nil
}

func TestDecodedResponsesAreBounded(t *testing.T) { //nolint:paralleltest // measures the heap
	const (
		id       = `"619dbaa8c528010000010000"`
		byID     = `{"versionInfo":{"id":` + id + `},`
		artifact = `{"image":"a:1",`
	)
	get := func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Delivery.Get(ctx, strings.Trim(id, `"`), delivery.GetOptions{})
		return err
	}
	trace := func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Artifact.Trace(ctx, "a:1")
		return err
	}
	list := func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Delivery.List(ctx, delivery.ListOptions{})
		return err
	}
	all := func(ctx context.Context, c *zadig.Client) error {
		for _, err := range c.Delivery.All(ctx, delivery.ListOptions{}) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	anything := func(ctx context.Context, c *zadig.Client) error {
		var out any
		return c.Get(ctx, "/api/x", nil, &out)
	}
	for _, row := range []struct { //nolint:paralleltest // measures the heap
		name                   string
		before, element, after string
		call                   func(context.Context, *zadig.Client) error
		because                string // of the largest
	}{
		{"commits", byID + `"buildInfo":[{"commits":[`, `{}`, `]}]}`, get, "it takes more than 16777216 bytes of memory"},
		{"activities", artifact + `"activities":[`, `{}`, `]}`, trace, "it takes more than 16777216 bytes of memory"},
		{"deployInfo", byID + `"deployInfo":[`, `{}`, `]}`, get, "it takes more than 16777216 bytes of memory"},
		{"tiny releases", `[`, `{"id":"x"}`, `]`, list, "it takes more than 16777216 bytes of memory"},
		{"tiny documented releases", `[`, `{"versionInfo":{"id":"x"}}`, `]`, list, "it takes more than 16777216 bytes of memory"},
		{"commits of a streamed release", `[` + byID + `"buildInfo":[{"commits":[`, `{}`, `]}]}]`, all, "it takes more than 16777216 bytes of memory"},
		{"pull requests of a commit", byID + `"buildInfo":[{"commits":[{"prs":[`, `1`, `]}]}]}`, get, "it takes more than 16777216 bytes of memory"},
		{"labels", byID + `"x":0,"versionInfo":{"id":` + id + `,"labels":[`, `""`, `]}}`, get, "it takes more than 16777216 bytes of memory"},
		{"groups of services", byID + `"deployInfo":[{"orderedServices":[`, `[]`, `]}]}`, get, "it takes more than 16777216 bytes of memory"},
		{"nulls", byID + `"deployInfo":[`, `null`, `]}`, get, "it takes more than 16777216 bytes of memory"},
		{"objects of any type", `[`, `{}`, `]`, anything, "it takes more than 16777216 bytes of memory"},
		{"nested objects of any type", `[`, `{"a":{"a":{"a":{}}}}`, `]`, anything, "it takes more than 16777216 bytes of memory"},
		{"arrays of any type", `[`, `[]`, `]`, anything, "it takes more than 16777216 bytes of memory"},
		{"numbers of any type", `[`, `1`, `]`, anything, "it takes more than 16777216 bytes of memory"},
		{"unknown members", `{"id":` + id + `,"new":[`, `{}`, `]}`, get, "it takes more than 16777216 bytes of memory"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, size := range []int{limit, limit / 8, limit / 64} {
				peak, err := measure(t, func() io.Reader { return repeated(row.before, row.element, row.after, size) }, row.call)
				assert.LessOrEqual(t, peak, 5.0, "%d bytes of JSON: times the limit (%v)", size, err)
				if size < limit {
					continue
				}
				require.ErrorIs(t, err, zadig.ErrResponseTooLarge)
				require.ErrorContains(t, err, row.because)
			}
		})
	}
}

// measure calls a client that reads the body and returns how many times the
// limit the heap grew by.
func measure(t *testing.T, body func() io.Reader, call func(context.Context, *zadig.Client) error) (float64, error) {
	t.Helper()
	rt := servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(body()), Request: req}, nil
	})
	client := clienttest.New(t, "http://zadig.example.com", zadig.WithTransport(rt), zadig.WithMaxResponseBytes(limit))
	runtime.GC()
	before := heap()
	var peak atomic.Uint64
	done := make(chan struct{})
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Microsecond):
				peak.Store(max(peak.Load(), heap()))
			}
		}
	}()
	err := call(t.Context(), client)
	peak.Store(max(peak.Load(), heap()))
	close(done)
	<-sampled
	if err != nil && !errors.Is(err, zadig.ErrResponseTooLarge) && !errors.Is(err, zadig.ErrUnexpectedResponse) {
		t.Fatal(err)
	}
	grown := float64(int64(peak.Load())-int64(before)) / limit
	t.Logf("heap grew by %.2f times the limit; %v", grown, err)
	return grown, err
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
