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

	"github.com/hashicorp/go-retryablehttp"

	"github.com/zadig-go/zadig/internal/response"
)

// Policy bounds the attempts and the waits between them.
type Policy struct {
	MaxAttempts      int // at least 1
	MinWait, MaxWait time.Duration
}

// maxRetryAfter is the longest wait, requested by a server, that the client accepts.
const maxRetryAfter = 60 * time.Second

// Backoff returns the wait after the n-th attempt, counting from 1: a random time
// up to the ceiling (full jitter).
func (p Policy) Backoff(n int) time.Duration {
	return time.Duration(rand.Float64() * float64(p.ceiling(n)))
}

// ceiling returns MinWait, doubled with each attempt, but at most MaxWait.
func (p Policy) ceiling(n int) time.Duration {
	if shift := n - 1; shift < 32 && p.MinWait < p.MaxWait>>shift {
		return p.MinWait << shift
	}
	return p.MaxWait
}

// Pause waits after the n-th failure. If the context ends first, it returns the
// context's error.
func (p Policy) Pause(ctx context.Context, n int) error { return response.Sleep(ctx, p.Backoff(n)) }

// retryClient returns the client that drives the attempts of this call.
func (c *call) retryClient() *retryablehttp.Client {
	client := c.client
	client.Transport = c
	return &retryablehttp.Client{
		HTTPClient: &client,
		RetryMax:   c.config.Retry.MaxAttempts - 1,
		// It runs before each attempt, with n from 0.
		RequestLogHook: func(_ retryablehttp.Logger, req *http.Request, n int) {
			req.Header = c.header.Clone() // to which http.Client adds the cookies of its jar
			c.attempts, c.waiting, c.failureLeft = n+1, false, min(c.config.Timeout, maxStall)
		},
		CheckRetry:   c.checkRetry,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.wait },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// checkRetry reports whether to make another attempt. It allows one only if even
// the longest possible wait would end before the context's deadline.
func (c *call) checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	p := c.config.Retry
	again := err == nil && retryable(resp.StatusCode) || err != nil && isTemporary(err)
	if ctx.Err() != nil || c.attempts >= p.MaxAttempts || !again {
		return false, err
	}
	wait, longest := p.Backoff(c.attempts), p.ceiling(c.attempts)
	if err == nil {
		asked := RetryAfter(resp.Header, time.Now())
		if asked > maxRetryAfter {
			return false, nil
		}
		if asked > 0 {
			wait, longest = asked, asked
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < longest || !c.config.Budget.take() {
		return false, err
	}
	c.wait, c.waiting, c.lastResponse, c.lastErr = wait, true, nil, bare(err)
	if err == nil {
		c.lastResponse = keep(resp)
	}
	return true, nil
}

// isTemporary reports whether another attempt may succeed after an error: for example,
// the connection was reset or cut off.
func isTemporary(err error) bool {
	var timeout *timeoutError
	switch {
	case errors.As(err, &timeout):
		return timeout.again
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false // the caller's context ended, or http.Client.Timeout expired
	}
	return !IsPermanent(err)
}

// IsPermanent reports whether every further attempt would fail in the same way: the
// error comes from a policy, a certificate, a TLS alert, or a port that does not
// speak TLS.
func IsPermanent(err error) bool {
	var (
		network     *net.OpError
		permanent   permanentError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		notTLS      tls.RecordHeaderError
	)
	return errors.As(err, &permanent) || errors.As(err, &certificate) || errors.As(err, &authority) ||
		errors.As(err, &notTLS) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.As(err, &network) && (network.Op == "remote error" || network.Op == "local error") // crypto/tls's alerts
}

// retryable reports whether the same request may succeed after a response with this
// status. It may not after 500, which Zadig returns for an unknown image.
func retryable(status int) bool {
	return slices.Contains([]int{
		http.StatusRequestTimeout, // a gateway closed the idle connection on which the request was sent
		http.StatusTooManyRequests,
		http.StatusBadGateway,
		http.StatusServiceUnavailable,
		http.StatusGatewayTimeout,
	}, status)
}

// keptBytes is how much of a failed response's body is read.
const keptBytes = 64 << 10

// keep returns a copy of a response with as much of its body as an error needs.
func keep(resp *http.Response) *http.Response {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, keptBytes))
	kept := *resp
	kept.Body = io.NopCloser(bytes.NewReader(body))
	return &kept
}
