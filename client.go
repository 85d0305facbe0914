package zadig

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/transport"
	"github.com/zadig-go/zadig/workflow"
)

// Version is the SDK's version, sent in the header User-Agent.
const Version = "0.1.0"

// Client talks to one Zadig. Make it with [NewClient], once, and share it: it
// is safe for concurrent use, cannot be changed, and keeps the connections.
type Client struct {
	// Delivery reads releases (版本).
	Delivery *delivery.Service
	// Artifact reads artifacts (交付物): the images and packages that Zadig
	// built, with what happened to them.
	Artifact *artifact.Service
	// Workflow reads workflow tasks (工作流任务): the runs that built images and
	// made releases.
	Workflow *workflow.Service

	// state is a function so that fmt and slog, which print fields but call
	// no function, cannot print what it holds.
	state func() *state
}

type state struct {
	base      *url.URL
	config    config
	roundTrip http.RoundTripper
	transport *transport.Transport
	settings  response.Settings
	budget    *transport.Budget
}

// NewClient returns a client of the Zadig at baseURL, "https://zadig.example.com"
// or, behind a path prefix, "https://example.com/zadig". It does no I/O; bad
// input is an error here and not at the first call.
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	base, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, fmt.Errorf("zadig: %w", err)
	}
	cfg, err := defaults().with(opts)
	if err != nil {
		return nil, err
	}
	return newClient(base, cfg, nil, new(transport.Budget))
}

// NewClientFromEnv is [NewClient] with the base URL from ZADIG_URL, the token
// from ZADIG_TOKEN, if it is set, and, if ZADIG_CA_FILE is set, the CAs in
// that PEM file beside the system's. It reads that file and does no other
// I/O. Options given here come after the environment's.
func NewClientFromEnv(opts ...Option) (*Client, error) {
	baseURL := os.Getenv("ZADIG_URL")
	if baseURL == "" {
		return nil, &environmentError{variable: "ZADIG_URL"}
	}
	if _, err := parseBaseURL(baseURL); err != nil {
		return nil, &environmentError{"ZADIG_URL", err}
	}
	var fromEnv []Option
	file := os.Getenv("ZADIG_CA_FILE")
	if token := os.Getenv("ZADIG_TOKEN"); token != "" {
		if err := transport.CheckToken(token); err != nil {
			return nil, &environmentError{"ZADIG_TOKEN", err}
		}
		fromEnv = append(fromEnv, WithToken(token))
	}
	if file != "" {
		pool, err := loadCAs(file)
		if err != nil {
			return nil, &environmentError{"ZADIG_CA_FILE", err}
		}
		fromEnv = append(fromEnv, WithTLSConfig(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}))
	}
	client, err := NewClient(baseURL, append(fromEnv, opts...)...)
	if err != nil && file != "" {
		if _, without := NewClient(baseURL, opts...); without == nil {
			return nil, fmt.Errorf("%w (ZADIG_CA_FILE is set: it is a TLS configuration)", err)
		}
	}
	return client, err
}

// With returns a client that differs by opts and shares nothing with c that
// could change. It also shares c's connections, unless opts bring another
// transport, TLS configuration or proxy.
func (c *Client) With(opts ...Option) (*Client, error) {
	s, err := c.ready()
	if err != nil {
		return nil, err
	}
	cfg, err := s.config.with(opts)
	if err != nil {
		return nil, err
	}
	if cfg.baseChanged {
		return newClient(s.base, cfg, nil, s.budget)
	}
	return newClient(s.base, cfg, s.roundTrip, s.budget)
}

// CloseIdleConnections closes the connections that wait for a next request,
// those of clients from [Client.With] too if they share them, as
// [http.Client.CloseIdleConnections] does. The client stays usable. Idle
// connections end by themselves after 90 seconds, unless the transport is the
// caller's own.
func (c *Client) CloseIdleConnections() {
	s, err := c.ready()
	if err != nil {
		return
	}
	if closer, ok := s.roundTrip.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// Do sends one GET request with the client's token, retries and errors. A
// relative URL is joined to the base URL; an absolute one must have the base
// URL's scheme, host and port. Every response that is not 2xx is returned as
// an *[Error], so that a response is always a success; close its body. The body
// is not bounded.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	s, err := c.ready()
	if err != nil {
		return nil, err
	}
	outgoing, err := s.prepare(req)
	if err != nil {
		return nil, err
	}
	out := s.transport.Do(outgoing)
	if out.Response != nil {
		out.Response.Request = withoutToken(out)
	}
	switch {
	case out.Response == nil:
		return nil, newTransportError(out)
	case out.Err == nil:
	case errors.Is(out.Err, response.ErrTooLarge):
		return nil, rejected(out.Response, out, nil, ErrResponseTooLarge, fmt.Sprintf("more than %d bytes", s.config.maxBytes))
	case response.Garbled(out.Err):
		return nil, rejected(out.Response, out, nil, ErrUnexpectedResponse, response.GarbledReason)
	}
	if status := out.Response.StatusCode; status >= 200 && status <= 299 && out.Err == nil {
		return s.succeeded(out), nil
	}
	failed := newError(out.Response, out)
	if failed.StatusCode >= 300 && failed.StatusCode <= 399 {
		failed.Message = failed.line(refusedRedirect(out.Response, s.base))
	}
	if out.Err != nil {
		return nil, fmt.Errorf("%w; no further response: %w", failed, safeText(out.Err, out.Token, out.Err))
	}
	return nil, failed
}

// succeeded returns a response whose body tells the services how the client is
// configured.
func (s *state) succeeded(out transport.Outcome) *http.Response {
	resp := out.Response
	body := resp.Body
	if _, buffered := body.(*response.Buffer); !buffered {
		body = &safeBody{body, func() string { return out.Token }}
	}
	success := &success{Outcome: out}
	success.body = response.Body{ReadCloser: body, Settings: s.settings, Rejecter: success}
	resp.Body = &success.body
	return resp
}

// success is a 2xx outcome with its body. The body knows it by a pointer, of
// which fmt prints nothing but the address.
type success struct {
	transport.Outcome
	body response.Body
}

// Reject makes an Error of a success that is not what was requested.
func (s *success) Reject(excerpt []byte, kind error, reason string) error {
	return rejected(s.Response, s.Outcome, excerpt, kind, reason)
}

// Get reads any other GET endpoint, such as
// "/api/aslan/delivery/servicenames", and decodes its JSON into out as
// encoding/json does, with the client's token, retries, size limit and errors.
// The path is joined to the base URL and may have a query of its own. If out is
// nil, the body is discarded. A body that does not decode into out is
// [ErrUnexpectedResponse]. An error of out's UnmarshalJSON is in its chain, for
// errors.As, and not in its text.
func (c *Client) Get(ctx context.Context, path string, query url.Values, out any) error {
	u, err := url.Parse(path)
	if err != nil {
		return errdef.BadArgument("zadig.Client.Get", "path", "cannot be parsed as a URL")
	}
	if v := reflect.ValueOf(out); out != nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		return errdef.BadArgument("zadig.Client.Get", "out", "a %T, not a pointer to decode into", out)
	}
	if more := query.Encode(); more != "" {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+more, "&")
	}
	return response.Into(ctx, c, u, out)
}

func newClient(base *url.URL, cfg config, shared http.RoundTripper, budget *transport.Budget) (*Client, error) {
	if shared == nil {
		shared = cfg.base()
	}
	header := cfg.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if header.Get("User-Agent") == "" {
		header.Set("User-Agent", cfg.userAgent)
	}
	if header.Get("Accept") == "" {
		header.Set("Accept", "application/json")
	}
	policy := transport.Policy(cfg.retry)
	s := &state{base: base, config: cfg, roundTrip: shared, budget: budget}
	s.settings = response.Settings{
		MaxBytes: cfg.maxBytes,
		RawJSON:  cfg.rawJSON,
		Attempts: cfg.retry.MaxAttempts,
		Wait:     policy.Pause,
	}
	var err error
	s.transport, err = transport.New(transport.Config{
		Base:       shared,
		Client:     cfg.httpClient,
		Origin:     base,
		Header:     header,
		Token:      cfg.token,
		Limiter:    cfg.limiter,
		Logger:     cfg.logger,
		Middleware: cfg.middleware,
		Timeout:    cfg.timeout,
		MaxBytes:   cfg.maxBytes,
		Retry:      policy,
		Budget:     budget,
	})
	if err != nil {
		return nil, fmt.Errorf("zadig: %w", err)
	}
	c := &Client{state: func() *state { return s }}
	c.Delivery = delivery.New(c)
	c.Artifact = artifact.New(c)
	c.Workflow = workflow.New(c)
	return c, nil
}

// base is the RoundTripper at the end of the chain.
func (c config) base() http.RoundTripper {
	switch {
	case c.transport != nil:
		return c.transport
	case c.httpClient != nil && c.httpClient.Transport != nil:
		return c.httpClient.Transport
	case c.httpClient != nil:
		return http.DefaultTransport
	}
	return transport.NewBase(c.tls, c.proxy)
}

func (s *state) hasJar() bool { return s.config.httpClient != nil && s.config.httpClient.Jar != nil }

func (c *Client) ready() (*state, error) {
	if c == nil || c.state == nil {
		return nil, errors.New("zadig: this Client was not made by NewClient")
	}
	return c.state(), nil
}

// prepare checks a request of the caller's and copies it with its final URL.
func (s *state) prepare(req *http.Request) (*http.Request, error) {
	const method = "zadig.Client.Do"
	if req == nil || req.URL == nil {
		return nil, errdef.BadArgument(method, "req", "the request or its URL is nil")
	}
	if req.Method != "" && req.Method != http.MethodGet {
		return nil, errdef.BadArgument(method, "req.Method", "%q: only GET is allowed, the SDK reads and never writes", req.Method)
	}
	if req.Body != nil && req.Body != http.NoBody {
		return nil, errdef.BadArgument(method, "req.Body", "a GET request has none")
	}
	outgoing := transport.NewRequest(req)
	target := outgoing.URL
	target.Fragment, target.RawFragment = "", ""
	switch {
	case target.Opaque != "" || target.User != nil:
		return nil, errdef.BadArgument(method, "req.URL", "an opaque URL, or one with user info")
	case target.Scheme == "" && target.Host == "":
		target.Scheme, target.Host = s.base.Scheme, s.base.Host
		target.Path, target.RawPath = joinPath(s.base, req.URL)
	case !transport.SameOrigin(target, s.base):
		return nil, errdef.BadArgument(method, "req.URL", "%s is not of the base URL's origin %s://%s",
			redact.URLWithoutQuery(target), s.base.Scheme, s.base.Host)
	}
	for name, values := range req.Header {
		for _, value := range values {
			if err := checkHeader(name, value); err != nil {
				return nil, errdef.BadArgument(method, "req.Header", "%s", err)
			}
		}
	}
	outgoing.Method, outgoing.Host, outgoing.RequestURI = http.MethodGet, "", ""
	if s.hasJar() { // net/http would write the cookies into the caller's map
		outgoing.Header = req.Header.Clone()
	}
	if outgoing.Header == nil {
		outgoing.Header = http.Header{}
	}
	return outgoing, nil
}

// joinPath puts a relative path behind the base path, escapes kept.
func joinPath(base, relative *url.URL) (path, rawPath string) {
	if strings.HasPrefix(relative.Path, "/") && (base.Path == "" || base.Path == "/") {
		return relative.Path, relative.RawPath
	}
	join := func(a, b string) string { return strings.TrimSuffix(a, "/") + "/" + strings.TrimPrefix(b, "/") }
	return join(base.Path, relative.Path), join(base.EscapedPath(), relative.EscapedPath())
}

// withoutToken is the request of a response, as the caller may see it. A
// redirect may have put the token into the URL.
func withoutToken(out transport.Outcome) *http.Request {
	sent := out.Response.Request
	if sent == nil || sent.URL == nil || sent.URL == out.Request.URL {
		return out.Request
	}
	redirected := *out.Request
	redirected.URL = sent.URL
	if shown := redact.URL(sent.URL, out.Token); shown != sent.URL.String() {
		if masked, err := url.Parse(shown); err == nil {
			redirected.URL = masked
		}
	}
	return &redirected
}

func parseBaseURL(baseURL string) (*url.URL, error) {
	switch strings.TrimSpace(baseURL) {
	case "":
		return nil, errors.New("the base URL is empty")
	case baseURL:
	default:
		return nil, errors.New("the base URL begins or ends with white space")
	}
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil, errors.New("the base URL cannot be parsed") // the parser's text would repeat it, with a password in it
	}
	switch {
	case u.User != nil:
		return nil, errors.New("the base URL holds user info; use WithToken")
	case u.Host == "" && strings.Contains(baseURL, "@"): // what stands before it may be a password
		return nil, errors.New("the base URL holds an @ before its host; it begins with http:// or https://, and user info belongs into WithToken")
	case u.Scheme == "" || (u.Host == "" && u.Opaque == ""):
		return nil, fmt.Errorf("the base URL %q is not absolute; it begins with http:// or https://", redact.Line(baseURL))
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the base URL's scheme is %q; it must begin with http:// or https://", u.Scheme)
	case u.Hostname() == "":
		return nil, fmt.Errorf("the base URL %q has no host", redact.Line(baseURL))
	case !validPort(u.Port()):
		return nil, fmt.Errorf("the base URL's port %s is not between 1 and 65535", u.Port())
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("the base URL has a query")
	case u.Fragment != "" || strings.HasSuffix(baseURL, "#"):
		return nil, errors.New("the base URL has a fragment")
	}
	return u, nil
}

func validPort(port string) bool {
	if port == "" {
		return true // the scheme's own
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func loadCAs(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no PEM certificate", file)
	}
	return pool, nil
}
