package zadig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/transport"
)

// The sentinel errors, for use with errors.Is. Every failure response matches exactly
// one of them, according to its meaning and not its status: Zadig returns 500 for a
// missing image, and 400 when its database is down.
var (
	// ErrBadRequest means that the request is wrong. The server returns 400, often with
	// an empty body. Methods also return ErrBadRequest for bad arguments, before they
	// send anything.
	ErrBadRequest = errdef.ErrBadRequest
	// ErrUnauthorized means that the token is missing, wrong or expired: the server
	// returns 401. Since Zadig v4.3.0, the server also returns 401 if no administrator has
	// enabled the user's API token, or if its user database is down (from Zadig's source).
	ErrUnauthorized = errdef.ErrUnauthorized
	// ErrForbidden means that the token's user is not allowed to read what was
	// requested. The server returns 403 with an empty body, or 500 for
	// [artifact.Service.Trace]. The server also returns 403
	//   - if it has run out of file descriptors
	//   - if its user service is down (since Zadig v2.0.0)
	//   - if it requires multi-factor authentication, which the user has not set up
	//     (since Zadig v4.3.0, from Zadig's source)
	ErrForbidden = errdef.ErrForbidden
	// ErrNotFound means that there is no such release, artifact, environment, task or
	// path. The server returns 400 for an unknown id of a release or artifact, and 500 for
	// an unknown image, environment or task. A failure of the server itself never matches
	// ErrNotFound.
	ErrNotFound = errdef.ErrNotFound
	// ErrLicense means that the server has no valid license: since Zadig v2.0.0, it
	// returns 400 with code 7050.
	ErrLicense = errdef.ErrLicense
	// ErrRateLimited means that a gateway has received too many requests (429).
	ErrRateLimited = errdef.ErrRateLimited
	// ErrServer means that the server, or a service that it depends on, has failed. The
	// status is 5xx, or 408 from a gateway, or 400 with code 6561 if Zadig's database is
	// down. A 5xx with a more specific meaning, such as 500 for a missing image, does not
	// match ErrServer.
	ErrServer = errdef.ErrServer
	// ErrResponseTooLarge means that a response, or one release of a list, exceeds the
	// limit of [WithMaxResponseBytes].
	ErrResponseTooLarge = errdef.ErrResponseTooLarge
	// ErrUnexpectedResponse means that the response is not what was requested: for
	// example, a login page with status 200, an object instead of a list, or a redirect
	// that was not followed.
	ErrUnexpectedResponse = errdef.ErrUnexpectedResponse
	// ErrUnsupported means that the server's version of Zadig does not support the
	// request: it does not have the path, or ignores a filter. ErrUnsupported also matches
	// errors.ErrUnsupported.
	ErrUnsupported = errdef.ErrUnsupported
)

// Error describes a failure response: one whose status is not 2xx, or a 2xx
// response that is not what was requested. Use errors.As to get the Error, and
// errors.Is with a sentinel error to learn its meaning.
//
// If a request gets no response (no connection, timeout, canceled context), the
// returned error wraps the cause and is not an Error.
//
// All fields are safe to print and to log. Secrets are masked, and control
// characters are replaced by spaces; only Body keeps its line breaks and control
// characters.
type Error struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Code is the code in Zadig's error envelope ({"code":6563,"message":…}),
	// or 0 if the body is not an envelope. It often differs from the status:
	// the codes 6xxx and 7xxx are Zadig's own.
	Code int
	// Message is the envelope's message or, if the SDK rejected the response,
	// the reason.
	Message string
	// Description is the envelope's description. Treat it as a hint: the server
	// keeps it in memory that requests share, so it can belong to another request.
	Description string
	// Type is the envelope's type, "error" or empty.
	Type string
	// Method and URL are the request's. The values of secret query parameters
	// are masked.
	Method, URL string
	// RequestID is the X-Request-Id header of the response. Zadig does not send this
	// header (checked on v1.7.1 to v5.0.0), but a gateway may.
	RequestID string
	// Attempts is how many times the request was sent, at least 1.
	Attempts int
	// RetryAfter is the wait that the Retry-After header requests, or 0.
	RetryAfter time.Duration
	// Body is the beginning of the body, at most 2 KiB, with secrets masked.
	Body []byte

	kind   error           // a sentinel or an *errdef.Ambiguous; nil: the fields decide
	tokens func() []string // for masking; a function, so that fmt cannot print it
}

// Error returns the request, the status, the meaning and the reason in one line.
func (e *Error) Error() string {
	var b strings.Builder
	if request := strings.TrimSpace(e.Method + " " + pathAndQuery(e.URL)); request != "" {
		b.WriteString(request + ": ")
	}
	b.WriteString(strconv.Itoa(e.StatusCode))
	switch f := e.failure(); {
	case f.nested != "" && f.code != 0:
		fmt.Fprintf(&b, " (%s code %d)", f.nested, f.code)
	case f.nested != "":
		fmt.Fprintf(&b, " (%s)", f.nested)
	case f.code != 0 && f.code != e.StatusCode:
		fmt.Fprintf(&b, " (code %d)", f.code)
	}
	fmt.Fprintf(&b, ": %s", e.Unwrap())
	if reason := e.reason(); reason != "" {
		fmt.Fprintf(&b, ": %s", reason)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	return e.line(b.String())
}

// line returns s on one line, with secrets masked.
func (e *Error) line(s string) string {
	if e.tokens == nil {
		return redact.Line(s)
	}
	return redact.Line(s, e.tokens()...)
}

// Unwrap returns an error that matches the sentinel error with errors.Is.
func (e *Error) Unwrap() error {
	if e.kind != nil {
		return e.kind
	}
	return e.meaning()
}

// meaning classifies e by its fields.
func (e *Error) meaning() error {
	kind, sentinel := classify(e)
	if kind == 0 {
		return sentinel
	}
	return &errdef.Ambiguous{Kind: kind, Default: sentinel, Resolve: e.decide}
}

// decide returns a copy of e with another meaning. It does not change e, because
// the caller may already have it.
func (e *Error) decide(sentinel error, reason string) error {
	decided := *e
	decided.kind = sentinel
	if reason != "" {
		decided.Message = e.line(strings.TrimPrefix(decided.Message+"; "+reason, "; "))
	}
	return &decided
}

// reason returns the texts of the envelope, or the body if there is no envelope.
func (e *Error) reason() string {
	const limit = 300
	var parts []string
	f := e.failure()
	for _, part := range []string{strings.TrimSuffix(strings.TrimSpace(f.message), ":"), f.description} {
		if part = redact.Shorten(strings.TrimSpace(e.line(part)), limit); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) > 0 || f.nested != "" {
		return strings.Join(parts, ": ")
	}
	body := bytes.TrimSpace(e.Body)
	switch {
	case len(body) == 0:
		return "empty body"
	case body[0] == '<':
		return "an HTML page"
	}
	return redact.Shorten(e.line(string(body)), limit)
}

// examined is how much of a body is read for an Error.
const examined = 64 << 10

// newError returns the Error for a response and closes its body.
func newError(out transport.Outcome) *Error {
	resp := out.Response
	body, _ := io.ReadAll(io.LimitReader(resp.Body, examined))
	_ = resp.Body.Close()
	e := shownError(out, body, len(body) == examined)
	e.readEnvelope(body)
	e.kind = e.meaning() // before masking, which could remove a word that the classification needs
	e.mask()
	return e
}

// rejected returns a function that makes the Error for a 2xx response that is not
// what was requested.
func rejected(out transport.Outcome, body []byte) func(sentinel error, reason string) error {
	shown := shownError(out, body[:min(len(body), examined)], true) // perhaps only the beginning
	return func(sentinel error, reason string) error {
		e := *shown
		e.kind = sentinel
		e.Message = e.line(reason) // it may name a member
		return &e
	}
}

// shownError returns an Error without the fields of the envelope.
func shownError(out transport.Outcome, body []byte, cutOff bool) *Error {
	const excerpt = 2 << 10
	resp, tokens := out.Response, out.Tokens
	e := &Error{
		StatusCode: resp.StatusCode,
		RequestID:  redact.Line(resp.Header.Get("X-Request-Id"), tokens...),
		Attempts:   out.Attempts,
		RetryAfter: transport.RetryAfter(resp.Header, time.Now()),
		Body:       []byte(redact.Excerpt(string(body), cutOff && len(body) > excerpt, excerpt, tokens...)),
		tokens:     func() []string { return tokens },
	}
	if resp.Request != nil {
		e.Method = resp.Request.Method
		e.URL = redact.URL(resp.Request.URL, tokens...)
	}
	return e
}

// readEnvelope fills in the fields of Zadig's envelope, unmasked, if the body is
// one. The envelope may be the documented one, or one without type and extra.
func (e *Error) readEnvelope(body []byte) {
	var envelope struct {
		Code        *int   `json:"code"`
		Message     string `json:"message"`
		Description string `json:"description"`
		Type        string `json:"type"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Code == nil {
		return
	}
	e.Code, e.Message, e.Description, e.Type = *envelope.Code, envelope.Message, envelope.Description, envelope.Type
}

// mask masks the fields of the envelope.
func (e *Error) mask() {
	e.Message, e.Description, e.Type = e.line(e.Message), e.line(e.Description), e.line(e.Type)
}

// refusedRedirect says where a redirect that was not followed leads, and which base
// URL would avoid it.
func refusedRedirect(out transport.Outcome, base *url.URL) string {
	location, err := out.Response.Location()
	if err != nil {
		return "a redirect without a usable Location"
	}
	show := func(u url.URL) string { return redact.URLWithoutQuery(&u, out.Tokens...) }
	if transport.SameOrigin(location, base) {
		return "redirect to " + show(*location) + ", not followed: too many of them, or the http.Client's CheckRedirect refused it"
	}
	requested := strings.TrimPrefix(out.Response.Request.URL.Path, strings.TrimRight(base.Path, "/"))
	better := *location
	better.RawPath = ""
	if prefix, same := strings.CutSuffix(location.Path, requested); same {
		better.Path = prefix
		return fmt.Sprintf("redirect to another origin, to which the token is not sent; use the base URL %q", show(better))
	}
	better.Path = ""
	return fmt.Sprintf("redirect to %s, another origin, to which the token is not sent; if Zadig is there, use a base URL that begins with %q",
		show(*location), show(better))
}

func pathAndQuery(rawURL string) string {
	if _, rest, ok := strings.Cut(rawURL, "://"); ok {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			return rest[slash:]
		}
		return "/"
	}
	return rawURL
}
