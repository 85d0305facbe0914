package faults_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

// stage is what a place needs for its setup.
type stage struct {
	*testing.T
	zadig  *zadigServer
	strike func(*exchange)
	stream func(*stream)
	hits   func(n int) bool
	viewed *zadigtest.Server // of a place that is a zadigtest server
}

// place is where a client sends its requests.
type place struct {
	url      string
	opts     []zadig.Option
	requests func() int64
	busy     func() int64
}

func none() int64 { return 0 }

// plain is a server that strikes requests itself.
func plain(s *stage) place {
	o := startOrigin(s.T, &origin{zadig: s.zadig, hits: s.hits, strike: s.strike})
	return o.place(zadig.WithToken(token))
}

func (o *origin) place(opts ...zadig.Option) place {
	return place{o.url(), opts, o.requests.Load, o.busy.Load}
}

// secure is the same by HTTP/2.
func secure(s *stage) place {
	ca := newAuthority(s.T)
	o := startOrigin(s.T, &origin{zadig: s.zadig, hits: s.hits, strikeStream: s.stream, config: &tls.Config{
		Certificates: []tls.Certificate{ca.issue(s.T, nil)}, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	}})
	return o.place(zadig.WithToken(token), trusts(ca))
}

func trusts(ca *authority) zadig.Option {
	return zadig.WithTLSConfig(&tls.Config{RootCAs: ca.pool(), MinVersion: tls.VersionTLS12})
}

// dials sets a transport that connects with dial instead of to the address in the URL.
func dials(s *stage, dial func(ctx context.Context, network, address string) (net.Conn, error)) zadig.Option {
	transport := &http.Transport{DialContext: dial}
	s.Cleanup(transport.CloseIdleConnections)
	return zadig.WithTransport(transport)
}

func noSuchName(s *stage) place {
	return named(s, func(query []byte) []byte {
		reply := query[:12:12]
		reply = append(reply, question(query)...)
		binary.BigEndian.PutUint16(reply[2:], 0x8183) // a response: NXDOMAIN
		clear(reply[6:12])
		return reply
	})
}

func silentNames(s *stage) place { return named(s, func([]byte) []byte { return nil }) }

// question returns the first question of a DNS message.
func question(query []byte) []byte {
	end := 12
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	return query[12:min(end+5, len(query))]
}

// named resolves names with a name server that respond plays.
func named(s *stage, respond func(query []byte) []byte) place {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(s, err)
	done := make(chan struct{})
	s.Cleanup(func() { _ = server.Close(); <-done })
	go func() {
		defer close(done)
		for buffer := make([]byte, 1500); ; {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			if reply := respond(buffer[:n]); reply != nil {
				_, _ = server.WriteTo(reply, from)
			}
		}
	}()
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
		if err == nil { // package net continues a lookup that nobody waits for
			s.Cleanup(func() { _ = conn.Close() })
		}
		return conn, err
	}}
	return place{"http://zadig.example.com", []zadig.Option{dials(s, (&net.Dialer{Resolver: resolver}).DialContext)}, none, none}
}

// nobody is an address where no program listens. Another test could have taken a
// port that was closed.
const nobody = "127.0.0.1:1"

// nobodyListens strikes connections instead of requests.
func nobodyListens(s *stage) place {
	o := startOrigin(s.T, &origin{zadig: s.zadig})
	var n atomic.Int64
	return o.place(zadig.WithToken(token), dials(s, func(ctx context.Context, network, address string) (net.Conn, error) {
		if s.hits(int(n.Add(1))) {
			address = nobody
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}))
}

func blackHole(s *stage) place {
	return place{"http://192.0.2.1", []zadig.Option{dials(s, func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
	})}, none, none}
}

func redirectsElsewhere(s *stage) place {
	other := startOrigin(s.T, &origin{zadig: s.zadig})
	s.Cleanup(func() {
		if other.requests.Load() != 0 {
			s.Error("the other origin was asked")
		}
	})
	s.strike = func(x *exchange) { x.other(302, "", "Location: "+other.url()+x.path) }
	return plain(s)
}

// presents is a server with a certificate.
func presents(s *stage, ca *authority, change func(*x509.Certificate), more func(*tls.Config)) place {
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(s.T, change)}, MinVersion: tls.VersionTLS12}
	if more != nil {
		more(config)
	}
	o := startOrigin(s.T, &origin{zadig: s.zadig, config: config})
	p := o.place(zadig.WithToken(token), trusts(ca))
	p.requests = o.accepted.Load
	return p
}

func expired(s *stage) place {
	return presents(s, newAuthority(s.T), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, nil)
}

func wrongHost(s *stage) place {
	return presents(s, newAuthority(s.T), func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example.com"} }, nil)
}

func unknownCA(s *stage) place {
	p := presents(s, newAuthority(s.T), nil, nil)
	p.opts = []zadig.Option{zadig.WithToken(token), trusts(newAuthority(s.T))}
	return p
}

func wantsCertificate(s *stage) place {
	ca := newAuthority(s.T)
	return presents(s, ca, nil, func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, ca.pool() })
}

func plainPort(s *stage) place {
	o := startOrigin(s.T, &origin{zadig: s.zadig})
	p := o.place(zadig.WithToken(token))
	p.requests = o.accepted.Load
	p.url = strings.Replace(p.url, "http", "https", 1)
	return p
}

func silentHandshake(s *stage) place {
	o := startOrigin(s.T, &origin{zadig: s.zadig, greet: func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }})
	p := o.place(zadig.WithToken(token))
	p.requests = o.accepted.Load
	p.busy = none // net/http continues a handshake without its request, for at most ten seconds
	p.url = strings.Replace(p.url, "http", "https", 1)
	return p
}

func proxied(proxy string) zadig.Option {
	return zadig.WithProxy(func(*http.Request) (*url.URL, error) { return url.Parse(proxy) })
}

func proxyRefuses(scheme string) func(*stage) place {
	return func(s *stage) place {
		s.strike = func(x *exchange) {
			x.response = &response{header: http.Header{}}
			x.other(http.StatusProxyAuthRequired, "", "Proxy-Authenticate: Basic realm=\"intranet\"")
		}
		p := plain(s)
		p.opts = append(p.opts, proxied(p.url))
		p.url = scheme + "://zadig.example.com"
		return p
	}
}

func noProxy(s *stage) place {
	return place{"http://zadig.example.com", []zadig.Option{zadig.WithToken(token), proxied("http://" + nobody)}, none, none}
}

// toxic puts toxiproxy in front of the server, with one toxic on its responses.
func toxic(kind, attributes string) func(*stage) place {
	return func(s *stage) place {
		s.strike = nil
		p := plain(s)
		server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
		proxy := toxiproxy.NewProxy(server, s.Name(), "127.0.0.1:0", strings.TrimPrefix(p.url, "http://"))
		require.NoError(s, proxy.Start())
		s.Cleanup(proxy.Stop)
		added := `{"name":"` + kind + `","type":"` + kind + `","stream":"downstream","attributes":` + attributes + `}`
		_, err := proxy.Toxics.AddToxicJson(strings.NewReader(added))
		require.NoError(s, err)
		p.url = "http://" + proxy.Listen
		p.busy = none
		return p
	}
}

var errNotZadig = errors.New("the response is not the healthy one")
