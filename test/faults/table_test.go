package faults_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

// kind is how a call ends.
type kind int

const (
	success kind = iota // what was requested, complete
	refused             // a *zadig.Error that matches one sentinel
	gone                // no response: no *zadig.Error, no sentinel, no timeout
	silent              // a timeout: no *zadig.Error, no sentinel, os.ErrDeadlineExceeded
	empty               // no error and an empty list
)

// outcome is what a user should get.
type outcome struct {
	kind     kind
	sentinel error
	// requests is the most that the server may receive. For a success they are
	// those beyond what an undisturbed call needs, otherwise all (for TraceMany:
	// for each image).
	requests int
}

func succeeds(further int) outcome            { return outcome{success, nil, further} }
func fails(sentinel error, times int) outcome { return outcome{refused, sentinel, times} }
func getsNothing(times int) outcome           { return outcome{gone, nil, times} }
func timesOut(times int) outcome              { return outcome{silent, nil, times} }
func isEmpty(times int) outcome               { return outcome{empty, nil, times} }

func (o outcome) String() string {
	requests := "1 request"
	if o.requests != 1 {
		requests = fmt.Sprintf("%d requests", o.requests)
	}
	switch o.kind {
	case refused:
		return fmt.Sprintf("`%s`, %s", clienttest.Sentinel(o.sentinel), requests)
	case gone:
		return "no response, " + requests
	case silent:
		return "timeout, " + requests
	case empty:
		return "an empty list, " + requests
	}
	if o.requests == 0 {
		return "success"
	}
	return "success, " + strings.Replace(requests, " ", " more ", 1)
}

// outcomes holds the outcome of each call.
type outcomes struct {
	others outcome
	by     map[string]outcome
}

func each(o outcome) *outcomes { return &outcomes{o, make(map[string]outcome)} }

// but sets the outcome of some calls.
func (o *outcomes) but(other outcome, calls ...string) *outcomes {
	for _, call := range calls {
		o.by[call] = other
	}
	return o
}

// all sets the outcome of All.
func (o *outcomes) all(a outcome) *outcomes { return o.but(a, "All") }

// many sets the outcome of TraceMany, which sends its requests concurrently.
func (o *outcomes) many(m outcome) *outcomes { return o.but(m, "TraceMany") }

func (o *outcomes) of(call string) outcome {
	if own, ok := o.by[call]; ok {
		return own
	}
	return o.others
}

func (o *outcomes) String() string {
	if o == nil {
		return "–"
	}
	var different []string
	for _, call := range calls {
		if s := o.of(call.name).String(); s != o.others.String() {
			different = append(different, fmt.Sprintf("`%s`: %s", call.name, s))
		}
	}
	if len(different) == 0 {
		return o.others.String()
	}
	return strings.Join(append(different, "others: "+o.others.String()), "<br>")
}

// fault is one row of the table.
type fault struct {
	name string

	// What happens to the requests that meet the fault, in HTTP/1.1 …
	strike func(*exchange)
	// … or in HTTP/2, or else: place sets up everything itself.
	stream func(*stream)
	place  func(*stage) place

	once   *outcomes // one request meets the fault
	always *outcomes // every request meets the fault

	waits int           // how many timeouts may pass
	takes time.Duration // what else it may take
	opts  []zadig.Option
}

// The bounds of the matrix: timeout, waits between attempts, and how much
// longer than that a call may take on a busy machine.
const (
	timeout = 500 * time.Millisecond
	minWait = 2 * time.Millisecond
	maxWait = 20 * time.Millisecond
	slack   = 2 * time.Second

	longTimeout = 10 * time.Second // for outcomes that do not depend on it

	maxBytes = 4 << 20
)

func (f *fault) bound() time.Duration { return time.Duration(f.waits)*timeout + f.takes + slack }

// faults is the table. docs/faults.md explains its columns.
var faults = []struct {
	heading string
	rows    []fault
}{
	{"No connection", []fault{
		{name: "the name does not resolve", place: noSuchName, always: each(getsNothing(0))},
		{name: "the name server does not respond", place: silentNames, always: each(timesOut(0)), waits: 1},
		{name: "connection refused", place: nobodyListens, once: each(succeeds(0)), always: each(getsNothing(0))},
		{name: "the connection is never established", place: blackHole, always: each(timesOut(0)), waits: 1},
		{name: "the server restarts", strike: func(x *exchange) { x.restart(60 * time.Millisecond) },
			once: each(succeeds(1)).many(succeeds(2)), opts: patient},
	}},
	{"Before and in the headers", []fault{
		{name: "reset before the headers", strike: (*exchange).reset, once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "closed before the headers", strike: func(*exchange) {}, once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "reset in the middle of the headers", strike: func(x *exchange) {
			x.write([]byte("HTTP/1.1 200 OK\r\nContent-"))
			x.pause()
			x.reset()
		}, once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "closed in the middle of the headers", strike: func(x *exchange) { x.write([]byte("HTTP/1.1 200 OK\r\nContent-")) },
			once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "no headers", strike: (*exchange).hang, once: each(timesOut(1)), always: each(timesOut(1)), waits: 1},
		{name: "headers that stop in the middle", strike: func(x *exchange) { x.write([]byte("HTTP/1.1 200 OK\r\nContent-")); x.hang() },
			always: each(timesOut(1)), waits: 1},
		{name: "endless headers, sent slowly", strike: func(x *exchange) { x.endlessHeaders(20 * time.Millisecond) },
			always: each(timesOut(1)), waits: 1},
		{name: "endless headers, sent quickly", strike: func(x *exchange) { x.endlessHeaders(0) }, always: each(getsNothing(3))},
		{name: "a response that is not HTTP", strike: func(x *exchange) { x.write([]byte("SSH-2.0-OpenSSH_9.6\r\n")) },
			once: each(succeeds(1)), always: each(getsNothing(3))},
	}},
	{"In the body", []fault{
		{name: "reset after the headers", strike: func(x *exchange) { x.head(length(len(x.body))); x.pause(); x.reset() },
			once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "closed after the headers", strike: func(x *exchange) { x.head(length(len(x.body))) },
			once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "reset in the middle", strike: func(x *exchange) { x.head(length(len(x.body))); x.write(x.half()); x.pause(); x.reset() },
			once: each(succeeds(1)), always: each(getsNothing(3)).all(getsNothing(4))},
		{name: "closed in the middle", strike: func(x *exchange) { x.head(length(len(x.body))); x.write(x.half()) },
			once: each(succeeds(1)), always: each(getsNothing(3)).all(getsNothing(4))},
		{name: "closed in the middle, chunked", strike: func(x *exchange) { x.chunked(x.half(), false) },
			once: each(succeeds(1)), always: each(getsNothing(3)).all(getsNothing(4))},
		{name: "closed in the middle, length unknown", strike: func(x *exchange) { x.head("Connection: close"); x.write(x.half()) },
			once: each(fails(unexpected, 1)).all(succeeds(1)), always: each(fails(unexpected, 1)).all(fails(unexpected, 4))},
		{name: "stops in the middle", strike: func(x *exchange) { x.head(length(len(x.body))); x.write(x.half()); x.hang() },
			once: each(timesOut(1)).all(succeeds(1)), always: each(timesOut(1)).all(timesOut(4)), waits: 4},
		{name: "drips for longer than the timeout", strike: func(x *exchange) { x.head(length(len(x.body))); x.slowly(x.body, 10, timeout/5) },
			once: each(succeeds(0)), waits: 1, takes: 2 * timeout},
		{name: "empty", strike: func(x *exchange) { x.other(200, "") }, once: each(fails(unexpected, 1)), always: each(fails(unexpected, 1))},
		{name: "Content-Length too small", strike: func(x *exchange) { x.head(length(len(x.body) / 2)); x.write(x.body) },
			once: each(fails(unexpected, 1)).all(succeeds(1)), always: each(fails(unexpected, 1)).all(fails(unexpected, 4))},
		{name: "Content-Length too large, then closed", strike: func(x *exchange) { x.head(length(len(x.body) + 9)); x.write(x.body) },
			once: each(succeeds(1)), always: each(getsNothing(3)).all(getsNothing(4))},
		{name: "Content-Length too large, then silence", strike: func(x *exchange) { x.head(length(len(x.body) + 9)); x.write(x.body); x.hang() },
			always: each(timesOut(1)).all(timesOut(4)), waits: 4},
		{name: "garbage after the JSON", strike: func(x *exchange) { x.other(200, string(x.body)+"]") }, always: each(fails(unexpected, 1))},
		{name: "larger than the limit", strike: func(x *exchange) { x.chunked([]byte("["+strings.Repeat(" ", maxBytes+1)), true) },
			always: each(fails(zadig.ErrResponseTooLarge, 1))},
		{name: "small JSON that needs much memory", strike: func(x *exchange) {
			x.chunked([]byte(`[{"id":"619dbaa8c528010000010000","image":"a:1","services":[`+strings.Repeat("{},", maxBytes/4)+"{}]}]"), true)
		}, always: each(fails(zadig.ErrResponseTooLarge, 1))},
		{name: "endless JSON", strike: func(x *exchange) { x.endless(`[{"versionInfo":{"desc":"`, "a") },
			always: each(fails(zadig.ErrResponseTooLarge, 1))},
	}},
	{"gzip", []fault{
		{name: "invalid", strike: func(x *exchange) { x.other(200, "not gzip at all", "Content-Encoding: gzip") },
			once: each(succeeds(1)), always: each(fails(unexpected, 3))},
		{name: "with a broken checksum", strike: func(x *exchange) { x.gzipped(func(z []byte) []byte { z[len(z)-6] ^= 1; return z }) },
			once: each(succeeds(1)), always: each(fails(unexpected, 3)).all(fails(unexpected, 4))},
		{name: "truncated", strike: func(x *exchange) { x.gzipped(func(z []byte) []byte { return z[:len(z)/2] }) },
			once: each(succeeds(1)), always: each(getsNothing(3)).all(getsNothing(4))},
		{name: "a bomb", strike: (*exchange).bomb,
			once: each(fails(zadig.ErrResponseTooLarge, 1)), always: each(fails(zadig.ErrResponseTooLarge, 1))},
	}},
	{"Responses of a gateway", []fault{
		{name: "101 Switching Protocols", strike: func(x *exchange) {
			x.write([]byte("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n["))
			x.hang()
		}, once: each(fails(unexpected, 1)), always: each(fails(unexpected, 1))},
		{name: "403 whose body drips forever", strike: func(x *exchange) {
			x.write([]byte("HTTP/1.1 403 Forbidden\r\nContent-Length: 999999\r\n\r\n"))
			x.slowly(bytes.Repeat([]byte("x"), 9999), 9999, timeout/10)
		}, always: each(fails(zadig.ErrForbidden, 1)), waits: 1},
		{name: "408", strike: status(408), once: each(succeeds(1)), always: each(fails(zadig.ErrServer, 3))},
		{name: "429", strike: status(429), once: each(succeeds(1)), always: each(fails(zadig.ErrRateLimited, 3))},
		{name: "429, Retry-After: 1", strike: status(429, "Retry-After: 1"), once: each(succeeds(1)), takes: 2 * time.Second},
		{name: "429, Retry-After: 3600", strike: status(429, "Retry-After: 3600"),
			once: each(fails(zadig.ErrRateLimited, 1)), always: each(fails(zadig.ErrRateLimited, 1))},
		{name: "502", strike: status(502), once: each(succeeds(1)), always: each(fails(zadig.ErrServer, 3))},
		{name: "503", strike: status(503), once: each(succeeds(1)), always: each(fails(zadig.ErrServer, 3))},
		{name: "503, Retry-After: 1", strike: status(503, "Retry-After: 1"), once: each(succeeds(1)), takes: 2 * time.Second},
		{name: "503, Retry-After: 3600", strike: status(503, "Retry-After: 3600"),
			once: each(fails(zadig.ErrServer, 1)), always: each(fails(zadig.ErrServer, 1))},
		{name: "504", strike: status(504), once: each(succeeds(1)), always: each(fails(zadig.ErrServer, 3))},
		{name: "500, empty", strike: status(500), once: each(fails(zadig.ErrServer, 1)).all(succeeds(1)),
			always: each(fails(zadig.ErrServer, 1)).all(fails(zadig.ErrServer, 2))},
		{name: "HTML with 502", strike: page(502), once: each(succeeds(1)), always: each(fails(zadig.ErrServer, 3))},
		{name: "HTML with 200, a login page", strike: page(200), once: each(fails(unexpected, 1)), always: each(fails(unexpected, 1))},
		{name: "503 whose body stops", strike: func(x *exchange) {
			x.write([]byte("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\n\r\nbusy"))
			x.hang()
		}, always: each(fails(zadig.ErrServer, 3)), waits: 3},
		{name: "redirect loop", strike: func(x *exchange) { x.other(302, "", "Location: "+x.path) }, always: each(fails(unexpected, 10))},
		{name: "redirect to another origin", place: redirectsElsewhere, always: each(fails(unexpected, 1))},
	}},
	{"TLS (connections instead of requests)", []fault{
		{name: "expired certificate", place: expired, always: each(getsNothing(1))},
		{name: "certificate of another host", place: wrongHost, always: each(getsNothing(1))},
		{name: "certificate of an unknown CA", place: unknownCA, always: each(getsNothing(1))},
		{name: "the server requires a client certificate", place: wantsCertificate, always: each(getsNothing(1))},
		{name: "the server does not speak TLS", place: plainPort, always: each(getsNothing(1))},
		{name: "the handshake stops", place: silentHandshake, always: each(timesOut(1)), waits: 1},
	}},
	{"HTTP/2", []fault{
		{name: "GOAWAY before the response", stream: (*stream).goAwayUnseen, once: each(succeeds(1))},
		{name: "GOAWAY, then the response", stream: (*stream).goAwayGracefully,
			once: each(succeeds(0)).many(succeeds(3)), always: each(succeeds(0)).many(succeeds(3))},
		{name: "GOAWAY with an error", stream: (*stream).goAwayAngrily, once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "stream refused", stream: func(s *stream) { s.reset(http2Refused) }, once: each(succeeds(1))},
		{name: "stream reset before the headers", stream: func(s *stream) { s.reset(http2Internal) },
			once: each(succeeds(1)), always: each(getsNothing(3))},
		{name: "stream reset in the middle", stream: func(s *stream) { s.head(); s.data(s.half(), false); s.reset(http2Internal) },
			once: each(succeeds(1)), always: each(getsNothing(3)).all(getsNothing(4))},
		{name: "closed in the middle", stream: func(s *stream) { s.head(); s.data(s.half(), false) },
			once: each(succeeds(1)), always: each(getsNothing(3)).all(getsNothing(4))},
		{name: "the stream stops", stream: func(s *stream) { s.head(); s.data(s.half(), false); s.keep = true },
			always: each(timesOut(1)).all(timesOut(4)), waits: 4},
	}},
	{"Proxies", []fault{
		{name: "407 for a plain request", place: proxyRefuses("http"), always: each(fails(zadig.ErrBadRequest, 1))},
		{name: "407 for CONNECT", place: proxyRefuses("https"), always: each(getsNothing(1))},
		{name: "the proxy refuses connections", place: noProxy, always: each(getsNothing(0))},
	}},
	{"Zadig itself, " + serverVersion, []fault{
		{name: "the database is down", place: ailing(zadigtest.DatabaseDown()),
			once:   each(fails(zadig.ErrServer, 1)).all(succeeds(1)).but(succeeds(2), "Get"),
			always: each(fails(zadig.ErrServer, 1)).but(fails(zadig.ErrServer, 2), "All", "Get")},
		{name: "reads of one release or artifact find nothing", place: ailing(zadigtest.RecordNotFound()),
			once:   each(succeeds(0)).but(succeeds(2), "Get").but(fails(zadig.ErrNotFound, 2), "Trace", "TraceMany"),
			always: each(succeeds(0)).but(fails(zadig.ErrNotFound, 3), "Get").but(fails(zadig.ErrNotFound, 2), "Trace", "TraceMany")},
		{name: "a gateway without the route for `Get`", place: ailing(zadigtest.GatewayNotFound().On(zadigtest.GetRelease)),
			once: each(succeeds(0)).but(succeeds(2), "Get"), always: each(succeeds(0)).but(fails(unexpected, 3), "Get")},
		{name: "a user with system-wide rights only", place: ailing(zadigtest.SystemViewer()),
			always: each(succeeds(0)).but(isEmpty(1), "Environment.List").but(fails(zadig.ErrForbidden, 1), "Environment.History")},
		{name: "the same user, and the first read of one release or artifact finds nothing", place: missingOnceForAViewer,
			once: each(succeeds(0)).but(succeeds(3), "Get").but(fails(zadig.ErrNotFound, 2), "Trace", "TraceMany").
				but(isEmpty(1), "Environment.List").but(fails(zadig.ErrForbidden, 1), "Environment.History")},
		{name: "a user without the right to read", place: ailing(zadigtest.NoPermission()),
			always: each(fails(zadig.ErrForbidden, 1)).all(fails(zadig.ErrForbidden, 2)).but(isEmpty(1), "Environment.List").
				but(succeeds(0), "Environment.Get", "Workflow.Task", "Workflow.Tasks", "Workflow.Wait")},
		{name: "the license has expired", place: ailing(zadigtest.LicenseExpired()),
			always: each(succeeds(0)).but(fails(zadig.ErrLicense, 1),
				"List", "All", "Get", "Environment.List", "Environment.Get", "Environment.History")},
	}},
	{"A proxy with injected faults (toxiproxy)", []fault{
		{name: "latency", place: toxic("latency", `{"latency":40,"jitter":10}`), always: each(succeeds(0)), takes: 2 * time.Second},
		{name: "bandwidth", place: toxic("bandwidth", `{"rate":1000}`), always: each(succeeds(0)), takes: 2 * time.Second},
		{name: "slicer", place: toxic("slicer", `{"average_size":400,"size_variation":300,"delay":10}`),
			always: each(succeeds(0)), takes: 2 * time.Second},
		{name: "reset_peer", place: toxic("reset_peer", `{"timeout":0}`), always: each(getsNothing(3))},
		{name: "limit_data", place: toxic("limit_data", `{"bytes":300}`), always: each(getsNothing(3))},
		{name: "slow_close", place: toxic("slow_close", `{"delay":50}`), always: each(succeeds(0))},
		{name: "timeout, the connection stays", place: toxic("timeout", `{"timeout":0}`), always: each(timesOut(1)), waits: 1},
		{name: "timeout, the connection is closed", place: toxic("timeout", `{"timeout":30}`), always: each(getsNothing(3)), takes: time.Second},
	}},
}

var unexpected = zadig.ErrUnexpectedResponse

// patient waits long enough for a server that restarts.
var patient = []zadig.Option{zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 30, MinWait: maxWait, MaxWait: maxWait})}
