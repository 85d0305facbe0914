package transport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// maxStall bounds the wait for the next byte of a body, and for the whole body
// of a failure.
const maxStall = 30 * time.Second

// stallError is the error of a server that keeps silent. Another attempt would
// wait as long again, so it is not retried.
type stallError struct {
	waited time.Duration
	what   string
}

func (s *stallError) Error() string { return fmt.Sprintf("%s within %s", s.what, s.waited) }

// Timeout makes it a net.Error's kind of error.
func (s *stallError) Timeout() bool { return true }

// Temporary completes net.Error.
func (s *stallError) Temporary() bool { return false }

// Unwrap lets errors.Is find the standard library's own timeout. It is not
// context.DeadlineExceeded: that is the caller's.
func (s *stallError) Unwrap() error { return os.ErrDeadlineExceeded }

// watch ends the call after a silence.
func (c *call) watch(silence time.Duration) {
	c.waits = silence
	c.silence.Reset(silence)
}

func (c *call) fire() { c.cancel(&stallError{}) }

// because returns err, or that it is the silence that ended the call.
func (c *call) because(err error, what string) error {
	if _, silent := errors.AsType[*stallError](context.Cause(c.ctx)); silent && c.caller.Err() == nil {
		return &stallError{c.waits, what}
	}
	return err
}
