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
	releases  collection[*release]
	artifacts collection[*storedItem]
}

// release is a stored release. doc is its JSON in one of the two shapes.
type release struct {
	*delivery.Release
	doc map[string]any
}

// storedItem is a stored artifact.
type storedItem struct {
	*artifact.Artifact
	doc map[string]any
}

// addReleases stores all releases or, if one is bad, none.
func (s *store) addReleases(releases []*delivery.Release) error {
	return add(&s.releases, releases, newRelease)
}

func newRelease(given *delivery.Release) (*release, error) {
	if given == nil {
		return nil, errors.New("must not be nil")
	}
	if given.VersionInfo == nil || given.VersionInfo.ID == "" {
		return nil, errors.New("it has no id (VersionInfo.ID)")
	}
	r := &release{Release: new(delivery.Release)}
	var err error
	if r.doc, err = copied(given, r.Release); err != nil {
		return nil, err
	}
	id, err := validID(given.VersionInfo.ID)
	if err != nil {
		return nil, err
	}
	r.VersionInfo.ID = id
	if r.isFlat() {
		r.doc["id"] = id
		return r, nil
	}
	object(r.doc, "versionInfo")["id"] = id
	for _, part := range []string{"buildInfo", "deployInfo", "testInfo", "distributeInfo"} {
		ownedBy(r.doc, part, "releaseId", id)
	}
	return r, nil
}

func (r *release) id() string     { return r.VersionInfo.ID }
func (r *release) created() int64 { return r.VersionInfo.CreatedAt }

// isFlat reports whether the release was given in the shape of v4.0.0 and later.
func (r *release) isFlat() bool { return r.Services != nil }

// madeByWorkflow reports whether a workflow made the release, as before v4.0.0.
func (r *release) madeByWorkflow() bool {
	return !r.isFlat() && (r.VersionInfo.Type == "" || r.VersionInfo.Type == delivery.TypeK8SWorkflow) &&
		len(r.BuildInfo)+len(r.TestInfo)+len(r.DistributeInfo) > 0
}

// serviceNames returns the names of the deployed services. A shown name ends in
// the container's.
func (r *release) serviceNames() (names []string) {
	for _, d := range r.DeployInfo {
		if d != nil {
			names = append(names, rawServiceName(d.ServiceName, d.ContainerName))
		}
	}
	return names
}

func rawServiceName(shown, container string) string {
	if container == "" {
		return shown
	}
	return strings.TrimSuffix(shown, "/"+container)
}

// addArtifacts stores all artifacts or, if one is bad, none.
func (s *store) addArtifacts(artifacts []*artifact.Artifact) error {
	return add(&s.artifacts, artifacts, s.newItem)
}

func (s *store) newItem(given *artifact.Artifact) (*storedItem, error) {
	if given == nil {
		return nil, errors.New("must not be nil")
	}
	if given.Image == "" && given.Type != "file" {
		return nil, fmt.Errorf("%q has no Image, which only Type %q may leave out", cmp.Or(given.ID, given.Name), "file")
	}
	a := &storedItem{Artifact: new(artifact.Artifact)}
	var err error
	if a.doc, err = copied(given, a.Artifact); err != nil {
		return nil, err
	}
	a.ID = s.artifacts.newID() // those returned by Trace have none
	if given.ID != "" {
		if a.ID, err = validID(given.ID); err != nil {
			return nil, err
		}
	}
	a.doc["id"] = a.ID
	ownedBy(a.doc, "activities", "artifact_id", a.ID)
	sortActivities(a.doc)
	return a, nil
}

func (a *storedItem) id() string     { return a.ID }
func (a *storedItem) created() int64 { return a.CreatedTime }

// artifactOf returns the oldest artifact of an image, or nil.
func (s *store) artifactOf(image string) *storedItem {
	var found *storedItem
	for _, a := range s.artifacts.all() {
		if a.Image == image && (found == nil || a.CreatedTime < found.CreatedTime) {
			found = a
		}
	}
	return found
}

// sortActivities sorts activities newest first and groups them by type, as Zadig
// does when it reads an artifact.
func sortActivities(doc map[string]any) {
	activities := slices.Clone(array(doc, "activities"))
	created := func(activity any) int64 {
		o, _ := activity.(map[string]any)
		n, _ := o["created_time"].(json.Number)
		i, _ := n.Int64()
		return i
	}
	slices.SortStableFunc(activities, func(a, b any) int { return cmp.Compare(created(b), created(a)) })
	byType := make(map[string]any)
	for _, a := range activities {
		o, _ := a.(map[string]any)
		list, _ := byType[text(o, "type")].([]any)
		byType[text(o, "type")] = append(list, a)
	}
	doc["activities"], doc["sortedActivities"] = activities, byType
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

// copied decodes a copy of a document and returns its JSON.
func copied(given, into any) (map[string]any, error) {
	data, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return nil, err
	}
	return decodeTree(data)
}

var objectID = regexp.MustCompile(`^[0-9a-f]{24}$`)

func validID(id string) (string, error) {
	if lower := strings.ToLower(id); objectID.MatchString(lower) {
		return lower, nil
	}
	return "", fmt.Errorf("its id must be 24 hex digits (got %q)", id)
}

// stored is a document of a collection.
type stored interface {
	id() string
	created() int64
}

// collection holds documents, newest first.
type collection[D stored] struct {
	mu   sync.RWMutex
	docs []D
	made int
}

// newID returns an id for a document that has none.
func (c *collection[D]) newID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	return fmt.Sprintf("a57%021x", c.made)
}

// add stores all documents or, if one is bad, none.
func add[T any, D stored](c *collection[D], given []T, store func(T) (D, error)) error {
	incoming := make([]D, len(given))
	for i, g := range given {
		var err error
		if incoming[i], err = store(g); err != nil {
			return fmt.Errorf("%d of %d: %w", i+1, len(given), err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Concat(c.docs, incoming) // a new slice: readers keep the old one
	slices.SortStableFunc(all, func(a, b D) int { return cmp.Compare(b.created(), a.created()) })
	ids := make(map[string]bool, len(all))
	for _, d := range all {
		if ids[d.id()] {
			return fmt.Errorf("there are two with the id %s", d.id())
		}
		ids[d.id()] = true
	}
	c.docs = all
	return nil
}

// all returns a new slice of the documents.
func (c *collection[D]) all() []D {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.docs)
}

// find returns the document with an id, or nil.
func (c *collection[D]) find(id string) (none D) {
	for _, d := range c.all() {
		if d.id() == strings.ToLower(id) {
			return d
		}
	}
	return none
}

// remove removes the document with an id and reports whether it existed.
func (c *collection[D]) remove(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.docs)
	c.docs = slices.DeleteFunc(slices.Clone(c.docs), func(d D) bool { return d.id() == strings.ToLower(id) })
	return len(c.docs) < before
}
