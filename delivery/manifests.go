package delivery

import "github.com/zadig-go/zadig/internal/response"

// The types without their methods. The structs below also hide the field with the
// manifests.
type (
	plainDeployInfo     DeployInfo
	plainProductEnvInfo ProductEnvInfo
	plainEnvService     EnvService
	plainFlatService    FlatService
)

var withoutManifests = response.With(
	response.As(func(d *DeployInfo) any {
		return &struct {
			*plainDeployInfo
			YAMLContents response.Skipped `json:"yamlContents"`
		}{plainDeployInfo: (*plainDeployInfo)(d)}
	}),
	response.As(func(p *ProductEnvInfo) any {
		return &struct {
			*plainProductEnvInfo
			EnvConfigYAMLs response.Skipped `json:"env_config_yamls"`
		}{plainProductEnvInfo: (*plainProductEnvInfo)(p)}
	}),
	response.As(func(s *EnvService) any {
		return &struct {
			*plainEnvService
			RenderedYAML response.Skipped `json:"rendered_yaml"`
		}{plainEnvService: (*plainEnvService)(s)}
	}),
	response.As(func(s *FlatService) any {
		return &struct {
			*plainFlatService
			YAMLContent response.Skipped `json:"yaml_content"`
		}{plainFlatService: (*plainFlatService)(s)}
	}),
)

// manifests returns how to decode releases: without their manifests if skip is set.
func manifests(skip bool) (e response.Decoding) {
	if skip {
		return withoutManifests
	}
	return nil
}
