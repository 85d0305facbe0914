package delivery

import "github.com/zadig-go/zadig/internal/response"

// The types without the methods and, in the structs below, without the field with
// the manifests: yamlContents up to v3.4, yaml_content since v4.0.
type (
	plainDeployInfo  DeployInfo
	plainFlatService FlatService
)

var withoutManifests = response.With(
	response.As(func(d *DeployInfo) any {
		return &struct {
			*plainDeployInfo
			YAMLContents response.Skipped `json:"yamlContents"`
		}{plainDeployInfo: (*plainDeployInfo)(d)}
	}),
	response.As(func(s *FlatService) any {
		return &struct {
			*plainFlatService
			YAMLContent response.Skipped `json:"yaml_content"`
		}{plainFlatService: (*plainFlatService)(s)}
	}),
)

// manifests returns the decoding of releases, which skips their manifests if
// skip is set.
func manifests(skip bool) (e response.Decoding) {
	if skip {
		return withoutManifests
	}
	return nil
}
