package leaktest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig/internal/testkit/leaktest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// told is a testing.TB that records failures.
type told struct {
	testing.TB
	cleanups []func()
	failures []string
}

func (t *told) Helper()          {}
func (t *told) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }
func (t *told) Errorf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

func TestBodiesThatAreLeftOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var observed told
		checked := leaktest.Bodies(&observed)(servertest.RoundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
		}))
		get := func(path string) *http.Response {
			resp, err := checked.RoundTrip(httptest.NewRequest(http.MethodGet, path, http.NoBody))
			assert.NoError(t, err)
			return resp
		}
		get("/closed").Body.Close()
		_, _ = io.ReadAll(get("/read").Body)
		get("/left")
		for _, f := range observed.cleanups {
			f()
		}
		assert.Equal(t, []string{"/read: the body was not closed", "/left: the body was not closed"}, observed.failures)
	})
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
