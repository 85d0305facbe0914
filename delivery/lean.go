package delivery

import "github.com/zadig-go/zadig/internal/response"

// leanShape is shape without manifests: its members stand before those of the
// embedded types, and pass over the manifests without decoding them.
type leanShape struct {
	nested
	flat
	DeployInfo []*leanDeploy  `json:"deployInfo,omitzero"`
	Services   []*leanService `json:"services,omitzero"`
}

type leanDeploy struct {
	DeployInfo
	YAMLContents response.Skip `json:"yamlContents"`
}

type leanService struct {
	ReleaseService
	YAMLContent response.Skip `json:"yaml_content"`
}

func (l *leanShape) shape() shape {
	s := shape{nested: l.nested, flat: l.flat}
	if l.DeployInfo != nil {
		s.DeployInfo = make([]*DeployInfo, len(l.DeployInfo))
		for i, deploy := range l.DeployInfo {
			if deploy != nil {
				s.DeployInfo[i] = &deploy.DeployInfo
			}
		}
	}
	if l.Services != nil {
		s.Services = make([]*ReleaseService, len(l.Services))
		for i, service := range l.Services {
			if service != nil {
				s.Services[i] = &service.ReleaseService
			}
		}
	}
	return s
}
