package zadig_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

const plantedToken = "planted-T0ken-of-a-robot"

// fuzzed responds to every request alike.
type fuzzed struct {
	status int
	body   []byte
	header http.Header
}

func (f fuzzed) RoundTrip(req *http.Request) (*http.Response, error) {
	header := f.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: f.status, Header: header, Body: io.NopCloser(bytes.NewReader(f.body)), Request: req}, nil
}

func (f fuzzed) client(t *testing.T) *zadig.Client {
	t.Helper()
	return clienttest.New(t, "https://zadig.example.com", zadig.WithTransport(f), zadig.WithToken(plantedToken),
		zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
}

// requireGoodError checks that err is an *Error of one line, with one meaning, that
// does not show the token.
func requireGoodError(t *testing.T, err error, status int) *zadig.Error {
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
	return failure
}

// FuzzEnvelope: a failure whose body is any bytes, with the token somewhere in it.
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
		err := fuzzed{status: status, body: body}.client(t).Get(t.Context(), "/api/aslan/anything", nil, &out)
		failure := requireGoodError(t, err, status)
		require.NotContains(t, fmt.Sprint(failure.Extra), plantedToken)
		require.Nil(t, out)
	})
}

// FuzzPicketText: only a response of aslan about a missing document is ErrNotFound,
// whatever picket quotes.
func FuzzPicketText(f *testing.F) {
	for _, r := range append(recording.Load(f, "v1.11.0/dc_*"), recording.Load(f, "v5.0.0/dc_*")...) {
		if r.Response.Status == 500 {
			f.Add(strings.Trim(string(r.Bytes()), `"`))
		}
	}
	f.Add(`failed to get artifact by image err:[400 BadRequest] {"code":6662,"description":"mongo: no documents in result"}`)
	f.Add(`[403 Forbidden] `)
	f.Add(`[400 BadRequest] {"code":6662}`)
	f.Fuzz(func(t *testing.T, text string) {
		body := fmt.Appendf(nil, `{"code":500,"message":"Internal Error","description":%s}`, quote(text))
		_, err := fuzzed{status: 500, body: body}.client(t).Artifact.Trace(t.Context(), "registry.example.com/shop/cart:1")
		_ = requireGoodError(t, err, 500)
		switch {
		case errors.Is(err, zadig.ErrNotFound):
			if !strings.Contains(text, "[404 ") {
				require.Contains(t, text, "[400 ")
				require.Contains(t, text, "6662")
			}
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

// FuzzBaseURL: requests go below a base URL that NewClient accepts, and the error
// for another one does not repeat its password.
func FuzzBaseURL(f *testing.F) {
	for _, seed := range []string{
		"https://zadig.example.com", "http://127.0.0.1:8080/zadig/", "https://[::1]:443/a%2Fb", "zadig.example.com",
		"https://user:hunter2hunter2@zadig.example.com", "https://z?token=a", "https://z#f", "ftp://z", "http://z:0", "http://z:99999",
		"https://z/%zz", "http:opaque", "//z", "http://例え.jp/路径", "HTTP://Z", "https://z/../..", "https://z//a//", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, baseURL string) {
		var asked *url.URL
		client, err := zadig.NewClient(baseURL, zadig.WithToken(plantedToken), zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}),
			zadig.WithTransport(servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
				asked = req.URL
				return servertest.Response(req, servertest.Status(200, "{}")), nil
			})))
		if err != nil {
			require.Nil(t, client)
			if u, bad := url.Parse(baseURL); bad == nil {
				if password, set := u.User.Password(); set && len(password) > 5 {
					require.NotContains(t, err.Error(), password)
				}
			}
			return
		}
		base, err := url.Parse(baseURL)
		require.NoError(t, err)
		err = client.Get(t.Context(), "/api/x", nil, nil)
		require.NoError(t, err)
		require.Equal(t, base.Host, asked.Host)
		require.Contains(t, []string{"http", "https"}, asked.Scheme)
		require.Nil(t, asked.User)
		require.True(t, strings.HasPrefix(asked.Path, strings.TrimSuffix(base.Path, "/")), "%s is not below %s", asked.Path, base.Path)
		require.True(t, strings.HasSuffix(asked.Path, "/api/x"), asked.Path)
		require.Empty(t, asked.RawQuery)
		require.NotContains(t, fmt.Sprintf("%+v", client), plantedToken)
	})
}
