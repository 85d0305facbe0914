package response_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/response"
)

// pieces reads a text in pieces. Their sizes come from the bytes of a pattern, which
// is repeated.
type pieces struct {
	text    string
	pattern string
	n       int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	size := len(p.text)
	if p.pattern != "" {
		size = int(p.pattern[p.n%len(p.pattern)])%64 + 1
		p.n++
	}
	n := copy(b[:min(size, len(b))], p.text)
	p.text = p.text[n:]
	return n, nil
}

// FuzzElements reads any bytes in any pieces: either the elements are those that
// encoding/json reads, or there is an error.
func FuzzElements(f *testing.F) {
	for _, body := range []string{
		all, `[]`, `null`, ` [ 1 , "a\"]" , {"a":[{}]} , [[],"{"] ] `, `[{"id":"\\"},{"id":"\\\""}]`, `[1`, `["a`, `[{]`, `[{"a":]},{}]`, `[,]`,
		`[1,]`, `[nul]`, `[true,false,null,-1.5e+3]`, `[1 2]`, `[]]`, `{}`, `"x"`, "[\"\xff\"]",
		`[{"any":[1,{"any":2}],"id":"1"},{"ANY":"]","id":"2"}]`,
		`[{"any" : {"x":"\"},"}}]`, strings.Repeat("[", 50) + strings.Repeat("]", 50),
	} {
		f.Add(body, "")
		f.Add(body, "\x00")
		f.Add(body, "\x03\x00\x11")
	}
	f.Fuzz(func(t *testing.T, body, pattern string) {
		for name, mode := range modes {
			var want []json.RawMessage
			wantErr := json.Unmarshal([]byte(body), &want)
			got, err := elementsOf[json.RawMessage](t, body, pattern, mode)
			if wantErr != nil {
				require.Error(t, err, "%s: encoding/json: %v", name, wantErr)
				continue
			}
			require.NoError(t, err, name)
			require.Len(t, got, len(want), name)
			for i := range want {
				require.Equal(t, string(want[i]), string(*got[i]), name)
			}
		}
	})
}

// elementsOf reads a stream to its end and returns its last error.
func elementsOf[T any](t *testing.T, body, pattern string, mode response.Mode) (all []*T, err error) {
	t.Helper()
	e := things
	s, err := response.Elements[T](t.Context(), doer{body: &pieces{text: body, pattern: pattern}}, e, mode)
	require.NoError(t, err)
	defer s.Close()
	for {
		v, next := s.Next()
		var elementErr *response.ElementError
		switch {
		case next == io.EOF: //nolint:errorlint // as io.Reader says it
			return all, err
		case errors.As(next, &elementErr):
			err = next
		case next != nil:
			return all, next
		default:
			all = append(all, v)
		}
	}
}
