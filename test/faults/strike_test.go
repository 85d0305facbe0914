package faults_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

// What happens to a request that meets a fault.

const token = "the-token-of-a-robot"

// pause lets what was written arrive before a reset, which would overtake it.
func (x *exchange) pause() { time.Sleep(5 * time.Millisecond) }

func (x *exchange) half() []byte { return x.body[:len(x.body)/2] }

func status(code int, header ...string) func(*exchange) {
	return func(x *exchange) { x.other(code, "", header...) }
}

func page(code int) func(*exchange) {
	return func(x *exchange) {
		x.other(code, "<!DOCTYPE html>\n<html><body><form action=\"/login\"></form></body></html>\n", "Content-Type: text/html")
	}
}

func (x *exchange) endlessHeaders(pause time.Duration) {
	x.write([]byte("HTTP/1.1 200 OK\r\n"))
	for i := 0; ; i++ {
		if _, err := fmt.Fprintf(x.conn, "X-Filler-%d: %s\r\n", i, strings.Repeat("a", 1000)); err != nil {
			return
		}
		if pause > 0 && x.gone(pause) != nil {
			return
		}
	}
}

func (x *exchange) chunked(p []byte, whole bool) {
	x.head("Transfer-Encoding: chunked")
	x.write(fmt.Appendf(nil, "%x\r\n%s\r\n", len(p), p))
	if whole {
		x.write([]byte("0\r\n\r\n"))
	}
}

// endless begins a body, and sends more until the client closes the connection.
func (x *exchange) endless(begin, more string) {
	x.head("Connection: close")
	x.write([]byte(begin))
	for rest := []byte(strings.Repeat(more, 64<<10)); ; {
		if _, err := x.conn.Write(rest); err != nil {
			return
		}
	}
}

func (x *exchange) gzipped(change func([]byte) []byte) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(x.body)
	_ = w.Close()
	changed := *x
	changed.response = &response{200, clone(x.header, "Content-Encoding", "gzip"), change(z.Bytes())}
	changed.good()
	x.keep = true
}

// bomb is a gigabyte of blanks in a megabyte of gzip.
func (x *exchange) bomb() {
	x.head("Content-Encoding: gzip", "Connection: close")
	w, _ := gzip.NewWriterLevel(x.conn, gzip.BestSpeed)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	_, _ = w.Write([]byte("["))
	for range 1 << 10 {
		if _, err := w.Write(blanks); err != nil {
			return
		}
	}
	_ = w.Close()
}

const (
	http2Refused  = http2.ErrCodeRefusedStream
	http2Internal = http2.ErrCodeInternal
)

func (s *stream) reset(code http2.ErrCode) {
	_ = s.framer.WriteRSTStream(s.id, code)
	s.keep = true
}

// goAwayUnseen reports that the request was not processed.
func (s *stream) goAwayUnseen() { _ = s.framer.WriteGoAway(0, http2.ErrCodeNo, nil) }

// goAwayGracefully responds to the last request on this connection.
func (s *stream) goAwayGracefully() {
	_ = s.framer.WriteGoAway(s.id, http2.ErrCodeNo, nil)
	s.good()
	s.keep = true // the client closes it
}

func (s *stream) goAwayAngrily() { _ = s.framer.WriteGoAway(s.id, http2.ErrCodeInternal, nil) }
