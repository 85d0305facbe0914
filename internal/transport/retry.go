package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
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

// maxRetryAfter is the longest wait that a server may ask for.
const maxRetryAfter = 60 * time.Second

// Backoff is the wait after the n-th attempt (from 1): full jitter, that is
// anything up to MinWait doubled with each attempt, MaxWait at the most.
func (p Policy) Backoff(n int) time.Duration {
	ceiling := p.MaxWait
	if shift := n - 1; shift < 32 && p.MinWait < p.MaxWait>>shift {
		ceiling = p.MinWait << shift
	}
	return time.Duration(rand.Float64() * float64(ceiling))
}

// Pause waits after the n-th failure, or returns the context's error.
func (p Policy) Pause(ctx context.Context, n int) error { return response.Sleep(ctx, p.Backoff(n)) }

// Outcome is what a request came to.
type Outcome struct {
	Response *http.Response // nil where no answer came
	Err      error          // why none came, why its body cannot be used, or why waiting for another one ended
	Attempts int
	Token    string // that was sent last, for masking it

	Request *http.Request // as it was sent, without the token
}

// Do sends req until an answer comes that is worth returning. An Outcome can
// hold an answer and an error: the last answer, and the end of the context
// during the wait that followed it.
func (t *Transport) Do(req *http.Request) Outcome {
	trip := &trip{policy: t.config.Retry, attempts: 1}
	sent := req.WithContext(context.WithValue(req.Context(), tripKey{}, trip))
	trip.client = retryablehttp.Client{
		HTTPClient:   t.client,
		RetryMax:     t.config.Retry.MaxAttempts,
		CheckRetry:   checkRetry,
		Backoff:      decidedWait,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	trip.request.Request = sent
	if call := response.CallFrom(sent.Context()); call != nil && call.Whole {
		trip.request.SetResponseHandler(t.readWhole)
	}
	resp, err := trip.client.Do(&trip.request)
	out := Outcome{Response: resp, Err: err, Attempts: trip.attempts, Token: trip.token, Request: sent}
	if trip.waiting { // the context ended the wait: what came before it is the better answer
		out.Attempts--
		out.Response = trip.lastResponse
		if trip.lastErr != nil {
			out.Err = fmt.Errorf("%w: no further attempt: %w", bare(trip.lastErr), err)
		}
	} else if err != nil && !errors.Is(err, response.ErrTooLarge) && !response.Garbled(err) {
		out.Response = nil
	}
	return out
}

// bare takes off what net/http puts around an error: the URL, with its query.
func bare(err error) error {
	if sent, ok := err.(*url.Error); ok && sent.Err != nil { //nolint:errorlint // net/http's own, not one that it wraps
		return sent.Err
	}
	return err
}

// readWhole reads a good answer as part of the attempt.
func (t *Transport) readWhole(resp *http.Response) error {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil
	}
	buffer, err := response.ReadWhole(resp.Body, t.config.MaxBytes)
	if err != nil {
		resp.Body = http.NoBody
		return err
	}
	resp.Body = buffer
	return nil
}

// trip is one request with all its attempts.
type trip struct {
	client       retryablehttp.Client
	request      retryablehttp.Request
	policy       Policy
	attempts     int // the one under way included
	token        string
	waiting      bool
	lastResponse *http.Response
	lastErr      error
}

type tripKey struct{}

func tripFrom(ctx context.Context) *trip {
	t, _ := ctx.Value(tripKey{}).(*trip)
	return t
}

// checkRetry and decidedWait are what go-retryablehttp calls between the
// attempts. The first decides the wait, too, and leaves it where the second
// finds it.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	return tripFrom(ctx).check(ctx, resp, err)
}

func decidedWait(wait, _ time.Duration, _ int, _ *http.Response) time.Duration { return wait }

// check decides after each attempt whether there is another one, and after
// which wait.
func (t *trip) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	t.waiting = false
	if ctx.Err() != nil {
		return false, err
	}
	if t.attempts >= t.policy.MaxAttempts || !t.worthwhile(resp, err) {
		return false, err
	}
	wait := t.policy.Backoff(t.attempts)
	if err == nil {
		asked := RetryAfter(resp.Header, time.Now())
		if asked > maxRetryAfter {
			return false, err
		}
		if asked > 0 {
			wait = asked
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return false, err
	}
	t.client.RetryWaitMin = wait
	t.attempts++
	t.waiting = true
	t.lastErr, t.lastResponse = err, nil
	if err == nil {
		t.lastResponse = keep(resp)
	}
	return true, nil
}

// worthwhile is the answer to "what is retried?".
func (t *trip) worthwhile(resp *http.Response, err error) bool {
	if err == nil {
		return retryable(resp.StatusCode)
	}
	var (
		network     *net.OpError
		own         final
		silent      *stalled
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		notTLS      tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &network) && network.Op == "dial":
		return true // also when it timed out
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false // http.Client.Timeout
	case errors.As(err, &own): // token source or rate limiter
		return false
	case errors.As(err, &silent): // it would only be silent again
		return false
	case errors.As(err, &certificate), errors.As(err, &authority),
		errors.As(err, &notTLS), errors.Is(err, http.ErrSchemeMismatch),
		network != nil && (network.Op == "remote error" || network.Op == "local error"): // crypto/tls's alerts
		return false // no other attempt changes a certificate, or what is served at a port
	case errors.Is(err, response.ErrTooLarge):
		return false
	}
	return true // a connection that was refused, reset, cut or never came to be
}

// retryable lists the answers after which the same request may succeed. 500
// is none of them: that is what Zadig answers for "no such image".
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

// keep copies what an error needs of an answer before the next attempt takes
// its place.
func keep(resp *http.Response) *http.Response {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, keptBytes))
	kept := *resp
	kept.Body = io.NopCloser(bytes.NewReader(body))
	return &kept
}
