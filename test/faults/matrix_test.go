package faults_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/workflow"
)

// calls are the calls of the SDK. Each returns the errors that a user gets, and
// fails the test if a result without an error is wrong.
var calls = []struct {
	name string
	do   func(context.Context, *zadig.Client, *zadigServer) []error
}{
	{"List", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		page, err := c.Delivery.List(ctx, delivery.ListOptions{SkipDetails: true})
		return result(err, err == nil && len(page.Releases) == releases && page.Releases[0].VersionInfo.ID == z.ids()[0])
	}},
	{"All", func(ctx context.Context, c *zadig.Client, z *zadigServer) (errs []error) {
		var ids []string
		for r, err := range c.Delivery.All(ctx, delivery.ListOptions{SkipDetails: true, PerPage: releases / 2}) {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			ids = append(ids, r.VersionInfo.ID)
		}
		all := z.ids()
		if len(errs) == 0 && len(ids) != len(all) || len(ids) > len(all) || !slices.Equal(ids, all[:len(ids)]) {
			errs = append(errs, fmt.Errorf("%w: %d releases", errNotZadig, len(ids)))
		}
		return errs
	}},
	{"Get", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		r, err := c.Delivery.Get(ctx, z.release().ID, delivery.GetOptions{ProjectName: z.release().ProductName})
		return result(err, err == nil && r.VersionInfo.ID == z.release().ID)
	}},
	{"Trace", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		image := z.images()[0]
		a, err := c.Artifact.Trace(ctx, image, artifact.OneRequest())
		return result(err, err == nil && a.Image == image)
	}},
	{"TraceMany", func(ctx context.Context, c *zadig.Client, z *zadigServer) (errs []error) {
		seen := make(map[string]bool)
		for image, result := range c.Artifact.TraceMany(ctx, z.images(), artifact.TraceManyOptions{Concurrency: 2, OneRequest: true}) {
			seen[image] = true
			if result.Err != nil {
				errs = append(errs, result.Err)
			} else if result.Artifact.Image != image {
				errs = append(errs, errNotZadig)
			}
		}
		if len(seen) != 3 {
			errs = append(errs, fmt.Errorf("%w: %d results", errNotZadig, len(seen)))
		}
		return errs
	}},
	{"Environment.List", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		list, err := c.Environment.List(ctx, z.environment().ProjectName, environment.ListOptions{Production: true})
		if err == nil && len(list) == 0 {
			return []error{errEmpty}
		}
		has := slices.ContainsFunc(list, func(e *environment.Environment) bool { return e.Name == z.environment().Name })
		return result(err, has)
	}},
	{"Environment.Get", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		e, err := c.Environment.Get(ctx, z.environment().ProjectName, z.environment().Name, environment.GetOptions{Production: true})
		return result(err, slices.Equal(e.Images(), z.environment().Images()))
	}},
	{"Environment.History", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		d := z.deployment()
		history, err := c.Environment.History(ctx, d.ProjectName, d.EnvName, d.ServiceName, environment.HistoryOptions{Production: true})
		return result(err, len(history) > 0)
	}},
	{"Workflow.Task", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		task, err := c.Workflow.Task(ctx, z.task().Ref())
		return result(err, task.Succeeded() && len(task.Stages) == len(z.task().Stages))
	}},
	{"Workflow.Tasks", func(ctx context.Context, c *zadig.Client, z *zadigServer) (errs []error) {
		var last *workflow.Task
		for task, err := range c.Workflow.Tasks(ctx, z.task().ProjectName, z.task().WorkflowName, workflow.TasksOptions{}) {
			if last = task; err != nil {
				return append(errs, err)
			}
		}
		return result(nil, last != nil)
	}},
	{"Workflow.Wait", func(ctx context.Context, c *zadig.Client, z *zadigServer) []error {
		task, err := c.Workflow.Wait(ctx, z.task().Ref(), workflow.WaitOptions{Interval: minWait, MaxInterval: minWait})
		return result(err, task.Succeeded())
	}},
}

// errEmpty stands for an empty list without an error.
var errEmpty = errors.New("an empty list")

// result returns the error of a call, or errNotZadig for a wrong result.
func result(err error, isRight bool) []error {
	switch {
	case err != nil:
		return []error{err}
	case !isRight:
		return []error{errNotZadig}
	}
	return nil
}

// undisturbed returns the number of requests that a call needs without a fault.
// All needs four, because its pages overlap and the last one only shows the end.
// TraceMany traces three images.
func undisturbed(call string) int {
	switch call {
	case "All":
		return 4
	case "TraceMany":
		return 3
	case "Workflow.Tasks": // the last one shows the end
		return 2
	}
	return 1
}

// polls is how often Wait reads a task that cannot be read.
const polls = 6

// polled returns the outcome of a Wait whose reads each have the outcome o.
func (o outcome) polled(always bool) outcome {
	temporary := o.kind == gone || o.kind == silent || errors.Is(o.sentinel, zadig.ErrServer) || errors.Is(o.sentinel, zadig.ErrRateLimited)
	switch {
	case temporary && always:
		o.requests *= polls
	case temporary:
		o = succeeds(o.requests)
	}
	return o
}

// enter sets a fault up.
func (f *fault) enter(t *testing.T, z *zadigServer, hits func(int) bool) place {
	t.Helper()
	s := &stage{T: t, zadig: z, strike: f.strike, stream: f.stream, hits: hits}
	switch {
	case f.place != nil:
		return f.place(s)
	case f.stream != nil:
		return secure(s)
	}
	return plain(s)
}

func (p place) client(t *testing.T, opts ...zadig.Option) *zadig.Client {
	t.Helper()
	c, err := zadig.NewClient(p.url, slices.Concat(p.opts, opts)...)
	require.NoError(t, err)
	return c
}

// eachFault runs a test for every row of the table.
func eachFault(t *testing.T, test func(*testing.T, *zadigServer, *fault)) {
	z := newZadig(t)
	t.Cleanup(func() { require.Len(t, z.images(), 3) })
	t.Run("faults", func(t *testing.T) {
		for _, group := range faults {
			for i := range group.rows {
				f := &group.rows[i]
				t.Run(group.heading+"/"+f.name, func(t *testing.T) {
					t.Parallel()
					test(t, z, f)
				})
			}
		}
	})
}

// Every call in every fault ends as the table says, in time, with at most the
// stated number of requests, and returns its connections.
func TestEveryCallInEveryFault(t *testing.T) { //nolint:paralleltest // its rows are
	late := lateness(t)
	eachFault(t, func(t *testing.T, z *zadigServer, f *fault) {
		var running sync.WaitGroup
		defer running.Wait()
		for mode, strikes := range map[string]struct {
			hits     func(int) bool
			outcomes *outcomes
			only     string
		}{
			"first":  {func(n int) bool { return n == 1 }, f.once, ""},
			"second": {func(n int) bool { return n == 2 }, f.once, "All"},
			"always": {func(int) bool { return true }, f.always, ""},
		} {
			for _, call := range calls {
				if strikes.outcomes == nil || strikes.only != "" && strikes.only != call.name {
					continue
				}
				if call.name == "Workflow.Wait" && mode == "always" && f.waits > 0 {
					continue // it would take six times as long as Task
				}
				p := f.enter(t, z, strikes.hits)
				patience := longTimeout
				if f.waits > 0 {
					patience = timeout
				}
				client := p.client(t, append([]zadig.Option{
					zadig.WithTimeout(patience),
					zadig.WithMaxResponseBytes(maxBytes),
					zadig.WithRetry(zadig.RetryPolicy{MinWait: minWait, MaxWait: maxWait}),
				}, f.opts...)...)
				want := strikes.outcomes.of(call.name)
				if call.name == "Workflow.Wait" {
					want = want.polled(mode == "always")
				}
				where := call.name + ", " + mode
				running.Go(func() {
					start := time.Now()
					errs := call.do(t.Context(), client, z)
					took := time.Since(start)

					failures, most := 1, want.requests
					switch {
					case want.kind == success:
						failures = 0
						most += undisturbed(call.name)
					case mode == "always" && call.name == "TraceMany":
						failures = 3
						most *= 3
					case call.name == "TraceMany": // one image meets the fault, the others do not
						most += 2
					case mode == "second":
						most++
					}
					assert.Len(t, errs, failures, where)
					for _, err := range errs {
						want.check(t, err, where)
					}
					bound := f.bound()
					if call.name == "TraceMany" {
						bound += time.Duration(f.waits)*timeout + f.takes // two at a time
					}
					if call.name == "Workflow.Wait" {
						bound += (polls - 1) * f.takes
					}
					assert.LessOrEqual(t, took, bound+late(), where)
					assert.LessOrEqual(t, p.requests(), int64(most), "%s: requests", where)
					assert.Eventually(t, func() bool { return p.busy() == 0 }, 5*time.Second, time.Millisecond,
						"%s: a connection is still waited at", where)
				})
				if f.waits == 0 && f.takes == 0 { // one after the other, unless they only wait
					running.Wait()
				}
			}
		}
	})
}

func (o outcome) check(t *testing.T, err error, where string) {
	t.Helper()
	if o.kind == empty {
		assert.Equal(t, errEmpty, err, where)
		return
	}
	var apiErr *zadig.Error
	assert.NotErrorIs(t, err, errNotZadig, where)
	assert.Equal(t, o.kind == refused, errors.As(err, &apiErr), "%s: a *zadig.Error: %v", where, err)
	if o.kind == refused {
		assert.Equal(t, clienttest.Sentinel(o.sentinel), clienttest.Sentinel(err), "%s: %v", where, err)
	} else {
		assert.Empty(t, clienttest.Sentinel(err), "%s: %v", where, err)
	}
	assert.Equal(t, o.kind == silent, timedOut(err), "%s: a timeout: %v", where, err)
	assert.NotErrorIs(t, err, context.DeadlineExceeded, where)
	assert.NotErrorIs(t, err, context.Canceled, where)
	assertPresentable(t, err, where)
}

func assertPresentable(t *testing.T, err error, where string) {
	t.Helper()
	assert.NotContains(t, err.Error(), "\n", where)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		assert.NotContains(t, fmt.Sprintf(verb, err), token, where)
	}
}

func timedOut(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// A call that only its context can end does end with the context, in every
// fault.
func TestEveryCallEndsWithItsContext(t *testing.T) { //nolint:paralleltest // its rows are
	const (
		patience = 100 * time.Millisecond
		bound    = time.Second
	)
	ends := map[string]func(context.Context) (context.Context, context.CancelFunc){
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, patience)
		},
		"canceled": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			timer := time.AfterFunc(patience, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		},
	}
	late := lateness(t)
	eachFault(t, func(t *testing.T, z *zadigServer, f *fault) {
		var running sync.WaitGroup
		defer running.Wait()
		for name, end := range ends {
			for _, call := range calls {
				p := f.enter(t, z, func(int) bool { return true })
				client := p.client(t, zadig.WithMaxResponseBytes(maxBytes), zadig.WithTimeout(time.Minute),
					zadig.WithRetry(zadig.RetryPolicy{MinWait: time.Minute, MaxWait: time.Minute}))
				where := call.name + ", " + name
				running.Go(func() {
					ctx, cancel := end(t.Context())
					start := time.Now()
					errs := call.do(ctx, client, z)
					took := time.Since(start)
					cancel()

					assert.LessOrEqual(t, took, patience+bound+late(), where)
					for _, err := range errs {
						assert.NotErrorIs(t, err, errNotZadig, where)
						assert.NotContains(t, clienttest.Sentinel(err), " and ", "%s: %v", where, err)
						assertPresentable(t, err, where)
					}
					if f.once != nil && f.always == nil && len(errs) == 0 {
						return // a fault that is over before the context is
					}
					if f.always == nil || f.always.of(call.name).kind != success {
						assert.NotEmpty(t, errs, where)
					}
					if f.always != nil && f.always.of(call.name).kind == silent {
						for _, err := range errs {
							assert.ErrorIs(t, err, ctx.Err(), "%s", where)
						}
					}
					assert.Eventually(t, func() bool { return p.busy() == 0 }, 5*time.Second, time.Millisecond,
						"%s: a connection is still waited at", where)
				})
			}
		}
	})
}

// lateness returns what a busy machine adds to every bound: ten times the longest
// delay of a timer.
func lateness(t *testing.T) func() time.Duration {
	t.Helper()
	var worst atomic.Int64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		const tick = 5 * time.Millisecond
		for {
			start := time.Now()
			select {
			case <-done:
				return
			case <-time.After(tick):
				worst.Store(max(worst.Load(), int64(time.Since(start)-tick)))
			}
		}
	}()
	t.Cleanup(func() { close(done); <-ended })
	return func() time.Duration { return 10 * time.Duration(worst.Load()) }
}
