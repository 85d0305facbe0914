package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/examples/internal/cli"
)

// use is one image as it runs: the same image with another digest is another.
type use struct {
	Image      string         // as the pod asks for it
	ImageID    string         // as the pod's status has it; "" if nothing runs
	Pods       int            // how many run it
	Namespaces map[string]int // the same for each namespace
	Places     []place        // each container that runs it
}

// uses collects what runs.
type uses struct {
	byImage map[[2]string]*use // by image and digest
}

func newUses() *uses { return &uses{make(map[[2]string]*use)} }

func (u *uses) add(image, imageID string) *use {
	_, digest, found := strings.Cut(imageID, "@")
	if !found {
		digest = imageID // "docker-pullable://name@…" and "name@…" are one, a bare id is not
	}
	key := [2]string{image, digest}
	if u.byImage[key] == nil {
		u.byImage[key] = &use{Image: image, ImageID: imageID, Namespaces: make(map[string]int)}
	}
	return u.byImage[key]
}

func (u *uses) sorted() []*use {
	var all []*use
	for _, one := range u.byImage {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b *use) int {
		return cmp.Or(strings.Compare(a.Image, b.Image), strings.Compare(a.ImageID, b.ImageID))
	})
	return all
}

// pod is what is needed of a pod.
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
}

// addTo counts the pod for each of its images, once for each.
func (p *pod) addTo(u *uses) {
	imageIDs := make(map[string]string) // by container: a pod has each name once
	for _, s := range slices.Concat(p.Status.ContainerStatuses, p.Status.InitContainerStatuses, p.Status.EphemeralContainerStatuses) {
		imageIDs[s.Name] = s.ImageID
	}
	counted := make(map[*use]bool)
	for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers, p.Spec.EphemeralContainers) {
		if c.Image == "" {
			continue
		}
		one := u.add(c.Image, imageIDs[c.Name])
		one.Places = append(one.Places, place{p.Metadata.Namespace, p.workload(), p.Metadata.Name, c.Name})
		if !counted[one] {
			counted[one] = true
			one.Pods++
			one.Namespaces[p.Metadata.Namespace]++
		}
	}
}

// headBytes is enough to recognize what stdin is.
const headBytes = 512

const howTo = "pipe `kubectl get pods -A -o json` into it, or give -images"

// readPods reads what kubectl prints as JSON: a list or one pod, and several of
// these one after the other, such as those of several clusters. One pod at a time is in
// memory.
func readPods(in io.Reader, finished bool, to *uses) error {
	if cli.IsTerminal(in) {
		return cli.Usage("nothing on stdin: %s", howTo)
	}
	begin := bufio.NewReader(in)
	documents := json.NewDecoder(begin)
	head, _ := begin.Peek(headBytes) // its error comes up again
	if is, recognized := notJSON(head); recognized {
		return cli.Usage("stdin is %s", is)
	}
	for n := 0; ; n++ {
		err := readDocument(documents, func(p *pod) {
			if finished || p.Status.Phase != "Succeeded" && p.Status.Phase != "Failed" {
				p.addTo(to)
			}
		})
		var syntax *json.SyntaxError
		switch {
		case err == io.EOF && n > 0: //nolint:errorlint // the end, as json.Decoder says it
			return nil
		case err == io.EOF: //nolint:errorlint // as above
			return cli.Usage("stdin is empty: %s", howTo)
		case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
			return cli.Usage("stdin is no JSON, or not all of it (%v): %s", err, howTo)
		case err != nil:
			return cli.Usage("stdin is no list of pods (%v): %s", err, howTo)
		}
	}
}

// readDocument reads one list or one pod. The error is io.EOF itself if there
// is none.
func readDocument(in *json.Decoder, each func(*pod)) error {
	begin, err := in.Token()
	if err != nil {
		return err
	}
	if begin != json.Delim('{') {
		return errors.New("it is no object")
	}
	var (
		kind        string
		single      = make(map[string]json.RawMessage)
		items, pods int
	)
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return unexpected(err)
		}
		switch key {
		case "kind":
			err = in.Decode(&kind)
		case "items":
			items, pods, err = readItems(in, each)
		default:
			var value json.RawMessage
			err = in.Decode(&value)
			single[key.(string)] = value
		}
		if err != nil {
			return unexpected(err)
		}
	}
	if _, err := in.Token(); err != nil {
		return unexpected(err)
	}
	switch {
	case kind == "Pod":
		whole, err := json.Marshal(single)
		if err != nil {
			return err
		}
		var p pod
		if err := json.Unmarshal(whole, &p); err != nil {
			return err
		}
		each(&p)
	case kind != "List" && kind != "PodList":
		return errors.New("its kind is " + quoted(kind))
	case items > 0 && pods == 0:
		return errors.New("its items are no pods")
	}
	return nil
}

// readItems reads the items of a list and hands on those that are pods.
func readItems(in *json.Decoder, each func(*pod)) (items, pods int, err error) {
	switch begin, err := in.Token(); {
	case err != nil:
		return 0, 0, err
	case begin == nil:
		return 0, 0, nil
	case begin != json.Delim('['):
		return 0, 0, errors.New("its items are no array")
	}
	for in.More() {
		var p pod
		var typed *json.UnmarshalTypeError
		switch err := in.Decode(&p); {
		case errors.As(err, &typed) && p.Kind != "" && p.Kind != "Pod": // something else, with members of other types
		case err != nil:
			return items, pods, err
		case p.Kind == "Pod" || p.Kind == "": // the API leaves it out in a PodList
			pods++
			each(&p)
		}
		items++
	}
	_, err = in.Token()
	return items, pods, err
}

// unexpected is the end of the input where there should be more.
func unexpected(err error) error {
	if err == io.EOF { //nolint:errorlint // the end, as json.Decoder says it
		return io.ErrUnexpectedEOF
	}
	return err
}

func quoted(kind string) string {
	if kind == "" {
		return "not given"
	}
	return kind
}

// readImages reads one image a line. Empty lines and those that begin with #
// do not count.
func readImages(in io.Reader, to *uses) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		image := strings.TrimSpace(lines.Text())
		if image == "" || strings.HasPrefix(image, "#") {
			continue
		}
		if strings.ContainsAny(image, " \t{}\"") {
			return cli.Usage("-images: %q is no image; it takes one a line", cli.Shorten(image, 60))
		}
		imageID := ""
		if strings.Contains(image, "@") {
			imageID = image
		}
		to.add(image, imageID)
	}
	if err := lines.Err(); err != nil {
		return cli.Usage("-images: %v", err)
	}
	if len(to.byImage) == 0 {
		return cli.Usage("-images: there is no image in it")
	}
	return nil
}
