package zadig

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/transport"
)

// Option configures a client. If an option is invalid, [NewClient] and
// [Client.With] return an error.
type Option func(*config) error

// config has the values of the options. It is copied, never shared.
type config struct {
	transport.Config // Base is nil if the options of this call set another transport
	transport        http.RoundTripper
	tls              *tls.Config
	cas              *x509.CertPool // of ZADIG_CA_FILE
	proxy            func(*http.Request) (*url.URL, error)
	rawJSON          bool
}

// The defaults.
const (
	defaultTimeout  = 45 * time.Second
	defaultMaxBytes = response.DefaultMaxBytes
	defaultAttempts = 3
	defaultMinWait  = 200 * time.Millisecond
	defaultMaxWait  = 5 * time.Second
	userAgent       = "zadig-go/" + Version + " (+https://github.com/zadig-go/zadig)"
)

func defaults(base *url.URL) config {
	return config{Config: transport.Config{
		Origin:   base,
		Header:   http.Header{"User-Agent": {userAgent}, "Accept": {"application/json"}},
		Retry:    transport.Policy{MaxAttempts: defaultAttempts, MinWait: defaultMinWait, MaxWait: defaultMaxWait},
		Timeout:  defaultTimeout,
		MaxBytes: defaultMaxBytes,
		Budget:   new(transport.Budget),
	}}
}

func (c config) with(opts []Option) (config, error) {
	c.Header = c.Header.Clone()
	c.Middleware = slices.Clone(c.Middleware)
	for i, opt := range opts {
		if opt == nil {
			return config{}, &configError{err: fmt.Errorf("option %d: got nil, want an Option", i+1)}
		}
		if err := opt(&c); err != nil {
			return config{}, &configError{err: err}
		}
	}
	switch {
	case (c.Client != nil || c.transport != nil) && (c.tls != nil || c.cas != nil || c.proxy != nil):
		return config{}, &configError{err: errors.New("WithTLSConfig, WithProxy and ZADIG_CA_FILE change the SDK's own transport; " +
			"with WithHTTPClient or WithTransport, set them on yours")}
	case c.Client != nil && c.transport != nil:
		return config{}, &configError{err: errors.New("WithHTTPClient and WithTransport exclude each other; " +
			"set the Transport of your client")}
	}
	return c, nil
}

// WithToken sends the header "Authorization: Bearer <token>" with each request, but
// only to the base URL's scheme, host and port. The token is the API token in
// Zadig's user settings. Default: no token.
func WithToken(token string) Option {
	return func(c *config) error {
		if err := transport.CheckToken(token); err != nil {
			return fmt.Errorf("WithToken: %w", err)
		}
		c.Token = func(context.Context) (string, error) { return token, nil }
		return nil
	}
}

// WithTokenSource calls source before each attempt to get the token, for tokens
// that expire or are replaced. source must be safe for concurrent use and should cache
// the token while it is valid. If source returns an error, the call fails without a
// retry. If the context of a call ends, the call returns even if source has not. If
// both WithToken and WithTokenSource are given, the last one applies.
func WithTokenSource(source func(context.Context) (string, error)) Option {
	return given("WithTokenSource", "a function that returns a token", source, func(c *config) { c.Token = transport.Interruptible(source) })
}

// WithHTTPClient sends requests through client, with its transport, cookie jar,
// redirect policy and timeout. Unlike [WithTimeout], the Timeout of client also limits
// the time to read the body, and its error matches context.DeadlineExceeded. The SDK does
// not change client, and still sends the token only to the base URL's origin. Default:
// the SDK's own client.
func WithHTTPClient(client *http.Client) Option {
	return given("WithHTTPClient", "an *http.Client", client, func(c *config) { c.Client, c.Base = client, nil })
}

// WithTransport sends requests through rt. Default: the SDK's own transport, which uses
// HTTP/2 and the proxy from the environment, and keeps up to 64 idle connections.
//
// The SDK's own transport limits connecting and the TLS handshake to 10 seconds each,
// after which the client retries. If an HTTP/2 connection is silent for 5 seconds while
// requests wait, this transport sends a ping, and closes the connection if no reply
// arrives within another 5 seconds.
func WithTransport(rt http.RoundTripper) Option {
	return given("WithTransport", "an http.RoundTripper", rt, func(c *config) { c.transport, c.Base = rt, nil })
}

// WithTLSConfig sets the TLS configuration to a copy of cfg, for a private CA or a
// client certificate. It cannot be combined with WithHTTPClient or WithTransport.
// Default: the system's CAs.
func WithTLSConfig(cfg *tls.Config) Option {
	return given("WithTLSConfig", "a *tls.Config", cfg, func(c *config) { c.tls, c.Base = cfg.Clone(), nil })
}

// WithProxy sets the function that selects the proxy of each request, like
// [http.Transport.Proxy]. Pass http.ProxyURL(u) for a fixed proxy, or a function
// that returns a nil URL for no proxy. WithProxy cannot be combined with
// WithHTTPClient or WithTransport. Default: [http.ProxyFromEnvironment].
func WithProxy(proxy func(*http.Request) (*url.URL, error)) Option {
	return given("WithProxy", "a function that returns a proxy", proxy, func(c *config) { c.proxy, c.Base = proxy, nil })
}

// WithMiddleware wraps the RoundTripper that sends each attempt, for tracing or
// metrics. The middleware sees the request with its token. If the option is given
// more than once, the first middleware is the outermost.
func WithMiddleware(middleware func(http.RoundTripper) http.RoundTripper) Option {
	return given("WithMiddleware", "a function that wraps an http.RoundTripper", middleware,
		func(c *config) { c.Middleware = append(c.Middleware, middleware) })
}

// RetryPolicy limits how many times a request is sent, and how long the client waits
// before each retry. The wait is random ("full jitter"), between 0 and a limit. The
// limit is MinWait at first and doubles with each attempt, up to MaxWait. If the
// response has a Retry-After of up to 60 seconds, the client waits exactly that long
// instead; if it has a longer one, the client does not retry.
type RetryPolicy struct {
	MaxAttempts int           // attempts, including the first; 0 means 3, 1 means no retry
	MinWait     time.Duration // upper limit of the first wait; 0 means 200 ms, or MaxWait if that is shorter
	MaxWait     time.Duration // upper limit of every wait; 0 means 5 s, or MinWait if that is longer
}

// WithRetry sets the retry policy. Default: see [RetryPolicy].
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) error {
		switch {
		case policy.MaxAttempts < 0 || policy.MinWait < 0 || policy.MaxWait < 0:
			return fmt.Errorf("WithRetry: no field may be negative (got %+v)", policy)
		case policy.MaxWait > 0 && policy.MinWait > policy.MaxWait:
			return fmt.Errorf("WithRetry: MinWait must not be longer than MaxWait (got %s and %s)", policy.MinWait, policy.MaxWait)
		}
		c.Retry.MaxAttempts = cmp.Or(policy.MaxAttempts, defaultAttempts)
		c.Retry.MaxWait = cmp.Or(policy.MaxWait, max(defaultMaxWait, policy.MinWait))
		c.Retry.MinWait = cmp.Or(policy.MinWait, min(defaultMinWait, c.Retry.MaxWait))
		return nil
	}
}

// WithTimeout limits how long each attempt waits for the response headers. If
// timeout is shorter than 30 seconds, it also limits how long a body may stall. A
// body that keeps arriving is not cut off: use the context to limit the call as a
// whole. The error of a timeout matches os.ErrDeadlineExceeded. Default, and 0: 45
// seconds, because a Zadig server takes 30 seconds to respond when its database is down.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout < 0 {
			return fmt.Errorf("WithTimeout: the timeout must not be negative (got %s)", timeout)
		}
		c.Timeout = cmp.Or(timeout, defaultTimeout)
		return nil
	}
}

// WithLogger logs each attempt: its method, URL, number, status and duration, and
// the text of a failure. Secrets in the URL are masked. It also logs each body that
// breaks off.
//
// The level is Debug for responses, but Warn for 408, 429, 502, 503 and 504. The level is
// Warn for requests without a response and for bodies that break off, but Debug if the
// caller has canceled the context or closed the body. Other failures, such as a 500 or a
// body that is not JSON, are returned as errors, which the caller can log. Default: no
// logging.
func WithLogger(logger *slog.Logger) Option {
	return given("WithLogger", "a *slog.Logger", logger, func(c *config) { c.Logger = logger })
}

// WithHeader sends a header with each request, but only to the base URL's origin.
// If the option is given again for the same key, the new value replaces the old one.
// A value for User-Agent replaces the SDK's own, zadig-go/<version>. A value for
// Authorization is replaced by the token of [WithToken] or [WithTokenSource].
func WithHeader(key, value string) Option {
	return func(c *config) error {
		if err := checkHeader(key, value); err != nil {
			return fmt.Errorf("WithHeader: %w", err)
		}
		c.Header.Set(key, value)
		return nil
	}
}

// WithMaxResponseBytes limits how many bytes are read into memory, after
// decompression. The limit applies to each response as a whole. For a method that streams
// a list, such as [delivery.Service.All], it applies to each element of the list instead.
// If the limit is exceeded, the call returns [ErrResponseTooLarge]. Default, and 0: 64 MiB.
//
// Some JSON needs much more memory when decoded than it has bytes. So the client also
// refuses JSON that would need more than 4 times n, and more than 1 MiB, when decoded. It
// estimates this need: 1 KiB for each object, 64 bytes for any other value, and 16 bytes
// for each byte of invalid UTF-8. With Go's default settings, one response increases the
// heap, including garbage, by less than 16 times n.
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n < 0 {
			return fmt.Errorf("WithMaxResponseBytes: the limit must not be negative (got %d)", n)
		}
		c.MaxBytes = min(cmp.Or(n, defaultMaxBytes), math.MaxInt64/8) // so that limits can be computed from it
		return nil
	}
}

// WithRawJSON keeps the JSON that each release and artifact was decoded from. Their
// RawJSON methods return it, so that a program can read members that this version
// of the SDK does not know. The JSON is unchanged and includes credentials. It
// doubles the memory of a release. Default: off.
func WithRawJSON() Option {
	return func(c *config) error {
		c.rawJSON = true
		return nil
	}
}

// WithRateLimiter calls limiter.Wait before each attempt. limiter can be a
// *rate.Limiter of golang.org/x/time/rate. If Wait returns an error, the call fails
// without a retry. Default: no limit.
func WithRateLimiter(limiter interface{ Wait(context.Context) error }) Option {
	return given("WithRateLimiter", "a limiter", limiter, func(c *config) { c.Limiter = limiter })
}

// given returns an option that sets a value and refuses nil.
func given(option, want string, value any, set func(*config)) Option {
	return func(c *config) error {
		if isNil(value) {
			return fmt.Errorf("%s: got nil, want %s", option, want)
		}
		set(c)
		return nil
	}
}

// isNil reports whether v is nil, or an interface that holds a nil pointer or
// function.
func isNil(v any) bool {
	value := reflect.ValueOf(v)
	return v == nil || (value.Kind() == reflect.Pointer || value.Kind() == reflect.Func) && value.IsNil()
}

// checkHeader returns an error if a header is invalid. The error does not contain
// the value.
func checkHeader(key, value string) error {
	const separators = `"(),/:;<=>?@[\]{}`
	if key == "" {
		return errors.New("the header name must not be empty")
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(separators, r) }) {
		return fmt.Errorf("the header name must be a valid field name (got %q)", key)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return (r < ' ' && r != '\t') || r == 0x7f }) {
		return fmt.Errorf("the value of %s must not contain a line break or another control character", key)
	}
	return nil
}
