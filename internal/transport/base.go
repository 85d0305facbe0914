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

// maxIdle is how many idle connections to a host are kept.
const maxIdle = 64

// The transport pings a connection after pingAfter without a frame, and closes
// it if no reply arrives within pingTimeout. So a dead connection costs its
// requests 10 seconds, after which they are retried, and not the timeout of
// every request on it. A round trip in an intranet takes milliseconds.
const (
	pingAfter   = 5 * time.Second
	pingTimeout = 5 * time.Second
)

// NewBase returns the SDK's own RoundTripper, with HTTP/2. A nil proxy means the
// proxy of the environment. Both arguments may be nil.
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
		ReadBufferSize:         32 << 10, // lists are large; net/http's 4 KiB take many system calls
	}
}

// ConnectRefused is how the error begins if a proxy refuses to connect to Zadig.
const ConnectRefused = "the proxy responded to CONNECT with "

// checkConnectResponse makes a proxy's refusal of CONNECT an error that is retried
// if the same status from Zadig would be. A wrong proxy password is not tried three
// times.
func checkConnectResponse(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	err := fmt.Errorf(ConnectRefused+"%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	if retryable(resp.StatusCode) {
		return err
	}
	return permanentError{err}
}
