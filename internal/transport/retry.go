package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/zadig-go/zadig/internal/response"
)

// Policy bounds the attempts and the waits between them.
type Policy struct {
	MaxAttempts      int // at least 1
	MinWait, MaxWait time.Duration
}

// maxRetryAfter is the longest wait that a server may ask for.
const maxRetryAfter = 60 * time.Second

// Backoff is the wait after the n-th attempt (from 1): full jitter, anything
// up to the ceiling.
func (p Policy) Backoff(n int) time.Duration {
	return time.Duration(rand.Float64() * float64(p.ceiling(n)))
}

// ceiling is MinWait doubled with each attempt, MaxWait at the most.
func (p Policy) ceiling(n int) time.Duration {
	if shift := n - 1; shift < 32 && p.MinWait < p.MaxWait>>shift {
		return p.MinWait << shift
	}
	return p.MaxWait
}

// Pause waits after the n-th failure, or returns the context's error.
func (p Policy) Pause(ctx context.Context, n int) error { return response.Sleep(ctx, p.Backoff(n)) }

// checkRetry reports whether there is another attempt. Its wait must fit before
// the context's deadline however long the jitter makes it.
func (c *call) checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	p := c.config.Retry
	if ctx.Err() != nil || c.attempts >= p.MaxAttempts || !worthwhile(resp, err) {
		return false, err
	}
	longest := p.ceiling(c.attempts)
	if err == nil {
		asked := RetryAfter(resp.Header, time.Now())
		if asked > maxRetryAfter {
			return false, nil
		}
		if asked > 0 {
			longest = asked
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < longest || !c.config.Budget.take() {
		return false, err
	}
	c.waiting, c.lastErr, c.lastResponse = true, err, nil
	if err == nil {
		c.lastResponse = keep(resp)
	}
	return true, nil
}

// backoff is the wait before the next attempt; n counts from 0.
func backoff(minWait, maxWait time.Duration, n int, resp *http.Response) time.Duration {
	if resp != nil && retryable(resp.StatusCode) {
		if asked := RetryAfter(resp.Header, time.Now()); asked > 0 {
			return asked
		}
	}
	return Policy{MinWait: minWait, MaxWait: maxWait}.Backoff(n + 1)
}

// worthwhile says what is retried.
func worthwhile(resp *http.Response, err error) bool {
	if err == nil {
		return retryable(resp.StatusCode)
	}
	var (
		network     *net.OpError
		permanent   permanentError
		silent      *stallError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		notTLS      tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &network) && network.Op == "dial":
		return true // also when it timed out
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false // http.Client.Timeout
	case errors.As(err, &permanent): // token source or rate limiter
		return false
	case errors.As(err, &silent): // it would only be silent again
		return false
	case errors.As(err, &certificate), errors.As(err, &authority),
		errors.As(err, &notTLS), errors.Is(err, http.ErrSchemeMismatch),
		network != nil && (network.Op == "remote error" || network.Op == "local error"): // crypto/tls's alerts
		return false // no other attempt changes a certificate, or what is served at a port
	}
	return true // a connection that was refused, reset, cut or never made
}

// retryable lists the statuses after which the same request may succeed. 500
// is not one of them: that is what Zadig returns for "no such image".
func retryable(status int) bool {
	return slices.Contains([]int{
		http.StatusTooManyRequests,
		http.StatusBadGateway,
		http.StatusServiceUnavailable,
		http.StatusGatewayTimeout,
	}, status)
}

// keptBytes is how much of a failure's body is kept and examined.
const keptBytes = 64 << 10

// keep copies what an error needs of a response before the next attempt takes
// its place.
func keep(resp *http.Response) *http.Response {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, keptBytes))
	kept := *resp
	kept.Body = io.NopCloser(bytes.NewReader(body))
	return &kept
}
