package mcpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// conn is a transport over two streams, and the connection of that transport. It responds
// with a JSON-RPC error to a line that is not a message. When the input ends, it ends
// after all requests have a response. The MCP SDK's own transport would end at such a
// line, and would drop responses when the input ends.
type conn struct {
	lines chan []byte // closed at the end of the input

	mu   sync.Mutex
	out  io.Writer
	open sync.WaitGroup // requests without a response
}

func newConn(in io.Reader, out io.Writer) *conn {
	c := &conn{lines: make(chan []byte), out: out}
	go func() {
		defer close(c.lines)
		reader := bufio.NewReader(in)
		for {
			line, err := reader.ReadBytes('\n')
			if len(line) > 1 {
				c.lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return c
}

func (c *conn) Connect(context.Context) (mcp.Connection, error) { return c, nil }
func (c *conn) SessionID() string                               { return "" }
func (c *conn) Close() error                                    { return nil }

func (c *conn) Read(ctx context.Context) (jsonrpc.Message, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case line, ok := <-c.lines:
			if !ok {
				c.open.Wait()
				return nil, io.EOF
			}
			message, err := jsonrpc.DecodeMessage(line)
			if err == nil {
				if request, ok := message.(*jsonrpc.Request); ok && request.IsCall() {
					c.open.Add(1)
				}
				return message, nil
			}
			refusal := &jsonrpc.Error{Code: jsonrpc.CodeInvalidRequest, Message: "Invalid Request"}
			if !json.Valid(line) {
				refusal = &jsonrpc.Error{Code: jsonrpc.CodeParseError, Message: "Parse error"}
			}
			if err := c.write(map[string]any{"jsonrpc": "2.0", "id": nil, "error": refusal}); err != nil {
				return nil, err
			}
		}
	}
}

func (c *conn) Write(_ context.Context, message jsonrpc.Message) error {
	encoded, err := jsonrpc.EncodeMessage(message)
	if _, ok := message.(*jsonrpc.Response); ok {
		defer c.open.Done()
	}
	return errors.Join(err, c.write(json.RawMessage(encoded)))
}

func (c *conn) write(message any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return json.NewEncoder(c.out).Encode(message)
}
