package zadig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/transport"
)

// The sentinels say what a failure means; find them with errors.Is. Exactly
// one of them matches an answer of the server, however the server dressed it:
// Zadig reports a missing image with status 500 and a database that is down
// with status 400. errors_classify.go is the table.
var (
	// ErrBadRequest: the request is wrong. Arguments that can be checked
	// without the server are refused with it before anything is sent.
	ErrBadRequest = errdef.ErrBadRequest
	// ErrUnauthorized: no token, or one that is wrong or expired.
	ErrUnauthorized = errdef.ErrUnauthorized
	// ErrForbidden: the token's user may not read this. Servers since v2.0.0
	// also answer so while their user service is down.
	ErrForbidden = errdef.ErrForbidden
	// ErrNotFound: there is no such release, artifact or path. A server in
	// trouble never matches it.
	ErrNotFound = errdef.ErrNotFound
	// ErrLicense: the server has no valid licence (v2.0.0 and later).
	ErrLicense = errdef.ErrLicense
	// ErrRateLimited: status 429.
	ErrRateLimited = errdef.ErrRateLimited
	// ErrServer: the server, or something behind it, is in trouble.
	ErrServer = errdef.ErrServer
	// ErrResponseTooLarge: an answer, or one release of a list, is larger
	// than the client reads, see [WithMaxResponseBytes].
	ErrResponseTooLarge = errdef.ErrResponseTooLarge
	// ErrUnexpectedResponse: what came is not the answer asked for: a login
	// page, a refused redirect, an object where a list is due.
	ErrUnexpectedResponse = errdef.ErrUnexpectedResponse
)

// Error is an answer that is a failure: every answer whose status is not 2xx,
// whatever its body, and a 2xx answer that is not what was asked for. Find it
// with errors.As, and what it means with errors.Is and a sentinel.
//
// A failure without any answer (no connection, time-out, cancelled context)
// is not an Error.
//
// Secrets are masked in all its fields.
type Error struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Code is the code of Zadig's envelope: 6xxx and 7xxx differ from
	// StatusCode. 0 where no envelope came.
	Code int
	// Message is the envelope's message or, for an answer that was refused by
	// the SDK, the reason.
	Message string
	// Description is the envelope's description. The server keeps it in
	// shared memory, so it can belong to somebody else's request: a hint.
	Description string
	// Type is the envelope's type, "error" or empty.
	Type string
	// Extra is the envelope's extra, nil where none came.
	Extra map[string]any
	// Method and URL are what was asked, the values of secret query
	// parameters masked.
	Method, URL string
	// RequestID is the header X-Request-Id of the answer. Zadig sends none
	// (seen v1.7.1 to v5.0.0), a gateway may.
	RequestID string
	// Attempts is how many times the request was sent, at least 1.
	Attempts int
	// RetryAfter is how long the server asks to wait, 0 where it does not.
	RetryAfter time.Duration
	// Body is an excerpt of what came, at most 2 KiB.
	Body []byte

	kind error // a sentinel or a *errdef.Ambiguous; nil: classify tells
}

// Error says in one line what was asked, what came, and why.
func (e *Error) Error() string {
	var b strings.Builder
	if asked := strings.TrimSpace(e.Method + " " + pathAndQuery(e.URL)); asked != "" {
		b.WriteString(asked + ": ")
	}
	b.WriteString(strconv.Itoa(e.StatusCode))
	switch said := e.failure(); {
	case said.nested != "" && said.code != 0:
		fmt.Fprintf(&b, " (%s code %d)", said.nested, said.code)
	case said.nested != "":
		fmt.Fprintf(&b, " (%s)", said.nested)
	case said.code != 0 && said.code != e.StatusCode:
		fmt.Fprintf(&b, " (code %d)", said.code)
	}
	fmt.Fprintf(&b, ": %s", e.Unwrap())
	if why := e.why(); why != "" {
		fmt.Fprintf(&b, ": %s", why)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	return b.String()
}

// Unwrap returns what the failure means, for errors.Is.
func (e *Error) Unwrap() error {
	if e.kind != nil {
		return e.kind
	}
	question, sentinel := classify(e)
	if question == 0 {
		return sentinel
	}
	return &errdef.Ambiguous{Kind: question, Default: sentinel, Resolve: e.decide}
}

// decide returns a copy of e that means something else.
func (e *Error) decide(sentinel error, reason string) error {
	decided := *e
	decided.kind = sentinel
	if reason != "" {
		decided.Message = strings.TrimPrefix(decided.Message+"; "+reason, "; ")
	}
	return &decided
}

func (e *Error) why() string {
	const most = 300
	var parts []string
	said := e.failure()
	for _, part := range []string{strings.TrimSuffix(strings.TrimSpace(said.message), ":"), said.description} {
		if part = oneLine(part, most); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) > 0 || said.nested != "" {
		return strings.Join(parts, ": ")
	}
	body := bytes.TrimSpace(e.Body)
	switch {
	case len(body) == 0:
		return "empty body"
	case body[0] == '<':
		return "an HTML page"
	}
	return oneLine(string(body), most)
}

// newError makes an Error of an answer and closes its body.
func newError(resp *http.Response, out transport.Outcome) *Error {
	const examined, excerpt = 64 << 10, 2 << 10
	var body []byte
	if resp.Body != nil {
		body, _ = io.ReadAll(io.LimitReader(resp.Body, examined))
		_ = resp.Body.Close()
	}
	text := redact.Text(string(body), out.Token)
	e := &Error{
		StatusCode: resp.StatusCode,
		RequestID:  redact.Text(resp.Header.Get("X-Request-Id"), out.Token),
		Attempts:   max(out.Attempts, 1),
		RetryAfter: transport.RetryAfter(resp.Header, time.Now()),
		Body:       []byte(cut(text, excerpt)),
	}
	if resp.Request != nil {
		e.Method = resp.Request.Method
		e.URL = redact.URL(resp.Request.URL, out.Token)
	}
	e.readEnvelope([]byte(text), out.Token)
	return e
}

// rejected makes an Error of an answer whose status is 2xx.
func rejected(resp *http.Response, out transport.Outcome, body []byte, sentinel error, reason string) *Error {
	shown := *resp
	shown.Body = io.NopCloser(bytes.NewReader(body))
	e := newError(&shown, out)
	e.Code, e.Type, e.Description, e.Extra = 0, "", "", nil      // no envelope, whatever it looks like
	e.Message, e.kind = redact.Text(reason, out.Token), sentinel // it may name a member
	return e
}

// readEnvelope fills in what Zadig says of the failure, if the body is its
// envelope: the documented one, or the one without type and extra.
func (e *Error) readEnvelope(body []byte, token string) {
	var envelope struct {
		Code        *int           `json:"code"`
		Message     string         `json:"message"`
		Description string         `json:"description"`
		Type        string         `json:"type"`
		Extra       map[string]any `json:"extra"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Code == nil {
		return
	}
	e.Code = *envelope.Code
	e.Message = redact.Text(envelope.Message, token)
	e.Description = redact.Text(envelope.Description, token)
	e.Type = envelope.Type
	if envelope.Extra != nil {
		e.Extra, _ = redact.Value(envelope.Extra, token).(map[string]any)
	}
}

// refusedRedirect says where the server wanted to send the request, and which
// base URL would go there at once.
func refusedRedirect(resp *http.Response, base *url.URL) string {
	location, err := resp.Location()
	if err != nil {
		return "a redirect without a usable Location"
	}
	target := redact.URLWithoutQuery(location)
	if transport.SameOrigin(location, base) {
		return "redirect to " + target + ", not followed: too many of them, or the http.Client's CheckRedirect refused it"
	}
	asked := strings.TrimPrefix(resp.Request.URL.Path, strings.TrimSuffix(base.Path, "/"))
	better := *location
	better.RawPath = ""
	if prefix, same := strings.CutSuffix(location.Path, asked); same {
		better.Path = prefix
		return fmt.Sprintf("redirect to another origin, where the token does not follow; use the base URL %q", redact.URLWithoutQuery(&better))
	}
	better.Path = ""
	return fmt.Sprintf("redirect to %s, another origin, where the token does not follow; if Zadig is there, use a base URL at %q",
		target, redact.URLWithoutQuery(&better))
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

// oneLine folds white space and control characters, and leaves the middle of
// a long text out: the cause is at its end.
func oneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if len(s) <= most {
		return s
	}
	tail := s[len(s)-most/2:]
	for tail != "" && !utf8.RuneStart(tail[0]) {
		tail = tail[1:]
	}
	return cut(s, most/2) + "…" + tail
}

// cut shortens s to at most n bytes, not in the middle of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for back := 0; back < utf8.UTFMax && back < n; back++ {
		if utf8.RuneStart(s[n-back]) {
			return s[:n-back]
		}
	}
	return s[:n] // no UTF-8 at all
}
