package zadigtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// Data is the data of a server. See [WithReleases] and [WithArtifacts] for what
// is accepted. The zero Data is empty.
type Data struct {
	Releases  []*delivery.Release  // in any order
	Artifacts []*artifact.Artifact // in any order
}

// store holds copies of the data. A stored document never changes, so a response
// can be written without the lock.
type store struct {
	mu        sync.RWMutex
	releases  []*release    // newest first
	artifacts []*storedItem // newest first
	made      int           // ids given to artifacts that had none
}

// release is a stored release with the values it is found by.
type release struct {
	id, project, name string // name is that of the version
	workflow          string
	taskID            int64
	createdAt         int64
	labels            []string
	services          []string // names that the serviceName filter compares
	deleted           bool
	doc               map[string]any
	flat              bool   // doc is the object of v4.0.0 and later
	source            string // Source once flattened, if doc is not flat
}

// storedItem is a stored artifact with the values it is found by.
type storedItem struct {
	artifact.Artifact
	doc map[string]any
}

var objectID = regexp.MustCompile(`^[0-9a-f]{24}$`)

// addReleases stores all releases or, if one is bad, none.
func (s *store) addReleases(releases []*delivery.Release) error {
	incoming := make([]*release, 0, len(releases))
	for i, r := range releases {
		stored, err := newRelease(r)
		if err != nil {
			return fmt.Errorf("release %d of %d: %w", i+1, len(releases), err)
		}
		incoming = append(incoming, stored)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := make(map[string]bool, len(s.releases)+len(incoming))
	for _, r := range s.releases {
		seen[r.id] = true
	}
	for i, r := range incoming {
		if seen[r.id] {
			return fmt.Errorf("release %d of %d: there are two releases with the id %s", i+1, len(releases), r.id)
		}
		seen[r.id] = true
	}
	all := slices.Concat(s.releases, incoming) // a new slice: readers keep the old one
	slices.SortStableFunc(all, func(a, b *release) int { return cmp.Compare(b.createdAt, a.createdAt) })
	s.releases = all
	return nil
}

func newRelease(r *delivery.Release) (*release, error) {
	if r == nil {
		return nil, errors.New("must not be nil")
	}
	if r.VersionInfo == nil || r.VersionInfo.ID == "" {
		return nil, fmt.Errorf("it has no id (VersionInfo.ID)")
	}
	info := r.VersionInfo
	id := strings.ToLower(info.ID)
	if !objectID.MatchString(id) {
		return nil, fmt.Errorf("its id must be 24 hex digits (got %q)", info.ID)
	}
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	doc, err := decodeTree(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	stored := &release{
		id:        id,
		project:   info.ProductName,
		name:      info.Version,
		workflow:  info.WorkflowName,
		taskID:    int64(info.TaskID),
		createdAt: info.CreatedAt,
		labels:    slices.Clone(info.Labels),
		deleted:   info.DeletedAt != 0,
		doc:       doc,
		flat:      r.Services != nil,
		source:    r.Source,
	}
	if stored.flat {
		doc["id"] = id
	} else {
		object(doc, "versionInfo")["id"] = id
		for _, part := range []string{"buildInfo", "deployInfo", "testInfo", "distributeInfo"} {
			ownedBy(doc, part, "releaseId", id)
		}
	}
	for _, d := range r.DeployInfo {
		if d != nil {
			stored.services = append(stored.services, rawServiceName(d.ServiceName, d.ContainerName))
		}
	}
	return stored, nil
}

// typed returns the release as it was given.
func (r *release) typed() *delivery.Release {
	typed := new(delivery.Release)
	if err := json.Unmarshal(appendJSON(nil, r.doc), typed); err != nil {
		panic(fmt.Sprintf("zadigtest: %v", err)) // doc was encoded from a Release
	}
	return typed
}

// ownedBy sets those members of an array's elements that refer to the document
// and are missing.
func ownedBy(doc map[string]any, part, member, id string) {
	for _, e := range array(doc, part) {
		if e, ok := e.(map[string]any); ok {
			if isEmpty(e[member]) {
				e[member] = id
			}
			ownedBy(e, "subDistributes", member, id)
		}
	}
}

// rawServiceName returns the stored name of a service. The name that is shown
// ends in the container's.
func rawServiceName(shown, container string) string {
	if container == "" {
		return shown
	}
	return strings.TrimSuffix(shown, "/"+container)
}

func (s *store) deleteRelease(id string) bool {
	id = strings.ToLower(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := make([]*release, 0, len(s.releases))
	for _, r := range s.releases {
		if r.id != id {
			rest = append(rest, r)
		}
	}
	found := len(rest) < len(s.releases)
	s.releases = rest
	return found
}

// allReleases returns a new slice of the releases that are not deleted, newest
// first.
func (s *store) allReleases() []*release {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(s.releases), func(r *release) bool { return r.deleted })
}

func (s *store) release(id string) *release {
	id = strings.ToLower(id)
	for _, r := range s.allReleases() {
		if r.id == id {
			return r
		}
	}
	return nil
}

// releaseNamed returns the newest release of a project with this version.
func (s *store) releaseNamed(project, version string) *release {
	for _, r := range s.allReleases() {
		if r.project == project && r.name == version {
			return r
		}
	}
	return nil
}

// addArtifacts stores all artifacts or, if one is bad, none.
func (s *store) addArtifacts(artifacts []*artifact.Artifact) error {
	incoming := make([]*storedItem, 0, len(artifacts))
	for i, a := range artifacts {
		stored, err := newItem(a)
		if err != nil {
			return fmt.Errorf("artifact %d of %d: %w", i+1, len(artifacts), err)
		}
		incoming = append(incoming, stored)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := make(map[string]bool, len(s.artifacts)+len(incoming))
	for _, a := range s.artifacts {
		seen[a.ID] = true
	}
	for i, a := range incoming {
		if a.ID == "" {
			continue
		}
		if seen[a.ID] {
			return fmt.Errorf("artifact %d of %d: there are two artifacts with the id %s", i+1, len(artifacts), a.ID)
		}
		seen[a.ID] = true
	}
	for _, a := range incoming { // artifacts returned by Trace have no id
		for a.ID == "" {
			s.made++
			if id := fmt.Sprintf("a57%021x", s.made); !seen[id] {
				a.ID, a.doc["id"] = id, id
			}
		}
		ownedBy(a.doc, "activities", "artifact_id", a.ID)
		sortActivities(a.doc)
	}
	all := slices.Concat(s.artifacts, incoming)
	slices.SortStableFunc(all, func(a, b *storedItem) int { return cmp.Compare(b.CreatedTime, a.CreatedTime) })
	s.artifacts = all
	return nil
}

func newItem(a *artifact.Artifact) (*storedItem, error) {
	if a == nil {
		return nil, errors.New("must not be nil")
	}
	if a.Image == "" && a.Type != "file" {
		return nil, fmt.Errorf("%q has no Image, which only Type %q may leave out", cmp.Or(a.ID, a.Name), "file")
	}
	id := strings.ToLower(a.ID)
	if id != "" && !objectID.MatchString(id) {
		return nil, fmt.Errorf("its id must be 24 hex digits (got %q)", a.ID)
	}
	data, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Image, err)
	}
	stored := &storedItem{}
	if err := json.Unmarshal(data, &stored.Artifact); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Image, err)
	}
	if stored.doc, err = decodeTree(data); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Image, err)
	}
	stored.ID = id
	if id != "" {
		stored.doc["id"] = id
	}
	return stored, nil
}

// sortActivities sorts activities newest first and groups them by type, as Zadig
// does when it reads an artifact.
func sortActivities(doc map[string]any) {
	activities := slices.Clone(array(doc, "activities"))
	slices.SortStableFunc(activities, func(a, b any) int {
		return cmp.Compare(integer(b, "created_time"), integer(a, "created_time"))
	})
	byType := make(map[string]any)
	for _, a := range activities {
		o, _ := a.(map[string]any)
		kind := text(o, "type")
		list, _ := byType[kind].([]any)
		byType[kind] = append(list, a)
	}
	doc["activities"], doc["sortedActivities"] = activities, byType
}

func (s *store) deleteArtifact(id string) bool {
	id = strings.ToLower(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := make([]*storedItem, 0, len(s.artifacts))
	for _, a := range s.artifacts {
		if a.ID != id {
			rest = append(rest, a)
		}
	}
	found := len(rest) < len(s.artifacts)
	s.artifacts = rest
	return found
}

func (s *store) allArtifacts() []*storedItem {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.artifacts)
}

func (s *store) artifact(id string) *storedItem {
	id = strings.ToLower(id)
	for _, a := range s.allArtifacts() {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// artifactOf returns the oldest artifact of an image, or nil.
func (s *store) artifactOf(image string) *storedItem {
	var found *storedItem
	for _, a := range s.allArtifacts() {
		if a.Image == image && (found == nil || a.CreatedTime < found.CreatedTime) {
			found = a
		}
	}
	return found
}

// Readers of decoded JSON. They return zero values for what is absent or of
// another type.

func object(o map[string]any, name string) map[string]any {
	v, _ := o[name].(map[string]any)
	return v
}

func array(o map[string]any, name string) []any {
	v, _ := o[name].([]any)
	return v
}

func text(o map[string]any, name string) string {
	v, _ := o[name].(string)
	return v
}

func integer(o any, name string) int64 {
	m, _ := o.(map[string]any)
	n, _ := m[name].(json.Number)
	i, _ := n.Int64()
	return i
}
