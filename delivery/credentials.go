package delivery

import (
	"encoding/json"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/redact"
)

// redacted replaces a credential that is not empty.
const redacted = "[redacted]"

// redact replaces the credentials of a release, as described at [Release]. Since
// v4.0 releases have none.
func (r *Release) redact() {
	for b := range nilsafe.Values(r.BuildInfo) {
		b.redact()
	}
	for d := range nilsafe.Values(r.DeployInfo) {
		for e := range nilsafe.Values(d.Envs) {
			hideVariable(e.Key, &e.Value)
		}
	}
	for d := range nilsafe.Values(r.DistributeInfo) {
		redact.Addresses(&d.DestStorageURL, &d.SrcStorageURL, &d.StorageURL)
	}
	if r.VersionInfo != nil && r.VersionInfo.ProductEnvInfo != nil {
		r.VersionInfo.ProductEnvInfo.redact()
	}
}

func (b *BuildInfo) redact() {
	for c := range nilsafe.Values(b.Commits) {
		hide(&c.OAuthToken, &c.Password, &c.SSHKey, &c.PrivateAccessToken)
		redact.Addresses(&c.Address)
	}
	for i := range nilsafe.Values(b.Issues) {
		redact.Addresses(&i.URL)
	}
	if b.PackageInfo != nil {
		redact.Addresses(&b.PackageInfo.PackageStorageURI)
	}
}

func (p *ProductEnvInfo) redact() {
	for v := range nilsafe.Values(p.Vars) {
		hideVariable(v.Key, &v.Value)
	}
	for v := range nilsafe.Values(p.GlobalVariables) {
		hideJSONVariable(v.Key, &v.Value)
	}
	p.YAMLData.redact()
	for _, group := range p.Services {
		for s := range nilsafe.Values(group) {
			if s.Render != nil {
				s.Render.OverrideYAML.redact()
			}
		}
	}
	for n := range nilsafe.Values(p.NotificationConfigs) {
		hide(&n.WebhookURL)
	}
}

func (o *OverrideYAML) redact() {
	for v := range nilsafe.Values(nilsafe.OrZero(o).RenderVariableKVs) {
		hideJSONVariable(v.Key, &v.Value)
	}
}

func hide(credentials ...*string) {
	for _, c := range credentials {
		if *c != "" {
			*c = redacted
		}
	}
}

func hideVariable(key string, value *string) {
	if redact.IsSecretName(key) {
		hide(value)
	}
}

func hideJSONVariable(key string, value *json.RawMessage) {
	if v := string(*value); redact.IsSecretName(key) && v != "" && v != "null" && v != `""` {
		*value = json.RawMessage(`"` + redacted + `"`)
	}
}
