package transport

import "net/http"

// Unwrap returns the transport below the one that NewBase made.
func Unwrap(rt http.RoundTripper) *http.Transport { return rt.(*http.Transport) }
