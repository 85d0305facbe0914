package workflow_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/workflow"
)

// statuses returns a Service whose task has these statuses one after the other, and keeps
// the last. A number is the status of a failed response.
func statuses(t *testing.T, all ...string) (s *workflow.Service, requests *int) {
	t.Helper()
	requests = new(int)
	return workflow.New(clienttest.Doer(func(req *http.Request) (*http.Response, error) {
		status := all[min(*requests, len(all)-1)]
		*requests++
		switch status {
		case "down":
			return nil, zadig.ErrServer
		case "gone":
			return nil, zadig.ErrNotFound
		}
		return clienttest.Respond(200, `{"task_id":7,"workflow_key":"shop-dev","status":"`+status+`","stages":[
			{"name":"build","status":"passed"},
			{"name":"deploy","status":"`+status+`","error":"赵敏 reject this task","jobs":[{"name":"approve","type":"approval",
				"status":"`+status+`"},{"name":"next","status":""}]}]}`)(req)
	})), requests
}

func TestWait(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		statuses []string
		want     error
		says     string
		requests int
		took     time.Duration
	}{
		"passed at once": {[]string{"passed"}, nil, "", 1, 0},
		"passed":         {[]string{"queued", "running", "running", "passed"}, nil, "", 4, (2 + 3 + 4.5) * 1e9},
		"skipped":        {[]string{"running", "skipped"}, nil, "", 2, 2e9},
		"after a pause":  {[]string{"pause", "running", "passed"}, nil, "", 3, 5e9},
		"failed": {[]string{"running", "failed"}, workflow.ErrFailed,
			"shop-dev #7 is failed, stage deploy failed (赵敏 reject this task), job approve failed: the task failed", 2, 2e9},
		"rejected":                 {[]string{"waitforapprove", "reject"}, workflow.ErrRejected, "(赵敏 reject this task)", 2, 2e9},
		"canceled":                 {[]string{"running", "cancelled"}, workflow.ErrCanceled, "the task was canceled", 2, 2e9},
		"timed out":                {[]string{"running", "timeout"}, workflow.ErrTimedOut, "the task timed out", 2, 2e9},
		"a server that is back":    {[]string{"running", "down", "down", "passed"}, nil, "", 4, 9.5e9},
		"a server that stays away": {[]string{"running", "down"}, zadig.ErrServer, "shop-dev #7 is running, stage deploy running", 7, 0},
		"gone meanwhile":           {[]string{"running", "gone"}, zadig.ErrNotFound, "shop-dev #7 is running", 2, 2e9},
		"no such task":             {[]string{"gone"}, zadig.ErrNotFound, "not found", 1, 0},
		"until the deadline":       {[]string{"running"}, context.DeadlineExceeded, "shop-dev #7 is running", 0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, requests := statuses(t, row.statuses...)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				start := time.Now()
				task, err := s.Wait(ctx, shopDev7, workflow.WaitOptions{})
				if row.took != 0 {
					assert.Equal(t, row.took, time.Since(start))
				}
				if row.requests != 0 {
					assert.Equal(t, row.requests, *requests)
				}
				if row.want == nil {
					require.NoError(t, err)
					assert.True(t, task.Succeeded())
					return
				}
				require.ErrorIs(t, err, row.want)
				require.ErrorContains(t, err, row.says)
				assert.Nil(t, task)
				var failure *workflow.WaitError
				require.ErrorAs(t, err, &failure)
				if !errors.Is(err, zadig.ErrNotFound) {
					assert.Len(t, failure.Task.Stages, 2, "the last state, complete")
				}
			})
		})
	}
}

func TestWaitRefuses(t *testing.T) {
	t.Parallel()
	client, mock := clienttest.NewMock(t)
	_, err := client.Workflow.Wait(t.Context(), shopDev7, workflow.WaitOptions{Interval: -1})
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	zero := shopDev7
	zero.TaskID = 0
	_, err = client.Workflow.Wait(t.Context(), zero, workflow.WaitOptions{})
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.Equal(t, 1, strings.Count(err.Error(), "workflow.Wait"))
	_, err = client.Workflow.Wait(nil, shopDev7, workflow.WaitOptions{}) //nolint:staticcheck // that is the point
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.Empty(t, mock.URLs())
}

func TestEnded(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]struct {
		ended bool
		err   error
	}{
		"running": {false, nil}, "passed": {true, nil}, "reject": {true, workflow.ErrRejected}, "gone": {false, zadig.ErrNotFound},
	} {
		s, _ := statuses(t, status)
		ended, err := s.Done(t.Context(), shopDev7)
		assert.Equal(t, want.ended, ended, status)
		require.ErrorIs(t, err, want.err, status)
	}
}
