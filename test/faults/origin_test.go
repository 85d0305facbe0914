package faults_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

// zadigServer is the healthy server behind the faults. It gets one request for
// each URL, because its data does not change.
type zadigServer struct {
	*zadigtest.Server
	data      zadigtest.Data
	mu        sync.Mutex
	responses map[string]*response
}

// response is what a healthy Zadig sends.
type response struct {
	status int
	header http.Header
	body   []byte
}

const releases = 12

func newZadig(t *testing.T) *zadigServer {
	t.Helper()
	data := zadigtest.Generate(7, 5*releases)
	data.Releases = data.ReleasesOn("v5.0.0")[:releases]
	return &zadigServer{Server: zadigtest.NewServer(t, zadigtest.WithData(data)), data: data, responses: make(map[string]*response)}
}

func (z *zadigServer) ids() []string {
	ids := make([]string, 0, len(z.data.Releases))
	for _, r := range z.data.Releases {
		ids = append(ids, r.VersionInfo.ID)
	}
	return ids
}

func (z *zadigServer) release() *delivery.VersionInfo { return z.data.Releases[3].VersionInfo }

// images returns three images that can be traced.
func (z *zadigServer) images() []string {
	var images []string
	for _, a := range z.data.Artifacts {
		if a.Image != "" && !slices.Contains(images, a.Image) && len(images) < 3 {
			images = append(images, a.Image)
		}
	}
	return images
}

// environment returns a production environment.
func (z *zadigServer) environment() *environment.Environment {
	i := slices.IndexFunc(z.data.Environments, func(e *environment.Environment) bool { return e.Production })
	return z.data.Environments[i]
}

// deployment returns a deployment to a production environment.
func (z *zadigServer) deployment() *zadigtest.Deployment {
	i := slices.IndexFunc(z.data.Deployments, func(d *zadigtest.Deployment) bool { return d.Production })
	return z.data.Deployments[i]
}

// task returns the only task of a workflow.
func (z *zadigServer) task() *workflow.Task { return z.data.Tasks[0] }

func (z *zadigServer) get(uri string) (*response, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if known := z.responses[uri]; known != nil {
		return known, nil
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	resp, err := client.Get(z.URL + uri)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	saved := &response{resp.StatusCode, resp.Header, body}
	saved.header.Del("Content-Length")
	z.responses[uri] = saved
	return saved, nil
}

// origin is a server that writes its responses byte by byte, so that they can be
// wrong in any way.
type origin struct {
	zadig        *zadigServer
	hits         func(n int) bool // which requests, counted from 1, meet the fault
	strike       func(*exchange)
	strikeStream func(*stream)  // the same by HTTP/2
	greet        func(net.Conn) // instead of reading a request, if not nil

	address  string
	config   *tls.Config
	accepted atomic.Int64 // connections
	requests atomic.Int64 // that arrived
	busy     atomic.Int64 // connections that are being written to or waited for

	mu       sync.Mutex
	closed   bool
	over     bool // for good
	listener net.Listener
	conns    map[net.Conn]struct{}
	running  sync.WaitGroup
}

func startOrigin(t *testing.T, o *origin) *origin {
	t.Helper()
	o.conns = make(map[net.Conn]struct{})
	require.NoError(t, o.listen("127.0.0.1:0"))
	o.address = o.listener.Addr().String()
	t.Cleanup(func() {
		o.mu.Lock()
		o.over = true
		o.mu.Unlock()
		o.close()
		o.running.Wait()
	})
	return o
}

func (o *origin) url() string {
	if o.config != nil {
		return "https://" + o.address
	}
	return "http://" + o.address
}

func (o *origin) listen(address string) error {
	var (
		l   net.Listener
		err error
	)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if l, err = net.Listen("tcp", address); err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return l.Close()
	}
	o.closed = false
	o.listener = l
	o.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			o.accepted.Add(1)
			o.mu.Lock()
			if o.conns[conn] = struct{}{}; o.closed {
				_ = conn.Close() // it came while close ran
			}
			o.mu.Unlock()
			o.running.Go(func() { o.serve(conn) })
		}
	})
	return nil
}

// close closes every connection and accepts no more. It reports whether the
// server was open before.
func (o *origin) close() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.closed = true
	_ = o.listener.Close()
	for conn := range o.conns {
		_ = conn.Close()
	}
	return true
}

func (o *origin) serve(raw net.Conn) {
	conn := raw
	defer func() {
		_ = conn.Close()
		o.mu.Lock()
		delete(o.conns, raw)
		o.mu.Unlock()
	}()
	if o.greet != nil {
		o.busy.Add(1)
		defer o.busy.Add(-1)
		o.greet(conn)
		return
	}
	if o.config != nil {
		secured := tls.Server(raw, o.config)
		if secured.Handshake() != nil {
			_, _ = io.Copy(io.Discard, raw) // a close now could overtake the alert
			return
		}
		if conn = secured; secured.ConnectionState().NegotiatedProtocol == "h2" {
			o.serveHTTP2(secured)
			return
		}
	}
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			if err != io.EOF { //nolint:errorlint // the client's end of the connection
				_, _ = io.WriteString(conn, "HTTP/1.0 400 Bad Request\r\n\r\n")
				_, _ = io.Copy(io.Discard, conn)
			}
			return
		}
		x := &exchange{origin: o, raw: raw, conn: conn, in: in, n: int(o.requests.Add(1))}
		if req.Method != http.MethodConnect {
			x.response, err = o.zadig.get(req.URL.RequestURI())
			if err != nil {
				return
			}
		}
		x.path = req.URL.RequestURI()
		o.busy.Add(1)
		if o.strike != nil && o.hits(x.n) {
			o.strike(x)
		} else {
			x.good()
			x.keep = true
		}
		o.busy.Add(-1)
		if !x.keep {
			return
		}
	}
}

// exchange is one request with what a fault needs to respond to it. The
// connection is closed afterwards unless keep is set.
type exchange struct {
	*response
	origin *origin
	raw    net.Conn
	conn   net.Conn
	in     io.Reader
	n      int
	path   string
	keep   bool
}

func (x *exchange) write(p []byte) { _, _ = x.conn.Write(p) }

// head writes the status line and the headers of the healthy response, and more
// headers in the form "Name: value".
func (x *exchange) head(more ...string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", x.status, http.StatusText(x.status))
	_ = x.header.Write(&b)
	for _, line := range more {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	x.write(b.Bytes())
}

func length(n int) string { return fmt.Sprintf("Content-Length: %d", n) }

func (x *exchange) good() {
	x.head(length(len(x.body)))
	x.write(x.body)
}

// other responds with something else.
func (x *exchange) other(status int, body string, header ...string) {
	changed := *x
	changed.response = &response{status, http.Header{}, []byte(body)}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		changed.header.Add(name, value)
	}
	changed.good()
	x.keep = true
}

// hang waits until the client has given up.
func (x *exchange) hang() { _, _ = io.Copy(io.Discard, x.in) }

func (x *exchange) reset() {
	if tcp, ok := x.raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = x.raw.Close()
}

// slowly writes p in pieces, and stops when the client has gone.
func (x *exchange) slowly(p []byte, pieces int, pause time.Duration) {
	for part := range slices.Chunk(p, len(p)/pieces+1) {
		if _, err := x.conn.Write(part); err != nil {
			return
		}
		if errors.Is(x.gone(pause), io.EOF) {
			return
		}
	}
}

// gone waits, and returns io.EOF if the client has closed the connection.
func (x *exchange) gone(wait time.Duration) error {
	_ = x.conn.SetReadDeadline(time.Now().Add(wait))
	defer func() { _ = x.conn.SetReadDeadline(time.Time{}) }()
	var one [1]byte
	_, err := x.raw.Read(one[:])
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return nil
	}
	return io.EOF
}

// restart takes the server away for a while, unless it is away already.
func (x *exchange) restart(away time.Duration) {
	o := x.origin
	o.running.Go(func() {
		if o.close() {
			time.Sleep(away)
			_ = o.listen(o.address)
		}
	})
	x.hang()
}

func clone(h http.Header, name, value string) http.Header {
	c := maps.Clone(h)
	c.Set(name, value)
	return c
}
