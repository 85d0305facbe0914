package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/poll"
	"github.com/zadig-go/zadig/internal/redact"
)

// The errors that a [WaitError] wraps if the task ended without success.
var (
	ErrFailed   = errors.New("the task failed")
	ErrRejected = errors.New("the task was rejected") // an approver rejected it
	ErrCanceled = errors.New("the task was canceled") // by a user (see Task.TaskRevoker), or because the server restarted
	ErrTimedOut = errors.New("the task timed out")    // it exceeded its own time limit or that of an approval
)

// WaitOptions are the options of [Service.Wait].
type WaitOptions struct {
	// Interval is the wait after the first request; 0 means 2 seconds. Each further wait
	// is 1.5 times as long as the previous one, up to MaxInterval. A MaxInterval of 0 means
	// 30 seconds.
	Interval, MaxInterval time.Duration
}

// WaitError is the type of the errors of [Service.Wait]. [Service.Done] also returns a
// *WaitError if the task ended without success.
type WaitError struct {
	Task *Task // as last read, with all its jobs; nil if it was never read
	// Err is ErrFailed, ErrRejected, ErrCanceled or ErrTimedOut if the task ended, and
	// otherwise the error of the context or of a request.
	Err error
}

// Error returns the reason and the last state of the task.
func (e *WaitError) Error() string {
	if e.Task == nil {
		return e.Err.Error()
	}
	return fmt.Sprintf("workflow.Wait: %s #%d is %s: %s", e.Task.WorkflowName, e.Task.TaskID, e.Task.state(), e.Err)
}

// Unwrap returns Err.
func (e *WaitError) Unwrap() error { return e.Err }

// Wait polls a task until it has ended, and returns the task if it succeeded. A task that
// is waiting for an approval, or for somebody to start its next stage, has not ended.
// Give ctx a deadline: nothing else limits the wait.
//
// Wait retries up to five times in a row if the server fails, if it cannot be reached, or
// if it forbids a request that it allowed before. For a negative Interval or MaxInterval,
// Wait returns zadig.ErrBadRequest. Any other error is a *[WaitError], which has the last
// state of the task and wraps
//   - ErrFailed, ErrRejected, ErrCanceled or ErrTimedOut if the task ended without
//     success
//   - context.DeadlineExceeded or context.Canceled if ctx ended first
//   - the error of [Service.Task] otherwise
func (s *Service) Wait(ctx context.Context, ref core.TaskRef, o WaitOptions) (*Task, error) {
	const method = "workflow.Wait"
	if o.Interval < 0 || o.MaxInterval < 0 {
		return nil, errdef.BadArgument(method, "Interval", "must not be negative (got %s and %s)", o.Interval, o.MaxInterval)
	}
	var t *Task // as last read
	err := poll.Until(ctx, o.Interval, o.MaxInterval, func(ctx context.Context) (bool, error) {
		read, err := s.task(ctx, method, ref)
		if err == nil {
			t = read
		}
		return read.Done(), err
	})
	if err == nil {
		err = t.failure()
	}
	if err != nil {
		return nil, &WaitError{t, err}
	}
	return t, nil
}

// Done reports whether a task has ended. If the task ended without success, the error is
// a *[WaitError]. Use Done as delivery.WaitOptions.TaskDone.
func (s *Service) Done(ctx context.Context, ref core.TaskRef) (bool, error) {
	t, err := s.Task(ctx, ref)
	if err == nil && t.failure() != nil {
		err = &WaitError{t, t.failure()}
	}
	return t.Done(), err
}

// failure returns the sentinel error for a task that ended without success, or nil.
func (t *Task) failure() error {
	switch nilsafe.OrZero(t).Status {
	case StatusFailed:
		return ErrFailed
	case StatusReject:
		return ErrRejected
	case StatusCancelled:
		return ErrCanceled
	case StatusTimeout:
		return ErrTimedOut
	}
	return nil
}

// state returns the status of the task, and of the stages and jobs that are running or
// stopped the task, with the reasons that the server gives.
func (t *Task) state() string {
	state := []string{describe("", t.Status, t.Error)}
	for stage := range nilsafe.Values(t.Stages) {
		if isOver(stage.Status) {
			continue
		}
		state = append(state, describe("stage "+stage.Name+" ", stage.Status, stage.Error))
		for job := range nilsafe.Values(stage.Jobs) {
			if !isOver(job.Status) {
				state = append(state, describe("job "+job.Name+" ", job.Status, job.Error))
			}
		}
	}
	return redact.Line(strings.Join(state, ", "))
}

func describe(what, status, reason string) string {
	if reason != "" {
		reason = " (" + reason + ")"
	}
	return what + status + reason
}

// isOver reports whether a stage or a job does not hold up the task: it has not started,
// or has ended without stopping the task.
func isOver(status string) bool {
	return status == "" || status == StatusPassed || status == StatusSkipped || status == StatusUnstable
}
