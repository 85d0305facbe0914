package zadigtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is a failure of the server, the network or a gateway. Create one with a function
// such as [Status] or [Delay], use its methods to select the requests that it hits, and
// add it to a server with [Server.Inject]:
//
//	srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(2))
//
// A Fault hits every request unless it is limited. Each of its methods returns a changed
// copy. The same Fault can be injected more than once.
type Fault struct {
	name      string
	endpoints []Endpoint
	times     int // 0 or less: no limit
	skip      int
	match     func(*http.Request) bool

	// One of these is set.
	delay    time.Duration
	hook     func(*http.Request)
	response *response
	reset    bool
	state    condition
	brokenID string
	sending  *sending
}

// sending describes how the body of a response is sent.
type sending struct {
	cut   int // bytes of the body before the connection is closed; -1: never closed
	chunk int // bytes sent at a time; 0: all
	pause time.Duration
}

// On limits the fault to requests to these endpoints.
func (f Fault) On(endpoints ...Endpoint) Fault {
	f.endpoints = slices.Clone(endpoints)
	return f
}

// Times limits the fault to n requests, not counting those that [Fault.After] skips. If n
// is less than 1, there is no limit.
func (f Fault) Times(n int) Fault {
	f.times = max(n, 0)
	return f
}

// After makes the fault skip the first n requests that it would otherwise hit. For
// example, with After(1) the first page of a list arrives and the second fails.
func (f Fault) After(n int) Fault {
	f.skip = max(n, 0)
	return f
}

// When limits the fault to requests for which match returns true. The server calls match
// on the goroutine of the request. match must be safe for concurrent use and must not
// inject or remove faults.
func (f Fault) When(match func(*http.Request) bool) Fault {
	f.match = match
	return f
}

// WithHeader adds a header to the response of [Status], [HTML], [Garbage],
// [RateLimited] or [ExpiredToken]. It has no effect on other faults.
func (f Fault) WithHeader(name, value string) Fault {
	if f.response == nil {
		return f
	}
	changed := *f.response
	changed.header = f.response.header.Clone()
	changed.header.Add(name, value)
	f.response = &changed
	return f
}

// String returns the call that made the fault, such as "Status(503)".
func (f Fault) String() string { return f.name }

// Delay delays the response by d. The delay ends early if the client closes the
// connection or the server is closed. Other faults still apply.
func Delay(d time.Duration) Fault {
	return Fault{name: fmt.Sprintf("Delay(%s)", d), delay: d}
}

// Hook calls f before the response, on the goroutine of the request. Use it to
// change the data between two pages of a list, or to block a request until the
// test continues. Other faults still apply.
func Hook(f func(*http.Request)) Fault { return Fault{name: "Hook", hook: f} }

// Status responds with a status and a body, as a proxy in front of Zadig would. The body
// determines the Content-Type: JSON, HTML or plain text according to its beginning, and
// none if it is empty.
func Status(code int, body string) Fault {
	resp := typed(code, textType, []byte(body))
	switch start := strings.TrimLeft(body, " \t\r\n"); {
	case body == "":
		resp = empty(code)
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		resp.with("Content-Type", jsonType)
	case strings.HasPrefix(start, "<"):
		resp.with("Content-Type", htmlType)
	}
	return Fault{name: fmt.Sprintf("Status(%d)", code), response: resp}
}

// RateLimited responds with status 429 and a Retry-After header of retryAfter, rounded up
// to whole seconds.
func RateLimited(retryAfter time.Duration) Fault {
	seconds := int64((retryAfter + time.Second - 1) / time.Second)
	f := Status(http.StatusTooManyRequests, "").WithHeader("Retry-After", strconv.FormatInt(seconds, 10))
	f.name = fmt.Sprintf("RateLimited(%s)", retryAfter)
	return f
}

// HTML responds with a status and an HTML page: for status 200, the login page of a proxy
// for single sign-on in front of Zadig; otherwise, the error page of a proxy.
func HTML(code int) Fault {
	title, content := "Sign in", `<form method="post" action="/login"></form>`
	if code != http.StatusOK {
		title = fmt.Sprintf("%d %s", code, http.StatusText(code))
		content = "<h1>" + title + "</h1>"
	}
	page := "<!DOCTYPE html>\n<html>\n<head><title>" + title + "</title></head>\n<body>" + content + "</body>\n</html>\n"
	f := Status(code, page)
	f.name = fmt.Sprintf("HTML(%d)", code)
	return f
}

// Garbage responds with status 200, the Content-Type of JSON and a body that is
// not JSON.
func Garbage() Fault {
	return Fault{name: "Garbage", response: typed(http.StatusOK, jsonType, []byte("\x1f\x8b\x00[{\"versionInfo\":{\"id\":\x00\xff\xfe}}"))}
}

// Reset resets the TCP connection without a response.
func Reset() Fault { return Fault{name: "Reset", reset: true} }

// HangUp closes the connection without a response.
func HangUp() Fault { return Fault{name: "HangUp", response: hangUp()} }

// CutAfter closes the connection after n bytes of the response's body. A body of
// at most n bytes is sent completely.
func CutAfter(n int) Fault {
	return Fault{name: fmt.Sprintf("CutAfter(%d)", n), sending: &sending{cut: max(n, 0)}}
}

// SlowBody sends the response's body in pieces of n bytes, with a pause before each. It
// stops if the client closes the connection or the server is closed.
func SlowBody(n int, pause time.Duration) Fault {
	return Fault{name: fmt.Sprintf("SlowBody(%d, %s)", n, pause), sending: &sending{cut: -1, chunk: max(n, 1), pause: pause}}
}

// DatabaseDown responds as Zadig does when its database is down. The response depends on
// the version, the endpoint and whether the request has a projectName. A real server
// responds only after 30 seconds, or after 10 seconds for /api/directory. To simulate
// that, add a [Delay].
func DatabaseDown() Fault { return Fault{name: "DatabaseDown", state: databaseDown} }

// AslanDown responds as Zadig does while aslan, the service for most endpoints, restarts:
// the gateway sends status 503. On v1.13.0 and earlier, another service handles
// [TraceArtifact]. That service responds with status 500 and a text that says that it
// cannot reach aslan.
func AslanDown() Fault { return Fault{name: "AslanDown", state: aslanDown} }

// RecordNotFound responds to a request for one release or artifact as if it did not
// exist. For a release by id, that is status 400 with code 6563. Because Zadig sends the
// same response while its database is down, RecordNotFound with Times(1) simulates a
// short outage of the database.
func RecordNotFound() Fault {
	return Fault{name: "RecordNotFound", state: notFound}.On(GetRelease, GetArtifact, FindArtifact, TraceArtifact)
}

// GatewayNotFound responds as a gateway in front of Zadig does if it has no route for
// the path: with status 404 and JSON that has a code but is not Zadig's error envelope.
func GatewayNotFound() Fault {
	f := Status(http.StatusNotFound, `{"code":404,"message":"no Route matched with those values"}`)
	f.name = "GatewayNotFound"
	return f
}

// ExpiredToken responds with status 401 and an empty body.
func ExpiredToken() Fault {
	return Fault{name: "ExpiredToken", response: empty(http.StatusUnauthorized)}
}

// NoPermission responds as Zadig does to a user without the right to read: with status
// 403 and an empty body or, for [TraceArtifact], with status 500 and a text that quotes
// the 403. Lists of environments are empty. The fault has no effect on workflow tasks and
// single environments, for which Zadig checks no rights. It sends these responses on
// every version, although Zadig before v1.18.0 checks fewer rights.
func NoPermission() Fault { return Fault{name: "NoPermission", state: noPermission} }

// SystemViewer responds as Zadig does to a user who may view the releases of the whole
// system but has no role in a project. Listing the releases of a project fails with
// status 403, but the list without a project, and releases by id, can be read. Lists of
// environments are empty, and deployment histories get status 403.
func SystemViewer() Fault { return Fault{name: "SystemViewer", state: systemViewer} }

// ProjectMember responds as Zadig does to a user who may view the releases of projects
// but not those of the whole system. Lists without a project get status 403, as do
// artifacts and, before v2.3.0, releases by id.
func ProjectMember() Fault { return Fault{name: "ProjectMember", state: projectMember} }

// LicenseExpired responds as a Zadig server whose paid license has expired does: with code
// 7050 for releases and production environments, while everything else can still be read.
// The fault applies to all requests for releases on every version, although a real server
// requires a license only since v2.0.0 for lists, and since v2.3.0 for a release by id.
func LicenseExpired() Fault { return Fault{name: "LicenseExpired", state: licenseExpired} }

// BrokenRecord makes one release unreadable: requests for it by id get status 500. Before
// v4.0.0, so do lists that contain it, unless they are brief (delivery.VerbosityBrief);
// v4.0.0 and later still list it. Up to v2.2.0 the body is empty, as after a panic; since
// v2.3.0 it says that the project of the release is missing.
func BrokenRecord(id string) Fault {
	return Fault{name: fmt.Sprintf("BrokenRecord(%q)", id), brokenID: strings.ToLower(id)}.
		On(ListReleases, GetRelease)
}

// faults are the injected faults of a server.
type faults struct {
	mu    sync.Mutex
	armed []*Fault
}

// Inject adds a fault to the server. The fault stays until it has hit as many requests as
// [Fault.Times] allows, or until remove or [Server.ClearFaults] is called. If several
// faults would replace the response to a request, only the first one injected does so; the
// same is true of faults that change how the body is sent. For the others, the request
// does not count towards [Fault.Times].
func (s *Server) Inject(f Fault) (remove func()) {
	armed := &f
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = append(s.faults.armed, armed)
	return func() { s.faults.remove(armed) }
}

// ClearFaults removes all faults. It has no effect on requests that a fault has
// already hit.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = nil
}

func (s *faults) remove(f *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = slices.DeleteFunc(s.armed, func(g *Fault) bool { return g == f })
}

// hit describes the effects of the faults on one request.
type hit struct {
	delay   time.Duration
	hooks   []func(*http.Request)
	outcome *Fault // replaces the response
	broken  []string
	sending *sending
}

// take returns the effects of the faults on a request and counts the request for each fault.
func (s *faults) take(r *http.Request, e Endpoint) hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	var h hit
	armed := slices.Clone(s.armed)
	for _, f := range armed {
		if len(f.endpoints) > 0 && !slices.Contains(f.endpoints, e) || f.match != nil && !f.match(r) {
			continue
		}
		if h.outcome != nil && f.isOutcome() || h.sending != nil && f.sending != nil {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.times--; f.times == 0 {
			s.armed = slices.DeleteFunc(s.armed, func(g *Fault) bool { return g == f })
		}
		f.apply(&h)
	}
	return h
}

func (f *Fault) isOutcome() bool { return f.response != nil || f.reset || f.state != healthy }

func (f *Fault) apply(h *hit) {
	switch {
	case f.isOutcome():
		h.outcome = f
	case f.sending != nil:
		h.sending = f.sending
	case f.brokenID != "":
		h.broken = append(h.broken, f.brokenID)
	case f.hook != nil:
		h.hooks = append(h.hooks, f.hook)
	default:
		h.delay += f.delay
	}
}
