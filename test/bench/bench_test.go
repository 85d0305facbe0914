package bench_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
)

// Helpers of the benchmarks. Each benchmark compares the SDK with code written by
// hand for net/http and encoding/json, in the same run against the same server.
// BENCHMARKS.md says how to repeat them.

// listOf is a list of n releases of the documented sample, each with an id of
// its own. It is made while it is read, so that it takes no memory.
type listOf struct {
	n    int
	one  []byte // the sample, without the digits of its id
	at   int    // where those stand
	size int    // of the whole list
}

func documentedList(tb testing.TB, n int) listOf {
	tb.Helper()
	sample, err := os.ReadFile("../../testdata/documented/releases.json")
	require.NoError(tb, err)
	var compact bytes.Buffer
	require.NoError(tb, json.Compact(&compact, sample))
	one := bytes.TrimSuffix(bytes.TrimPrefix(compact.Bytes(), []byte("[")), []byte("]"))
	const member, digits = `"versionInfo":{"id":"`, "619dbaa8c528c2182225e8d9"
	at := bytes.Index(one, []byte(member+digits)) + len(member)
	require.Greater(tb, at, len(member))
	return listOf{n: n, one: one, at: at, size: n*(len(one)+1) + 1}
}

func (l listOf) WriteTo(w io.Writer) (int64, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	for i := range l.n {
		separator := ","
		if i == 0 {
			separator = "["
		}
		fmt.Fprintf(out, "%s%s%024x", separator, l.one[:l.at], i+1)
		if _, err := out.Write(l.one[l.at+24:]); err != nil {
			return 0, err
		}
	}
	_, _ = out.WriteString("]")
	return int64(l.size), out.Flush()
}

// bytes is the whole list.
func (l listOf) bytes(tb testing.TB) []byte {
	tb.Helper()
	var list bytes.Buffer
	_, err := l.WriteTo(&list)
	require.NoError(tb, err)
	require.Equal(tb, l.size, list.Len())
	return list.Bytes()
}

// benchServer responds to every request with the same body, except that pages after
// the first are empty. It allocates almost nothing, so that the benchmarks measure the
// client.
type benchServer struct {
	url         string
	connections atomic.Int64 // opened so far
}

func startBenchServer(tb testing.TB, size int, body io.WriterTo, latency time.Duration, header string) *benchServer {
	tb.Helper()
	head := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n%sContent-Length: %d\r\n\r\n", header, size)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	srv := &benchServer{url: "http://" + listener.Addr().String()}
	var open sync.Map // connections, to be closed with the benchmark, for they hold the body
	tb.Cleanup(func() {
		_ = listener.Close()
		open.Range(func(conn, _ any) bool {
			_ = conn.(net.Conn).Close()
			return true
		})
	})
	serve := func(conn net.Conn) {
		defer conn.Close()
		in := bufio.NewReader(conn)
		later := false
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			later = later || bytes.Contains(line, []byte("?page=")) && !bytes.Contains(line, []byte("?page=1&"))
			if len(line) > 2 { // not yet the request's end
				continue
			}
			time.Sleep(latency)
			if later {
				later = false
				if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"); err != nil {
					return
				}
				continue
			}
			if _, err := conn.Write(head); err != nil {
				return
			}
			if _, err := body.WriteTo(conn); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			srv.connections.Add(1)
			open.Store(conn, nil)
			go serve(conn)
		}
	}()
	return srv
}

// static is a body that stays. It is written in pieces, because one system call
// of many megabytes keeps the client on the other processor waiting for its first
// byte, which no network does.
type static []byte

func (s static) WriteTo(w io.Writer) (written int64, err error) {
	for piece := range slices.Chunk(s, 64<<10) {
		n, err := w.Write(piece)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func (s *benchServer) client(tb testing.TB, opts ...zadig.Option) *zadig.Client {
	tb.Helper()
	client, err := zadig.NewClient(s.url, append([]zadig.Option{zadig.WithToken("benchmark")}, opts...)...)
	require.NoError(tb, err)
	return client
}
