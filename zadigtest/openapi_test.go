package zadigtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestDifferentialOpenAPI compares the OpenAPI with recordings of four
// versions, as TestDifferential does for the other endpoints.
func TestDifferentialOpenAPI(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v2.3.1", "v3.4.1", "v4.0.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			recordings := recording.Load(t, "openapi/"+version+"/*")
			data := openAPIData(t, version, recordings)
			for _, r := range recordings {
				t.Run(nameOf(r), func(t *testing.T) {
					data := data
					if release := onlyThenOpenAPI(t, r); release != nil {
						data = replaced(data, release)
					}
					srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
					for _, f := range faultsBehindOpenAPI(r) {
						srv.Inject(f)
					}
					compare(t, r, srv)
				})
			}
		})
	}
}

func nameOf(r recording.Recording) string { return r.Name[strings.LastIndexByte(r.Name, '/')+1:] }

// faultsBehindOpenAPI are what the server or the user lacked when it was
// recorded.
func faultsBehindOpenAPI(r recording.Recording) []zadigtest.Fault {
	name := nameOf(r)
	switch {
	case strings.HasPrefix(name, "db_down_"):
		return []zadigtest.Fault{zadigtest.DatabaseDown()}
	case strings.Contains(name, "forbidden"), strings.Contains(name, "not_enough"), strings.HasPrefix(name, "user_service_down"):
		return []zadigtest.Fault{zadigtest.NoPermission()}
	case strings.HasPrefix(name, "license_"):
		return []zadigtest.Fault{zadigtest.LicenseExpired()}
	case name == "by_id_project_deleted":
		return []zadigtest.Fault{zadigtest.BrokenRecord("65700000cc0000000000000c")}
	}
	return nil
}

// openAPIData is the data behind the recordings of one version: what its lists
// show, filled in by what was read of single releases.
func openAPIData(t *testing.T, version string, recordings []recording.Recording) zadigtest.Data {
	t.Helper()
	if version == "v5.0.0" { // the same data, of which it lists only parts
		recordings = slices.Concat(recordings, recording.Load(t, "openapi/v4.0.0/list_*"))
	}
	releases := make(map[string]*delivery.Release)
	for _, r := range recordings {
		if r.Response.Status == http.StatusOK && strings.HasPrefix(nameOf(r), "list") {
			for _, release := range listedInOpenAPI(t, r) {
				releases[release.VersionInfo.ID] = release
			}
		}
	}
	for _, r := range recordings {
		if r.Response.Status != http.StatusOK {
			continue
		}
		switch name := nameOf(r); {
		case strings.HasPrefix(name, "detail"):
			release := detailedInOpenAPI(t, r)
			for id, listed := range releases {
				if listed.VersionInfo.Version == release.VersionInfo.Version && listed.VersionInfo.ProductName == release.VersionInfo.ProductName {
					release.VersionInfo.ID = id
				}
			}
			releases[release.VersionInfo.ID] = release
		case strings.HasPrefix(name, "by_id") && name != "by_id_helmchart_creating":
			release := byIDInOpenAPI(t, r)
			release.VersionInfo.ProductName = releases[release.VersionInfo.ID].VersionInfo.ProductName
			releases[release.VersionInfo.ID] = release
		}
	}
	var data zadigtest.Data
	for _, release := range releases {
		data.Releases = append(data.Releases, release)
	}
	return data
}

// onlyThenOpenAPI is a release that was there, or was as it was, for one
// recording only.
func onlyThenOpenAPI(t *testing.T, r recording.Recording) *delivery.Release {
	t.Helper()
	switch name := nameOf(r); {
	case name == "by_id_helmchart_creating": // the read that made it "success"
		return byIDInOpenAPI(t, r)
	case strings.HasPrefix(name, "create_"): // made shortly before
		return detailedInOpenAPI(t, r)
	}
	return nil
}

func listedInOpenAPI(t *testing.T, r recording.Recording) (releases []*delivery.Release) {
	t.Helper()
	query, err := url.ParseQuery(r.Request.Query)
	require.NoError(t, err)
	var page struct {
		List []openAPIInfo `json:"list"`
	}
	require.NoError(t, json.Unmarshal(r.Bytes(), &page))
	for _, info := range page.List {
		release := info.release()
		release.VersionInfo.ProductName = query.Get("projectKey")
		if !strings.Contains(r.Name, "/v2.") && !strings.Contains(r.Name, "/v3.") {
			release.Services = []*delivery.FlatService{}
		}
		releases = append(releases, release)
	}
	return releases
}

// detailedInOpenAPI has an id that no other release of the recordings has, because
// the server does not send its id.
func detailedInOpenAPI(t *testing.T, r recording.Recording) *delivery.Release {
	t.Helper()
	release := new(delivery.Release)
	body := append([]byte(`{"id":"00000000ffffffffffffffff",`), r.Bytes()[1:]...)
	require.NoError(t, json.Unmarshal(body, release))
	require.NotNil(t, release.Services)
	return release
}

type openAPIInfo struct {
	ID          string   `json:"id"`
	VersionName string   `json:"version_name"`
	Type        string   `json:"type"`
	Source      string   `json:"source"`
	Status      string   `json:"status"`
	Labels      []string `json:"labels"`
	Description string   `json:"description"`
	Progress    *struct {
		SuccessCount int    `json:"success_count"`
		TotalCount   int    `json:"total_count"`
		UploadStatus string `json:"upload_status"`
	} `json:"progress"`
	CreatedBy  string `json:"created_by"`
	CreateTime int64  `json:"create_time"`
}

func (i openAPIInfo) release() *delivery.Release {
	release := &delivery.Release{Source: i.Source, VersionInfo: &delivery.VersionInfo{
		ID: i.ID, Version: i.VersionName, Type: i.Type, Status: i.Status, Labels: i.Labels, Desc: i.Description,
		CreatedBy: i.CreatedBy, CreatedAt: i.CreateTime,
	}}
	if i.Progress != nil && i.Progress.TotalCount > 0 {
		release.VersionInfo.Progress = &delivery.Progress{
			SuccessCount: i.Progress.SuccessCount, TotalCount: i.Progress.TotalCount, UploadStatus: i.Progress.UploadStatus,
		}
	}
	return release
}

type openAPIDistribute struct {
	ID             string              `json:"id"`
	DistributeType string              `json:"distribute_type"`
	ChartName      string              `json:"chart_name"`
	ChartRepoName  string              `json:"chart_repo_name"`
	ChartVersion   string              `json:"chart_version"`
	ServiceName    string              `json:"service_name"` // of an image the chart's name
	Image          string              `json:"image"`
	Namespace      string              `json:"namespace"`
	CreateTime     int64               `json:"create_time"`
	SubDistributes []openAPIDistribute `json:"sub_distributes"`
}

func (d openAPIDistribute) stored() *delivery.DistributeInfo {
	stored := &delivery.DistributeInfo{
		ID: d.ID, DistributeType: d.DistributeType, ChartName: d.ServiceName, ChartRepoName: d.ChartRepoName, ChartVersion: d.ChartVersion,
		RegistryName: d.Image, Namespace: d.Namespace, CreatedAt: d.CreateTime,
	}
	for _, sub := range d.SubDistributes {
		stored.SubDistributes = append(stored.SubDistributes, sub.stored())
	}
	return stored
}

func byIDInOpenAPI(t *testing.T, r recording.Recording) *delivery.Release {
	t.Helper()
	var shown struct {
		VersionInfo openAPIInfo `json:"version_info"`
		DeployInfos []struct {
			ID            string `json:"id"`
			ServiceName   string `json:"service_name"`
			ServiceModule string `json:"service_module"`
			Image         string `json:"image"`
			RegistryID    string `json:"registry_id"`
			CreateTime    int64  `json:"create_time"`
		} `json:"deploy_infos"`
		DistributeInfos []openAPIDistribute `json:"distribute_infos"`
	}
	require.NoError(t, json.Unmarshal(r.Bytes(), &shown))
	release := shown.VersionInfo.release()
	for _, d := range shown.DeployInfos {
		release.DeployInfo = append(release.DeployInfo, &delivery.DeployInfo{
			ID: d.ID, ServiceName: d.ServiceName + "/" + d.ServiceModule, ContainerName: d.ServiceModule, Image: d.Image,
			RegistryID: d.RegistryID, CreatedAt: d.CreateTime,
		})
	}
	for _, d := range shown.DistributeInfos {
		release.DistributeInfo = append(release.DistributeInfo, d.stored())
	}
	return release
}

// TestOpenAPIVersions checks which versions have which endpoint, beyond what was
// recorded.
func TestOpenAPIVersions(t *testing.T) {
	t.Parallel()
	const list, byID, detail = "/openapi/delivery/releases?projectKey=p&pageNum=1&pageSize=1", "/openapi/delivery/releases/", "/openapi/delivery/releases/detail?projectKey=p&versionName=v1.0.1"
	chart := k8s("p", 1)
	chart.VersionInfo.Type = delivery.TypeHelmChart
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(chart))
	for version, want := range map[string]struct{ list, byID, detail, slash int }{
		"v2.3.0": {404, 404, 404, 404},
		"v2.3.1": {200, 200, 500, 301},
		"v3.4.1": {200, 200, 500, 301},
		"v4.0.0": {200, 405, 200, 404},
		"v5.0.0": {200, 405, 200, 404},
	} {
		srv.SetServerVersion(version)
		assert.Equal(t, want.list, ask(t, srv, list).status, "%s list", version)
		assert.Equal(t, want.byID, ask(t, srv, byID+idOf(1)+"?projectKey=p").status, "%s by id", version)
		assert.Equal(t, want.detail, ask(t, srv, detail).status, "%s detail", version)
		assert.Equal(t, want.slash, ask(t, srv, byID+idOf(1)+"/").status, "%s by id with a slash behind", version)
	}
	srv.ExpectRequests(t, zadigtest.OpenAPIReleaseDetail, 2)
	srv.SetServerVersion("v5.0.0")
	assert.Contains(t, ask(t, srv, detail).body, `{"version":"v1.0.1","project_name":"p",`)
	srv.Inject(zadigtest.CollaborationPending())
	assert.Equal(t, 200, ask(t, srv, detail+"&projectName=p").status, "the OpenAPI has no collaboration check")
	assert.Equal(t, `{"list":[],"total":1}`, ask(t, srv, strings.Replace(list, "pageNum=1", "pageNum=2", 1)).body)
}
