package servertest

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Script responds to the n-th request with the n-th handler, and to all further
// requests with the last handler.
func Script(handlers ...http.HandlerFunc) http.HandlerFunc {
	var (
		mu sync.Mutex
		n  int
	)
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handlers[min(n, len(handlers)-1)]
		n++
		mu.Unlock()
		h(w, r)
	}
}

// Status responds with a status, a body and headers in pairs, and without a
// Content-Type unless one is given.
func Status(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// JSON responds with 200 and a JSON body.
func JSON(body string) http.HandlerFunc {
	return Status(http.StatusOK, body, "Content-Type", "application/json; charset=utf-8")
}

// Close closes the connection without a response.
func Close(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// Reset resets the TCP connection without a response.
func Reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0) //nolint:forcetypeassert // httptest speaks TCP
	_ = conn.Close()
}

// Hang sends nothing until the client closes the connection.
func Hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// Cut sends part of a body and then closes the connection.
func Cut(part string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(part)+100))
		_, _ = io.WriteString(w, part)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Stall sends part of a body and then nothing until the client closes the connection.
func Stall(part string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, part)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// Drip sends a body byte by byte and waits before each byte.
func Drip(body string, wait time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		for i := range len(body) {
			sleep(r, wait)
			_, _ = io.WriteString(w, body[i:i+1])
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// After waits before h responds.
func After(wait time.Duration, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sleep(r, wait)
		h(w, r)
	}
}

// sleep waits, or returns early if the client closes the connection.
func sleep(r *http.Request, wait time.Duration) {
	select {
	case <-r.Context().Done():
	case <-time.After(wait):
	}
}

// RoundTripper is a function that implements http.RoundTripper.
type RoundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f RoundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
