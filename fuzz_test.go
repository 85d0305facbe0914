package zadig_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

const plantedToken = "planted-T0ken-of-a-robot"

// fuzzed returns a client for which every request has the same response.
func fuzzed(t *testing.T, status int, body []byte) *zadig.Client {
	t.Helper()
	client, mock := clienttest.NewMock(t)
	mock.RegisterNoResponder(clienttest.Respond(status, string(body)))
	client, err := client.With(zadig.WithToken(plantedToken), zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	return client
}

// requireGoodError checks that err is an *Error with a text of one line and one
// meaning, and does not show the token.
func requireGoodError(t *testing.T, err error, status int) {
	t.Helper()
	failure := clienttest.AsError(t, err)
	require.Equal(t, status, failure.StatusCode)
	require.NotEmpty(t, clienttest.Sentinel(err), "%v", err)
	require.NotContains(t, clienttest.Sentinel(err), " and ", "%v", err)
	require.Negative(t, strings.IndexFunc(err.Error(), unicode.IsControl), "%q", err.Error())
	require.NotEmpty(t, strings.ToValidUTF8(err.Error(), ""))
	require.LessOrEqual(t, len(failure.Body), 2<<10)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		require.NotContains(t, fmt.Sprintf(verb, failure), plantedToken)
	}
	require.NotContains(t, string(failure.Body), plantedToken)
}

// FuzzEnvelope reads any bytes, with the token at some position, as the body of a
// failure.
func FuzzEnvelope(f *testing.F) {
	for _, r := range append(recording.Load(f, "v1.11.0/*"), recording.Load(f, "v5.0.0/*")...) {
		if r.Response.Status >= 300 {
			f.Add(r.Response.Status, r.Bytes(), 0)
		}
	}
	f.Add(502, []byte("<html><body>Bad Gateway</body></html>"), 7)
	f.Add(500, []byte(`{"code":500,"message":"token=`+plantedToken+`\u0026a=b","extra":{"a":["`+plantedToken+`"]}}`), 3)
	f.Fuzz(func(t *testing.T, status int, body []byte, at int) {
		if status < 300 || status > 599 {
			status = 300 + (status&0x7fffffff)%300
		}
		at = (at & 0x7fffffff) % (len(body) + 1)
		body = bytes.Join([][]byte{body[:at], []byte(plantedToken), body[at:]}, nil)
		var out map[string]any
		err := fuzzed(t, status, body).Get(t.Context(), "/api/aslan/anything", nil, &out)
		requireGoodError(t, err, status)
		require.Nil(t, out)
	})
}

// FuzzPicketText checks that only a response about a missing document is ErrNotFound,
// for any text that picket quotes.
func FuzzPicketText(f *testing.F) {
	for _, r := range append(recording.Load(f, "v1.11.0/dc_*"), recording.Load(f, "v5.0.0/dc_*")...) {
		if r.Response.Status == 500 {
			f.Add(strings.Trim(string(r.Bytes()), `"`))
		}
	}
	f.Add(`failed to get artifact by image err:[400 BadRequest] {"code":6662,"description":"mongo: no documents in result"}`)
	f.Add(`[403 Forbidden] `)
	f.Add(`mongo: no documents in result`)
	f.Add(`[400 BadRequest] {"code":6662}`)
	f.Fuzz(func(t *testing.T, text string) {
		body := fmt.Appendf(nil, `{"code":500,"message":"Internal Error","description":%s}`, quote(text))
		_, err := fuzzed(t, 500, body).Artifact.Trace(t.Context(), "registry.example.com/shop/cart:1")
		requireGoodError(t, err, 500)
		switch {
		case errors.Is(err, zadig.ErrNotFound):
			require.Regexp(t, `(?s)\[404 |\[400 .*6662|^mongo: no documents in result$|^failed to get (project|delivery version)`, text)
		case errors.Is(err, zadig.ErrForbidden):
			require.Contains(t, text, "[403 ")
		}
	})
}

func quote(s string) []byte {
	var b bytes.Buffer
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "?") {
		fmt.Fprintf(&b, `\u%04x`, min(r, 0xfffd))
	}
	b.WriteByte('"')
	return b.Bytes()
}
