package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/response"
)

// call is one request with all its attempts, and what happens in each of them
// before the middleware.
type call struct {
	*Transport
	caller   context.Context
	ctx      context.Context // of all attempts, below the caller's
	cancel   context.CancelCauseFunc
	silence  *time.Timer // cancels the call, which no further attempt would help
	waits    time.Duration
	buffered bool
	attempts int      // the current one included
	tokens   []string // that were sent

	waiting      bool           // for the next attempt
	lastResponse *http.Response // before the current attempt
	lastErr      error          // the same, where there was no response
}

// errOver is the cause of a call's end that nobody need know of.
var errOver = errors.New("the call is over")

func (t *Transport) newCall(ctx context.Context) *call {
	c := &call{Transport: t, caller: ctx, buffered: response.ModeOf(ctx) == response.Buffered}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	c.silence = time.AfterFunc(t.config.Timeout, c.fire)
	c.silence.Stop()
	return c
}

func (c *call) end() {
	c.cancel(errOver)
	c.silence.Stop()
}

// client is the retry client of this call.
func (c *call) client() *retryablehttp.Client {
	p, attempt := c.config.Retry, c.Transport.client
	attempt.Transport = c
	return &retryablehttp.Client{
		HTTPClient:   &attempt,
		RetryMax:     p.MaxAttempts - 1,
		RetryWaitMin: p.MinWait,
		RetryWaitMax: p.MaxWait,
		RequestLogHook: func(_ retryablehttp.Logger, _ *http.Request, n int) {
			c.attempts, c.waiting = n+1, false
		},
		CheckRetry:   c.checkRetry,
		Backoff:      backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// RoundTrip is one attempt, or one redirect that it follows.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.config.Limiter != nil {
		if err := c.config.Limiter.Wait(req.Context()); err != nil {
			return nil, permanentError{fmt.Errorf("rate limiter: %w", err)}
		}
	}
	req, err := c.authorize(req)
	if err != nil {
		return nil, err
	}
	sent := &exchange{call: c, req: req, start: time.Now()}
	c.watch(c.config.Timeout)
	resp, err := c.chain.RoundTrip(req)
	c.silence.Stop()
	if err != nil {
		err = c.because(err, "no response headers")
		sent.log(c.level(slog.LevelWarn), "zadig: no response", sent.failure(err))
		return nil, err
	}
	if resp == nil || resp.Body == nil { // http.Client makes an error of it, or an empty body
		return resp, nil
	}
	level := slog.LevelDebug
	if retryable(resp.StatusCode) {
		level = slog.LevelWarn
	}
	sent.status = resp.StatusCode
	sent.log(level, "zadig: response", slog.Int("status", resp.StatusCode))
	sent.ReadCloser, resp.Body = resp.Body, sent
	switch {
	case resp.StatusCode < 200: // its body is the connection itself
		_ = sent.Close()
		resp.Body = http.NoBody
	case resp.StatusCode < 300 && c.buffered:
		return c.buffer(resp)
	}
	return resp, nil
}

// buffer reads the body as part of the attempt, so that one that is cut off is
// retried. That it is too large, or garbled in the last attempt, whoever reads
// it sees.
func (c *call) buffer(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, max(c.config.MaxBytes, c.config.MaxBytes+1)))
	body := io.Reader(bytes.NewReader(data))
	switch {
	case response.Garbled(err) && c.attempts >= c.config.Retry.MaxAttempts:
		body = io.MultiReader(body, failing{err})
	case err != nil:
		return nil, err
	}
	resp.Body = io.NopCloser(body)
	return resp, nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// authorize sets the client's headers and the token, on a copy of the request,
// and only on its way to the origin of the base URL.
func (c *call) authorize(req *http.Request) (*http.Request, error) {
	if !SameOrigin(req.URL, c.config.Origin) {
		return req, nil
	}
	sent := *req
	sent.Header = c.config.Header.Clone() // values too: middleware may write into them
	maps.Copy(sent.Header, req.Header)    // what the caller set on the request wins
	if host := c.config.Header.Get("Host"); host != "" {
		sent.Host = host // net/http reads it nowhere else
	}
	if c.config.Token == nil {
		return &sent, nil
	}
	token, err := c.config.Token(req.Context())
	if err == nil {
		err = CheckToken(token)
	}
	if err != nil {
		return nil, permanentError{fmt.Errorf("token source: %w", err)}
	}
	if !slices.Contains(c.tokens, token) {
		c.tokens = append(c.tokens, token)
	}
	sent.Header["Authorization"] = []string{"Bearer " + token}
	return &sent, nil
}

// exchange is a request that was sent, and the body of its response.
type exchange struct {
	*call
	req    *http.Request
	start  time.Time
	status int
	begun  bool
	io.ReadCloser
}

// Read ends the call if the body stalls while somebody waits here. A body that
// keeps arriving is never cut off, except that of a failure, which must be
// complete in that time.
func (e *exchange) Read(p []byte) (int, error) {
	failed := e.status < 200 || e.status > 299
	if !failed || !e.begun {
		e.begun = true
		e.watch(min(e.config.Timeout, maxStall))
	}
	n, err := e.ReadCloser.Read(p)
	if !failed || err != nil {
		e.silence.Stop()
	}
	if err != nil && !response.IsEOF(err) {
		err = e.because(err, "no further byte of the body")
		if context.Cause(e.ctx) != errOver { //nolint:errorlint // itself
			e.log(e.level(slog.LevelWarn), "zadig: response broke off", slog.Int("status", e.status), e.failure(err))
		}
	}
	return n, err
}

// log writes one record of an attempt: method, URL with secret values masked,
// number of the attempt and duration. No header and no body is ever logged.
func (e *exchange) log(level slog.Level, message string, more ...slog.Attr) {
	if e.config.Logger == nil {
		return
	}
	e.config.Logger.LogAttrs(e.req.Context(), level, message, append([]slog.Attr{
		slog.String("method", e.req.Method),
		slog.String("url", redact.URL(e.req.URL, e.tokens...)),
		slog.Int("attempt", e.attempts),
		slog.Duration("duration", time.Since(e.start)),
	}, more...)...)
}

func (e *exchange) failure(err error) slog.Attr {
	return slog.String("error", redact.Line(err.Error(), e.tokens...))
}

// level is lower if the caller has canceled the context, as a loop does that
// ends early.
func (c *call) level(otherwise slog.Level) slog.Level {
	if _, silent := errors.AsType[*stallError](context.Cause(c.ctx)); !silent && errors.Is(c.ctx.Err(), context.Canceled) {
		return slog.LevelDebug
	}
	return otherwise
}
