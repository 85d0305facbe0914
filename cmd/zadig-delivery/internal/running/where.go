package main

import "strings"

// place is a container that runs an image.
type place struct {
	Namespace string `json:"namespace"`
	Workload  string `json:"workload"` // such as "Deployment/cart", "" for a pod that nothing controls
	Pod       string `json:"pod"`
	Container string `json:"container"`
}

type ownerReference struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Controller bool   `json:"controller"`
}

// workload is what controls a pod. A Deployment does so through a ReplicaSet
// that has its name and a hash, which is a label of the pod.
func (p *pod) workload() string {
	for _, owner := range p.Metadata.OwnerReferences {
		if !owner.Controller {
			continue
		}
		if hash := p.Metadata.Labels["pod-template-hash"]; owner.Kind == "ReplicaSet" && hash != "" {
			if name, ok := strings.CutSuffix(owner.Name, "-"+hash); ok {
				return "Deployment/" + name
			}
		}
		return owner.Kind + "/" + owner.Name
	}
	return ""
}
