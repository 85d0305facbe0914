package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// maxIdle is how many connections are kept.
const maxIdle = 64

// A connection that has gone silent without being closed is found by a ping
// after pingAfter without a frame, and given up if no reply comes within
// pingTimeout: so a dead one costs its requests 10 seconds, after which they
// are retried, and not the whole timeout of each request that follows. A round
// trip in an intranet takes milliseconds.
const (
	pingAfter   = 5 * time.Second
	pingTimeout = 5 * time.Second
)

// NewBase returns the RoundTripper that is used when the user brings none: HTTP/2, and a proxy from the
// environment unless another one is given. Both arguments may be nil.
func NewBase(config *tls.Config, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: checkConnectResponse,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        config.Clone(),
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ReadBufferSize:         32 << 10, // lists are large; net/http's 4 KiB are many system calls
	}
}

// checkConnectResponse makes a proxy's refusal of CONNECT an error that is
// retried if the same status from Zadig would be. A wrong password of the
// proxy is not tried three times.
func checkConnectResponse(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	err := fmt.Errorf("the proxy responded to CONNECT with %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	if retryable(resp.StatusCode) {
		return err
	}
	return permanentError{err}
}
