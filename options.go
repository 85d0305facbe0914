package zadig

import (
	"context"
	"crypto/tls"
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

// Option changes how a client works. An option that cannot be carried out is
// an error of [NewClient] or [Client.With].
type Option func(*config) error

// config is what the options say. It is copied, never shared.
type config struct {
	token      func(context.Context) (string, error)
	header     http.Header
	userAgent  string
	httpClient *http.Client
	transport  http.RoundTripper
	tls        *tls.Config
	proxy      func(*http.Request) (*url.URL, error)
	middleware []func(http.RoundTripper) http.RoundTripper
	retry      RetryPolicy
	timeout    time.Duration
	logger     *slog.Logger
	maxBytes   int64
	rawJSON    bool
	limiter    transport.Limiter

	baseChanged bool // this call brought a transport, so the pool cannot be shared
}

// The defaults.
const (
	defaultTimeout  = 45 * time.Second
	defaultMaxBytes = response.DefaultMaxBytes
	defaultAttempts = 3
	defaultMinWait  = 200 * time.Millisecond
	defaultMaxWait  = 5 * time.Second
)

func defaults() config {
	return config{
		userAgent: "zadig-go/" + Version + " (+https://github.com/zadig-go/zadig)",
		retry:     RetryPolicy{defaultAttempts, defaultMinWait, defaultMaxWait},
		timeout:   defaultTimeout,
		maxBytes:  defaultMaxBytes,
	}
}

func (c config) with(opts []Option) (config, error) {
	c.header = c.header.Clone()
	c.middleware = slices.Clone(c.middleware)
	c.baseChanged = false
	for i, opt := range opts {
		if opt == nil {
			return config{}, fmt.Errorf("zadig: option %d is nil", i+1)
		}
		if err := opt(&c); err != nil {
			return config{}, fmt.Errorf("zadig: %w", err)
		}
	}
	if (c.httpClient != nil || c.transport != nil) && (c.tls != nil || c.proxy != nil) {
		return config{}, errors.New("zadig: WithTLSConfig and WithProxy change the SDK's own transport; " +
			"with WithHTTPClient or WithTransport set them on yours")
	}
	if c.httpClient != nil && c.transport != nil {
		return config{}, errors.New("zadig: WithHTTPClient and WithTransport exclude each other: set the Transport of your client")
	}
	return c, nil
}

// WithToken sends "Authorization: Bearer <token>" with each request, to the
// base URL's scheme, host and port and nowhere else. Default: no token. The
// token is the API token of Zadig's user settings.
func WithToken(token string) Option {
	return func(c *config) error {
		if err := transport.CheckToken(token); err != nil {
			return fmt.Errorf("WithToken: %w", err)
		}
		c.token = func(context.Context) (string, error) { return token, nil }
		return nil
	}
}

// WithTokenSource asks source for the token before each attempt, for tokens
// that are renewed. It must be safe for concurrent use and should keep the
// token while it is good. Its error ends the call and is not retried. A call
// whose context ends does not wait for source.
func WithTokenSource(source func(context.Context) (string, error)) Option {
	return func(c *config) error {
		if source == nil {
			return errors.New("WithTokenSource: the source is nil")
		}
		c.token = transport.Interruptible(source)
		return nil
	}
}

// WithHTTPClient sends requests through client: its transport, cookie jar,
// redirect policy and timeout apply (a timeout of it also ends long
// streams; [WithTimeout] does not). The client itself is not changed, and the
// token still goes to no other origin. Default: a client of the SDK's own.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		if client.Transport != nil && isNil(client.Transport) {
			return errors.New("WithHTTPClient: the client's transport is nil")
		}
		c.httpClient, c.baseChanged = client, true
		return nil
	}
}

// WithTransport sends requests through rt. Default: HTTP/2, the proxy from the
// environment, and at most 64 requests at a time, besides lists that are being
// streamed. An HTTP/2 connection that stays silent for 5 seconds while requests
// wait is pinged, and closed if no reply comes within 5 more.
func WithTransport(rt http.RoundTripper) Option {
	return func(c *config) error {
		if isNil(rt) {
			return errors.New("WithTransport: the transport is nil")
		}
		c.transport, c.baseChanged = rt, true
		return nil
	}
}

// WithTLSConfig uses a copy of cfg, for a private CA or a client
// certificate. Default: the system's CAs.
func WithTLSConfig(cfg *tls.Config) Option {
	return func(c *config) error {
		if cfg == nil {
			return errors.New("WithTLSConfig: the configuration is nil")
		}
		c.tls, c.baseChanged = cfg.Clone(), true
		return nil
	}
}

// WithProxy chooses the proxy of each request, as [http.Transport.Proxy]
// does: http.ProxyURL(u) for a fixed one, a function that returns nil for
// none. Default: [http.ProxyFromEnvironment].
func WithProxy(proxy func(*http.Request) (*url.URL, error)) Option {
	return func(c *config) error {
		if proxy == nil {
			return errors.New("WithProxy: the function is nil")
		}
		c.proxy, c.baseChanged = proxy, true
		return nil
	}
}

// WithMiddleware wraps what sends each attempt, for tracing or metrics. It
// sees the request with its token. May be given more than once: the first is
// the outermost.
func WithMiddleware(middleware func(http.RoundTripper) http.RoundTripper) Option {
	return func(c *config) error {
		if middleware == nil {
			return errors.New("WithMiddleware: the middleware is nil")
		}
		c.middleware = append(c.middleware, middleware)
		return nil
	}
}

// RetryPolicy bounds how often, and after which wait, a request is sent
// again. In each wait a random part of a ceiling is slept ("full jitter"),
// which starts at MinWait, doubles with each attempt and ends at MaxWait;
// what a server asks for in Retry-After counts instead, up to 60 seconds.
type RetryPolicy struct {
	MaxAttempts int           // 0: 3; 1: never send again
	MinWait     time.Duration // 0: 200 ms
	MaxWait     time.Duration // 0: 5 s, or MinWait if that is longer
}

// WithRetry sets the retry policy. Default: see [RetryPolicy].
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) error {
		switch {
		case policy.MaxAttempts < 0:
			return fmt.Errorf("WithRetry: MaxAttempts must not be negative (got %d)", policy.MaxAttempts)
		case policy.MinWait < 0:
			return fmt.Errorf("WithRetry: MinWait must not be negative (got %s)", policy.MinWait)
		case policy.MaxWait < 0:
			return fmt.Errorf("WithRetry: MaxWait must not be negative (got %s)", policy.MaxWait)
		case policy.MaxWait > 0 && policy.MinWait > policy.MaxWait:
			return fmt.Errorf("WithRetry: MinWait (%s) is longer than MaxWait (%s)", policy.MinWait, policy.MaxWait)
		}
		if policy.MaxAttempts == 0 {
			policy.MaxAttempts = defaultAttempts
		}
		if policy.MinWait == 0 {
			policy.MinWait = defaultMinWait
			if policy.MaxWait > 0 {
				policy.MinWait = min(defaultMinWait, policy.MaxWait)
			}
		}
		if policy.MaxWait == 0 {
			policy.MaxWait = max(defaultMaxWait, policy.MinWait)
		}
		c.retry = policy
		return nil
	}
}

// WithTimeout bounds the wait for the headers of each attempt and, if it is
// shorter than 30 seconds, the wait for each further byte of a body while the SDK
// or the reader waits for it. It does not bound a body that keeps arriving, nor
// the wait for a slot while 64 requests are under way on the SDK's own transport;
// the context bounds the whole call. Default, and 0: 45 seconds, because a Zadig
// whose database is down responds after 30.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout < 0 {
			return fmt.Errorf("WithTimeout: the timeout must not be negative (got %s)", timeout)
		}
		if timeout == 0 {
			timeout = defaultTimeout
		}
		c.timeout = timeout
		return nil
	}
}

// WithLogger writes a record for each attempt: method, URL with secrets
// masked, number of the attempt, status, duration and the text of a failure;
// and another one when the body of a response breaks off. Responses are logged
// at level Debug; 429, 502, 503, 504, requests without a response and bodies
// that break off at level Warn, unless the caller has canceled the context. A
// response that the caller gets as an error, such as a 500 or a body that is
// not JSON, is the caller's to log. Default: nothing is logged.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		c.logger = logger
		return nil
	}
}

// WithUserAgent replaces the header User-Agent. Default: zadig-go/<version>.
func WithUserAgent(userAgent string) Option {
	return func(c *config) error {
		if err := checkHeader("User-Agent", userAgent); err != nil {
			return fmt.Errorf("WithUserAgent: %w", err)
		}
		c.userAgent = userAgent
		return nil
	}
}

// WithHeader sends a header with each request, to the base URL's origin only.
// A second value for the same key replaces the first. A token set by
// [WithToken] or [WithTokenSource] wins over the header Authorization.
func WithHeader(key, value string) Option {
	return func(c *config) error {
		if err := checkHeader(key, value); err != nil {
			return fmt.Errorf("WithHeader: %w", err)
		}
		if c.header == nil {
			c.header = http.Header{}
		}
		c.header.Set(key, value)
		return nil
	}
}

// WithMaxResponseBytes bounds what is read into memory: a response that is
// buffered, or one release of a list that [delivery.Service.All] streams, each
// after decompression. What it is decoded into counts as well, from 1 MiB on: an
// object as at least 1 KiB, another element of an array as 48 bytes. So the heap
// grows by less than 4 times n, however small the JSON is. Beyond it the error is
// [ErrResponseTooLarge], which names the array. Default, and 0: 64 MiB.
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n < 0 {
			return fmt.Errorf("WithMaxResponseBytes: the limit must not be negative (got %d)", n)
		}
		if n == 0 {
			n = defaultMaxBytes
		}
		c.maxBytes = min(n, math.MaxInt64/2) // so that a position in a body can be added
		return nil
	}
}

// WithRawJSON keeps the bytes of each release and artifact for their RawJSON
// methods: members that this version of the SDK does not know are found
// there. Default: off; it doubles the memory.
func WithRawJSON() Option {
	return func(c *config) error {
		c.rawJSON = true
		return nil
	}
}

// WithRateLimiter waits for limiter before each attempt.
// golang.org/x/time/rate.Limiter fits. Default: no limit.
func WithRateLimiter(limiter interface{ Wait(context.Context) error }) Option {
	return func(c *config) error {
		if isNil(limiter) {
			return errors.New("WithRateLimiter: the limiter is nil")
		}
		c.limiter = limiter
		return nil
	}
}

// isNil also finds the nil pointer or function in an interface.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan, reflect.Slice:
		return value.IsNil()
	}
	return false
}

// checkHeader says what is wrong with a header, without repeating its value.
func checkHeader(key, value string) error {
	const separators = `"(),/:;<=>?@[\]{}`
	if key == "" {
		return errors.New("the header name is empty")
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(separators, r) }) {
		return fmt.Errorf("%q is no header name", key)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return (r < ' ' && r != '\t') || r == 0x7f }) {
		return fmt.Errorf("the value of %s holds a line break or another control character", key)
	}
	return nil
}
