package running

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
)

// Use is a running image. The same image with another digest is another Use.
type Use struct {
	Image      string         `json:"image"`      // as the pod requests it
	ImageID    string         `json:"image_id"`   // as the pod's status has it; "" if nothing runs
	Pods       int            `json:"pods"`       // how many pods run it
	Namespaces map[string]int `json:"namespaces"` // how many pods run it in each namespace
	Places     []Place        `json:"places"`     // each container that runs it

	// For an environment: who last deployed the service, and when.
	DeployedBy string     `json:"deployed_by,omitempty"`
	DeployedAt *time.Time `json:"deployed_at,omitempty"`
	// Who approved the task that deployed it.
	ApprovedBy []string `json:"approved_by,omitempty"`

	deployments []time.Time // the last deployments of the service, the oldest first
}

// Place is a container that runs an image.
type Place struct {
	Namespace string `json:"namespace"`
	Workload  string `json:"workload"` // such as "Deployment/cart", "" for a pod that nothing controls
	Pod       string `json:"pod"`
	Container string `json:"container"`
	Problem   string `json:"problem,omitempty"` // why the container waits, such as CrashLoopBackOff
}

// Problems returns how many containers have each problem, by its name.
func (u *Use) Problems() map[string]int {
	problems := make(map[string]int)
	for _, p := range u.Places {
		if p.Problem != "" {
			problems[p.Problem]++
		}
	}
	return problems
}

// Uses collects running images.
type Uses struct {
	NoHistory error // why it is not known who deployed some images

	byImage map[[2]string]*Use // by image and digest
}

// Add adds an image with the digest that runs, or "" if that is not known.
func (u *Uses) Add(image, imageID string) *Use {
	_, digest, found := strings.Cut(imageID, "@")
	if !found {
		digest = imageID // "docker-pullable://name@…" and "name@…" have a digest, a bare id has none
	}
	if u.byImage == nil {
		u.byImage = make(map[[2]string]*Use)
	}
	key := [2]string{image, digest}
	if u.byImage[key] == nil {
		u.byImage[key] = &Use{Image: image, ImageID: imageID, Namespaces: make(map[string]int), Places: []Place{}}
	}
	return u.byImage[key]
}

// Sorted returns the uses in the order of their images.
func (u *Uses) Sorted() []*Use {
	return slices.SortedFunc(maps.Values(u.byImage), func(a, b *Use) int {
		return cmp.Or(strings.Compare(a.Image, b.Image), strings.Compare(a.ImageID, b.ImageID))
	})
}

// pod has the fields of a pod that are read.
type pod struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name            string            `json:"name"`
		Namespace       string            `json:"namespace"`
		Labels          map[string]string `json:"labels"`
		OwnerReferences []ownerReference  `json:"ownerReferences"`
	} `json:"metadata"`
	Spec struct {
		Containers          []container `json:"containers"`
		InitContainers      []container `json:"initContainers"`
		EphemeralContainers []container `json:"ephemeralContainers"`
	} `json:"spec"`
	Status struct {
		Phase                      string            `json:"phase"`
		ContainerStatuses          []containerStatus `json:"containerStatuses"`
		InitContainerStatuses      []containerStatus `json:"initContainerStatuses"`
		EphemeralContainerStatuses []containerStatus `json:"ephemeralContainerStatuses"`
	} `json:"status"`
}

type container struct {
	Name  string `json:"name"`
	Image string `json:"image"`
}

type containerStatus struct {
	Name    string `json:"name"`
	ImageID string `json:"imageID"`
	State   struct {
		Waiting struct {
			Reason string `json:"reason"`
		} `json:"waiting"`
	} `json:"state"`
}

// problem returns why a container waits, or "" if it is merely starting.
func (s containerStatus) problem() string {
	switch reason := s.State.Waiting.Reason; reason {
	case "ContainerCreating", "PodInitializing":
		return ""
	default:
		return reason
	}
}

type ownerReference struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Controller bool   `json:"controller"`
}

// workload returns the controller of a pod. A Deployment controls a pod through a
// ReplicaSet, whose name is that of the Deployment and a hash. The hash is a label
// of the pod.
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

// addTo counts the pod once for each of its images.
func (p *pod) addTo(u *Uses) {
	statuses := make(map[string]containerStatus) // by container: a pod has each name once
	for _, s := range slices.Concat(p.Status.ContainerStatuses, p.Status.InitContainerStatuses, p.Status.EphemeralContainerStatuses) {
		statuses[s.Name] = s
	}
	counted := make(map[*Use]bool)
	for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers, p.Spec.EphemeralContainers) {
		if c.Image == "" {
			continue
		}
		one := u.Add(c.Image, statuses[c.Name].ImageID)
		one.Places = append(one.Places, Place{p.Metadata.Namespace, p.workload(), p.Metadata.Name, c.Name, statuses[c.Name].problem()})
		if !counted[one] {
			counted[one] = true
			one.Pods++
			one.Namespaces[p.Metadata.Namespace]++
		}
	}
}

const howTo = "pipe `kubectl get pods -A -o json` into this command, or use --pods or --images"

// ReadPods reads pods from the JSON of kubectl. The input is a list, one pod, or several
// of these one after the other, such as the lists of several clusters.
func ReadPods(in io.Reader, finished bool, to *Uses) error {
	documents := json.NewDecoder(in)
	for n := 0; ; n++ {
		var document struct {
			pod

			Items []pod `json:"items"`
		}
		err := documents.Decode(&document)
		var syntax *json.SyntaxError
		switch {
		case err == io.EOF && n > 0: //nolint:errorlint // the end, as json.Decoder says it
			return nil
		case err == io.EOF: //nolint:errorlint // as above
			return cli.Usage("the input is empty: %s", howTo)
		case errors.As(err, &syntax) && n == 0 && syntax.Offset <= 2:
			return cli.Usage("the input is not JSON: use kubectl -o json")
		case err == nil && !slices.Contains([]string{"Pod", "List", "PodList"}, document.Kind):
			err = fmt.Errorf("got kind %q, want List or Pod", document.Kind)
		}
		if err != nil {
			return cli.Usage("the input is not a list of pods (%v): %s", err, howTo)
		}
		pods := 0
		for _, p := range append(document.Items, document.pod) {
			if p.Kind != "Pod" && (p.Kind != "" || document.Kind != "PodList") { // the API leaves out Kind in a PodList
				continue
			}
			pods++
			if finished || p.Status.Phase != "Succeeded" && p.Status.Phase != "Failed" {
				p.addTo(to)
			}
		}
		if pods == 0 && len(document.Items) > 0 {
			return cli.Usage("the input is a list of something other than pods: %s", howTo)
		}
	}
}

// ReadImages reads one image per line. It skips empty lines and lines that begin
// with #.
func ReadImages(in io.Reader, to *Uses) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		image := strings.TrimSpace(lines.Text())
		if image == "" || strings.HasPrefix(image, "#") {
			continue
		}
		if strings.ContainsAny(image, " \t{}\"") {
			return cli.Usage("--images: %q is not an image; want one per line", cli.Shorten(image, 60))
		}
		imageID := ""
		if strings.Contains(image, "@") {
			imageID = image
		}
		to.Add(image, imageID)
	}
	if err := lines.Err(); err != nil {
		return cli.Usage("--images: %v", err)
	}
	if len(to.byImage) == 0 {
		return cli.Usage("--images: got no images")
	}
	return nil
}
