package zadigtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestReplayEnvironments sends the recorded requests for environments, deployments and
// tasks to zadigtest, with the data of the real servers, and compares the responses: a
// success by value, a failure by status, code and message.
func TestReplayEnvironments(t *testing.T) {
	t.Parallel()
	for _, folder := range folders(t, "environment/v*") {
		version := path.Base(folder)
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			recordings := recording.Load(t, folder+"/*")
			shared := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(environments(t, recordings)))
			asked := 0
			for _, r := range recordings {
				name := r.Name[strings.LastIndexByte(r.Name, '/')+1:]
				if differs(version, name) {
					continue
				}
				asked++
				t.Run(name, func(t *testing.T) {
					srv := shared
					if task, ok := taskOf(t, r); ok { // the lists do not have all of them
						srv = zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithTasks(task))
					}
					for part, f := range map[string]zadigtest.Fault{
						"db_down": zadigtest.DatabaseDown(), "as_member": zadigtest.NoPermission(),
						"license_basic": zadigtest.LicenseExpired(), "kube_down": zadigtest.ClusterDown(),
					} {
						if strings.Contains(name, part) {
							defer srv.Inject(f)()
						}
					}
					compare(t, r, srv, known)
				})
			}
			assert.Positive(t, asked)
			t.Logf("%d of %d recordings", asked, len(recordings))
		})
	}
}

// differs reports whether zadigtest or its data differs from a real server on purpose: it
// has no users except through faults, does not distinguish why a cluster cannot be read, and
// orders tasks of the same second.
func differs(version, name string) bool {
	for _, part := range []string{
		"user_service_down", "license_fail", "cluster_deleted", "helm_with_chart", "as_nobody", "same_create_time", "task_without_arguments",
	} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return version != "v2.3.1" && name == "env_detail_kube_down"
}

// environments returns the data behind the recordings.
func environments(t *testing.T, recordings []recording.Recording) (data zadigtest.Data) {
	t.Helper()
	byName := make(map[string]*environment.Environment)
	for _, r := range recordings {
		query, err := url.ParseQuery(r.Request.Query)
		require.NoError(t, err)
		production := strings.Contains(r.Request.Path, "/production") || query.Get("production") == "true"
		name := r.Name[strings.LastIndexByte(r.Name, '/')+1:]
		switch {
		case r.Response.Status != http.StatusOK:
		case name == "env_list", name == "env_list_production":
			var listed []struct {
				environment.Environment
				Alias string `json:"envName"`
			}
			require.NoError(t, json.Unmarshal(r.Bytes(), &listed))
			for _, l := range listed {
				e := &l.Environment
				e.ProjectName, e.Alias = query.Get("projectKey"), l.Alias
				byName[e.ProjectName+e.Name] = e
				data.Environments = append(data.Environments, e)
			}
		case strings.HasPrefix(name, "version_list"):
			var listed []environment.Deployment
			require.NoError(t, json.Unmarshal(r.Bytes(), &listed))
			for _, d := range listed {
				parts := strings.Split(r.Request.Path, "/")
				data.Deployments = append(data.Deployments, &zadigtest.Deployment{ProjectName: query.Get("projectName"), EnvName: parts[5],
					Production: production, Deployment: d})
			}
		case name == "task_list", name == "task_list_real_approvals":
			var page struct {
				Tasks []*workflow.Task `json:"workflow_tasks"`
			}
			require.NoError(t, json.Unmarshal(r.Bytes(), &page))
			data.Tasks = append(data.Tasks, page.Tasks...)
		}
	}
	for _, r := range recordings {
		if r.Response.Status != http.StatusOK || !strings.Contains(r.Name, "/env_detail_") || strings.Contains(r.Name, "kube_down") {
			continue
		}
		e := new(environment.Environment)
		require.NoError(t, json.Unmarshal(r.Bytes(), e))
		listed, ok := byName[e.ProjectName+e.Name]
		if !ok { // of a project that was not listed
			data.Environments = append(data.Environments, e)
			byName[e.ProjectName+e.Name] = e
			continue
		}
		listed.Services = e.Services
	}
	return data
}

// taskOf returns the task of a recording.
func taskOf(t *testing.T, r recording.Recording) (*workflow.Task, bool) {
	t.Helper()
	if r.Response.Status != http.StatusOK || !strings.Contains(r.Name, "/task_detail_") {
		return nil, false
	}
	task := new(workflow.Task)
	require.NoError(t, json.Unmarshal(r.Bytes(), task))
	return task, true
}

// known returns a response without the members that the types of the SDK do not have,
// and those that depend on the clock or on other documents.
func known(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = known(value[i])
		}
	case map[string]any:
		for _, name := range []string{
			"global_variables", "variable_kvs", "registry_id", "params", "manual_exec", "error_policy", "job_info",
			"origin_name", "error_handler_user_id", "cost_seconds", "debug",
		} {
			delete(value, name)
		}
		for name := range value {
			value[name] = known(value[name])
		}
	}
	return value
}
