package faults_test

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strconv"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// stream is a request by HTTP/2.
type stream struct {
	*exchange
	id     uint32
	framer *http2.Framer
}

// serveHTTP2 reads frames until the client closes the connection. It responds to
// one request at a time.
func (o *origin) serveHTTP2(conn net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = framer.WriteSettings()
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				_ = framer.WritePing(true, f.Data)
			}
		case *http2.MetaHeadersFrame:
			x := &exchange{origin: o, raw: conn, conn: conn, in: conn, n: int(o.requests.Add(1)), path: f.PseudoValue("path")}
			if x.response, err = o.zadig.get(x.path); err != nil {
				return
			}
			s := &stream{x, f.StreamID, framer}
			o.busy.Add(1)
			if o.strikeStream != nil && o.hits(x.n) {
				o.strikeStream(s)
			} else {
				s.good()
				s.keep = true
			}
			o.busy.Add(-1)
			if !s.keep {
				return
			}
		}
	}
}

func (s *stream) head() {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	_ = encoder.WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(s.status)})
	_ = encoder.WriteField(hpack.HeaderField{Name: "content-type", Value: "application/json; charset=utf-8"})
	_ = s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: block.Bytes(), EndHeaders: true})
}

func (s *stream) data(p []byte, end bool) {
	for part := range slices.Chunk(p, 16<<10) {
		_ = s.framer.WriteData(s.id, false, part)
	}
	if end {
		_ = s.framer.WriteData(s.id, true, nil)
	}
}

func (s *stream) good() {
	s.head()
	s.data(s.body, true)
}
