package leaktest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/internal/testkit/leaktest"
)

// told is a test that keeps what it is told, and ends when it is asked to.
type told struct {
	testing.TB
	cleanups []func()
	failures []string
}

func (t *told) Helper()          {}
func (t *told) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }
func (t *told) Fatal(args ...any) {
	t.failures = append(t.failures, fmt.Sprint(args...))
	runtime.Goexit()
}
func (t *told) Errorf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

func (t *told) end() {
	for _, f := range t.cleanups {
		f()
	}
}

func TestAnswersThatAreLeftOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var observed told
		answering := leaktest.Answers(&observed)(answers{})
		get := func(path string) *http.Response {
			resp, err := answering.RoundTrip(httptest.NewRequest(http.MethodGet, path, http.NoBody))
			assert.NoError(t, err)
			return resp
		}
		get("/closed").Body.Close()
		_, _ = io.ReadAll(get("/read").Body)
		get("/left")
		observed.end()
		assert.Equal(t, []string{`answers that were not closed: ["/left" "/read"]`}, observed.failures)
	})
}

type answers struct{}

func (answers) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func TestGoroutinesThatAreLeft(t *testing.T) { //nolint:paralleltest // counts all goroutines
	synctest.Test(t, func(t *testing.T) {
		var fine told
		leaktest.Check(&fine, func() { go func() {}() })
		assert.Empty(t, fine.failures)

		var left told
		stop, checked := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(checked)
			leaktest.Check(&left, func() { go stays(stop) })
		}()
		<-checked
		close(stop)
		if assert.Len(t, left.failures, 1) {
			assert.Contains(t, left.failures[0], "leaktest_test.stays")
		}
	})
}

func stays(until chan struct{}) { <-until }

func TestMain(m *testing.M) { leaktest.Main(m) }
