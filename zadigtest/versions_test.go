package zadigtest_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const (
	releasesPath  = "/api/aslan/delivery/releases"
	artifactsPath = "/api/aslan/delivery/artifacts"
	tracePath     = "/api/directory/dc/artifact"
	directoryPath = "/api/directory/dc/releases"

	oneOfP  = "/65e100000000000000000001?projectName=p"
	noneOfP = "/65e1ffffffffffffffffffff?projectName=p"
)

// TestVersions checks the responses of neighboring versions: those that differ, and
// those that are documented to be equal.
func TestVersions(t *testing.T) {
	t.Parallel()
	type response struct {
		status      int
		contentType string
		body        string // part of it
		total       string // X-Total
	}
	const (
		js   = "application/json; charset=utf-8"
		text = "text/plain; charset=utf-8"
		html = "text/html; charset=utf-8"
	)
	oldAtoi := `{"code":400,"description":"strconv.Atoi: parsing \"x\": invalid syntax","extra":{},"message":"Bad Request","type":"error"}`
	notFound := `{"code":6563,"description":"","extra":{},"message":"查询交付中心版本失败","type":"error"}`
	expired := `{"code":7050,"description":"","extra":{},"message":"用户许可证不可用，请检查许可证后重试","type":"error"}`
	noProject := `{"code":500,"description":"failed to find product template p, err: mongo: no documents in result","message":"Internal Error: "}`
	collaboration := releasesPath + "?projectName=p"

	for _, row := range []struct {
		name    string
		version string
		fault   zadigtest.Fault // none without a name
		path    string
		want    response
	}{
		{"bad taskId, documented", "v1.7.1", zadigtest.Fault{}, releasesPath + "?taskId=x", response{400, js, oldAtoi, ""}},
		{"bad per_page, documented", "v1.7.1", zadigtest.Fault{}, releasesPath + "?per_page=1.5", response{400, js, `"perPage args err :strconv.Atoi: parsing \"1.5\": invalid syntax"`, ""}},
		{"bad page, documented", "v1.7.1", zadigtest.Fault{}, releasesPath + "?page=99999999999999999999", response{400, js, `"page args err :strconv.Atoi: parsing \"99999999999999999999\": value out of range"`, ""}},
		{"bad taskId, since", "v1.8.0", zadigtest.Fault{}, releasesPath + "?taskId=x", response{400, "", "", ""}},
		{"bad taskId, latest", "v5.0.0", zadigtest.Fault{}, releasesPath + "?taskId=x", response{400, "", "", ""}},
		{"database, up to v1.7.1", "v1.7.1", zadigtest.DatabaseDown(), releasesPath, response{400, js, `{"code":400,"description":"获取交付中心版本列表失败: "`, ""}},
		{"database, since v1.8.0", "v1.8.0", zadigtest.DatabaseDown(), releasesPath, response{400, js, `{"code":6561,"description":"",`, ""}},
		{"database, since v2.3.1", "v2.3.1", zadigtest.DatabaseDown(), releasesPath, response{400, js, `{"code":6561,"description":"",`, "0"}},
		{"database, since v4.0.0", "v4.0.0", zadigtest.DatabaseDown(), releasesPath, response{500, js, `{"code":500,"description":"server selection error`, "0"}},
		{"database with project, up to v1.9.0", "v1.9.0", zadigtest.DatabaseDown(), collaboration, response{400, js, `"code":6561`, ""}},
		{"database with project, since v1.13.0", "v1.13.0", zadigtest.DatabaseDown(), collaboration, response{500, js, `{"code":500,"description":"server selection error`, ""}},
		{"database with project and ifPassFilter", "v1.11.0", zadigtest.DatabaseDown(), collaboration + "&ifPassFilter=true", response{400, js, `"code":6561`, ""}},
		{"by id, up to v1.7.1", "v1.7.1", zadigtest.Fault{}, releasesPath + oneOfP, response{400, js, notFound, ""}},
		{"by id, since v1.8.0", "v1.8.0", zadigtest.Fault{}, releasesPath + oneOfP, response{200, js, `{"versionInfo":{"id":"65e100000000000000000001"`, ""}},
		{"by id, none", "v2.3.1", zadigtest.Fault{}, releasesPath + noneOfP, response{400, js, notFound, ""}},
		{"by id without project, up to v2.2.0", "v2.2.0", zadigtest.Fault{}, releasesPath + "/" + idOf(1), response{200, js, `{"versionInfo"`, ""}},
		{"by id without project, since v2.3.0", "v2.3.0", zadigtest.Fault{}, releasesPath + "/" + idOf(1), response{400, js, `{"code":400,"description":"projectName can't be empty!",`, ""}},
		{"by id, since v4.0.0", "v4.0.0", zadigtest.Fault{}, releasesPath + oneOfP, response{200, js, `{"id":"65e100000000000000000001","version":"v1.0.1","project_name":"p"`, ""}},
		{"empty arrays, up to v1.7.1", "v1.7.1", zadigtest.Fault{}, releasesPath + "?taskId=2", response{200, js, `"buildInfo":[],"deployInfo":[],"testInfo":[],"distributeInfo":[],"securityStatsInfo":[]}]`, ""}},
		{"empty arrays, since v1.8.0", "v1.8.0", zadigtest.Fault{}, releasesPath + "?taskId=2", response{200, js, `"created_at":1700000002,"deleted_at":0}}]`, ""}},
		{"brief, up to v1.7.1", "v1.7.1", zadigtest.Fault{}, releasesPath + "?taskId=1&verbosity=brief", response{200, js, `"deployInfo":[{`, ""}},
		{"brief, since v1.8.0", "v1.8.0", zadigtest.Fault{}, releasesPath + "?taskId=1&verbosity=brief", response{200, js, `"deleted_at":0}}]`, ""}},
		{"brief, up to v2.3.1", "v2.3.1", zadigtest.Fault{}, releasesPath + "?taskId=1&verbosity=brief", response{200, js, `"productEnvInfo":{`, "1"}},
		{"brief, since v3.0.0", "v3.0.0", zadigtest.Fault{}, releasesPath + "?taskId=1&verbosity=brief", response{200, js, `"productEnvInfo":null`, "1"}},
		{"total, up to v2.3.0", "v2.3.0", zadigtest.Fault{}, releasesPath + "?per_page=1", response{200, js, "", ""}},
		{"total, since v2.3.1", "v2.3.1", zadigtest.Fault{}, releasesPath + "?per_page=1&serviceName=nope", response{200, js, "[]", "3"}},
		{"names of deploys, up to v2.2.0", "v2.2.0", zadigtest.Fault{}, releasesPath + "?taskId=1", response{200, js, `"serviceName":"api/app"`, ""}},
		{"names of deploys, since v2.3.0", "v2.3.0", zadigtest.Fault{}, releasesPath + "?taskId=1", response{200, js, `"real_service_name":"api","service_module":"app","image_name":"api"`, ""}},
		{"service names, up to v2.3.0", "v2.3.0", zadigtest.Fault{}, "/api/aslan/delivery/servicenames?projectName=p", response{200, js, `["api"]`, ""}},
		{"service names, since v2.3.1", "v2.3.1", zadigtest.Fault{}, "/api/aslan/delivery/servicenames", response{404, text, "Invalid path: /api/delivery/servicenames", ""}},
		{"labels, up to v3.4.1", "v3.4.1", zadigtest.Fault{}, releasesPath + "/labels?projectName=p", response{400, js, notFound, ""}},
		{"labels, since v4.0.0", "v4.0.0", zadigtest.Fault{}, releasesPath + "/labels?projectName=p", response{200, js, `["100%","a+b"]`, ""}},
		{"labels without project", "v4.0.0", zadigtest.Fault{}, releasesPath + "/labels", response{200, js, `[]`, ""}},
		{"labels and permission", "v4.0.0", zadigtest.NoPermission(), releasesPath + "/labels?projectName=p", response{403, "", "", ""}},
		{"labels and license", "v4.0.0", zadigtest.LicenseExpired(), releasesPath + "/labels?projectName=p", response{400, js, expired, ""}},
		{"labels and database", "v4.0.0", zadigtest.DatabaseDown(), releasesPath + "/labels?projectName=p", response{500, js, `{"code":500,"description":"server selection error`, ""}},
		{"service names and permission", "v1.18.0", zadigtest.NoPermission(), "/api/aslan/delivery/servicenames", response{403, "", "", ""}},
		{"service names and database", "v1.11.0", zadigtest.DatabaseDown(), "/api/aslan/delivery/servicenames", response{400, js, `{"code":6561,"description":""`, ""}},
		{"artifact and permission", "v1.18.0", zadigtest.NoPermission(), artifactsPath + "/" + idOf(9), response{403, "", "", ""}},
		{"label encoded twice", "v4.0.0", zadigtest.Fault{}, releasesPath + "?label=a%252Bb", response{200, js, `"task_id":3`, "1"}},
		{"label encoded once", "v4.0.0", zadigtest.Fault{}, releasesPath + "?label=a%2Bb", response{200, js, `[]`, "0"}},
		{"label that cannot be decoded", "v4.0.0", zadigtest.Fault{}, releasesPath + "?label=%25", response{400, js, `"description":"invalid URL escape \"%\""`, ""}},
		{"label, up to v3.4.1", "v3.4.1", zadigtest.Fault{}, releasesPath + "?label=nope", response{200, js, `"taskId":3`, "3"}},
		{"services in lists, up to v4.1.0", "v4.1.0", zadigtest.Fault{}, releasesPath + "?taskId=1", response{200, js, `"services":[{"service_name":"api"`, "1"}},
		{"services in lists, since v4.2.0", "v4.2.0", zadigtest.Fault{}, releasesPath + "?taskId=1", response{200, js, `"services":[]`, "1"}},
		{"services by id, since v4.2.0", "v5.0.0", zadigtest.Fault{}, releasesPath + oneOfP, response{200, js, `"services":[{"service_name":"api"`, ""}},
		{"trace, up to v1.7.1", "v1.7.1", zadigtest.Fault{}, tracePath + "?image=i", response{404, text, "Invalid path: /public-api/v1/dc/artifact", ""}},
		{"trace, since v1.8.0", "v1.8.0", zadigtest.Fault{}, tracePath + "?image=i", response{200, js, `{"name":"app","type":"image","source":"","image":"i"`, ""}},
		{"trace, latest", "v5.0.0", zadigtest.Fault{}, tracePath + "?image=none", response{500, js, `failed to get artifact by image err:[400 BadRequest] {\"code\":6662,\"description\":\"mongo: no documents in result\"`, ""}},
		{"id by image, up to v1.7.1", "v1.7.1", zadigtest.Fault{}, artifactsPath + "/image?image=i", response{400, js, `{"code":6662,"description":""`, ""}},
		{"id by image, since v1.8.0", "v1.8.0", zadigtest.Fault{}, artifactsPath + "/image?image=i", response{200, text, idOf(9), ""}},
		{"artifact by id", "v1.7.1", zadigtest.Fault{}, artifactsPath + "/" + idOf(9), response{200, js, `{"id":"` + idOf(9) + `"`, ""}},
		{"dc/releases, up to v1.7.1", "v1.7.1", zadigtest.Fault{}, directoryPath + "?taskId=x", response{500, js, `"description":"[400 BadRequest] {\"code\":400,`, ""}},
		{"dc/releases, since v1.8.0", "v1.8.0", zadigtest.Fault{}, directoryPath + "?taskId=x", response{500, js, `"description":"[400 BadRequest] ",`, ""}},
		{"dc/releases has no total", "v2.3.1", zadigtest.Fault{}, directoryPath + "?perPage=1", response{200, text, `[{"versionInfo"`, ""}},
		{"license of lists", "v2.0.0", zadigtest.LicenseExpired(), releasesPath, response{400, js, expired, ""}},
		{"license of lists behind picket", "v2.0.0", zadigtest.LicenseExpired(), directoryPath, response{500, js, `"description":"[400 BadRequest] {\"code\":7050,`, ""}},
		{"license by id, from v2.0.0", "v2.0.0", zadigtest.LicenseExpired(), releasesPath + oneOfP, response{200, js, "", ""}},
		{"license by id, up to v2.2.0", "v2.2.0", zadigtest.LicenseExpired(), releasesPath + oneOfP, response{200, js, "", ""}},
		{"license by id, since v2.3.0", "v2.3.0", zadigtest.LicenseExpired(), releasesPath + oneOfP, response{400, js, expired, ""}},
		{"license comes after projectName", "v2.3.0", zadigtest.LicenseExpired(), releasesPath + "/" + idOf(1), response{400, js, `"code":400`, ""}},
		{"license before there was one", "v1.18.0", zadigtest.LicenseExpired(), releasesPath + oneOfP, response{400, js, expired, ""}},
		{"license and artifacts", "v5.0.0", zadigtest.LicenseExpired(), tracePath + "?image=i", response{200, js, "", ""}},
		{"permission", "v1.18.0", zadigtest.NoPermission(), releasesPath, response{403, "", "", ""}},
		{"permission by id", "v1.18.0", zadigtest.NoPermission(), releasesPath + oneOfP, response{403, "", "", ""}},
		{"permission behind picket", "v1.18.0", zadigtest.NoPermission(), tracePath + "?image=i", response{500, js, `"description":"failed to get artifact by image err:[403 Forbidden] ",`, ""}},
		{"permission for lists behind picket", "v1.18.0", zadigtest.NoPermission(), directoryPath, response{500, js, `"description":"[403 Forbidden] ",`, ""}},
		{"permission comes after bad integers", "v1.18.0", zadigtest.NoPermission(), releasesPath + "?page=x", response{400, "", "", ""}},
		{"broken record, up to v2.2.0", "v2.2.0", zadigtest.BrokenRecord(idOf(1)), releasesPath, response{500, "", "", ""}},
		{"broken record by id, up to v2.2.0", "v2.2.0", zadigtest.BrokenRecord(idOf(1)), releasesPath + oneOfP, response{500, "", "", ""}},
		{"broken record, since v2.3.0", "v2.3.0", zadigtest.BrokenRecord(idOf(1)), releasesPath, response{500, js, noProject, ""}},
		{"broken record, since v2.3.1", "v2.3.1", zadigtest.BrokenRecord(idOf(1)), releasesPath, response{500, js, noProject, "0"}},
		{"broken record and brief", "v2.3.1", zadigtest.BrokenRecord(idOf(1)), releasesPath + "?verbosity=brief", response{200, js, idOf(1), "3"}},
		{"broken record on another page", "v2.3.1", zadigtest.BrokenRecord(idOf(1)), releasesPath + "?per_page=2", response{200, js, idOf(2), "3"}},
		{"broken record that the filter leaves out", "v2.3.1", zadigtest.BrokenRecord(idOf(1)), releasesPath + "?serviceName=nope", response{200, js, "[]", "3"}},
		{"broken record, since v4.0.0", "v4.0.0", zadigtest.BrokenRecord(idOf(1)), releasesPath, response{200, js, idOf(1), "3"}},
		{"broken record by id, since v4.0.0", "v4.0.0", zadigtest.BrokenRecord(idOf(1)), releasesPath + oneOfP, response{500, js, noProject, ""}},
		{"collaboration, up to v1.14.0", "v1.14.0", zadigtest.CollaborationPending(), collaboration, response{200, js, `"name":"wf1","description":""}],"product":[`, ""}},
		{"collaboration in v1.15.0", "v1.15.0", zadigtest.CollaborationPending(), collaboration, response{200, js, `"name":"wf1","description":"","workflow_type":""}]`, ""}},
		{"collaboration, since v1.16.0", "v1.16.0", zadigtest.CollaborationPending(), collaboration, response{200, js, `"name":"wf1","display_name":"wf1","description":"","workflow_type":""}]`, ""}},
		{"collaboration by id comes before permission", "v2.3.1", zadigtest.CollaborationPending(), releasesPath + oneOfP, response{200, js, `{"code":10000,`, ""}},
		{"collaboration passed over", "v2.3.1", zadigtest.CollaborationPending(), collaboration + "&ifPassFilter=true", response{200, js, `[{"versionInfo"`, "3"}},
		{"collaboration without project", "v2.3.1", zadigtest.CollaborationPending(), releasesPath, response{200, js, `[{"versionInfo"`, "3"}},
		{"collaboration behind picket", "v2.3.1", zadigtest.CollaborationPending(), directoryPath + "?projectName=p", response{200, text, `{"code":10000,`, ""}},
		{"aslan down", "v1.11.0", zadigtest.AslanDown(), releasesPath, response{503, text, "upstream connect error", ""}},
		{"aslan down behind picket, up to v1.13.0", "v1.13.0", zadigtest.AslanDown(), tracePath + "?image=i", response{500, js, `connect: connection refused","message":"Internal Error: "}`, ""}},
		{"aslan down behind picket, since v1.14.0", "v1.14.0", zadigtest.AslanDown(), tracePath + "?image=i", response{503, text, "upstream connect error", ""}},
		{"redirect", "v5.0.0", zadigtest.Fault{}, releasesPath + "/labels/?projectName=p", response{301, html, `<a href="/api/delivery/releases/labels?projectName=p">`, ""}},
		{"another root", "v5.0.0", zadigtest.Fault{}, "/delivery/releases", response{404, text, "Invalid path: /delivery/releases", ""}},
		{"almost the root", "v5.0.0", zadigtest.Fault{}, "/api/aslanx/delivery/releases", response{404, text, "Invalid path: /api/aslanx/delivery/releases", ""}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			labeled := k8s("p", 3)
			labeled.VersionInfo.Labels = []string{"a+b", "", "100%"}
			one := k8s("p", 1, "api")
			one.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{EnvName: "dev"}
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(row.version),
				zadigtest.WithReleases(one, k8s("p", 2), labeled), zadigtest.WithArtifacts(image(9, "i")))
			if row.fault.String() != "" {
				srv.Inject(row.fault)
			}
			got := ask(t, srv, row.path)
			assert.Equal(t, row.want.status, got.status)
			assert.Equal(t, row.want.contentType, got.header.Get("Content-Type"))
			assert.Equal(t, row.want.total, got.header.Get("X-Total"))
			assert.Contains(t, got.body, row.want.body)
			if row.want.contentType == "" {
				assert.Empty(t, got.body)
			}
			assert.Equal(t, row.version, srv.ServerVersion())
		})
	}
}

// TestDatabaseDownHangsUp covers the only case in which a real server sends no
// response.
func TestDatabaseDownHangsUp(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.10.0", "v1.12.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version))
		srv.Inject(zadigtest.DatabaseDown())
		_, err := send(t, srv, http.MethodGet, releasesPath+"?projectName=p", nil)
		require.ErrorContains(t, err, "EOF")
		assert.Equal(t, 0, srv.Requests()[0].Status)
	}
}

// TestPaging compares the three ways in which versions page, on five releases.
func TestPaging(t *testing.T) {
	t.Parallel()
	const refused = "refused"
	for _, row := range []struct {
		query                string
		raw, corrected, flat string // v1.7.1, v1.8.0, v4.0.0: task numbers in the order of the response
	}{
		{"", "54321", "54321", "54321"},
		{"page=2&per_page=2", "32", "32", "32"},
		{"page=3&per_page=2", "1", "1", "1"},
		{"page=9&per_page=2", "", "", ""},
		{"page=0&per_page=2", "12345", "54", "54321"}, // raw: all of them as they are stored
		{"page=-1&per_page=2", "12345", "54", "54321"},
		{"per_page=2", "54", "54", "54321"},
		{"page=1", "54321", "54321", "54321"},
		{"page=2", "", "", "54321"},
		{"page=1&per_page=0", "54321", "54321", "54321"},
		{"page=2&per_page=0", "54321", "", "54321"},
		{"page=1&per_page=-3", "543", "54321", "543"},
		{"page=2&per_page=-3", refused, "", refused},
		{"page=9223372036854775807&per_page=2", refused, refused, refused},
		{"perPage=2", "54321", "54321", "54321"},
		{"page=%2B1&per_page=2", "54", "54", "54"},
		{"page=1&page=2&per_page=2", "54", "54", "54"},
	} {
		t.Run(row.query, func(t *testing.T) {
			t.Parallel()
			for version, want := range map[string]string{"v1.7.1": row.raw, "v1.8.0": row.corrected, "v4.0.0": row.flat} {
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version),
					zadigtest.WithReleases(k8s("p", 1), k8s("p", 3), k8s("p", 2), k8s("p", 5), k8s("p", 4)))
				got := ask(t, srv, releasesPath+"?"+row.query)
				if want == refused {
					assert.NotEqual(t, http.StatusOK, got.status, version)
					continue
				}
				var releases []*delivery.Release
				require.NoError(t, json.Unmarshal([]byte(got.body), &releases), version)
				tasks := ""
				for _, r := range releases {
					tasks += strconv.Itoa(r.VersionInfo.TaskID)
				}
				assert.Equal(t, want, tasks, version)
			}
		})
	}
}

// TestUpgrade reads the same data from servers of all versions with the SDK.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithData(zadigtest.Generate(7, 12)))
	client := once(srv)
	before := collectAll(t, client.Delivery.All(t.Context(), delivery.ListOptions{}))
	require.Len(t, before, 12)
	image := ""
	for _, r := range before {
		if len(r.DeployInfo) > 0 {
			image = r.DeployInfo[0].Image
		}
	}
	for _, version := range zadigtest.Versions() {
		srv.SetServerVersion(version)
		after := collectAll(t, client.Delivery.All(t.Context(), delivery.ListOptions{}))
		require.Len(t, after, 12, version)
		for i, r := range after {
			was := before[i].VersionInfo
			assert.Equal(t, was.ID, r.VersionInfo.ID, version)
			assert.Equal(t, was.ProductName, r.VersionInfo.ProductName, version)
			assert.Equal(t, was.Desc, r.VersionInfo.Desc, version)
			assert.Equal(t, was.CreatedAt, r.VersionInfo.CreatedAt, version)
		}
		if version != "v1.7.1" {
			a, err := client.Artifact.Trace(t.Context(), image)
			require.NoError(t, err, version)
			assert.Equal(t, image, a.Image)
			one, err := client.Delivery.Get(t.Context(), before[0].VersionInfo.ID, delivery.GetOptions{ProjectName: before[0].VersionInfo.ProductName})
			require.NoError(t, err, version)
			assert.Equal(t, before[0].VersionInfo.Version, one.VersionInfo.Version)
		}
	}
}

// TestUpgradedRelease spells out how an old release looks on a server
// of v4.0.0 and later.
func TestUpgradedRelease(t *testing.T) {
	t.Parallel()
	workflow := k8s("shop", 1, "api", "web")
	workflow.DeployInfo[0].RegistryID = "reg"
	workflow.DeployInfo[0].YAMLContents = []string{"kind: Service", "kind: Deployment"}
	workflow.VersionInfo.Labels = []string{"stable"}
	workflow.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{EnvName: "prod", Production: true}
	chart := k8s("charts", 2)
	chart.VersionInfo.Type, chart.VersionInfo.Status = delivery.TypeHelmChart, delivery.StatusFailed
	chart.VersionInfo.Progress = &delivery.Progress{Error: "no such chart"}
	chart.DistributeInfo = []*delivery.DistributeInfo{{
		DistributeType: delivery.DistributeChart, ChartName: "vote", ChartVersion: "1.0.1", ChartRepoName: "harbor",
		SubDistributes: []*delivery.DistributeInfo{{DistributeType: delivery.DistributeImage, RegistryName: "harbor.example.com:5000/prod/vote:v1"}},
	}}
	environment := k8s("shop", 3)
	environment.VersionInfo.ProductEnvInfo = &delivery.ProductEnvInfo{Services: [][]*delivery.EnvService{
		{{ServiceName: "api", Containers: []*delivery.Container{{Name: "c", Image: "api@sha256:12", ImagePath: &delivery.ImagePath{Repo: "r"}}}}}, {},
	}}
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v5.0.0"), zadigtest.WithReleases(workflow, chart, environment))
	get := func(r *delivery.Release) *delivery.Release {
		got, err := once(srv).Delivery.Get(t.Context(), r.VersionInfo.ID, delivery.GetOptions{ProjectName: r.VersionInfo.ProductName})
		require.NoError(t, err)
		return got
	}

	got := get(workflow)
	assert.Equal(t, "K8SYaml", got.VersionInfo.Type)
	assert.Equal(t, "success", got.VersionInfo.Status)
	assert.Equal(t, []string{"stable"}, got.VersionInfo.Labels)
	assert.Equal(t, "from_env", got.Source)
	assert.Equal(t, "prod", got.EnvName)
	assert.True(t, got.Production)
	assert.Equal(t, "reg", got.ImageRegistryID)
	require.Len(t, got.Services, 2)
	assert.Equal(t, "kind: Service\n---\nkind: Deployment", got.Services[0].YAMLContent)
	assert.Equal(t, []*delivery.ServiceImage{{
		ContainerName: "app", ImageName: "api",
		SourceImage: "registry.example.com/team/api:1", SourceImageTag: "1",
		TargetImage: "registry.example.com/team/api:1", TargetImageTag: "1",
	}}, got.Services[0].Images)

	got = get(chart)
	assert.Equal(t, "HelmChart", got.VersionInfo.Type)
	assert.Equal(t, "failed", got.VersionInfo.Status)
	assert.Equal(t, "no such chart", got.Error)
	assert.Equal(t, "harbor", got.ChartRepoName)
	require.Len(t, got.Services, 1)
	assert.Equal(t, "vote", got.Services[0].ChartName)
	assert.Equal(t, "1.0.1", got.Services[0].ChartVersion)
	assert.Equal(t, "v1", got.Services[0].Images[0].TargetImageTag)

	got = get(environment)
	require.Len(t, got.Services, 1)
	assert.Equal(t, "api", got.Services[0].Images[0].ImageName)
	assert.Equal(t, "r", got.Services[0].Images[0].ImagePath.Repo)
}

// TestDowngradedRelease serves a flat release from an older version.
func TestDowngradedRelease(t *testing.T) {
	t.Parallel()
	flat := k8s("shop", 1)
	flat.Services = []*delivery.FlatService{{ServiceName: "api"}}
	flat.EnvName = "prod"
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v2.3.1"), zadigtest.WithReleases(flat))
	got, err := once(srv).Delivery.Get(t.Context(), idOf(1), delivery.GetOptions{ProjectName: "shop"})
	require.NoError(t, err)
	assert.Equal(t, "v1.0.1", got.VersionInfo.Version)
	assert.Equal(t, "prod", got.VersionInfo.ProductEnvInfo.EnvName)
	assert.Nil(t, got.Services)
	assert.Nil(t, got.DeployInfo)
}

// TestProgressNames reads a progress before and after its members were renamed.
func TestProgressNames(t *testing.T) {
	t.Parallel()
	chart := k8s("p", 1)
	chart.VersionInfo.Type = delivery.TypeHelmChart
	chart.VersionInfo.Progress = &delivery.Progress{SuccessChartCount: 1, TotalChartCount: 2, PackageStatus: "waiting"}
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v2.1.0"), zadigtest.WithReleases(chart))
	assert.Contains(t, ask(t, srv, releasesPath).body, `"progress":{"successChartCount":1,"totalChartCount":2,"packageStatus":"waiting","error":""}`)
	srv.SetServerVersion("v2.2.0")
	assert.Contains(t, ask(t, srv, releasesPath).body, `"progress":{"successCount":1,"totalCount":2,"uploadStatus":"waiting","error":""}`)

	chart.VersionInfo.Progress = &delivery.Progress{SuccessCount: 1, TotalCount: 2, UploadStatus: "waiting"}
	srv = zadigtest.NewServer(t, zadigtest.WithServerVersion("v2.1.0"), zadigtest.WithReleases(chart))
	assert.Contains(t, ask(t, srv, releasesPath).body, `"progress":{"successChartCount":1,"totalChartCount":2,"packageStatus":"waiting","error":""}`)
}

// TestDistributedNames checks what servers since v2.3.0 send for the images of a
// chart.
func TestDistributedNames(t *testing.T) {
	t.Parallel()
	chart := k8s("p", 1)
	chart.DistributeInfo = []*delivery.DistributeInfo{{
		DistributeType: delivery.DistributeChart,
		SubDistributes: []*delivery.DistributeInfo{{DistributeType: delivery.DistributeImage, RegistryName: "harbor.example.com/prod/vote:v1"}},
	}}
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v2.3.0"), zadigtest.WithReleases(chart))
	assert.Contains(t, ask(t, srv, releasesPath).body, `"image_name":"vote","service_module":"vote","image":"harbor.example.com/prod/vote:v1"}`)
}

// TestArtifactQueries covers what no recording has: the filter by repository.
func TestArtifactQueries(t *testing.T) {
	t.Parallel()
	built := image(1, "registry.example.com/a:1")
	built.Activities = []*artifact.Activity{
		{Type: "build", CreatedTime: 5, Commits: []*artifact.Commit{{RepoName: "api", Branch: "main"}, {RepoName: "web", Branch: "dev"}}},
		{Type: "build", CreatedTime: 9, Commits: []*artifact.Commit{{RepoName: "api", Branch: "main"}}},
		{Type: "deploy", CreatedTime: 7},
	}
	unsized := image(2, "registry.example.com/b:1")
	unsized.ImageSize = 0
	srv := zadigtest.NewServer(t, zadigtest.WithArtifacts(built, unsized))
	for query, want := range map[string]struct{ items, total string }{
		"?repoName=api":             {"2", "2"}, // one for each build
		"?repoName=api&branch=main": {"2", "2"},
		"?repoName=web&branch=main": {"0", "0"}, // one commit must have both
		"?branch=dev":               {"1", "1"},
		"?repoName=api&per_page=1":  {"1", "2"},
		"":                          {"1", "1"}, // images of unknown size are not listed
	} {
		got := ask(t, srv, artifactsPath+query)
		assert.Equal(t, want.items, strconv.Itoa(strings.Count(got.body, `"docker_file"`)+strings.Count(got.body, `"image_tag"`)), query)
		assert.Equal(t, want.total, got.header.Get("X-Total"), query)
	}
	got := ask(t, srv, artifactsPath+"?repoName=api&page=0")
	assert.Contains(t, got.body, `{"code":6665,`)

	var item artifact.Artifact
	require.NoError(t, json.Unmarshal([]byte(ask(t, srv, artifactsPath+"/"+idOf(1)).body), &item))
	assert.Equal(t, []int64{9, 7, 5}, []int64{item.Activities[0].CreatedTime, item.Activities[1].CreatedTime, item.Activities[2].CreatedTime})
	assert.Len(t, item.SortedActivities["build"], 2)
	assert.Equal(t, idOf(1), item.Activities[0].ArtifactID)
}
