package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

// following is a run of the program with -follow.
type following struct {
	lines  chan string
	errors chan string
	stop   func() int // interrupts it and returns its exit code
	done   chan int
}

func follow(t *testing.T, srv *zadigtest.Server, args ...string) *following {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	ctx = cli.WithClient(ctx, srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})))
	outEnd, out := io.Pipe()
	errEnd, errs := io.Pipe()
	f := &following{lines: make(chan string, 100), errors: make(chan string, 100), done: make(chan int, 1)}
	read := func(from io.Reader, to chan<- string) {
		for s := bufio.NewScanner(from); s.Scan(); {
			to <- s.Text()
		}
		close(to)
	}
	go read(outEnd, f.lines)
	go read(errEnd, f.errors)
	go func() {
		code := run(ctx, slices.Concat([]string{"-follow", "-interval", "5ms", "-format", "json", "-images"}, args), nil, out, errs)
		out.Close()
		errs.Close()
		f.done <- code
	}()
	f.stop = func() int { interrupt(); return <-f.done }
	t.Cleanup(interrupt)
	return f
}

// next waits for the next release.
func (f *following) next(t *testing.T) record {
	t.Helper()
	select {
	case line, ok := <-f.lines:
		require.True(t, ok, "it ended")
		var r record
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		return r
	case <-time.After(20 * time.Second):
		require.FailNow(t, "nothing came")
		return record{}
	}
}

func (f *following) complaint(t *testing.T) string {
	t.Helper()
	select {
	case line := <-f.errors:
		return line
	case <-time.After(20 * time.Second):
		require.FailNow(t, "nothing came")
		return ""
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.7.1", "v1.11.0", "v4.0.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(made()...))
			f := follow(t, srv, "-project", "shop", "-limit", "2")
			assert.Equal(t, "v1.4", f.next(t).Version, "oldest first")
			assert.Equal(t, "v1.6", f.next(t).Version)

			at := time.Date(2024, 3, 4, 12, 0, 0, 0, time.UTC)
			srv.AddRelease(release(10, "shop", at, "v1.7"), release(11, "bank", at, "v1.8"), release(12, "shop", at.Add(time.Minute), "v1.9"))
			r := f.next(t)
			assert.Equal(t, "v1.7", r.Version, "of the same second as one that is known")
			assert.Equal(t, []image{{"cart", "cart", "registry.example.com/shop/cart:v1.7"}}, r.Images)
			assert.Equal(t, "v1.9", f.next(t).Version)

			srv.Down()
			assert.Contains(t, f.complaint(t), "releases: asking again every 5ms: Zadig cannot be reached: nothing listens at ")
			assert.Contains(t, f.complaint(t), "  GET ", "the detail")
			srv.AddRelease(release(13, "shop", at.Add(2*time.Hour), "v1.10"))
			srv.Up()
			assert.Equal(t, "releases: Zadig responds again", f.complaint(t))
			assert.Equal(t, "v1.10", f.next(t).Version)

			assert.Zero(t, f.stop())
			assert.Empty(t, f.lines)
			assert.Empty(t, f.errors)
		})
	}
}

func TestFollowFilters(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v5.0.0"} {
		for _, filter := range [][]string{{"-service", "order"}, {"-label", "hotfix"}} {
			t.Run(version+filter[0], func(t *testing.T) {
				t.Parallel()
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(made()...))
				f := follow(t, srv, filter...)
				assert.Equal(t, "v1.4", f.next(t).Version)
				at := time.Date(2024, 3, 4, 13, 0, 0, 0, time.UTC)
				wanted := release(21, "shop", at.Add(time.Second), "v2.0")
				wanted.VersionInfo.Labels = []string{"hotfix"}
				wanted.DeployInfo[0].ServiceName, wanted.DeployInfo[0].ContainerName = "order/order", "order"
				srv.AddRelease(release(20, "shop", at, "v1.9"), wanted)
				assert.Equal(t, "v2.0", f.next(t).Version)
				assert.Zero(t, f.stop())
			})
		}
	}
}

// From v1.18 to v2.2 who has rights in one project may list but not get.
func TestFollowWithRightsInOneProject(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.18.0"), zadigtest.WithReleases(made()...))
	srv.Inject(zadigtest.NoPermission().On(zadigtest.GetRelease))
	f := follow(t, srv, "-project", "shop", "-since", "0s")
	waitForRequests(t, srv)
	srv.AddRelease(release(10, "shop", time.Date(2024, 3, 4, 13, 0, 0, 0, time.UTC), "v1.7"))
	assert.Len(t, f.next(t).Images, 1)
	assert.Zero(t, f.stop())
}

func TestFollowGoesOnAfterOneOddRelease(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(made()...))
	f := follow(t, srv, "-limit", "1")
	assert.Equal(t, "v1.6", f.next(t).Version)
	at := time.Date(2024, 3, 4, 13, 0, 0, 0, time.UTC)
	srv.Inject(zadigtest.BrokenRecord(fmt.Sprintf("%024x", 11)))
	srv.AddRelease(release(10, "shop", at, "v1.7"), release(11, "shop", at.Add(time.Second), "v1.8"))
	assert.Contains(t, f.complaint(t), "releases: release v1.7 (00000000000000000000000b) cannot be read in detail: ")
	assert.Equal(t, "v1.7", f.next(t).Version, "as far as it is known")
	assert.Equal(t, "v1.8", f.next(t).Version)
	assert.Zero(t, f.stop())
}

func TestFollowEndsWhenTheTokenExpires(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(made()...))
	f := follow(t, srv, "-limit", "1")
	f.next(t)
	srv.Inject(zadigtest.ExpiredToken())
	assert.Contains(t, f.complaint(t), "does not accept the API token")
	assert.Contains(t, f.complaint(t), "  GET ", "the detail")
	assert.Equal(t, 1, <-f.done)
}

// waitForRequests waits until the program has asked for what there is, and
// then once more.
func waitForRequests(t *testing.T, srv *zadigtest.Server) {
	t.Helper()
	require.Eventually(t, func() bool { return len(srv.Requests()) > 3 }, 20*time.Second, time.Millisecond)
}
