package running

import (
	"encoding/json"
	"strings"

	"github.com/zadig-go/zadig/zadigtest"
)

// demoPods returns pods as kubectl prints them, of a cluster that runs images
// of the demo.
func demoPods(data zadigtest.Data) []byte {
	type object = map[string]any
	var pods []object
	add := func(name, namespace, image, imageID string, state object) {
		pods = append(pods, object{
			"kind": "Pod", "metadata": object{"name": name, "namespace": namespace},
			"spec":   object{"containers": []object{{"name": "app", "image": image}}},
			"status": object{"phase": "Running", "containerStatuses": []object{{"name": "app", "imageID": imageID, "state": state}}},
		})
	}
	n := 0
	for _, a := range data.Artifacts {
		repository, _, _ := strings.Cut(a.Image, "@")
		repository = repository[:max(strings.LastIndexByte(repository, ':'), 0)]
		name := repository[strings.LastIndexByte(repository, '/')+1:]
		running := repository + "@" + a.ImageDigest
		if a.ImageDigest == "" || repository == "" {
			continue
		}
		switch n++; n {
		case 1: // the tag was pushed again
			add(name+"-6d8b7c9f4-h5t2w", "prod", a.Image, repository+"@sha256:"+strings.Repeat("d41d8cd9", 8), nil)
		case 2:
			add(name+"-5f7c8d9b6-x2k4p", "prod", a.Image, running, nil)
			add(name+"-5f7c8d9b6-q8w3z", "prod", a.Image, running, object{"waiting": object{"reason": "CrashLoopBackOff"}})
		case 3: // pinned by digest, through a mirror
			add(name+"-7b9c6d5f8-m4n7v", "prod", "mirror.example.com/hub/"+name+"@"+a.ImageDigest,
				"mirror.example.com/hub/"+name+"@"+a.ImageDigest, nil)
		case 4: // loaded into the node
			add(name+"-8c6d7f9b5-t9r2s", "qa", a.Image, "sha256:"+strings.Repeat("9b0aa28f", 8), nil)
		case 5:
			add(name+"-9d7f8b6c4-b3v6x", "qa", a.Image, "", nil)
		}
	}
	add("istiod-56f7b8c9d-k2l4m", "istio-system", "docker.io/istio/pilot:1.20.3",
		"docker.io/istio/pilot@sha256:"+strings.Repeat("18163bd4", 8), nil)
	content, err := json.Marshal(object{"kind": "List", "items": pods})
	if err != nil {
		panic(err) // there is nothing in it that cannot be encoded
	}
	return content
}
