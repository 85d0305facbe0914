package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/poll"
	"github.com/zadig-go/zadig/internal/redact"
)

// ErrFailed means that the release failed. The error of [Service.Wait] matches it
// with errors.Is.
var ErrFailed = errors.New("the release failed")

// WaitOptions are the options of [Service.Wait].
type WaitOptions struct {
	ProjectName string // as in GetOptions
	// Interval is the wait after the first request; 0 means 2 seconds. Each further
	// wait is 1.5 times as long as the previous one, up to MaxInterval; a MaxInterval
	// of 0 means 30 seconds.
	Interval, MaxInterval time.Duration
	// TaskDone reports whether the task of the release has ended. If the task did not
	// succeed, the error says how it ended. Use client.Workflow.Done.
	//
	// Without TaskDone, Wait waits forever for a release that the server never finishes,
	// although its task has ended. On all versions of Zadig, this can happen to a release
	// that was in progress when the server restarted. On v4.0.0 to v4.2.1, it happens to
	// every release that was retried.
	TaskDone func(context.Context, core.TaskRef) (bool, error)
}

// WaitError is the error of [Service.Wait].
type WaitError struct {
	Release *Release // as last read, nil if it was never read
	// Err is ErrFailed if the release failed, the error of TaskDone if the release's
	// task failed, and otherwise the error of the context or of a request.
	Err error
}

// Error returns the reason and the last state of the release.
func (e *WaitError) Error() string {
	if e.Release == nil {
		return e.Err.Error()
	}
	reason := e.Release.FailureReason()
	if reason != "" {
		reason = " (" + redact.Line(reason) + ")"
	}
	if e.Release.Failed() {
		return fmt.Sprintf("delivery.Wait: release %s failed%s", e.Release.VersionInfo.ID, reason)
	}
	return fmt.Sprintf("delivery.Wait: release %s is %s: %s", e.Release.VersionInfo.ID, e.Release.VersionInfo.Status, e.Err)
}

// Unwrap returns Err.
func (e *WaitError) Unwrap() error { return e.Err }

// Wait polls a release until it is no longer in progress, and returns it if it succeeded.
// Only ctx limits the wait, so give ctx a deadline. If TaskDone reports that the task has
// ended, Wait reads the release once more. If the release is still in progress then, Wait
// succeeds or fails as the task did; the release that it returns still says that it is in
// progress. If the server fails, cannot be reached, or forbids what it allowed before,
// Wait retries up to five times in a row.
//
// A negative Interval or MaxInterval returns zadig.ErrBadRequest. Any other error is a
// *[WaitError], which has the last state of the release and matches
//   - ErrFailed if the release failed
//   - the error of TaskDone if the release's task failed
//   - context.DeadlineExceeded or context.Canceled if ctx ended
//   - the error of [Service.Get] otherwise
func (s *Service) Wait(ctx context.Context, id string, o WaitOptions) (*Release, error) {
	if o.Interval < 0 || o.MaxInterval < 0 {
		return nil, errdef.BadArgument("delivery.Wait", "Interval", "must not be negative (got %s and %s)", o.Interval, o.MaxInterval)
	}
	var last *Release // as last read
	var failed error
	var over core.TaskRef // the task that had ended at the previous read of the release
	err := poll.Until(ctx, o.Interval, o.MaxInterval, func(ctx context.Context) (ended bool, err error) {
		r, err := s.Get(ctx, id, GetOptions{ProjectName: o.ProjectName})
		if err != nil {
			return false, err
		}
		switch last = r; {
		case r.Failed():
			failed = ErrFailed
		case !r.InProgress():
			failed = nil
		default:
			ref, ok := r.Task()
			if ok && ref == over {
				return true, nil
			}
			if ended, failed, err = o.taskDone(ctx, r); ended {
				over = ref
			}
			return false, err
		}
		return true, nil
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, &WaitError{last, err}
	}
	return last, nil
}

// taskDone reports whether the task of a release has ended, and how. If the release
// has no task, or its task is gone, taskDone returns no error.
func (o WaitOptions) taskDone(ctx context.Context, r *Release) (ended bool, failed, err error) {
	ref, ok := r.Task()
	if !ok || o.TaskDone == nil {
		return false, nil, nil
	}
	switch ended, err = o.TaskDone(ctx, ref); {
	case ended:
		return true, err, nil
	case errors.Is(err, errdef.ErrNotFound):
		return false, nil, nil
	}
	return false, nil, err
}
