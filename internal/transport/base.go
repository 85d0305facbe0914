package transport

import (
	"net"
	"net/http"
	"time"
)

// idlePerHost lets 64 goroutines keep their connections.
const idlePerHost = 64

// NewBase is the RoundTripper that is used when the user brings none: HTTP/2,
// proxy from the environment, and enough idle connections for a busy service.
func NewBase() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{
			Timeout:   10 * time.Second,
			KeepAlive: 30 * time.Second,
		}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           4 * idlePerHost,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ReadBufferSize:         32 << 10, // lists are large; net/http's 4 KiB are many system calls
	}
}
