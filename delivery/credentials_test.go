package delivery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// fill gives every string below v a text that names its field, "<Commit.Password>",
// and everything else one element or a value that is not zero.
func fill(v reflect.Value, field string, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		if depth < 12 { // DistributeInfo holds itself
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), field, depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fill(v.Field(i), v.Type().Name()+"."+f.Name, depth+1)
			}
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`"<` + field + `>"`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), field, depth+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, field, depth+1)
		v.SetMapIndex(reflect.ValueOf(field), value)
	case reflect.String:
		v.SetString("<" + field + ">")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1)
	default:
		v.SetInt(1)
	}
}

func marked[T any]() T {
	var v T
	fill(reflect.ValueOf(&v).Elem(), "", 0)
	return v
}

// markers are those of fields in a table, as a text may hold them.
func markers(tables ...map[reflect.Type][]string) []string {
	var all []string
	for _, table := range tables {
		for typ, fields := range table {
			for _, field := range fields {
				all = append(all, typ.Name()+"."+field)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Every field whose name says that it holds a secret is in a table, or here
// with the reason why not: a new one must be thought about.
func TestFieldsThatMayHoldSecrets(t *testing.T) {
	t.Parallel()
	harmless := []string{
		"HeaderMatch.Value",                                  // a header that tells requests apart
		"ImagePath.Repo",                                     // a key in the values, not a value
		"DeployInfo.YAMLContents", "EnvService.RenderedYAML", // manifests
		"FlatService.YAMLContent",
		"EnvService.VariableKVs", "OverrideYAML.RenderVariableKVs", "ProductEnvInfo.Vars", // lists of types that are in a table
		"ProductEnvInfo.YAMLData", "ChartInfo.OverrideYAML", "ProductEnvInfo.GlobalVariables",
		"RenderVariableKV.UseGlobalVariable", "RenderVariableKV.IsReferenceVariable",
		"GitRepoConfig.ValuesPaths", "ImageInfo.RepoName",
	}
	suspicious := regexp.MustCompile(`(?i)token|password|secret|key$|webhookurl|value|yaml|vars?$|variable|address`)
	listed := markers(delivery.SecretFields, delivery.VariableFields, delivery.AddressFields)
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for field := range typ.Fields() {
			name := typ.Name() + "." + field.Name
			isKey := strings.HasSuffix(field.Name, "Key") && field.Name != "SSHKey" || field.Name == "Key" // the name of a variable, of an issue
			if suspicious.MatchString(field.Name) && !isKey && !slices.Contains(harmless, name) {
				assert.Contains(t, listed, name)
			}
			visit(field.Type)
		}
	}
	visit(reflect.TypeFor[delivery.Release]())
	for typ := range delivery.SecretFields {
		assert.True(t, seen[typ], "%s is not reached", typ)
	}
}

func TestWithoutCredentials(t *testing.T) {
	t.Parallel()
	full := marked[delivery.Release]()
	before, err := json.Marshal(full)
	require.NoError(t, err)
	safe := full.WithoutCredentials()
	after, err := json.Marshal(safe)
	require.NoError(t, err)
	nested, err := json.Marshal(&delivery.Release{VersionInfo: safe.VersionInfo, BuildInfo: safe.BuildInfo, DeployInfo: safe.DeployInfo})
	require.NoError(t, err)
	for _, marker := range markers(delivery.SecretFields, delivery.VariableFields) {
		assert.NotContains(t, string(after)+string(nested), marker)
		assert.NotContains(t, strings.Join(dump(reflect.ValueOf(safe)), "\n"), marker)
	}

	t.Run("keeps the rest", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, full.DeployInfo[0].YAMLContents, safe.DeployInfo[0].YAMLContents)
		assert.Equal(t, full.DeployInfo[0].Envs[0].Key, safe.DeployInfo[0].Envs[0].Key)
		assert.Equal(t, full.BuildInfo[0].Commits[0].CommitID, safe.BuildInfo[0].Commits[0].CommitID)
		assert.Equal(t, full.VersionInfo.ProductEnvInfo.PreSleepStatus, safe.VersionInfo.ProductEnvInfo.PreSleepStatus)
		assert.Equal(t, full.TestInfo, safe.TestInfo)
		assert.Equal(t, full.Services, safe.Services)
	})
	t.Run("shares nothing", func(t *testing.T) {
		t.Parallel()
		changed := full.WithoutCredentials()
		changed.VersionInfo.Labels[0], changed.DeployInfo[0].Image, changed.VersionInfo.ProductEnvInfo.PreSleepStatus["x"] = "x", "x", 1
		now, err := json.Marshal(full)
		require.NoError(t, err)
		assert.JSONEq(t, string(before), string(now), "the release itself is not changed")
	})
	t.Run("nil, zero and flat", func(t *testing.T) {
		t.Parallel()
		assert.Nil(t, (*delivery.Release)(nil).WithoutCredentials())
		assert.Equal(t, &delivery.Release{}, (&delivery.Release{}).WithoutCredentials())
		flat := (&delivery.Release{Services: []*delivery.FlatService{}}).WithoutCredentials()
		assert.NotNil(t, flat.Services)
		assert.Nil(t, (&delivery.Release{}).WithoutCredentials().Services)
	})
}

func TestWithoutCredentialsMasksText(t *testing.T) {
	t.Parallel()
	r := withCredentials()
	r.BuildInfo[0].Issues = []*delivery.Issue{{URL: "https://bob:" + hidden + "@jira.example.com/SHOP-17"}}
	r.BuildInfo[0].Commits[0].CommitMessage = "clone https://bob:" + hidden + "@git.example.com/x"
	r.DeployInfo = []*delivery.DeployInfo{{YAMLContents: []string{"args:\n- --url=http://x/?token=" + hidden + "\n- b\n"}}}
	safe := r.WithoutCredentials()
	data, err := json.Marshal(safe)
	require.NoError(t, err)
	assert.NotContains(t, string(data), hidden)
	assert.Equal(t, "https://git.example.com", safe.BuildInfo[0].Commits[0].Address)
	assert.Equal(t, "https://jira.example.com/SHOP-17", safe.BuildInfo[0].Issues[0].URL)
	assert.Equal(t, "args:\n- --url=http://x/?token=***\n- b\n", safe.DeployInfo[0].YAMLContents[0], "lines stay lines")
}

func TestWithoutCredentialsDropsRawJSON(t *testing.T) {
	t.Parallel()
	client, _ := clienttest.Serve(t, servertest.JSON(`[{"versionInfo":{"id":"619dbaa8c528c2182225e8d9"},"future":"`+hidden+`"}]`), zadig.WithRawJSON())
	page, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)
	require.Contains(t, string(page.Releases[0].RawJSON()), hidden)
	assert.Nil(t, page.Releases[0].WithoutCredentials().RawJSON())
}

// Nothing that prints or logs a release, or a part of it, shows a secret,
// however deep it is in what is printed.
func TestFmtAndSlogShowNoSecretField(t *testing.T) {
	t.Parallel()
	release := marked[delivery.Release]()
	flat := release
	nested := release
	nested.Services = nil
	env := release.VersionInfo.ProductEnvInfo
	commit := release.BuildInfo[0].Commits[0]
	values := map[string]any{
		"release": nested, "release pointer": &nested, "flat release": flat, "page": delivery.Page{Releases: []*delivery.Release{&nested}},
		"page pointer": &delivery.Page{Releases: []*delivery.Release{&nested}}, "version": release.VersionInfo, "build": release.BuildInfo[0], "deploy": release.DeployInfo[0],
		"environment": env, "environment value": *env, "commit": *commit, "commit pointer": commit, "commits": release.BuildInfo[0].Commits,
		"DeployEnv": *release.DeployInfo[0].Envs[0], "Envs": release.DeployInfo[0].Envs, "EnvVar": *env.Vars[0], "Vars": env.Vars,
		"GlobalVariable": *env.GlobalVariables[0], "GlobalVariables": env.GlobalVariables, "NotificationConfig": *env.NotificationConfigs[0],
		"NotificationConfigs": env.NotificationConfigs, "RenderVariableKVs": env.YAMLData.RenderVariableKVs, "service": env.Services[0][0],
		"overrides": env.YAMLData, "charts": env.ChartInfos,
	}
	for name, v := range values {
		for within, v := range map[string]any{
			"value": v, "slice": []any{v}, "map": map[string]any{"key": v}, "struct": struct{ V any }{v}, "pointer": &v,
			"deep": map[string][]struct{ V any }{"a": {{v}}},
		} {
			for way, text := range printedWays(v) {
				for _, marker := range markers(delivery.SecretFields) {
					assert.NotContains(t, text, marker, "%s in a %s by %s", name, within, way)
					assert.NotContains(t, text, fmt.Sprintf("%x", marker), "%s in a %s by %s", name, within, way)
				}
			}
		}
	}
}

// A slice of releases in slog's JSON is encoded, and each mask is in it.
func TestSlogMasksWithinSlices(t *testing.T) {
	t.Parallel()
	release := marked[delivery.Release]()
	release.Services = nil
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "releases", []*delivery.Release{&release})
	var record struct{ Releases []*delivery.Release }
	require.NoError(t, json.Unmarshal(b.Bytes(), &record))
	got := record.Releases[0]
	assert.Equal(t, "[redacted]", string(got.BuildInfo[0].Commits[0].Password))
	assert.Equal(t, "[redacted]", got.DeployInfo[0].Envs[0].Value)
	assert.Equal(t, "<Commit.CommitID>", got.BuildInfo[0].Commits[0].CommitID)
	assert.Equal(t, "<DeployInfo.Image>", got.DeployInfo[0].Image)
}

// JSON that is not for a log keeps the values.
func TestJSONKeepsSecretFields(t *testing.T) {
	t.Parallel()
	release := marked[delivery.Release]()
	release.Services = nil
	data, err := json.Marshal([]delivery.Release{release})
	require.NoError(t, err)
	for _, marker := range markers(delivery.SecretFields) {
		assert.Contains(t, string(data), marker)
	}
}

func printedWays(v any) map[string]string {
	printed := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		printed[verb] = fmt.Sprintf(verb, v)
	}
	for name, handler := range map[string]func(b *bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		slog.New(handler(&b)).With("with", v).Info("printed", "v", v, slog.Group("g", slog.Any("v", v)))
		printed[name] = b.String()
	}
	return printed
}

// dump lists the strings below v.
func dump(v reflect.Value) []string {
	var all []string
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			all = dump(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			all = append(all, dump(field)...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, dump(v.Index(i))...)
		}
	case reflect.String:
		all = append(all, v.String())
	}
	return all
}
