package environment_test

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	listPath    = "/openapi/environments"
	devPath     = listPath + "/dev"
	prodList    = listPath + "/production"
	prodPath    = prodList + "/prod"
	cartHistory = "/api/aslan/environment/environments/dev/version/cart"
)

var (
	versions = []string{"v2.3.1", "v3.4.1", "v5.0.0"}

	testEnvs, productionEnvs = environment.ListOptions{}, environment.ListOptions{Production: true}
	testEnv, productionEnv   = environment.GetOptions{}, environment.GetOptions{Production: true}
	ofTestEnv                = environment.HistoryOptions{}
)

// recorded returns a client for which a recorded response is the only one.
func recorded(t *testing.T, name string) *zadig.Client {
	t.Helper()
	r := recording.Get(t, "environment/"+name)
	client, _ := clienttest.Mocked(t, r.Request.Path, r.Respond)
	return client
}

func list(production bool) func(context.Context, *zadig.Client) error {
	return func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Environment.List(ctx, "shop", environment.ListOptions{Production: production})
		return err
	}
}

func get(name string, production bool) func(context.Context, *zadig.Client) error {
	return func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Environment.Get(ctx, "shop", name, environment.GetOptions{Production: production})
		return err
	}
}

func history(env string, production bool) func(context.Context, *zadig.Client) error {
	return func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Environment.History(ctx, "shop", env, "cart", environment.HistoryOptions{Production: production})
		return err
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		all, err := recorded(t, version+"/env_list").Environment.List(t.Context(), "shop", testEnvs)
		require.NoError(t, err, version)
		require.Len(t, all, 11, version)
		dev := all[4]
		assert.Equal(t, &environment.Environment{
			ProjectName: "shop", Name: "dev", Alias: "开发环境", ClusterID: "657000000000000000000a01", Namespace: "shop-env-dev",
			RegistryID: "657000000000000000000b01", Status: environment.StatusSuccess, UpdateBy: "张伟", UpdateTime: 1700000100,
		}, dev, version)
		assert.True(t, dev.IsSummary())
		assert.Nil(t, dev.Images())
		assert.Equal(t, time.Unix(1700000100, 0), dev.Updated())
		assert.Equal(t, "broken", all[0].Name, "sorted by name")

		production, err := recorded(t, version+"/env_list_production").Environment.List(t.Context(), "shop", productionEnvs)
		require.NoError(t, err, version)
		require.Len(t, production, 2, version)
		assert.True(t, production[0].Production)
	}
}

// A user without the right gets the same response as for an empty or unknown project.
func TestEmptyListsAreAlike(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"env_list_no_environments", "env_list_unknown_project", "env_list_as_member"} {
		all, err := recorded(t, "v5.0.0/"+name).Environment.List(t.Context(), "shop", testEnvs)
		require.NoError(t, err, name)
		assert.Empty(t, all, name)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		dev, err := recorded(t, version+"/env_detail_k8s").Environment.Get(t.Context(), "shop", "dev", testEnv)
		require.NoError(t, err, version)
		assert.Equal(t, "开发环境", dev.Alias)
		assert.False(t, dev.IsSummary())
		require.Len(t, dev.Services, 3)
		assert.Equal(t, &environment.EnvService{
			ServiceName: "pay", Type: "k8s", Status: environment.ServiceUnstable, Containers: []*environment.Container{
				{Name: "pay", Image: "registry.example.com/shop/pay@sha256:abababababababababababababababababababababababababababababababab",
					ImageName: "pay"},
			},
		}, dev.Services[1])
		assert.Equal(t, []environment.Image{
			{Service: "cart", Container: "cart", Image: "registry.example.com/shop/cart:v1.4.2"},
			{Service: "cart", Container: "sidecar", Image: "registry.example.com/shop/sidecar:2.0"},
			{Service: "pay", Container: "pay",
				Image: "registry.example.com/shop/pay@sha256:abababababababababababababababababababababababababababababababab"},
			{Service: "ghost", Container: "ghost", Image: "registry.example.com/shop/ghost:v0.1"},
		}, dev.Images(), version)

		encoded, err := json.Marshal(dev)
		require.NoError(t, err)
		assert.NotContains(t, string(encoded), "PLACEHOLDER-SECRET", "the values of variables")

		production, err := recorded(t, version+"/env_detail_production").Environment.Get(t.Context(), "shop", "prod", productionEnv)
		require.NoError(t, err, version)
		assert.True(t, production.Production)

		empty, err := recorded(t, version+"/env_detail_no_services").Environment.Get(t.Context(), "shop", "lonely", testEnv)
		require.NoError(t, err, version)
		assert.False(t, empty.IsSummary())
		assert.Empty(t, empty.Images())
	}
}

// Without a cluster, and for helm, the status of a service is "".
func TestStatusThatIsNotKnown(t *testing.T) {
	t.Parallel()
	for name, project := range map[string]string{"env_detail_kube_down_after_first_use": "shop", "env_detail_helm": "charts"} {
		dev, err := recorded(t, "v5.0.0/"+name).Environment.Get(t.Context(), project, "dev", testEnv)
		require.NoError(t, err, name)
		assert.Equal(t, environment.StatusSuccess, dev.Status, name)
		for _, s := range dev.Services {
			assert.Empty(t, s.Status, name)
		}
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		call  func(context.Context, *zadig.Client) error
		path  string
		body  string
		query string
	}{
		"list":            {list(false), listPath, `[]`, "projectKey=shop"},
		"production list": {list(true), prodList, `[]`, "projectKey=shop"},
		"get":             {get("测试", false), listPath + "/测试", `{"project_key":"shop","env_key":"测试"}`, "projectKey=shop"},
		"get production":  {get("prod", true), prodPath, `{"project_key":"shop","env_key":"prod"}`, "projectKey=shop"},
		"named production": {get("production", true), prodList + "/production", `{"project_key":"shop","env_key":"production"}`,
			"projectKey=shop"},
		"history":            {history("dev", false), cartHistory, `[]`, "ifPassFilter=true&isHelmChart=false&projectName=shop"},
		"production history": {history("dev", true), cartHistory, `[]`, "ifPassFilter=true&isHelmChart=false&production=true&projectName=shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, mock := clienttest.NewMock(t)
			mock.RegisterNoResponder(clienttest.Respond(http.StatusOK, row.body))
			require.NoError(t, row.call(t.Context(), client))
			require.Len(t, mock.URLs(), 1)
			assert.Equal(t, row.path, mock.URLs()[0].Path)
			assert.Equal(t, row.query, mock.URLs()[0].RawQuery)
		})
	}
}

func TestRecordedFailures(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		call func(context.Context, *zadig.Client) error
		want error // nil: none
		old  error // on v2.3.1, if it differs
	}{
		"db_down_env_list":                                    {list(false), zadig.ErrServer, nil},
		"env_list_user_service_down":                          {list(false), zadig.ErrForbidden, nil},
		"env_list_production_license_basic":                   {list(true), zadig.ErrLicense, nil},
		"env_list_production_license_fail":                    {list(true), zadig.ErrServer, nil},
		"db_down_env_detail":                                  {get("dev", false), zadig.ErrServer, nil},
		"env_detail_as_nobody":                                {get("dev", false), nil, nil},
		"env_detail_unknown":                                  {get("nope", false), zadig.ErrNotFound, nil},
		"env_detail_unknown_project":                          {get("dev", false), zadig.ErrNotFound, nil},
		"env_detail_production_name_on_test_route":            {get("prod", false), zadig.ErrNotFound, nil},
		"env_detail_test_name_on_production_route":            {get("dev", true), zadig.ErrNotFound, nil},
		"env_detail_production_license_basic":                 {get("prod", true), zadig.ErrLicense, nil},
		"env_detail_production_license_fail":                  {get("prod", true), zadig.ErrServer, nil},
		"env_detail_kube_down":                                {get("deadkube", false), zadig.ErrServer, nil},
		"env_detail_kube_down_after_first_use":                {get("dev", false), nil, zadig.ErrServer},
		"env_detail_cluster_deleted":                          {get("nocluster", false), zadig.ErrServer, nil},
		"env_detail_helm_with_chart_release":                  {get("mixed", false), zadig.ErrServer, nil},
		"db_down_version_list":                                {history("dev", false), zadig.ErrServer, nil},
		"version_list_as_member":                              {history("dev", false), zadig.ErrForbidden, nil},
		"version_list_unknown_project":                        {history("dev", false), zadig.ErrNotFound, nil},
		"version_list_unknown_env":                            {history("nope", false), nil, nil},
		"version_list_production_missing_flag":                {history("prod", false), nil, nil},
		"version_list_production_license_basic_as_prodviewer": {history("prod", true), zadig.ErrLicense, nil},
		"version_list_production_license_fail_as_prodviewer":  {history("prod", true), zadig.ErrServer, nil},
	} {
		for _, version := range versions {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				err := row.call(t.Context(), recorded(t, version+"/"+name))
				switch {
				case version == "v2.3.1" && name == "version_list_unknown_project": // it sends [] there
					require.NoError(t, err)
				case version == "v2.3.1" && row.old != nil:
					require.ErrorIs(t, err, row.old)
				case row.want != nil:
					require.ErrorIs(t, err, row.want)
				default:
					require.NoError(t, err)
				}
			})
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"env_detail_kube_down":               "Zadig cannot reach the Kubernetes cluster of this environment",
		"env_detail_cluster_deleted":         "Zadig cannot reach the Kubernetes cluster of this environment",
		"env_detail_helm_with_chart_release": "Zadig cannot build this environment: one of its services has no template",
		"env_detail_unknown":                 "Zadig has no record of this",
		"db_down_env_list":                   "Zadig cannot read its database",
		"db_down_version_list":               "Zadig cannot read its database",
	} {
		name, call := "v5.0.0/"+name, get(path.Base(recording.Get(t, "environment/v5.0.0/"+name).Request.Path), false)
		switch {
		case strings.Contains(name, "env_list"):
			call = list(false)
		case strings.Contains(name, "version_list"):
			call = history("dev", false)
		}
		assert.Equal(t, want, zadig.Explain(call(t.Context(), recorded(t, name))), name)
	}
}

func TestOtherFailures(t *testing.T) {
	t.Parallel()
	odd := zadig.ErrUnexpectedResponse
	for name, row := range map[string]struct {
		call   func(context.Context, *zadig.Client) error
		status int
		body   string
		want   error
		says   string
	}{
		"list before v1.18.0":   {list(false), 404, "Invalid path: /openapi/environments", zadig.ErrUnsupported, "servers before v1.18.0"},
		"get before v1.18.0":    {get("dev", false), 404, "Invalid path: " + devPath, zadig.ErrUnsupported, "servers before v1.18.0"},
		"history before v2.0.0": {history("dev", false), 404, "Invalid path: /api/environment", zadig.ErrUnsupported, "servers before v2.0.0"},
		"another environment":   {get("dev", false), 200, `{"project_key":"shop","env_key":"qa"}`, odd, "got environment \""},
		"another project":       {get("dev", false), 200, `{"project_key":"charts","env_key":"dev"}`, odd, "got environment \""},
		"another service":       {history("dev", false), 200, `[{"service_name":"pay"}]`, odd, `of service "pay", want one of "cart"`},
		"not an environment":    {get("dev", false), 200, `{"code":10000}`, odd, "missing env_key"},
		"a list of others":      {list(false), 200, `[{"id":"7"}]`, odd, "missing env_key"},
		"an object as list":     {list(false), 200, `{}`, odd, "want an array of environments"},
		"a number as text":      {history("dev", false), 200, `[{"service_name":"cart","revision":"1"}]`, odd, "/0/revision"},
		"one template is gone": {get("dev", false), 400, `{"code":6078,"description":"mongo: no documents in result","type":"error"}`,
			zadig.ErrServer, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, mock := clienttest.NewMock(t)
			mock.RegisterNoResponder(clienttest.Respond(row.status, row.body))
			err := row.call(t.Context(), client)
			require.ErrorIs(t, err, row.want)
			require.ErrorContains(t, err, row.says)
			assert.Len(t, mock.URLs(), 1)
		})
	}
}

func TestBadInputIsNotSent(t *testing.T) {
	t.Parallel()
	client, mock := clienttest.NewMock(t)
	e, ctx, none := client.Environment, t.Context(), context.Context(nil)
	for name, call := range map[string]func() error{
		"project: must not be empty":  func() error { _, err := e.List(ctx, "", testEnvs); return err },
		"environment.Get: bad":        func() error { _, err := e.Get(ctx, "", "dev", testEnv); return err },
		`without a slash (got "")`:    func() error { _, err := e.Get(ctx, "shop", "", testEnv); return err },
		`without a slash (got "a/b")`: func() error { _, err := e.Get(ctx, "shop", "a/b", testEnv); return err },
		`must not be "production"`:    func() error { _, err := e.Get(ctx, "shop", "production", testEnv); return err },
		"environment.History: bad":    func() error { _, err := e.History(ctx, "shop", "", "cart", ofTestEnv); return err },
		`a service, without`:          func() error { _, err := e.History(ctx, "shop", "dev", "", ofTestEnv); return err },
		`slash (got "..")`:            func() error { _, err := e.History(ctx, "shop", "dev", "..", ofTestEnv); return err },
		`slash (got "a/b")`:           func() error { _, err := e.History(ctx, "shop", "dev", "a/b", ofTestEnv); return err },
		"ctx: must not be nil":        func() error { _, err := e.List(none, "shop", testEnvs); return err },
	} {
		err := call()
		require.ErrorIs(t, err, zadig.ErrBadRequest, name)
		require.ErrorContains(t, err, name)
	}
	assert.Empty(t, mock.URLs())
}

func TestNilAndZero(t *testing.T) {
	t.Parallel()
	var e *environment.Environment
	assert.False(t, e.IsSummary())
	assert.Nil(t, e.Images())
	assert.True(t, e.Updated().IsZero())
	var d *environment.Deployment
	assert.Nil(t, d.Images())
	assert.False(t, d.IsRollback())
	assert.True(t, d.Created().IsZero())
	for _, s := range []*environment.Service{new(environment.Service), environment.New(nil)} {
		_, err := s.List(t.Context(), "shop", testEnvs)
		require.Error(t, err)
	}
}
