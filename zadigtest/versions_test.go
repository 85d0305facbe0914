package zadigtest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const (
	releasesPath  = "/api/aslan/delivery/releases"
	artifactsPath = "/api/aslan/delivery/artifacts"
	tracePath     = "/api/directory/dc/artifact"
)

func TestNearestVersion(t *testing.T) {
	t.Parallel()
	newest := zadigtest.Versions()[len(zadigtest.Versions())-1]
	for name, want := range map[string]string{
		"v99.0.0": newest, "v4.2": "v5.0.0", "v5.0.0": "v5.0.0", "v4.3.0": "v5.0.0", "4.1": "v4.0.0", "v3.1.0": "v3.4.1", "v2.3.0": "v2.3.1",
		"v2.2.0": "v1.18.0", "v1.11.0": "v1.11.0", "v1.9.0": "v1.11.0", "v1.7.1": "v1.7.1", "v1.5": "v1.7.1",
	} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(name))
		assert.Equal(t, want, srv.ServerVersion(), name)
	}
}

// TestVersions checks where versions differ. A body is compared in part.
func TestVersions(t *testing.T) {
	t.Parallel()
	one, chart, byWorkflow := k8s("p", 1, "api"), k8s("p", 2), k8s("p", 3)
	one.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{EnvName: "dev"}
	one.VersionInfo.Labels = []string{"a+b"}
	chart.VersionInfo.Type = delivery.TypeHelmChart
	chart.VersionInfo.Progress = &delivery.Progress{SuccessChartCount: 1, TotalChartCount: 2, PackageStatus: "waiting"}
	byWorkflow.BuildInfo = []*delivery.BuildInfo{{ServiceName: "api"}}
	byID := releasesPath + "/" + idOf(1)
	for _, row := range []struct {
		name, path string
		versions   []string // those with the response
		status     int
		body       string
	}{
		{"a bad number", releasesPath + "?page=x", zadigtest.Versions(), 400, ""},
		{"another path", "/api/aslan/delivery/nope", zadigtest.Versions(), 404, "Invalid path: "},
		{"a path of other methods", "/openapi/workflows/custom/tasks", since("v1.18.0"), 405, "Method not allowed: GET "},
		{"nothing by id", byID, []string{"v1.7.1"}, 400, `"code":6563`},
		{"by id without project", byID, []string{"v1.11.0", "v1.18.0"}, 200, `"versionInfo"`},
		{"project missing", byID, since("v2.3.1"), 400, "projectName can't be empty!"},
		{"by id", byID + "?projectName=p", since("v1.11.0"), 200, idOf(1)},
		{"a release that a workflow made", releasesPath + "?taskId=3", upTo("v3.4.1"), 200, `"buildInfo":[{`},
		{"dropped since v4", releasesPath + "?taskId=3", since("v4.0.0"), 200, `[]`},
		{"dropped by id", releasesPath + "/" + idOf(3) + "?projectName=p", since("v4.0.0"), 400, `"code":6563`},
		{"empty arrays", releasesPath + "?taskId=2", []string{"v1.7.1"}, 200, `"buildInfo":[]`},
		{"brief with environment", releasesPath + "?taskId=1&verbosity=brief", []string{"v1.11.0", "v1.18.0", "v2.3.1"}, 200, `"env_name":"dev"`},
		{"brief without", releasesPath + "?taskId=1&verbosity=brief", []string{"v3.4.1"}, 200, `"productEnvInfo":null`},
		{"older progress", releasesPath + "?taskId=2", []string{"v1.11.0", "v1.18.0"}, 200, `"packageStatus":"waiting"`},
		{"newer progress", releasesPath + "?taskId=2", []string{"v2.3.1", "v3.4.1"}, 200, `"uploadStatus":"waiting"`},
		{"deploys named", releasesPath + "?taskId=1", []string{"v2.3.1", "v3.4.1"}, 200, `"real_service_name":"api"`},
		{"service filter", releasesPath + "?serviceName=nope", upTo("v3.4.1"), 200, `[]`},
		{"service filter ignored", releasesPath + "?serviceName=nope&taskId=1", since("v4.0.0"), 200, idOf(1)},
		{"services in lists", releasesPath + "?taskId=1", []string{"v4.0.0"}, 200, `"service_name":"api"`},
		{"services left out", releasesPath + "?taskId=1", []string{"v5.0.0"}, 200, `"services":[]`},
		{"no labels", releasesPath + "/labels?projectName=p", upTo("v3.4.1"), 400, ""},
		{"labels", releasesPath + "/labels?projectName=p", since("v4.0.0"), 200, `["a+b"]`},
		{"label encoded twice", releasesPath + "?label=a%252Bb", since("v4.0.0"), 200, idOf(1)},
		{"label encoded once", releasesPath + "?label=a%2Bb", since("v4.0.0"), 200, `[]`},
		{"label that cannot be decoded", releasesPath + "?label=%25", since("v4.0.0"), 400, `invalid URL escape`},
		{"no trace", tracePath + "?image=i", []string{"v1.7.1"}, 404, "Invalid path"},
		{"trace", tracePath + "?image=i", since("v1.11.0"), 200, `"image":"i"`},
		{"trace of nothing", tracePath + "?image=none", since("v1.11.0"), 500, `[400 BadRequest] {\"code\":6662`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, version := range row.versions {
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version),
					zadigtest.WithReleases(one, chart, byWorkflow), zadigtest.WithArtifacts(image(9, "i")))
				got := ask(t, srv, row.path)
				assert.Equal(t, row.status, got.status, version)
				assert.Contains(t, got.body, row.body, version)
				assert.True(t, row.body != "[]" || got.body == "[]", version)
			}
		})
	}
}

func since(version string) []string {
	return zadigtest.Versions()[slices.Index(zadigtest.Versions(), version):]
}

func upTo(version string) []string {
	return zadigtest.Versions()[:slices.Index(zadigtest.Versions(), version)+1]
}

// TestPaging compares the two ways in which versions page, on five releases.
func TestPaging(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][2]int{ // v1.11.0, v4.0.0: how many
		"?":                   {5, 5},
		"?page=2&per_page=2":  {2, 2},
		"?page=3&per_page=2":  {1, 1},
		"?page=9&per_page=2":  {0, 0},
		"?per_page=2":         {2, 5},
		"?page=2":             {0, 5}, // a walk without per_page never ends
		"?page=0&per_page=2":  {2, 5},
		"?page=1&per_page=-3": {5, 3},
	} {
		for i, version := range []string{"v1.11.0", "v4.0.0"} {
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version),
				zadigtest.WithReleases(k8s("p", 1), k8s("p", 3), k8s("p", 2), k8s("p", 5), k8s("p", 4)))
			got := ask(t, srv, releasesPath+query)
			require.Equal(t, http.StatusOK, got.status)
			assert.Equal(t, want[i], strings.Count(got.body, `"created_at"`), "%s on %s", query, version)
		}
	}
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v2.3.1"), zadigtest.WithReleases(k8s("p", 1), k8s("p", 2)))
	assert.Equal(t, "2", ask(t, srv, releasesPath+"?per_page=1").header.Get("X-Total"))
}

// TestUpgradedRelease spells out how an old release looks on a server of v4.0.0
// and later, and a flat one on an older server.
func TestUpgradedRelease(t *testing.T) {
	t.Parallel()
	workflow := k8s("shop", 1, "api", "web")
	workflow.DeployInfo[0].RegistryID = "reg"
	workflow.DeployInfo[0].YAMLContents = []string{"kind: Service", "kind: Deployment"}
	workflow.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{EnvName: "prod", Production: true}
	chart := k8s("shop", 2)
	chart.VersionInfo.Type, chart.VersionInfo.Status = delivery.TypeHelmChart, delivery.StatusFailed
	chart.VersionInfo.Progress = &delivery.Progress{Error: "no such chart"}
	chart.DistributeInfo = []*delivery.DistributeInfo{{
		DistributeType: delivery.DistributeChart, ChartName: "vote", ChartVersion: "1.0.1", ChartRepoName: "harbor",
		SubDistributes: []*delivery.DistributeInfo{{
			DistributeType: delivery.DistributeImage, RegistryName: "harbor.example.com:5000/prod/vote:v1",
		}},
	}}
	environment := k8s("shop", 3)
	environment.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{Services: [][]*delivery.EnvService{
		{{ServiceName: "api", Containers: []*delivery.Container{{Name: "c", Image: "api@sha256:12"}}}}, {},
	}}
	flat := k8s("shop", 4)
	flat.Services, flat.EnvName = []*delivery.FlatService{{ServiceName: "api"}}, "qa"
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(workflow, chart, environment, flat))
	get := func(n int) string { return ask(t, srv, releasesPath+"/"+idOf(n)+"?projectName=shop").body }

	assertParts(t, get(1), `"type":"K8SYaml"`, `"status":"success"`, `"source":"from_env"`, `"env_name":"prod"`, `"production":true`,
		`"image_registry_id":"reg"`, `"yaml_content":"kind: Service\n---\nkind: Deployment"`,
		`"target_image":"registry.example.com/team/api:1","target_image_tag":"1"`)
	assertParts(t, get(2), `"type":"HelmChart"`, `"status":"failed"`, `"error":"no such chart"`, `"chart_repo_name":"harbor"`,
		`"chart_name":"vote"`, `"chart_version":"1.0.1"`, `"target_image_tag":"v1"`)
	assertParts(t, get(3), `"service_name":"api"`, `"image_name":"api"`)
	srv.SetServerVersion("v2.3.1")
	assertParts(t, get(4), `"version":"v1.0.4"`, `"env_name":"qa"`)
	assert.NotContains(t, get(4), "service_name")
	assertParts(t, get(2), `"subDistributes":[{`, `"image_name":"vote"`, `"image":"harbor.example.com:5000/prod/vote:v1"`)
}

func assertParts(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		assert.Contains(t, body, part)
	}
}
