package response_test

import (
	"context"
	"encoding/json"
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
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// long is an array that is longer than any buffer; some of its elements are
// not items.
func long(n int) string {
	var b strings.Builder
	for i := range n {
		if b.WriteByte("[,"[min(i, 1)]); i%10 == 7 {
			fmt.Fprintf(&b, `{"id":"%d","n":"no number"}`, i)
			continue
		}
		fmt.Fprintf(&b, `{"id":"%d","any":"%s"}`, i, strings.Repeat("x", i*37%500))
	}
	return b.String() + "]"
}

// Decoding ahead changes neither the order nor what is read, whatever the
// pieces in which it arrives.
func TestStreamAheadKeepsTheOrder(t *testing.T) {
	t.Parallel()
	const n = 900
	for _, pattern := range []string{"", "\x3f\x00", "\x20"} {
		for _, raw := range []bool{false, true} {
			d := doer{body: &pieces{text: long(n), pattern: pattern}, settings: response.Settings{RawJSON: raw}}
			got, raws, err := readAll(t, stream(t, d))
			require.NoError(t, err)
			require.Len(t, got, n)
			for i, r := range got {
				require.Equal(t, fmt.Sprint(i), r.id)
				if i%10 == 7 {
					require.Contains(t, r.failed, fmt.Sprintf("at /%d/n: got a string", i))
				}
			}
			for _, r := range raws {
				require.Equal(t, raw, json.Valid([]byte(r)))
			}
		}
	}
}

// However a loop over a stream is left, no goroutine is left behind it.
func TestStreamAheadEndsWithTheLoop(t *testing.T) { //nolint:paralleltest // counts goroutines
	open := func(body io.ReadCloser) *response.Stream[item] {
		d := doer{body: body}
		s, err := response.Elements[item](context.Background(), closingDoer{d, body}, things(), response.Streamed)
		require.NoError(t, err)
		return s
	}
	loop := func(s *response.Stream[item], leave func(i int)) {
		defer s.Close()
		for i := 0; ; i++ {
			if _, err := s.Next(); err != nil && !errors.As(err, new(*response.ElementError)) {
				return
			}
			leave(i)
		}
	}
	body := func() *blocking { return &blocking{strings.NewReader(long(900)), make(chan struct{})} }
	for name, leave := range map[string]func(){ //nolint:paralleltest // counts goroutines
		"closed at once": func() { open(body()).Close() },
		"closed later": func() {
			s := open(body())
			for range 700 {
				_, _ = s.Next()
			}
			s.Close()
			s.Close()
		},
		"panic": func() {
			defer func() { _ = recover() }()
			loop(open(body()), func(i int) {
				if i == 800 {
					panic("no more")
				}
			})
		},
		"Goexit": func() {
			done := make(chan struct{})
			go func() {
				defer close(done)
				loop(open(body()), func(i int) {
					if i == 800 {
						runtime.Goexit()
					}
				})
			}()
			<-done
		},
		"to its end":     func() { loop(open(io.NopCloser(strings.NewReader(long(900)))), func(int) {}) },
		"breaks off":     func() { loop(open(io.NopCloser(strings.NewReader(long(900)[:200_000]))), func(int) {}) },
		"invalid JSON":   func() { loop(open(io.NopCloser(strings.NewReader(long(900)+"]"))), func(int) {}) },
		"nobody listens": func() { s := open(body()); _, _ = s.Next(); s.Close() },
		"a body that panics": func() {
			defer func() { assert.Equal(t, "no disk", recover()) }()
			loop(open(io.NopCloser(io.MultiReader(strings.NewReader(long(900)), panics{}))), func(int) {})
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			leave()
			goleak.VerifyNone(t, before)
		})
	}
}

type panics struct{}

func (panics) Read([]byte) (int, error) { panic("no disk") }

// closingDoer is a doer whose body is closed as the caller closes it.
type closingDoer struct {
	doer
	body io.ReadCloser
}

func (d closingDoer) Do(req *http.Request) (*http.Response, error) {
	resp, err := d.doer.Do(req)
	if err == nil {
		resp.Body = &response.Body{ReadCloser: d.body, Settings: d.settings, Reject: reject}
	}
	return resp, err
}

// What is read ahead takes no more memory than one element may.
func TestStreamAheadIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	var read atomic.Int64
	element := `{"id":"` + strings.Repeat("x", limit/4) + `"},`
	body := io.MultiReader(strings.NewReader("["), &counting{strings.NewReader(strings.Repeat(element, 100)), &read})
	s := stream(t, doer{body: body, settings: response.Settings{MaxBytes: limit}})
	defer s.Close()
	for range 10 {
		_, err := s.Next()
		require.NoError(t, err)
	}
	var before int64 = -1
	for read.Load() != before {
		before = read.Load()
		time.Sleep(20 * time.Millisecond)
	}
	assert.LessOrEqual(t, before, int64(10*len(element)+3*limit))
}

type counting struct {
	io.Reader
	n *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func TestStreamAheadReportsTheEnd(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		body      io.Reader
		truncated bool
		kind      error
	}{
		"cut":          {strings.NewReader(long(900)[:210_000]), true, errdef.ErrUnexpectedResponse},
		"reset":        {io.MultiReader(strings.NewReader(long(900)[:210_000]), &failing{}), true, errReset},
		"garbage":      {strings.NewReader(strings.TrimSuffix(long(900), "]") + "}"), false, errdef.ErrUnexpectedResponse},
		"more than it": {strings.NewReader(long(900) + "[]"), false, errdef.ErrUnexpectedResponse},
	} {
		got, _, err := readAll(t, stream(t, doer{body: row.body}))
		var truncated *response.TruncatedError
		assert.Equal(t, row.truncated, errors.As(err, &truncated), name)
		require.ErrorIs(t, err, row.kind, name)
		for i, r := range got {
			require.Equal(t, fmt.Sprint(i), r.id, name)
		}
		assert.Greater(t, len(got), 700, name)
	}
}

var errReset = errors.New("connection reset by peer")

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errReset }

// blocking is a body that waits at its end until it is closed.
type blocking struct {
	io.Reader
	closed chan struct{}
}

func (b *blocking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		<-b.closed
		return 0, errors.New("closed")
	}
	return n, err
}

func (b *blocking) Close() error {
	close(b.closed)
	return nil
}
