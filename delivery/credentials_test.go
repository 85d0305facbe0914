package delivery_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

const secret = "hunter2-s3cr3t"

var (
	credentialPath = regexp.MustCompile(`(?i)(token|password|secret|ssh_key|webhook_url)$`)
	addressPath    = regexp.MustCompile(`(?i)(address|url|uri)$`)
	variablePath   = regexp.MustCompile(`(vars|envs|variables|variable_kvs)\[\]\.(key|value)$`)
)

// releaseWithSecrets returns a release with every member of the field table. The secret
// is in each credential, each address and each variable.
func releaseWithSecrets(t *testing.T) []byte {
	t.Helper()
	document := recording.Full(t, "release", func(path string, value any) any {
		switch variable := variablePath.FindStringSubmatch(path); {
		case variable != nil && variable[2] == "key":
			return "DB_PASSWORD"
		case variable != nil, credentialPath.MatchString(path):
			return secret
		case addressPath.MatchString(path):
			return "https://bob:" + secret + "@example.com/x"
		case path == "versionInfo.id":
			return id(1)
		}
		return value
	})
	data, err := json.Marshal(document)
	require.NoError(t, err)
	require.Greater(t, strings.Count(string(data), secret), 15)
	return data
}

// However a release was read, printing, logging or encoding it shows no credential.
func TestDecodingReplacesCredentials(t *testing.T) {
	t.Parallel()
	data := releaseWithSecrets(t)
	releases := decoded(t, data)
	service := delivery.New(clienttest.Doer(func(req *http.Request) (*http.Response, error) {
		body := string(data)
		if !strings.HasSuffix(req.URL.Path, id(1)) {
			body = "[" + body + "]"
		}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}, nil
	}))
	page, err := service.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)
	releases["List"] = page.Releases[0]
	releases["Get"], err = service.Get(t.Context(), id(1), delivery.GetOptions{})
	require.NoError(t, err)

	for name, r := range releases {
		for _, v := range []any{r, *r, page, r.BuildInfo[0].Commits[0], r.VersionInfo.ProductEnvInfo} {
			for way, text := range clienttest.Printed(v) {
				assert.NotContains(t, text, secret, "%s, %s", name, way)
				assert.NotContains(t, text, fmt.Sprintf("%x", secret), "%s, %s", name, way)
			}
		}
		c := r.BuildInfo[0].Commits[0]
		for _, replaced := range []string{c.OAuthToken, c.Password, c.SSHKey, c.PrivateAccessToken, r.DeployInfo[0].Envs[0].Value} {
			assert.Equal(t, "[redacted]", replaced, name)
		}
		assert.Equal(t, "https://example.com/x", c.Address, name)
	}
}

// An empty credential does not change, nor does a variable whose name is not that of a
// secret.
func TestDecodingKeepsTheRest(t *testing.T) {
	t.Parallel()
	const document = `{"versionInfo":{"id":"a","productEnvInfo":{
		"vars":[{"key":"COLOR","value":"blue"},{"key":"TOKEN","value":""}],
		"global_variables":[{"key":"replicas","value":12345678901234567890.10},{"key":"token","value":null},{"key":"password","value":""}]}},
		"buildInfo":[{"commits":[{"address":"git@example.com:shop/cart.git","username":"bob"}]}]}`
	for name, r := range decoded(t, []byte(document)) {
		env, commit := r.VersionInfo.ProductEnvInfo, r.BuildInfo[0].Commits[0]
		assert.Equal(t, []string{"blue", ""}, []string{env.Vars[0].Value, env.Vars[1].Value}, name)
		for i, want := range []string{`12345678901234567890.10`, `null`, `""`} {
			assert.Equal(t, want, string(env.GlobalVariables[i].Value), name)
		}
		assert.Equal(t, delivery.Commit{Address: "git@example.com:shop/cart.git", Username: "bob"}, *commit, name)
	}
}

// RawJSON has the credentials, and nothing prints it.
func TestRawJSONKeepsCredentials(t *testing.T) {
	t.Parallel()
	data := releaseWithSecrets(t)
	c, _ := clienttest.Mocked(t, listPath+"/"+id(1), clienttest.Respond(200, string(data)))
	c, err := c.With(zadig.WithRawJSON())
	require.NoError(t, err)
	r, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, string(data), string(r.RawJSON()))
	for _, v := range []any{r, *r} {
		for way, text := range clienttest.Printed(v) {
			assert.NotContains(t, text, secret, way)
		}
	}
}
