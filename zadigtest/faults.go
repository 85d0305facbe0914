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

// Fault is something that goes wrong between a client and its data. Make one
// with [Status], [Delay] and so on, say with its methods which requests it
// hits, and hand it to [Server.Inject]:
//
//	srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(2))
//
// Without methods it hits every request. A Fault is a value: its methods
// return a changed copy, and one can be injected more than once.
type Fault struct {
	name      string
	endpoints []Endpoint
	times     int // 0: without end
	skip      int
	match     func(*http.Request) bool

	// One of these says what happens.
	delay    time.Duration
	hook     func(*http.Request)
	response *answer
	reset    bool
	state    condition
	brokenID string
	sending  *sending
}

// sending is how an answer is put on the wire.
type sending struct {
	cut   int // bytes of the body after which the connection ends, -1: none
	chunk int // bytes at a time
	pause time.Duration
}

// On limits the fault to requests to these endpoints.
func (f Fault) On(endpoints ...Endpoint) Fault {
	f.endpoints = slices.Clone(endpoints)
	return f
}

// Times limits the fault to the first n requests that it matches. Less than 1
// is no limit.
func (f Fault) Times(n int) Fault {
	f.times = max(n, 0)
	return f
}

// After spares the first n requests that the fault matches: with After(1) the
// first page of a walk arrives, and the second fails.
func (f Fault) After(n int) Fault {
	f.skip = max(n, 0)
	return f
}

// When limits the fault to requests for which match returns true. It is
// called from the goroutine of each request and must not inject or remove
// faults.
func (f Fault) When(match func(*http.Request) bool) Fault {
	f.match = match
	return f
}

// WithHeader adds a header to the answer of [Status], [HTML], [Garbage] and
// [RateLimited].
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

// String names the fault as it was made.
func (f Fault) String() string { return f.name }

// Delay waits for d before the response. It ends at once when the client goes away or the
// server closes. Other faults still apply.
func Delay(d time.Duration) Fault {
	return Fault{name: fmt.Sprintf("Delay(%s)", d), delay: d}
}

// Hook calls f before the response, in the goroutine of the request: to change
// the data in the middle of a walk, or to hold a request back until the test
// lets it go. Other faults still apply.
func Hook(f func(*http.Request)) Fault { return Fault{name: "Hook", hook: f} }

// Status responds with a status and a body, as a proxy in front of Zadig would:
// JSON and HTML are sent as such, other text as text/plain, and "" without a
// content type.
func Status(code int, body string) Fault {
	a := empty(code)
	switch start := strings.TrimLeft(body, " \t\r\n"); {
	case body == "":
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		a = typed(code, jsonType, []byte(body))
	case strings.HasPrefix(start, "<"):
		a = typed(code, htmlType, []byte(body))
	default:
		a = typed(code, textType, []byte(body))
	}
	return Fault{name: fmt.Sprintf("Status(%d)", code), response: a}
}

// RateLimited responds 429 with a Retry-After of whole seconds, rounded up.
func RateLimited(retryAfter time.Duration) Fault {
	seconds := int64((retryAfter + time.Second - 1) / time.Second)
	f := Status(http.StatusTooManyRequests, "").WithHeader("Retry-After", strconv.FormatInt(seconds, 10))
	f.name = fmt.Sprintf("RateLimited(%s)", retryAfter)
	return f
}

// HTML responds with a page: with 200 the login page of a single sign-on that
// stands in front of Zadig, otherwise the error page of a proxy.
func HTML(code int) Fault {
	page := "<!DOCTYPE html>\n<html>\n<head><title>Sign in</title></head>\n<body><form method=\"post\" action=\"/login\"></form></body>\n</html>\n"
	if code != http.StatusOK {
		title := fmt.Sprintf("%d %s", code, http.StatusText(code))
		page = "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
	}
	f := Status(code, page)
	f.name = fmt.Sprintf("HTML(%d)", code)
	return f
}

// Garbage responds 200 with a body that is not JSON although its content type
// says so.
func Garbage() Fault {
	return Fault{name: "Garbage", response: typed(http.StatusOK, jsonType, []byte("\x1f\x8b\x00[{\"versionInfo\":{\"id\":\x00\xff\xfe}}"))}
}

// Reset ends the connection with a TCP reset before any response.
func Reset() Fault { return Fault{name: "Reset", reset: true} }

// HangUp closes the connection in an orderly way before any response.
func HangUp() Fault { return Fault{name: "HangUp", response: hangUp()} }

// CutAfter ends the connection after n bytes of the response's body. A body of
// n bytes or fewer is sent completely.
func CutAfter(n int) Fault {
	return Fault{name: fmt.Sprintf("CutAfter(%d)", n), sending: &sending{cut: max(n, 0)}}
}

// SlowBody sends the response's body n bytes at a time with a pause before each
// piece. Like [Delay] it ends at once with the client or the server.
func SlowBody(n int, pause time.Duration) Fault {
	return Fault{name: fmt.Sprintf("SlowBody(%d, %s)", n, pause), sending: &sending{cut: -1, chunk: max(n, 1), pause: pause}}
}

// DatabaseDown responds as Zadig does when its database is down. What that is
// depends on the version, the endpoint and whether projectName is given. A real
// server responds after 30 seconds, picket after 10: add a [Delay].
func DatabaseDown() Fault { return Fault{name: "DatabaseDown", state: databaseDown} }

// AslanDown responds as Zadig does while aslan, the service behind /api/aslan and
// /openapi, restarts: 503 from the gateway. Up to v1.13.0 picket, the service
// behind /api/directory, keeps running and reports the refused connection. Only
// picket's text was seen on a real server.
func AslanDown() Fault { return Fault{name: "AslanDown", state: aslanDown} }

// ExpiredToken responds 401 with an empty body.
func ExpiredToken() Fault { return Fault{name: "ExpiredToken", response: unauthorized()} }

// NoPermission responds as Zadig does to a user without the right to read: 403
// with an empty body, and behind picket a 500 that quotes it. Zadig does so since
// v1.18.0; with an older version this fault does the same. It has no effect on
// [GetWorkflowTask] and [CheckRelease], for which Zadig checks no right.
func NoPermission() Fault { return Fault{name: "NoPermission", state: noPermission} }

// LicenseExpired responds as a Zadig whose paid license has run out: code 7050
// for releases, while artifacts and workflow tasks keep working. Zadig does so since v2.0.0, for
// a release by id since v2.3.0; with an older version than v2.0.0 this fault
// does the same.
func LicenseExpired() Fault { return Fault{name: "LicenseExpired", state: licenseExpired} }

// LicenceExpired is [LicenseExpired].
//
// Deprecated: use LicenseExpired.
func LicenceExpired() Fault { return LicenseExpired() }

// CollaborationPending responds as Zadig does to a user who has not been set up
// for the collaboration mode of the project: 200 with an object in place of the
// list, if the query has a projectName and not ifPassFilter=true. It has no effect
// on other requests.
func CollaborationPending() Fault {
	return Fault{name: "CollaborationPending", state: collaborationPending}
}

// BrokenRecord makes one release unreadable: detailed lists that hold it and
// the release by its id are a 500, while brief lists show it. Up to v2.2.0 the body
// is empty, as after a panic; since v2.3.0 it says that the release's project is
// missing. Since v4.0.0 only the release by its id is affected.
func BrokenRecord(id string) Fault {
	return Fault{name: fmt.Sprintf("BrokenRecord(%q)", id), brokenID: strings.ToLower(id)}.
		On(ListReleases, GetRelease, DirectoryReleases, OpenAPIGetRelease)
}

// faults are those that wait for requests.
type faults struct {
	mu    sync.Mutex
	armed []*Fault
}

// Inject arms a fault until its Times are used up, [Server.ClearFaults] is
// called, or the function that it returns. Of several faults that hit one
// request and replace the answer, the one injected first is taken; the others
// wait for the next request.
func (s *Server) Inject(f Fault) (remove func()) {
	armed := &f
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = append(s.faults.armed, armed)
	return func() { s.faults.remove(armed) }
}

// ClearFaults removes all faults. Requests that they have already hit are not
// helped.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = nil
}

func (s *faults) remove(f *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = slices.DeleteFunc(slices.Clone(s.armed), func(g *Fault) bool { return g == f })
}

// hit is what the faults do to one request.
type hit struct {
	delay   time.Duration
	hooks   []func(*http.Request)
	outcome *Fault // replaces the answer
	broken  []string
	sending *sending
}

// take finds the faults that a request meets and counts them.
func (s *faults) take(r *http.Request, e Endpoint) hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	var h hit
	spent := make(map[*Fault]bool)
	for _, f := range s.armed {
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
		if f.times > 0 {
			f.times--
			spent[f] = f.times == 0
		}
		f.apply(&h)
	}
	s.armed = slices.DeleteFunc(slices.Clone(s.armed), func(f *Fault) bool { return spent[f] })
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
