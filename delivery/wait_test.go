package delivery_test

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
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

const waitedID = "65e13f00aa00000000000001"

var errTaskRejected = errors.New("the task was rejected")

// TestWait waits for a release whose status changes, with and without its task.
func TestWait(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		statuses string // one after the other, the last forever
		tasks    string // outcomes of the task, in the same way: "-" not ended, "ok", or "reject"; "" without TaskDone
		want     error
		says     string
		took     time.Duration
	}{
		"success at once":               {"success", "", nil, "", 0},
		"success":                       {"creating creating success", "- -", nil, "", 5e9},
		"a workflow's, up to v3.4.1":    {"none", "", nil, "", 0},
		"failed":                        {"creating failed", "", delivery.ErrFailed, "release " + waitedID + " failed (disk full)", 2e9},
		"the status follows the task":   {"creating creating success", "- ok", nil, "", 5e9},
		"stuck, its task passed":        {"retrying", "- ok", nil, "", 5e9},
		"retried after its task failed": {"retrying task2 task2 success", "reject - -", nil, "", 9500e6},
		"stuck, its task was rejected":  {"retrying", "reject", errTaskRejected, "is retrying", 2e9},
		"failed after its task":         {"creating failed", "reject", delivery.ErrFailed, "failed", 2e9},
		"stuck, without TaskDone":       {"creating", "", context.DeadlineExceeded, "is creating", time.Hour},
		"stuck, its task is gone":       {"creating", "gone", context.DeadlineExceeded, "is creating", time.Hour},
		"tasks cannot be read":          {"creating", "denied", zadig.ErrForbidden, "", 0},
		"no such release":               {"gone", "", zadig.ErrNotFound, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				statuses, tasks, read, asked := strings.Fields(row.statuses), strings.Fields(row.tasks), 0, 0
				s := delivery.New(clienttest.Doer(func(req *http.Request) (*http.Response, error) {
					status := statuses[min(read, len(statuses)-1)]
					read++
					task := "1"
					if status == "task2" {
						status, task = "retrying", "2"
					}
					if status == "gone" {
						return nil, zadig.ErrNotFound
					}
					return clienttest.Respond(200, `{"id":"`+waitedID+`","project_name":"shop","workflow_name":"zadig-delivery-shop-1",`+
						`"task_id":`+task+`,"status":"`+strings.TrimPrefix(status, "none")+`","error":"disk full","services":[]}`)(req)
				}))
				o := delivery.WaitOptions{ProjectName: "shop"}
				if len(tasks) > 0 {
					o.TaskDone = func(_ context.Context, ref core.TaskRef) (bool, error) {
						assert.Equal(t, core.TaskRef{ProjectName: "shop", WorkflowName: "zadig-delivery-shop-1", TaskID: ref.TaskID}, ref)
						outcome := tasks[min(asked, len(tasks)-1)]
						asked++
						return outcome == "ok" || outcome == "reject",
							map[string]error{"reject": errTaskRejected, "gone": zadig.ErrNotFound, "denied": zadig.ErrForbidden}[outcome]
					}
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				start := time.Now()
				r, err := s.Wait(ctx, waitedID, o)
				assert.Equal(t, row.took, time.Since(start))
				if row.want == nil {
					require.NoError(t, err)
					assert.Equal(t, waitedID, r.VersionInfo.ID)
					return
				}
				require.ErrorIs(t, err, row.want)
				require.ErrorContains(t, err, row.says)
				assert.Nil(t, r)
				var failure *delivery.WaitError
				require.ErrorAs(t, err, &failure)
				assert.Equal(t, errors.Is(err, zadig.ErrNotFound), failure.Release == nil)
			})
		})
	}
}

func TestWaitRefuses(t *testing.T) {
	t.Parallel()
	client, mock := clienttest.NewMock(t)
	_, err := client.Delivery.Wait(t.Context(), waitedID, delivery.WaitOptions{MaxInterval: -1})
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	_, err = client.Delivery.Wait(t.Context(), "7", delivery.WaitOptions{})
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.Empty(t, mock.URLs())
}

// TestWaitForTheTaskOfARelease waits as a user does, with the tasks of a client.
func TestWaitForTheTaskOfARelease(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]error{workflow.StatusPassed: nil, workflow.StatusReject: workflow.ErrRejected} {
		r := &delivery.Release{VersionInfo: &delivery.VersionInfo{
			ID: waitedID, ProductName: "shop", Version: "v1", WorkflowName: "push", TaskID: 1,
			Type: delivery.TypeK8SYAML, Status: delivery.StatusRetrying, CreatedAt: 1_700_000_000,
		}}
		task := &workflow.Task{ProjectName: "shop", WorkflowName: "push", TaskID: 1, Status: workflow.StatusRunning}
		srv := zadigtest.NewServer(t, zadigtest.WithReleases(r), zadigtest.WithTasks(task), zadigtest.WithServerVersion("v4.0.0"))
		ended := *task
		ended.Status = status
		srv.Inject(zadigtest.Hook(func(*http.Request) { srv.SetTask(&ended) }).On(zadigtest.GetRelease).After(2))
		client := srv.Client()
		got, err := client.Delivery.Wait(t.Context(), waitedID, delivery.WaitOptions{
			ProjectName: "shop", Interval: time.Millisecond, TaskDone: client.Workflow.Done,
		})
		require.ErrorIs(t, err, want)
		if want == nil {
			assert.Equal(t, delivery.StatusRetrying, got.VersionInfo.Status, "the server never changes it")
		}
		srv.ExpectRequests(t, zadigtest.GetRelease, 4) // two while the task runs, one when it has ended, and one more to be sure
	}
}
