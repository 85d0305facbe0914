package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/zadig-go/zadig/internal/response"
)

// maxConns is how many connections requests keep, and may have, at a time.
const maxConns = 64

// pools is the RoundTripper that is used when the user brings none. An answer
// that is read at once goes through a pool with a bound. One that is read as
// the caller goes on, a streamed list, holds its connection meanwhile: it has
// a pool of its own without a bound, because callers that ask for more inside
// their loops would otherwise wait for each other for ever.
type pools struct {
	whole, streamed *http.Transport
	// turns has room for as many requests as there may be connections: who
	// waits for one does so before the attempt, whose time is not yet running.
	turns chan struct{}
}

func (p *pools) RoundTrip(req *http.Request) (*http.Response, error) {
	if call := response.CallFrom(req.Context()); call != nil && call.Whole {
		return p.whole.RoundTrip(req)
	}
	return p.streamed.RoundTrip(req)
}

func (p *pools) CloseIdleConnections() {
	p.whole.CloseIdleConnections()
	p.streamed.CloseIdleConnections()
}

// NewBase makes such a RoundTripper: HTTP/2, and a proxy from the environment
// unless another one is given. Both arguments may be nil.
func NewBase(config *tls.Config, proxy func(*http.Request) (*url.URL, error)) http.RoundTripper {
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	streamed := &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: checkConnectResponse,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        config.Clone(),
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           2 * maxConns,
		MaxIdleConnsPerHost:    maxConns,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ReadBufferSize:         32 << 10, // lists are large; net/http's 4 KiB are many system calls
	}
	whole := streamed.Clone()
	whole.MaxConnsPerHost = maxConns
	return &pools{whole: whole, streamed: streamed, turns: make(chan struct{}, maxConns)}
}

// checkConnectResponse lets a proxy's answer to CONNECT be retried when it would be as
// an answer of Zadig. A wrong password of the proxy is not tried three times.
func checkConnectResponse(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	err := fmt.Errorf("the proxy answered CONNECT with %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	if retryable(resp.StatusCode) {
		return err
	}
	return final{err}
}
