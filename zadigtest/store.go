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
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
)

// Data is the data of a server. The zero Data is empty. The options, such as
// [WithReleases] and [WithArtifacts], say which data are accepted.
type Data struct {
	Releases  []*delivery.Release  // in any order
	Artifacts []*artifact.Artifact // in any order

	Environments []*environment.Environment
	Deployments  []*Deployment    // in any order
	Tasks        []*workflow.Task // in any order
}

// ReleasesOn returns the releases that a server of the given version has. Deleted
// releases are left out and, since v4.0.0, so are releases made by workflows. The
// version is a name such as "v3.4.1"; for any other text, ReleasesOn returns nil.
func (d Data) ReleasesOn(version string) []*delivery.Release {
	v, err := nearest(version)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Releases), func(r *delivery.Release) bool { return !exists(r, v) })
}

// exists reports whether a server of version v has the release. Servers since v4.0.0 keep
// releases in another collection, which has no releases made by workflows.
func exists(r *delivery.Release, v version) bool {
	info := r.VersionInfo
	byWorkflow := info.Type == delivery.TypeK8SWorkflow ||
		info.Type == "" && len(r.BuildInfo)+len(r.TestInfo)+len(r.DistributeInfo) > 0
	return info.DeletedAt == 0 && (v < v40 || !byWorkflow)
}

// store has copies of the data. A stored document never changes, so a response
// can be written without the lock.
type store struct {
	releases  collection[*release]
	artifacts collection[*storedItem]

	environments collection[*storedEnvironment]
	deployments  collection[*storedDeployment]
	tasks        collection[*storedTask]
}

// add stores all data or returns an error.
func (s *store) add(d Data) error {
	return cmp.Or(
		s.addReleases(d.Releases, false), s.addArtifacts(d.Artifacts),
		s.addEnvironments(d.Environments, false), s.addDeployments(d.Deployments), s.addTasks(d.Tasks, false),
	)
}

// release is a stored release with its JSON in both shapes: before v4.0.0 and since.
type release struct {
	*delivery.Release
	nested, flat map[string]any
}

// storedItem is a stored artifact.
type storedItem struct {
	*artifact.Artifact
	doc  map[string]any
	made []string // its image, and a key for each task of its activities
}

// addReleases stores all releases or, if one is bad, none.
func (s *store) addReleases(releases []*delivery.Release, replace bool) error {
	return add(&s.releases, releases, replace, newRelease)
}

func newRelease(given *delivery.Release) (*release, error) {
	if given == nil {
		return nil, errors.New("must not be nil")
	}
	if given.VersionInfo == nil || given.VersionInfo.ID == "" {
		return nil, errors.New("it has no id (VersionInfo.ID)")
	}
	id, err := validID(given.VersionInfo.ID)
	if err != nil {
		return nil, err
	}
	withID, info := *given, *given.VersionInfo
	withID.VersionInfo, info.ID = &info, id
	r := new(release)
	if r.Release, err = copied(&withID); err == nil {
		r.nested, err = treeOf(nest(&withID))
	}
	if err == nil {
		r.flat, err = treeOf(flatten(&withID))
	}
	return r, err
}

func (r *release) id() string     { return r.VersionInfo.ID }
func (r *release) created() int64 { return r.VersionInfo.CreatedAt }
func (r *release) keys() []string {
	return []string{taskKey(r.VersionInfo.WorkflowName, r.VersionInfo.TaskID)}
}

// taskKey returns the key of the releases and artifacts of a task.
func taskKey(workflow string, number int) string { return fmt.Sprintf("%s#%d", workflow, number) }

// serviceNames returns the names of the deployed services, without the container
// names that deploys append to them.
func (r *release) serviceNames() (names []string) {
	for _, d := range r.DeployInfo {
		if d != nil {
			names = append(names, rawServiceName(d.ServiceName, d.ContainerName))
		}
	}
	return names
}

// addArtifacts stores all artifacts or, if one is bad, none.
func (s *store) addArtifacts(artifacts []*artifact.Artifact) error {
	return add(&s.artifacts, artifacts, false, s.newItem)
}

func (s *store) newItem(given *artifact.Artifact) (*storedItem, error) {
	if given == nil {
		return nil, errors.New("must not be nil")
	}
	if given.Image == "" && given.Type != "file" {
		return nil, fmt.Errorf("%q has no Image, which only Type %q may leave out", cmp.Or(given.ID, given.Name), "file")
	}
	c := *given
	c.ID = s.artifacts.newID() // artifacts returned by Trace have no ID
	if given.ID != "" {
		var err error
		if c.ID, err = validID(given.ID); err != nil {
			return nil, err
		}
	}
	c.Activities = copies(c.Activities, func(activity *artifact.Activity) {
		activity.ArtifactID = cmp.Or(activity.ArtifactID, c.ID)
	})
	slices.SortStableFunc(c.Activities, func(a, b *artifact.Activity) int { return cmp.Compare(b.CreatedTime, a.CreatedTime) })
	c.SortedActivities = make(map[string][]*artifact.Activity)
	for _, activity := range c.Activities {
		c.SortedActivities[activity.Type] = append(c.SortedActivities[activity.Type], activity)
	}
	a := new(storedItem)
	var err error
	if a.Artifact, err = copied(&c); err == nil {
		a.doc, err = treeOf(&c)
	}
	a.made = []string{c.Image}
	for _, activity := range c.Activities {
		if ref, ok := activity.Task(); ok {
			a.made = append(a.made, taskKey(ref.WorkflowName, ref.TaskID))
		}
	}
	return a, err
}

func (a *storedItem) id() string     { return a.ID }
func (a *storedItem) created() int64 { return a.CreatedTime }
func (a *storedItem) keys() []string { return a.made }

// artifactOf returns the oldest artifact of an image, or nil.
func (s *store) artifactOf(image string) *storedItem {
	found := s.artifacts.with(image)
	if len(found) == 0 {
		return nil
	}
	return slices.MinFunc(found, func(a, b *storedItem) int { return cmp.Compare(a.CreatedTime, b.CreatedTime) })
}

// copied returns a deep copy for look-ups, in which decoding may have masked credentials.
func copied[T any](given *T) (*T, error) {
	data, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	c := new(T)
	return c, json.Unmarshal(data, c)
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
	keys() []string // that find the document, in addition to its id
}

// collection has documents, newest first.
type collection[D stored] struct {
	mu    sync.RWMutex
	docs  []D
	ids   map[string]D
	index map[string][]D // by key, newest first
	made  int
}

// newID returns an id for a document that has none.
func (c *collection[D]) newID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	return fmt.Sprintf("a57%021x", c.made)
}

// add stores all documents or, if one is bad, none. They may replace documents with the same id.
func add[T any, D stored](c *collection[D], given []T, replace bool, store func(T) (D, error)) error {
	incoming := make([]D, len(given))
	for i, g := range given {
		var err error
		if incoming[i], err = store(g); err != nil {
			return fmt.Errorf("%d of %d: %w", i+1, len(given), err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(c.docs), func(old D) bool { // a new slice: readers keep the old one
		return replace && slices.ContainsFunc(incoming, func(d D) bool { return d.id() == old.id() })
	})
	all := slices.Concat(kept, incoming)
	slices.SortStableFunc(all, func(a, b D) int { return cmp.Compare(b.created(), a.created()) })
	ids := make(map[string]bool, len(all))
	for _, d := range all {
		if ids[d.id()] {
			return fmt.Errorf("there are two with the id %s", d.id())
		}
		ids[d.id()] = true
	}
	c.set(all)
	return nil
}

func (c *collection[D]) set(docs []D) {
	c.docs, c.ids, c.index = docs, make(map[string]D, len(docs)), make(map[string][]D)
	for _, d := range docs {
		c.ids[d.id()] = d
		for _, key := range d.keys() {
			if same := c.index[key]; len(same) == 0 || same[len(same)-1].id() != d.id() {
				c.index[key] = append(same, d)
			}
		}
	}
}

// all returns a new slice of the documents.
func (c *collection[D]) all() []D {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.docs)
}

// find returns the document with the given id, or nil.
func (c *collection[D]) find(id string) D {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.ids[strings.ToLower(id)]
}

// with returns the documents with the given key, newest first.
func (c *collection[D]) with(key string) []D {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index[key]
}

// remove removes the document with the given id and reports whether it existed.
func (c *collection[D]) remove(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.docs)
	c.set(slices.DeleteFunc(slices.Clone(c.docs), func(d D) bool { return d.id() == strings.ToLower(id) }))
	return len(c.docs) < before
}
