package delivery

import (
	"reflect"
	"slices"

	"github.com/zadig-go/zadig/internal/redact"
)

// secretFields are the fields that hold a credential, or a value that may well
// be one: the values of variables, and the address of a webhook, which is enough
// to write to a chat. fmt and slog print a mask in their place.
var secretFields = map[reflect.Type][]string{
	reflect.TypeFor[Commit]():             {"OAuthToken", "Password", "SSHKey", "PrivateAccessToken"},
	reflect.TypeFor[DeployEnv]():          {"Value"},
	reflect.TypeFor[EnvVar]():             {"Value"},
	reflect.TypeFor[GlobalVariable]():     {"Value"},
	reflect.TypeFor[RenderVariableKV]():   {"Value"},
	reflect.TypeFor[NotificationConfig](): {"WebhookURL"},
}

// variableFields hold the values of variables as YAML or JSON. A copy without
// credentials leaves them out as well.
var variableFields = map[reflect.Type][]string{
	reflect.TypeFor[ProductEnvInfo](): {"DefaultValues", "EnvConfigYAMLs"},
	reflect.TypeFor[EnvService]():     {"VariableYAML"},
	reflect.TypeFor[EnvConfig]():      {"YAMLData"},
	reflect.TypeFor[ChartInfo]():      {"ValuesYAML", "OverrideValues"},
	reflect.TypeFor[OverrideYAML]():   {"YAMLContent", "AutoSyncYAML", "SourceDetail"},
}

// addressFields are URLs that may hold user info.
var addressFields = map[reflect.Type][]string{
	reflect.TypeFor[Commit]():      {"Address"},
	reflect.TypeFor[Issue]():       {"URL"},
	reflect.TypeFor[PackageInfo](): {"PackageStorageURI"},
}

// WithoutCredentials returns a deep copy of the release that is safe to store
// and to send, or nil for a nil release. The copy lacks
//
//   - tokens, keys and passwords of commits, and user info in addresses
//   - values of variables of deployments, environments, charts and services,
//     also those in YAML
//   - addresses of webhooks
//   - RawJSON
//
// In all other text, manifests included, "***" replaces what looks like a
// secret: a token or password in a URL, a private key, a JSON web token.
//
// Manifests keep secrets that do not look like one, such as a Kubernetes Secret
// or the value of a container's environment variable. A release that is read
// with SkipManifests has no manifests.
func (r *Release) WithoutCredentials() *Release {
	if r == nil {
		return nil
	}
	safe, _ := reflect.TypeAssert[Release](safeCopy(reflect.ValueOf(*r)))
	safe.servicesOmitted = r.servicesOmitted
	return &safe
}

// safeCopy copies everything but what the tables above name.
func safeCopy(v reflect.Value) reflect.Value {
	safe := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		safe.SetString(redact.Text(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			safe.Set(reflect.New(v.Type().Elem()))
			safe.Elem().Set(safeCopy(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			safe.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				safe.Index(i).Set(safeCopy(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			safe.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				safe.SetMapIndex(key, safeCopy(value))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch field := v.Type().Field(i); {
			case !field.IsExported(), // the raw JSON
				slices.Contains(secretFields[v.Type()], field.Name),
				slices.Contains(variableFields[v.Type()], field.Name):
			case slices.Contains(addressFields[v.Type()], field.Name):
				safe.Field(i).SetString(redact.Address(v.Field(i).String()))
			default:
				safe.Field(i).Set(safeCopy(v.Field(i)))
			}
		}
	default:
		safe.Set(v)
	}
	return safe
}
