package zadigtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestBareQuestionMark keeps a query that is there and empty in redirects.
func TestBareQuestionMark(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	for path, want := range map[string]string{
		releasesPath + "/":                "/api/delivery/releases",
		releasesPath + "/?":               "/api/delivery/releases?",
		releasesPath + "/?page=1":         "/api/delivery/releases?page=1",
		"/openapi/delivery/releases/?":    "/openapi/delivery/releases?",
		"/api/directory/dc/artifact/?a=b": "/public-api/v1/dc/artifact?a=b",
	} {
		got := ask(t, srv, path)
		assert.Equal(t, 301, got.status, path)
		assert.Equal(t, want, got.header.Get("Location"), path)
	}
}

// TestInvalidUTF8InThePath ends the connection since v2.3.1.
func TestInvalidUTF8InThePath(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	for version, hangsUp := range map[string]bool{"v1.11.0": false, "v2.3.0": false, "v2.3.1": true, "v5.0.0": true} {
		srv.SetServerVersion(version)
		for _, path := range []string{releasesPath + "/%E9", "/api/aslan/nope/%FF"} {
			resp, err := send(t, srv, http.MethodGet, path, nil)
			if hangsUp {
				require.Error(t, err, version)
				continue
			}
			require.NoError(t, err, version)
			resp.Body.Close()
		}
	}
	assert.Equal(t, 400, ask(t, srv, releasesPath+"/%E5%95%86").status, "other paths may be anything")
	protected := zadigtest.NewServer(t, zadigtest.WithToken("s3cret"))
	assert.Equal(t, 401, ask(t, protected, releasesPath+"/%E9").status, "the gateway comes first")
}

func TestCheckRelease(t *testing.T) {
	t.Parallel()
	const path = "/api/aslan/delivery/releases/check"
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(k8s("shop", 1)))
	for query, want := range map[string]struct {
		status int
		text   string
	}{
		"":                                 {400, `"code":6566,"description":"版本不能为空"`},
		"?projectName=shop":                {400, `"code":6566,"description":"版本不能为空"`},
		"?version=v1.0.1":                  {400, `"code":6566,"description":"项目名称不能为空"`},
		"?projectName=shop&version=v1.0.1": {400, `"code":6566,"description":"版本 v1.0.1 已存在"`},
		"?projectName=shop&version=v1.0.2": {200, `{"message":"success"}`},
		"?projectName=bank&version=v1.0.1": {200, `{"message":"success"}`},
	} {
		got := ask(t, srv, path+query)
		assert.Equal(t, want.status, got.status, query)
		assert.Contains(t, got.body, want.text, query)
	}
	srv.SetServerVersion("v3.0.0")
	assert.Contains(t, ask(t, srv, path+"?projectName=shop").body, "6563", "taken for an id")
}

func TestEnvironmentOfARelease(t *testing.T) {
	t.Parallel()
	deployed := k8s("shop", 1, "cart")
	deployed.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{ProductName: "shop", EnvName: "dev"}
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(deployed, k8s("shop", 2)))
	path := "/api/aslan/delivery/products/"
	for version, want := range map[string]struct {
		status  int
		text    string
		without string
	}{
		"v1.7.1":  {400, `{"code":6078,"description":"","extra":{},"message":"获取集成环境失败","type":"error"}`, "6078"},
		"v1.11.0": {200, `"product_name":"shop"`, "null"},
		"v1.17.0": {200, `"env_name":"dev"`, "null"},
		"v1.18.0": {404, "Invalid path", "Invalid path"},
	} {
		srv.SetServerVersion(version)
		got := ask(t, srv, path+idOf(1))
		assert.Equal(t, want.status, got.status, version)
		assert.Contains(t, got.body, want.text, version)
		assert.Contains(t, ask(t, srv, path+idOf(2)).body, want.without, version)
	}
	srv.SetServerVersion("v1.11.0")
	assert.Contains(t, ask(t, srv, path+idOf(3)).body, `{"code":6078,"description":"","extra":{},"message":"获取环境失败"`)
}
