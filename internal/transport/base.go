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

// maxIdle is the number of idle connections that are kept for each host.
const maxIdle = 64

// The transport pings an HTTP/2 connection on which no frame has arrived for
// pingAfter, and closes it if there is no reply within pingTimeout. If a connection
// is dead, its requests therefore fail and are retried after 10 seconds, instead of
// each waiting for its timeout. A live server in an intranet replies within
// milliseconds.
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
		ReadBufferSize:         32 << 10, // lists are large, and net/http's default of 4 KiB needs many system calls
	}
}

// ConnectRefused is how the error begins if a proxy refuses to connect to Zadig.
const ConnectRefused = "the proxy responded to CONNECT with "

// checkConnectResponse returns an error if a proxy refuses CONNECT. The error is
// retried only if the same status from Zadig would be, so a wrong proxy password is
// sent only once.
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
