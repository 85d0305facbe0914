package zadig

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/transport"
	"github.com/zadig-go/zadig/workflow"
)

// Version is the SDK's version, sent in the header User-Agent.
const Version = "0.2.0"

// A Client sends requests to one Zadig server. Create one with [NewClient] and share it:
// it is immutable, safe for concurrent use, and reuses its connections.
type Client struct {
	// Delivery reads releases (版本).
	Delivery *delivery.Service
	// Artifact reads artifacts (交付物): the images and packages that Zadig built,
	// with their builds and deployments.
	Artifact *artifact.Service
	// Workflow reads workflow tasks (工作流任务): the runs that built images and
	// made releases.
	Workflow *workflow.Service
	// Environment reads environments (环境): what is deployed in them, and who
	// deployed it.
	Environment *environment.Service

	// state is a function so that fmt and slog, which print the fields of a struct
	// but do not call functions, cannot print the token.
	state func() *state
}

type state struct {
	config    config
	transport *transport.Transport
	settings  response.Settings
}

// NewClient returns a client for the Zadig server at baseURL, such as
// "https://zadig.example.com" or, with a path prefix, "https://example.com/zadig".
// It does no I/O, and returns an error for an invalid URL or option.
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	base, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, &configError{err: err}
	}
	cfg, err := defaults(base).with(opts)
	if err != nil {
		return nil, err
	}
	return newClient(cfg)
}

// NewClientFromEnv returns a client that is configured by environment variables:
//
//	ZADIG_URL      the base URL; required
//	ZADIG_TOKEN    the API token; optional
//	ZADIG_CA_FILE  a PEM file with CAs to trust in addition to the system's; optional
//
// The options in opts are applied after the variables. A WithTLSConfig without RootCAs,
// such as one for a client certificate, trusts the CAs of ZADIG_CA_FILE. Except for
// reading the CA file, NewClientFromEnv does no I/O.
func NewClientFromEnv(opts ...Option) (*Client, error) {
	baseURL := os.Getenv("ZADIG_URL")
	if baseURL == "" {
		return nil, &configError{variable: "ZADIG_URL"}
	}
	if _, err := parseBaseURL(baseURL); err != nil {
		return nil, &configError{"ZADIG_URL", err}
	}
	var fromEnv []Option
	if token := os.Getenv("ZADIG_TOKEN"); token != "" {
		if err := transport.CheckToken(token); err != nil {
			return nil, &configError{"ZADIG_TOKEN", err}
		}
		fromEnv = append(fromEnv, WithToken(token))
	}
	if file := os.Getenv("ZADIG_CA_FILE"); file != "" {
		pool, err := loadCAs(file)
		if err != nil {
			return nil, &configError{"ZADIG_CA_FILE", err}
		}
		fromEnv = append(fromEnv, func(c *config) error {
			c.cas = pool
			return nil
		})
	}
	return NewClient(baseURL, append(fromEnv, opts...)...)
}

// With returns a copy of c with opts applied; c does not change. The copy shares
// c's retry budget. It also shares c's connections, unless opts set another HTTP
// client, transport, TLS configuration or proxy.
func (c *Client) With(opts ...Option) (*Client, error) {
	s, err := c.ready()
	if err != nil {
		return nil, err
	}
	cfg, err := s.config.with(opts)
	if err != nil {
		return nil, err
	}
	return newClient(cfg)
}

// CloseIdleConnections closes the connections that are not in use, as
// [http.Client.CloseIdleConnections] does. They include those of all clients that share
// connections with this one (see [Client.With]). The client stays usable. The SDK's own
// transport also closes each connection after 90 seconds without use.
func (c *Client) CloseIdleConnections() {
	s, err := c.ready()
	if err != nil {
		return
	}
	if closer, ok := s.config.Base.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// Do sends a GET request with the client's token and headers, and retries it like any
// other request. A relative URL is joined to the base URL; an absolute URL must have the
// base URL's scheme, host and port. Every response that is not 2xx is returned as an
// *[Error], so a returned response is always a success. The caller must close its body,
// whose size is not limited.
//
// If the request is not a GET, has a body, or goes to another origin, Do returns
// [ErrBadRequest] and sends nothing.
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
	resp := out.Response
	if resp == nil {
		return nil, out.Err
	}
	success := resp.StatusCode >= 200 && resp.StatusCode <= 299
	switch {
	case success && out.Err != nil:
		return nil, rejected(out, nil)(ErrUnexpectedResponse, response.GarbledReason)
	case success:
		resp.Body = &response.Body{
			ReadCloser: resp.Body,
			Data:       out.Body,
			Settings:   s.settings,
			Reject:     func(excerpt []byte) func(error, string) error { return rejected(out, excerpt) },
		}
		return resp, nil
	}
	failed := newError(out)
	if resp.StatusCode >= 300 && resp.StatusCode <= 399 {
		failed.Message = refusedRedirect(out, s.config.Origin)
	}
	if out.Err != nil {
		return nil, fmt.Errorf("%w; no further response: %w", failed, out.Err)
	}
	return nil, failed
}

// Get reads an endpoint for which the SDK has no method, such as
// "/api/aslan/delivery/servicenames", and decodes the JSON of the response into out as
// encoding/json does. It uses the client's token, retries and size limit, and returns
// the same errors as other methods. The path is joined to the base URL. If path has a
// query, Get appends the parameters in query to it. If out is nil, the body is discarded.
//
// If the body does not decode into out, Get returns [ErrUnexpectedResponse]. An
// error of out's UnmarshalJSON method can be found with errors.As, but the text of
// the returned error does not include it. If path is not a URL, or out is not a
// pointer, Get returns [ErrBadRequest].
func (c *Client) Get(ctx context.Context, path string, query url.Values, out any) error {
	u, err := url.Parse(path)
	if err != nil {
		return errdef.BadArgument("zadig.Client.Get", "path", "cannot be parsed as a URL")
	}
	if v := reflect.ValueOf(out); out != nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		return errdef.BadArgument("zadig.Client.Get", "out", "got a %T, want a non-nil pointer to decode into", out)
	}
	if more := query.Encode(); more != "" {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+more, "&")
	}
	return response.Into(ctx, c, u, out)
}

func newClient(cfg config) (*Client, error) {
	if cfg.Base == nil {
		cfg.Base = cfg.base()
	}
	t, err := transport.New(cfg.Config)
	if err != nil {
		return nil, &configError{err: err}
	}
	s := &state{cfg, t, response.Settings{
		MaxBytes: cfg.MaxBytes,
		RawJSON:  cfg.rawJSON,
		Attempts: cfg.Retry.MaxAttempts,
		Wait:     cfg.Retry.Pause,
	}}
	c := &Client{state: func() *state { return s }}
	c.Delivery = delivery.New(c)
	c.Artifact = artifact.New(c)
	c.Workflow = workflow.New(c)
	c.Environment = environment.New(c)
	return c, nil
}

// base returns the RoundTripper that finally sends the requests, below all policies
// and middleware.
func (c config) base() http.RoundTripper {
	switch {
	case c.transport != nil:
		return c.transport
	case c.Client != nil && c.Client.Transport != nil:
		return c.Client.Transport
	case c.Client != nil:
		return http.DefaultTransport
	}
	cfg := c.tls.Clone()
	if c.cas != nil && (cfg == nil || cfg.RootCAs == nil) {
		cfg = cmp.Or(cfg, &tls.Config{MinVersion: tls.VersionTLS12})
		cfg.RootCAs = c.cas
	}
	return transport.NewBase(cfg, c.proxy)
}

func (c *Client) ready() (*state, error) {
	if c == nil || c.state == nil {
		return nil, errors.New("zadig: this Client was not made by NewClient")
	}
	return c.state(), nil
}

// prepare checks the caller's request and returns a copy with its final URL.
func (s *state) prepare(req *http.Request) (*http.Request, error) {
	const method = "zadig.Client.Do"
	if req == nil || req.URL == nil {
		return nil, errdef.BadArgument(method, "req", "got nil, or a request whose URL is nil, want a request")
	}
	if req.Method != "" && req.Method != http.MethodGet {
		return nil, errdef.BadArgument(method, "req.Method", "must be GET, because the SDK is read-only (got %q)", req.Method)
	}
	if req.Body != nil && req.Body != http.NoBody {
		return nil, errdef.BadArgument(method, "req.Body", "must be nil, because the SDK sends only GET requests")
	}
	outgoing, target := new(*req), new(*req.URL)
	outgoing.URL = target
	target.Fragment, target.RawFragment = "", ""
	switch {
	case target.Opaque != "" || target.User != nil:
		return nil, errdef.BadArgument(method, "req.URL", "must not be opaque or have user info")
	case target.Scheme == "" && target.Host == "":
		target.Scheme, target.Host = s.config.Origin.Scheme, s.config.Origin.Host
		target.Path, target.RawPath = joinPath(s.config.Origin, req.URL)
	case !transport.SameOrigin(target, s.config.Origin):
		return nil, errdef.BadArgument(method, "req.URL", "must be relative, or of the base URL's origin %s://%s (got %s)",
			s.config.Origin.Scheme, s.config.Origin.Host, redact.URLWithoutQuery(target))
	}
	outgoing.Method, outgoing.Host, outgoing.RequestURI = http.MethodGet, "", "" // set if a server received the request
	if outgoing.Header == nil {
		outgoing.Header = http.Header{}
	}
	return outgoing, nil
}

// joinPath appends a relative path to the base path and keeps its escapes.
func joinPath(base, relative *url.URL) (path, rawPath string) {
	join := func(a, b string) string { return strings.TrimRight(a, "/") + "/" + strings.TrimPrefix(b, "/") }
	return join(base.Path, relative.Path), join(base.EscapedPath(), relative.EscapedPath())
}

func parseBaseURL(baseURL string) (*url.URL, error) {
	switch strings.TrimSpace(baseURL) {
	case "":
		return nil, errors.New("the base URL must not be empty")
	case baseURL:
	default:
		return nil, errors.New("the base URL must not begin or end with white space")
	}
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil, errors.New("the base URL cannot be parsed") // the parser's text would repeat the URL, perhaps with a password
	}
	switch {
	case u.User != nil:
		return nil, errors.New("the base URL must not have user info; use WithToken")
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "": // the text may be a password
		return nil, errors.New("the base URL must begin with http:// or https:// and a host")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("the base URL must not have a query")
	case u.Fragment != "" || strings.HasSuffix(baseURL, "#"):
		return nil, errors.New("the base URL must not have a fragment")
	}
	return u, nil
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
		return nil, fmt.Errorf("%s must contain a PEM certificate (got none)", file)
	}
	return pool, nil
}
