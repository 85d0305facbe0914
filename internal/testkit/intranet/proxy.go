package intranet

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// Proxy is an HTTP proxy that supports only CONNECT.
type Proxy struct {
	*httptest.Server
	tunnels atomic.Int64
}

// Tunnels returns the number of tunnels that clients have requested.
func (p *Proxy) Tunnels() int64 { return p.tunnels.Load() }

// NewProxy starts a proxy.
func NewProxy() *Proxy {
	p := new(Proxy)
	p.Server = httptest.NewServer(http.HandlerFunc(p.tunnel))
	return p
}

func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	p.tunnels.Add(1)
	there, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
	go pipe(there, here)
	go pipe(here, there)
}

// pipe copies until one side ends, and then ends the other one.
func pipe(to io.WriteCloser, from io.Reader) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
}
