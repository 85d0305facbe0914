package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
)

func TestAllOnServersThatPageDifferently(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		model    *model
		count    int
		options  delivery.ListOptions
		requests int
	}{
		"nothing there":                        {&model{}, 0, delivery.ListOptions{}, 1},
		"one page, not full":                   {&model{}, 48, delivery.ListOptions{}, 2},
		"one page, not full, X-Total":          {&model{xTotal: true}, 48, delivery.ListOptions{}, 1},
		"one full page":                        {&model{}, 100, delivery.ListOptions{}, 2},
		"one full page, X-Total":               {&model{xTotal: true}, 100, delivery.ListOptions{}, 2},
		"several pages":                        {&model{}, 250, delivery.ListOptions{}, 3},
		"many pages":                           {&model{}, 10_000, delivery.ListOptions{}, 114},
		"many pages, X-Total":                  {&model{xTotal: true}, 10_000, delivery.ListOptions{}, 114},
		"pages of 20":                          {&model{}, 48, delivery.ListOptions{PerPage: 20}, 3},
		"pages of two":                         {&model{}, 9, delivery.ListOptions{PerPage: 2}, 9},
		"pages of one":                         {&model{}, 5, delivery.ListOptions{PerPage: 1}, 5},
		"as many as a server's default page":   {&model{}, 20, delivery.ListOptions{}, 2},
		"brief":                                {&model{}, 250, delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, 3},
		"flat (v4.0)":                          {&model{flat: true, xTotal: true}, 250, delivery.ListOptions{}, 3},
		"never more than 20 at a time":         {&model{most: 20}, 103, delivery.ListOptions{}, 7},
		"never more than 20, X-Total":          {&model{most: 20, xTotal: true}, 103, delivery.ListOptions{}, 7},
		"20 at a time whatever is asked":       {&model{fixed: 20}, 103, delivery.ListOptions{}, 30},
		"everything on every page":             {&model{fixed: 1 << 30}, 250, delivery.ListOptions{}, 2},
		"everything on every page, X-Total":    {&model{fixed: 1 << 30, xTotal: true}, 250, delivery.ListOptions{}, 2},
		"the same page again and again":        {&model{ignorePage: true}, 1000, delivery.ListOptions{}, 12},
		"the same page, which is all there is": {&model{ignorePage: true}, 100, delivery.ListOptions{}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := test.model.fill(test.count)
			w := walk(t, m.client(t), test.options)
			assert.Empty(t, w.errs)
			assert.Equal(t, m.ids(), orEmpty(w.ids), "every release, once, in the server's order")
			assert.LessOrEqual(t, len(m.requests), test.requests, "requests")
		})
	}
}

func orEmpty(ids []string) []string {
	if ids == nil {
		return []string{}
	}
	return ids
}

func TestAllAsksForPagesWithNumbers(t *testing.T) {
	t.Parallel()
	m := (&model{xTotal: true}).fill(3)
	walk(t, m.client(t), delivery.ListOptions{ProjectName: "p"})
	require.Len(t, m.requests, 1)
	assert.Equal(t, url.Values{
		"page": {"1"}, "per_page": {"100"}, "projectName": {"p"}, "ifPassFilter": {"true"},
	}, m.requests[0].Query())
}

func TestAllWhileReleasesComeAndGo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30 * *walks) { // 30 kinds
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 1))
			m := (&model{xTotal: seed%2 == 0, flat: seed%3 == 0}).fill(200 + rng.IntN(300))
			throughout := m.watch()
			next := 10_000
			m.before = func(int) { m.churn(rng, 7, &next) }
			w := walk(t, m.client(t), delivery.ListOptions{PerPage: 20 + int(seed%30)})
			assert.Empty(t, w.errs)
			distinct := slices.Compact(slices.Sorted(slices.Values(w.ids)))
			assert.Len(t, w.ids, len(distinct), "none twice")
			for _, id := range throughout() {
				_, found := slices.BinarySearch(distinct, id)
				assert.True(t, found, "%s was there throughout", id)
			}
		})
	}
}

func TestAllSurvivesMassDeletion(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(500)
	m.before = func(n int) {
		if n == 3 {
			m.remove(0, 300)
		}
	}
	w := walk(t, m.client(t), delivery.ListOptions{})
	assert.Empty(t, w.errs)
	assert.Subset(t, w.ids, m.ids())
	assert.LessOrEqual(t, len(m.requests), 12)
}

func TestAllSurvivesMassCreation(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(300)
	before := m.ids()
	m.before = func(n int) {
		if n == 2 {
			for i := range 1000 {
				m.insert(10_000 + i)
			}
		}
	}
	w := walk(t, m.client(t), delivery.ListOptions{})
	assert.Empty(t, w.errs)
	assert.Subset(t, w.ids, before)
}

func TestAllGoesOnBehindABrokenRecord(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options  delivery.ListOptions
		errs     int
		requests int
	}{
		// page 2 of 3: refused, brief, and 99 by id
		"detailed":         {delivery.ListOptions{}, 1, 3 + 1 + 100},
		"brief needs none": {delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, 0, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := (&model{}).fill(250)
			broken := 150
			m.records[broken].broken = true
			w := walk(t, m.client(t), test.options)
			require.Len(t, w.errs, test.errs)
			want := m.ids()
			if test.errs > 0 {
				require.ErrorIs(t, w.errs[0], zadig.ErrServer)
				assert.ErrorContains(t, w.errs[0], m.records[broken].id)
				want = slices.Delete(want, broken, broken+1)
			}
			assert.Equal(t, want, w.ids)
			assert.LessOrEqual(t, len(m.requests), test.requests)
		})
	}
}

func TestAllEndsWhenTheServerIsInTrouble(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(10)
	m.body = func(int, *url.URL, []byte) io.Reader { return strings.NewReader("<html>login</html>") }
	w := walk(t, m.client(t), delivery.ListOptions{})
	require.Len(t, w.errs, 1)
	require.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse)
	assert.Empty(t, w.ids)
}

func TestAllYieldsAnErrorInPlaceOfAnOddRelease(t *testing.T) {
	t.Parallel()
	for name, odd := range map[string]string{
		"a string for a number": `{"versionInfo":{"id":"` + id(3) + `","taskId":"three"}}`,
		"no release":            `{"message":"success"}`,
		"empty object":          `{}`,
		"null":                  `null`,
		"a number":              `17`,
		"an array":              `[[]]`,
		"deep inside":           `{"versionInfo":{"id":"` + id(3) + `"},"buildInfo":[{"commits":[{"pr":[1,{"a":[]}]}]}],"testInfo":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := (&model{}).fill(5)
			m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
				return strings.NewReader(strings.Replace(string(body), m.json(m.records[2], false, true), odd, 1))
			}
			w := walk(t, m.client(t), delivery.ListOptions{})
			require.Len(t, w.errs, 1)
			require.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse)
			require.ErrorContains(t, w.errs[0], "at /2")
			assert.Equal(t, []string{id(5), id(4), id(2), id(1)}, w.ids)

			_, err := m.client(t).Delivery.List(t.Context(), delivery.ListOptions{})
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			assert.ErrorContains(t, err, "at /2")
		})
	}
}

func TestAllResumesAPageCutAtAnyByte(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(4)
	whole := len(listBody(t, m))
	for at := range whole {
		for how, end := range map[string]io.Reader{"reset": iotest.ErrReader(errors.New("connection reset")), "clean": strings.NewReader("")} {
			m := (&model{xTotal: true}).fill(4)
			m.body = func(n int, _ *url.URL, body []byte) io.Reader {
				if n == 1 {
					return io.MultiReader(strings.NewReader(string(body[:at])), end)
				}
				return nil
			}
			w := walk(t, m.client(t), delivery.ListOptions{})
			if how == "clean" && at == 0 {
				require.Len(t, w.errs, 1, "an empty body is an answer, and the wrong one")
				continue
			}
			require.Empty(t, w.errs, "%s at byte %d", how, at)
			require.Equal(t, m.ids(), w.ids, "%s at byte %d", how, at)
			require.Len(t, m.requests, 2)
		}
	}
}

// endless repeats a piece forever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

func TestAllReadsBodiesThatComeByteByByte(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(4)
	m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
		return iotest.OneByteReader(strings.NewReader(string(body)))
	}
	w := walk(t, m.client(t), delivery.ListOptions{})
	assert.Empty(t, w.errs)
	assert.Equal(t, m.ids(), w.ids)
}

func TestAllEndsOnABodyThatIsEndlessFromAnyByte(t *testing.T) {
	t.Parallel()
	whole := len(listBody(t, (&model{}).fill(2)))
	for at := range whole + 1 {
		for _, piece := range []endless{" ", "x", "[", `{"a":`, `"\u0061`} {
			m := (&model{}).fill(2)
			m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
				return io.MultiReader(strings.NewReader(string(body[:at])), piece)
			}
			w := walk(t, m.client(t, zadig.WithMaxResponseBytes(1024)), delivery.ListOptions{})
			require.NotEmpty(t, w.errs, "%q from byte %d on", piece, at)
			last := w.errs[len(w.errs)-1]
			require.True(t, errors.Is(last, zadig.ErrResponseTooLarge) || errors.Is(last, zadig.ErrUnexpectedResponse), "%q from byte %d on: %v", piece, at, last)
			require.Equal(t, m.ids()[:len(w.ids)], orEmpty(w.ids), "what came before is good")
			require.Len(t, m.requests, 1, "it did not break off")
		}
	}
}

func listBody(t *testing.T, m *model) []byte {
	t.Helper()
	resp := m.list(mustRequest(t, "http://zadig.test/?page=1&per_page=100"), 1)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return body
}

func TestAllEndsOnAServerThatAlwaysBreaks(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(10)
	m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
		return io.MultiReader(strings.NewReader(string(body[:len(body)/2])), iotest.ErrReader(errors.New("reset by peer")))
	}
	w := walk(t, m.client(t), delivery.ListOptions{})
	require.Len(t, w.errs, 1)
	assert.ErrorContains(t, w.errs[0], "reset by peer")
	assert.NotEmpty(t, w.ids, "what came is good")
	assert.Len(t, m.requests, 4, "once with progress, three times without")
}

func TestAllDoesNotResumeWithoutRetry(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(10)
	m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
		return io.MultiReader(strings.NewReader(string(body[:len(body)/2])), iotest.ErrReader(errors.New("reset by peer")))
	}
	w := walk(t, m.client(t, zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})), delivery.ListOptions{})
	require.Len(t, w.errs, 1)
	assert.Len(t, m.requests, 1)
}

func TestAllRefusesGarbageBehindTheArray(t *testing.T) {
	t.Parallel()
	for _, garbage := range []string{"x", "[]", "{}", "null", ",", "]"} {
		t.Run(garbage, func(t *testing.T) {
			t.Parallel()
			m := (&model{}).fill(2)
			m.body = func(_ int, _ *url.URL, body []byte) io.Reader {
				return strings.NewReader(string(body) + " " + garbage)
			}
			w := walk(t, m.client(t), delivery.ListOptions{})
			require.Len(t, w.errs, 1)
			require.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse)
			_, err := m.client(t).Delivery.List(t.Context(), delivery.ListOptions{})
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
		})
	}
}

func TestAllStopsWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(1000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := m.client(t)
	var ids int
	var last error
	for _, err := range c.Delivery.All(ctx, delivery.ListOptions{}) {
		if last = err; err == nil {
			if ids++; ids == 150 {
				cancel()
			}
		}
	}
	require.ErrorIs(t, last, context.Canceled)
	assert.Len(t, m.requests, 2, "no request after the end")
}

func TestAllCanBeRangedTwiceAndLeft(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(250)
	all := m.client(t).Delivery.All(t.Context(), delivery.ListOptions{})
	for _, err := range all {
		require.NoError(t, err)
		break
	}
	assert.Len(t, m.requests, 1, "nothing is asked beyond the page at hand")
	var ids []string
	for r, err := range all {
		require.NoError(t, err)
		ids = append(ids, r.VersionInfo.ID)
	}
	assert.Equal(t, m.ids(), ids)
}

func TestAllSkipsManifests(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*model{"documented": {}, "flat": {flat: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m.fill(3)
			c := m.client(t)
			for _, skip := range []bool{false, true} {
				for r, err := range c.Delivery.All(t.Context(), delivery.ListOptions{SkipManifests: skip}) {
					require.NoError(t, err)
					for _, d := range r.DeployInfo {
						assert.Equal(t, skip, d.YAMLContents == nil)
						assert.Equal(t, "nginx/main", d.ServiceName)
					}
					for _, s := range r.Services {
						assert.Equal(t, skip, s.YAMLContent == "")
						assert.Equal(t, "nginx", s.ServiceName)
					}
				}
			}
		})
	}
}

func TestAllRefusesArgumentsBeforeARequest(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]delivery.ListOptions{
		"TaskID":      {TaskID: -1},
		"Page":        {Page: -1},
		"PerPage":     {PerPage: -1},
		"ServiceName": {ServiceName: "nginx", Verbosity: delivery.VerbosityBrief},
		"Verbosity":   {Verbosity: "Brief"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := (&model{}).fill(3)
			c := m.client(t)
			w := walk(t, c, o)
			require.Len(t, w.errs, 1)
			_, err := c.Delivery.List(t.Context(), o)
			for _, err := range []error{w.errs[0], err} {
				require.ErrorIs(t, err, zadig.ErrBadRequest)
				assert.ErrorContains(t, err, name)
			}
			assert.Empty(t, m.requests)
		})
	}
	t.Run("a later page", func(t *testing.T) {
		t.Parallel()
		m := (&model{}).fill(3)
		w := walk(t, m.client(t), delivery.ListOptions{Page: 2})
		require.Len(t, w.errs, 1)
		require.ErrorIs(t, w.errs[0], zadig.ErrBadRequest)
		require.ErrorContains(t, w.errs[0], "Page: must be 0 or 1, because All begins at the first page (got 2)")
		assert.Empty(t, m.requests)
	})
}
