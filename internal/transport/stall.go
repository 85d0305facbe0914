package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

// maxStall bounds the wait for the next byte of a body, and for the whole body of
// a failure.
const maxStall = 30 * time.Second

// maxEmptyReads is how many reads in a row may return neither a byte nor an
// error, as in package bufio.
const maxEmptyReads = 100

// timeoutError is the timeout of an attempt. It matches os.ErrDeadlineExceeded. It
// does not match context.DeadlineExceeded, which would mean the caller's deadline,
// even if its cause does.
type timeoutError struct {
	error
	again bool // another attempt may succeed
}

// Timeout and Temporary make it a net.Error.
func (t *timeoutError) Timeout() bool { return true }

func (t *timeoutError) Temporary() bool { return false }

func (t *timeoutError) Unwrap() error { return os.ErrDeadlineExceeded }

// As finds the errors that the cause wraps.
func (t *timeoutError) As(target any) bool { return errors.As(t.error, target) }

// Is reports whether the cause matches target, unless that is the caller's deadline.
func (t *timeoutError) Is(target error) bool {
	return target != context.DeadlineExceeded && errors.Is(t.error, target)
}

// errStalled is the cause with which the timer cancels the context of an exchange.
var errStalled = errors.New("stalled")

// exchange is a request and its response, with the body.
type exchange struct {
	*call
	req     *http.Request
	timed   context.Context // ends with the caller's context, by the timer, or when the body is closed
	end     context.CancelCauseFunc
	timer   *time.Timer
	limit   time.Duration // that the timer was set to
	start   time.Time
	status  int
	failure bool // not 2xx
	body    io.ReadCloser
}

// newExchange starts the timer for the headers.
func (c *call) newExchange(req *http.Request) *exchange {
	ctx, end := context.WithCancelCause(req.Context())
	e := &exchange{call: c, timed: ctx, end: end, req: req.WithContext(ctx), limit: c.config.Timeout, start: time.Now()}
	e.timer = time.AfterFunc(e.limit, func() { end(errStalled) })
	return e
}

// fail logs and returns the error of a request without response headers.
func (e *exchange) fail(err error) error {
	defer e.end(nil)
	err = e.ownTimeout(err, "no response headers")
	e.logFailure("zadig: no response", err)
	return err
}

// received logs the response and watches its body.
func (e *exchange) received(resp *http.Response) {
	level := slog.LevelDebug
	if retryable(resp.StatusCode) {
		level = slog.LevelWarn
	}
	e.log(level, "zadig: response", slog.Int("status", resp.StatusCode))
	e.status, e.failure = resp.StatusCode, resp.StatusCode < 200 || resp.StatusCode > 299
	e.body, resp.Body = resp.Body, e
}

// Read reads the body. It ends the exchange if no byte arrives within the limit; the
// time between two calls of Read does not count. A body that keeps arriving is never
// cut off, except the body of a failure. All failures of one attempt, such as the
// redirects that it follows, share one limit for their bodies.
func (e *exchange) Read(p []byte) (n int, err error) {
	e.limit = min(e.config.Timeout, maxStall)
	left, start := e.limit, time.Now()
	if e.failure {
		left = e.failureLeft
	}
	e.timer.Reset(left)
	for range maxEmptyReads {
		if n, err = e.body.Read(p); n > 0 || err != nil || len(p) == 0 {
			break
		}
	}
	e.timer.Stop()
	if e.failure {
		e.failureLeft -= time.Since(start)
	}
	switch {
	case n == 0 && err == nil && len(p) > 0:
		err = io.ErrNoProgress
	case err != nil && err != io.EOF: //nolint:errorlint // an error that wraps io.EOF is a failure
		err = safe(e.ownTimeout(err, "no further byte of the body"), e.tokens)
		e.logFailure("zadig: response broke off", err, slog.Int("status", e.status))
	}
	return n, err
}

// Close closes the body, and ends any Read under way.
func (e *exchange) Close() error {
	e.end(nil)
	return e.body.Close()
}

// ownTimeout returns err as a timeoutError if it was caused by a limit of the SDK,
// the transport or the network, and not by the caller's context. Only a timeout of
// the connection itself is retried: if the server is silent, another attempt would
// wait just as long.
func (e *exchange) ownTimeout(err error, what string) error {
	var limited net.Error
	switch stalled := context.Cause(e.timed) == errStalled; { //nolint:errorlint // itself
	case stalled && e.ctx.Err() != nil: // a slow transport may report the stall only after the context has ended
		return e.ctx.Err()
	case e.ctx.Err() != nil:
	case stalled:
		return &timeoutError{fmt.Errorf("%s within %s", what, e.limit), false}
	case e.timed.Err() == nil && errors.As(err, &limited) && limited.Timeout():
		return &timeoutError{err, isDial(err) || !errors.Is(err, context.DeadlineExceeded)}
	}
	return err
}

func isDial(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) && network.Op == "dial"
}
