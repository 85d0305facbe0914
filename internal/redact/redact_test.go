package redact_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/redact"
)

const secret = "s3cr3t-VALUE.of/the+token="

func TestTextMasksSecretsWhereverTheyStand(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"query of an echoed URL":             `Get "http://aslan:25000/x?image=a&token=` + url.QueryEscape(secret) + `&page=1": refused`,
		"query with an escaped ampersand":    `Get \"http://aslan/x?token=s3cr3t-VALUE.of\u0026page=1\": refused`,
		"query key with a prefix":            `access_token=s3cr3t-VALUE.of`,
		"JSON member":                        `{"oauth_token":"` + secret + `","x":1}`,
		"JSON member with an escaped quote":  `{"password":"ab\"s3cr3t-VALUE.of","x":1}`,
		"JSON in a JSON string":              `{"description":"[400] {\"ssh_key\":\"s3cr3t-VALUE.of\\nline\",\"a\":1}"}`,
		"JSON in JSON with inner quotes":     `{"description":"{\"private_access_token\":\"a\\\"s3cr3t-VALUE.of\",\"a\":1}"}`,
		"cut in the middle of the value":     `{"password":"s3cr3t-VALUE`,
		"authorization header":               `Authorization: Bearer s3cr3t-VALUE.of`,
		"query of a URL in a query":          `next=https%3A%2F%2Fx%2F%3Ftoken%3Ds3cr3t-VALUE.of&page=1`,
		"query of a URL in a URL in a query": `next=https%253A%252F%252Fx%252F%253Ftoken%253Ds3cr3t-VALUE.of`,
		"user info without a name":           `https://s3cr3t-VALUE.of@gitlab.example.com/x`,
		"user info":                          `https://user:s3cr3t-VALUE.of@gitlab.example.com/x`,
		"private key":                        "-----BEGIN RSA PRIVATE KEY-----\ns3cr3t-VALUE\n-----END RSA PRIVATE KEY-----",
		"private key, cut":                   `"-----BEGIN PRIVATE KEY-----\ns3cr3t-VALUE`,
		"private key without its end":        `{"x":"-----BEGIN PRIVATE KEY-----\ns3cr3t-VALUE","y":1}`,
		"name of a member, escaped":          `{"\u0070assword":"s3cr3t-VALUE"}`,
		"value of a member, escaped":         `token=\u00733cr3t-VALUE`,
		"member in HTML":                     `<pre>{&quot;password&quot;:&quot;s3cr3t-VALUE&quot;}</pre>`,
		"JSON in JSON in JSON":               `"{\"a\":\"{\\\"password\\\":\\\"s3cr3t-VALUE\\\"}\"}"`,
		"JSON in a query":                    `/x?filter=%7B%22password%22%3A%22s3cr3t-VALUE%22%7D`,
		"after Chinese text":                 `获取失败\n{\"password\":\"s3cr3t-VALUE\"}`,
		"user info with a slash":             `dial http://user:pa/s3cr3t@proxy:3128: refused`,
		"proxy with a slash, net/url":        `parse "http://user:s3cr3t/word@proxy:3128": invalid port ":s3cr3t" after host`,
		"proxy with a space, net/url":        `parse "http://user:s3cr3t word@proxy:3128": net/url: invalid userinfo`,
		"proxy with a quote, net/url":        `parse "http://user:s3c\"s3cr3t@proxy": net/url: invalid userinfo`,
		"proxy of the environment":           `invalid proxy address "u:s3cr3t/x@h:1": parse "u:s3cr3t/x@h:1": first path segment`,
	} {
		got := redact.Text(text)
		assert.NotContains(t, got, "s3cr3t", name)
		assert.Contains(t, got, redact.Mask, name)
	}
}

func TestTextMasksTheTokenItself(t *testing.T) {
	t.Parallel()
	got := redact.Text("echo "+secret+" and "+url.QueryEscape(secret), secret)
	assert.Equal(t, "echo *** and ***", got)
	const odd = `a"b<c>d&e/f`
	assert.Equal(t, `echo "***" "***" "***"`,
		redact.Text(`echo "a\"b\u003cc\u003ed\u0026e/f" "a\"b\u003cc\u003ed\u0026e\/f" "a%22b%3Cc%3Ed&e%2Ff"`, odd))
	assert.Equal(t, "page one", redact.Text("page one", "one"), "too short to look for")
}

func TestTextMasksAJSONWebToken(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "x *** y", redact.Text("x eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOiIxIn0.c2ln y"))
}

func TestTextLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	const text = `{"code":500,"description":"failed to get artifact by image err:[400 BadRequest] ` +
		`{\"code\":6662,\"message\":\"获取交付物信息失败\"}","url":"https://github.com:443/a@b"}`
	assert.Equal(t, text, redact.Text(text))
}

func TestTextKeepsJSONValid(t *testing.T) {
	t.Parallel()
	text := `{"description":"{\"n\":1} token=abc\u0026x","password":"a\"b","n":2}`
	got := redact.Text(text)
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(got), &decoded), got)
	assert.InDelta(t, 2, decoded["n"], 0)
}

func TestURL(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("https://me:pw123456@zadig.example.com/x?image=a%3Ab&token=s3cr3t")
	require.NoError(t, err)
	assert.Equal(t, "https://***@zadig.example.com/x?image=a%3Ab&token=***", redact.URL(u))
	assert.Equal(t, "https://zadig.example.com/x", redact.URLWithoutQuery(u))
	u.Path = "/" + strings.Repeat("交", 1000)
	for _, text := range []string{redact.URL(u), redact.URLWithoutQuery(u)} {
		assert.Less(t, len(text), 2060)
		assert.Contains(t, text, "…")
	}
}

// A server may escape any character of the token.
func TestTextMasksTheTokenInEveryForm(t *testing.T) {
	t.Parallel()
	const token = "own-t0ken/of+the=client"
	encode := func(format string) string {
		var b strings.Builder
		for _, c := range []byte(token) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
	for name, form := range map[string]string{
		"raw":                       token,
		"percent":                   encode("%%%02X"),
		"percent, lower case":       encode("%%%02x"),
		"percent, twice":            encode("%%25%02X"),
		"percent, three times":      encode("%%2525%02X"),
		"percent, in part":          "own%2Dt0ken%2fof+the%3Dclient",
		`\uXXXX`:                    encode(`\u%04x`),
		`\uXXXX, upper case`:        encode(`\u%04X`),
		`\uXXXX, JSON in JSON`:      encode(`\\u%04x`),
		`\uXXXX, JSON in JSON in …`: encode(`\\\\u%04x`),
		"slashes":                   `own-t0ken\/of+the=client`,
		"percent in JSON":           encode(`\u0025%02x`),
		"HTML":                      encode("&#%d;"),
		"HTML, hexadecimal":         encode("&#x%x;"),
	} {
		assert.Equal(t, "before *** after", redact.Text("before "+form+" after", token), name)
		assert.Equal(t, "***", redact.Line(form, token), name)
	}
}

func TestLineFolds(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ text, want string }{
		"line breaks":       {"a\nb\r\nc\vd\fe", "a b c d e"},
		"escape":            {"a\x1b[31mb\x1b[0m", "a [31mb [0m"},
		"C1":                {"a\u009b31mb\u0085c", "a 31mb c"},
		"delete and nul":    {"a\x7fb\x00c", "a b c"},
		"separators":        {"a\u2028b\u2029c", "a b c"},
		"bidi":              {"a\u202eb\u2066c\u200fd\u061ce", "a b c d e"},
		"no UTF-8":          {"a\x80\xffb", "a\ufffdb"},
		"spaces stay":       {" a  b ", " a  b "},
		"everything stays":  {"获取失败 🚢 é", "获取失败 🚢 é"},
		"within the token":  {"own-\x1bt0ken", "own- t0ken"},
		"between its words": {"Authorization: Bearer\x1bs3cr3t-VALUE", "Authorization: Bearer ***"},
		"behind its name":   {"\"password\":\x00\"s3cr3t\"", "\"password\": \"***\""},
		"within a value":    {"token=s3cr3t\x00VALUE", "token=***"},
	} {
		assert.Equal(t, row.want, redact.Line(row.text, "own-t0ken"), name)
	}
}

// Masking a masked text again changes nothing. Texts are assembled from masked ones and
// masked again.
func TestMaskingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`Get "https://me:pw@h/x?token=abc&a=b": EOF`, `{"password":"a\"b","c":"Bearer x.y"}`,
		"-----BEGIN PRIVATE KEY-----\nx", `parse "http://u:p/w@h": invalid port ":p" after host`, "x own-t0ken y%6Fwn-t0ken",
	} {
		once := redact.Line(text, "own-t0ken")
		assert.NotEqual(t, text, once)
		assert.Equal(t, once, redact.Line(once, "own-t0ken"))
	}
}

// An excerpt is cut twice: where reading stopped, and at its limit. Masking between the
// two can move text at the first cut into the excerpt.
func TestExcerptShowsNoPartOfATokenThatWasCut(t *testing.T) {
	t.Parallel()
	const token = "own-t0ken-of-the-client"
	long := `{"password":"` + strings.Repeat("p", 3000) + `","x":"`
	for n := range token {
		for name, s := range map[string]string{
			"token":     long + token[:n],
			"escaped":   long + strings.Repeat(`\u006f`, n),
			"user info": long + `https://me:` + token[:n],
		} {
			got := redact.Excerpt(s, true, 2048, token)
			assert.NotContains(t, got, "own", name)
			assert.NotContains(t, got, "u006f", name)
			assert.True(t, strings.HasPrefix(got, `{"password":"***"`), got)
		}
	}
	assert.Equal(t, `{"a":"own`, redact.Excerpt(`{"a":"own`, false, 2048, token), "all that came")
	assert.Equal(t, "交", redact.Excerpt("交付", false, 5), "not within a character")
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                                      "",
		"https://git.example.com":               "https://git.example.com",
		"https://bob:pw@git.example.com:8443/x": "https://git.example.com:8443/x",
		"https://tok@git.example.com":           "https://git.example.com",
		"ssh://git:pw@git.example.com":          "ssh://git.example.com",
		"git@git.example.com:a/b":               "git@git.example.com:a/b",
		"https://bob:p w/x@git.example.com":     "https://git.example.com",
		"https://h/x?private_token=abc":         "https://h/x?private_token=***",
	} {
		assert.Equal(t, want, redact.Address(address))
	}
}
