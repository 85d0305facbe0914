package delivery

import "cmp"

// FlatService describes one service of a release in the flat JSON object that
// servers send since v4.0.0. The fields with Chart in their names are set only for
// a chart (recorded on v5.0.0).
type FlatService struct {
	ServiceName          string          `json:"service_name"`           // name in the project
	ChartName            string          `json:"chart_name"`             // "" unless it is a chart
	OriginalChartVersion string          `json:"original_chart_version"` // chart version in the environment
	ChartVersion         string          `json:"chart_version"`          // chart version that was released
	ChartStatus          string          `json:"chart_status"`           // status of packaging the chart
	YAMLContent          string          `json:"yaml_content"`           // Kubernetes manifests, separated by "---"; for a chart, its values
	Images               []*ServiceImage `json:"images,omitzero"`        // one per container
	Error                string          `json:"error"`                  // why the service failed, else ""
}

// ServiceImage is one image of a FlatService: its source, and the target that the
// release copies it to.
type ServiceImage struct {
	ContainerName  string     `json:"container_name"`   // container that runs the image
	ImageName      string     `json:"image_name"`       // name without registry and tag
	ImagePath      *ImagePath `json:"image_path"`       // may be nil
	SourceImage    string     `json:"source_image"`     // reference of the image in the environment
	SourceImageTag string     `json:"source_image_tag"` // tag of SourceImage
	TargetImage    string     `json:"target_image"`     // reference of the released image
	TargetImageTag string     `json:"target_image_tag"` // tag of TargetImage
	PushImage      bool       `json:"push_image"`       // the image is pushed to the registry of the release
	Status         string     `json:"status"`           // status of the push, "success" in the recordings
	Error          string     `json:"error"`            // why the push failed, else ""
}

func (s *FlatService) image(i *ServiceImage) Image {
	return Image{s.ServiceName, i.ContainerName, cmp.Or(i.TargetImage, i.SourceImage)}
}
