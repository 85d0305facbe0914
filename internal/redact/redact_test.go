package redact_test

import (
	"encoding/json"
	"net/url"
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
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := redact.Text(text)
			assert.NotContains(t, got, "s3cr3t")
			assert.Contains(t, got, redact.Mask)
		})
	}
}

func TestTextMasksTheTokenItself(t *testing.T) {
	t.Parallel()
	got := redact.Text("echo "+secret+" and "+url.QueryEscape(secret), secret)
	assert.Equal(t, "echo *** and ***", got)
	const odd = `a"b<c>d&e/f`
	assert.Equal(t, `echo "***" "***" "***"`, redact.Text(`echo "a\"b\u003cc\u003ed\u0026e/f" "a\"b\u003cc\u003ed\u0026e\/f" "a%22b%3Cc%3Ed&e%2Ff"`, odd))
	assert.Equal(t, "page one", redact.Text("page one", "one"), "too short to look for")
}

func TestTextMasksAJSONWebToken(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "x *** y", redact.Text("x eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOiIxIn0.c2ln y"))
}

func TestTextLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	const text = `{"code":500,"description":"failed to get artifact by image err:[400 BadRequest] {\"code\":6662,\"message\":\"获取交付物信息失败\"}","url":"https://github.com:443/a@b"}`
	assert.Equal(t, text, redact.Text(text))
}

func TestTextKeepsJSONValid(t *testing.T) {
	t.Parallel()
	text := `{"description":"{\"oauth_token\":\"abc\\\"def\",\"n\":1} token=abc\u0026x","password":"a\"b","n":2}`
	got := redact.Text(text)
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(got), &decoded), got)
	assert.InDelta(t, 2, decoded["n"], 0)
}

func TestValueMasksDeepInside(t *testing.T) {
	t.Parallel()
	var v any
	require.NoError(t, json.Unmarshal([]byte(`{"a":[{"oauth_token":"s3cr3t","keep":"this"}],"b":"token=s3cr3t"}`), &v))
	got, err := json.Marshal(redact.Value(v))
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":[{"oauth_token":"***","keep":"this"}],"b":"token=***"}`, string(got))
}

func TestURL(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("https://me:pw123456@zadig.example.com/x?image=a%3Ab&token=s3cr3t")
	require.NoError(t, err)
	assert.Equal(t, "https://***@zadig.example.com/x?image=a%3Ab&token=***", redact.URL(u))
	assert.Equal(t, "https://zadig.example.com/x", redact.URLWithoutQuery(u))
}
