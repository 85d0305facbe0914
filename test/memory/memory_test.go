// Package memory_test measures the memory that one response takes, for many kinds of
// JSON.
package memory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

const (
	// limit is just above a size at which the decoder doubles its buffer.
	limit = 3<<19 + 32<<10
	// multiple is what WithMaxResponseBytes promises: the heap grows by less than
	// so many times the limit, garbage included.
	multiple = 16
)

func TestResponseMemoryIsBounded(t *testing.T) { //nolint:paralleltest // measures the heap
	const (
		id       = `619dbaa8c528010000010000`
		byID     = `{"versionInfo":{"id":"` + id + `"},`
		manifest = byID + `"deployInfo":[{"yamlContents":[`
		commits  = byID + `"buildInfo":[{"commits":`
		traced   = `{"image":"a:1",`
	)
	calls := map[string]func(context.Context, *zadig.Client) error{
		"Get": func(ctx context.Context, c *zadig.Client) error {
			_, err := c.Delivery.Get(ctx, id, delivery.GetOptions{})
			return err
		},
		"List": func(ctx context.Context, c *zadig.Client) error {
			_, err := c.Delivery.List(ctx, delivery.ListOptions{})
			return err
		},
		"All": func(ctx context.Context, c *zadig.Client) error {
			for _, err := range c.Delivery.All(ctx, delivery.ListOptions{}) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Trace": func(ctx context.Context, c *zadig.Client) error {
			_, err := c.Artifact.Trace(ctx, "a:1", artifact.OneRequest())
			return err
		},
		"any": func(ctx context.Context, c *zadig.Client) error {
			var out any
			return c.Get(ctx, "/api/x", nil, &out)
		},
	}
	for _, row := range []struct { //nolint:paralleltest // measures the heap
		name, calls string
		before      string
		inside      filler
		after       string
		refused     bool // at the limit, because decoding takes more memory than the JSON
	}{
		{"text", "Get List All", manifest, text("x"), `]}]}`, false},
		{"escapes", "Get List All", manifest, text(`\n`), `]}]}`, false},
		{"lone surrogates", "Get List All", manifest, text(`\ud800`), `]}]}`, false},
		{"brackets in text", "Get List All", manifest, text(`{[,:\"`), `]}]}`, false},
		{"Chinese text", "Get List All", manifest, text(`交付`), `]}]}`, false},
		{"invalid UTF-8", "Get List All", manifest, text("\xff"), `]}]}`, true},
		{"commits", "Get All", commits, array(`{}`), `}]}`, true},
		{"short texts", "Get All", byID + `"deployInfo":[{"yamlContents":`, array(`""`), `}]}`, true},
		{"nulls", "Get All", byID + `"deployInfo":`, array(`null`), `}`, true},
		{"groups of services", "Get All", byID + `"deployInfo":[{"orderedServices":`, array(`[]`), `}]}`, true},
		{"unknown members", "Get All", byID + `"new":`, array(`{}`), `}`, true},
		{"unknown name", "Get List All", byID + `"new":`, name, `}`, false},
		{"white space", "Get List All", byID + `"new":`, array(strings.Repeat(" ", 1<<10) + "1"), `}`, false},
		{"releases", "List", ``, array(`{"id":"x"}`), ``, true},
		{"documented releases", "List", ``, array(`{"versionInfo":{"id":"x"}}`), ``, true},
		{"activities", "Trace", traced + `"activities":`, array(`{}`), `}`, true},
		{"sorted activities", "Trace", traced + `"sortedActivities":`, members, `}`, true},
		{"name of sorted activities", "Trace", traced + `"sortedActivities":`, name, `}`, false},
		{"text", "any", ``, text("x"), ``, false},
		{"invalid UTF-8", "any", ``, text("\xff"), ``, true},
		{"objects", "any", ``, array(`{}`), ``, true},
		{"nested objects", "any", ``, array(`{"a":{"a":{"a":{}}}}`), ``, true},
		{"arrays", "any", ``, array(`[]`), ``, true},
		{"deep arrays", "any", ``, array(strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)), ``, true},
		{"numbers", "any", ``, array(`1`), ``, true},
		{"members", "any", ``, members, ``, true},
	} {
		for call := range strings.FieldsSeq(row.calls) {
			t.Run(row.name+"/"+call, func(t *testing.T) {
				before, after := row.before, row.after
				if call == "All" || call == "List" && before != "" {
					before, after = "["+before, after+"]"
				}
				sizes := []int{limit}
				if row.refused {
					sizes = append(sizes, limit/8, limit/32)
				}
				worst := 0.0
				for _, size := range sizes {
					body := func() io.Reader {
						inside := row.inside(size - len(before) - len(after))
						return io.MultiReader(strings.NewReader(before), inside, strings.NewReader(after))
					}
					for _, raw := range []bool{false, true} {
						grown, err := measure(t, body, raw, calls[call])
						worst = max(worst, grown)
						assert.Less(t, grown, float64(multiple), "%d bytes of JSON, raw %t: %v", size, raw, err)
						if size == limit {
							assert.Equal(t, row.refused, errors.Is(err, zadig.ErrResponseTooLarge), err)
						}
					}
				}
				t.Logf("the heap grew by %.2f times the limit", worst)
			})
		}
	}
}

// filler returns JSON of at most so many bytes, which takes no memory itself.
type filler func(size int) io.Reader

// text is a string that repeats a piece.
func text(piece string) filler {
	return func(size int) io.Reader {
		return io.MultiReader(strings.NewReader(`"`), repeat(piece, (size-2)/len(piece)*len(piece)), strings.NewReader(`"`))
	}
}

// array repeats an element.
func array(element string) filler {
	return func(size int) io.Reader {
		n := max((size-1)/(len(element)+1), 1)
		return io.MultiReader(strings.NewReader("["), repeat(element+",", n*(len(element)+1)-1), strings.NewReader("]"))
	}
}

// name is an object with one member, whose name is as long.
func name(size int) io.Reader {
	return io.MultiReader(strings.NewReader("{"), text("x")(size-len("{:7}")), strings.NewReader(":7}"))
}

// members is an object whose members have different names.
func members(size int) io.Reader {
	const each = len(`"123456":null,`)
	i, n := 0, (size-1)/each
	return readerFunc(func(p []byte) (int, error) {
		b := p[:0]
		for ; i < n && cap(b)-len(b) > each; i++ {
			b = fmt.Appendf(b, `%s"%06x":null`, "{,"[min(i, 1):][:1], i)
		}
		if len(b) == 0 && i == n && len(p) > 0 {
			i++
			return copy(p, "}"), nil
		}
		if len(b) == 0 {
			return 0, io.EOF
		}
		return len(b), nil
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// repeat returns so many bytes of a text that is repeated.
func repeat(s string, size int) io.Reader {
	page, at := strings.Repeat(s, 1+(32<<10)/len(s)), 0
	return io.LimitReader(readerFunc(func(p []byte) (int, error) {
		n := copy(p, page[at:])
		at = (at + n) % len(page)
		return n, nil
	}), int64(size))
}

// measure calls a client that reads the body, and returns by how many times the
// limit the heap grew.
func measure(t *testing.T, body func() io.Reader, raw bool, call func(context.Context, *zadig.Client) error) (float64, error) {
	t.Helper()
	rt := servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(body()), Request: req}, nil
	})
	opts := []zadig.Option{zadig.WithTransport(rt), zadig.WithMaxResponseBytes(limit)}
	if raw {
		opts = append(opts, zadig.WithRawJSON())
	}
	client := clienttest.New(t, "http://zadig.example.com", opts...)
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
	return float64(int64(peak.Load())-int64(before)) / limit, err
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
