package zadigtest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/zadig-go/zadig/artifact"
)

// The endpoints of artifacts.
const (
	ListArtifacts Endpoint = "/api/aslan/delivery/artifacts"       // client.Artifact.List and All
	FindArtifact  Endpoint = "/api/aslan/delivery/artifacts/image" // client.Artifact.Trace, since v1.8.0
	GetArtifact   Endpoint = "/api/aslan/delivery/artifacts/:id"   // client.Artifact.Get and Trace
	TraceArtifact Endpoint = "/api/directory/dc/artifact"          // Trace with OneRequest, or if FindArtifact or GetArtifact is refused
)

var artifactRoutes = []route{
	{ListArtifacts, v17, (*call).listArtifacts},
	{FindArtifact, v111, (*call).findArtifact},
	{GetArtifact, v17, (*call).getArtifact},
	{TraceArtifact, v111, (*call).trace},
}

func (c *call) listArtifacts() *response {
	if refused := c.refuseArtifacts(); refused != nil {
		return refused
	}
	numbers, ok := c.numbers("page", "per_page")
	if !ok {
		return failed(codeBadRequest, "page and per_page must be numbers")
	}
	page, perPage := numbers[0], numbers[1]
	if c.query("page") == "" {
		page = 1
	}
	if c.query("per_page") == "" {
		perPage = 20
	}
	list, code := c.matchingArtifacts, codeListArtifacts
	if c.query("repoName") != "" || c.query("branch") != "" {
		list, code = c.artifactsOfRepo, codeFindActivities
	}
	found, compiled := list()
	shown, ok := window(found, page, perPage)
	if c.state == databaseDown || !compiled || !ok || page <= 0 && perPage != 0 {
		return failed(code, "").with("X-Total", "0")
	}
	docs := []any{}
	for _, a := range shown {
		docs = append(docs, asSent("artifact", a.doc, c.version))
	}
	return jsonResponse(docs).with("X-Total", strconv.Itoa(len(found)))
}

// matchingArtifacts returns the artifacts that pass the filters of the query.
// The filters name and image are regular expressions; ok is false if either does
// not compile. Images without a size are not listed, as on a real server.
func (c *call) matchingArtifacts() (found []*storedItem, ok bool) {
	name, err := regexp.Compile(c.query("name"))
	if err != nil {
		return nil, false
	}
	image, err := regexp.Compile(c.query("image"))
	if err != nil {
		return nil, false
	}
	return slices.DeleteFunc(c.data.artifacts.all(), func(a *storedItem) bool {
		return a.Type == "image" && a.ImageSize == 0 ||
			c.differs("type", a.Type) || c.differs("source", a.Source) || c.differs("imageTag", a.ImageTag) ||
			!name.MatchString(a.Name) || c.query("image") != "" && !image.MatchString(a.Image)
	}), true
}

// artifactsOfRepo returns the artifacts whose builds have a commit of the repository and
// branch, newest build first. It returns one item for each build, so an artifact may appear twice.
func (c *call) artifactsOfRepo() (found []*storedItem, ok bool) {
	made := make(map[*artifact.Activity]*storedItem)
	repo, branch := c.query("repoName"), c.query("branch")
	fits := func(commit *artifact.Commit) bool {
		return commit != nil && (repo == "" || commit.RepoName == repo) && (branch == "" || commit.Branch == branch)
	}
	for _, a := range c.data.artifacts.all() {
		for _, activity := range a.Activities {
			if activity.Type == artifact.ActivityBuild && slices.ContainsFunc(activity.Commits, fits) {
				made[activity] = a
			}
		}
	}
	builds := slices.SortedFunc(maps.Keys(made), func(a, b *artifact.Activity) int { return cmp.Compare(b.CreatedTime, a.CreatedTime) })
	for _, build := range builds {
		found = append(found, made[build])
	}
	return found, true
}

func (c *call) getArtifact() *response {
	if refused := c.refuseArtifacts(); refused != nil {
		return refused
	}
	a := c.data.artifacts.find(c.parts["id"])
	if a == nil || c.state == databaseDown || c.state == notFound {
		return failed(codeFindArtifact, "")
	}
	return c.send("artifact", a.doc)
}

// findArtifact returns the id of the artifact of an image as plain text.
func (c *call) findArtifact() *response {
	image := c.query("image")
	a := c.data.artifactOf(image)
	switch refused := c.refuseArtifacts(); {
	case refused != nil:
		return refused
	case image == "":
		return failed(codeBadRequest, "image can't be empty!")
	case c.state == databaseDown:
		return failed(codeFindArtifact, databaseText)
	case a == nil, c.state == notFound:
		return failed(codeFindArtifact, noDocuments)
	}
	return plain(http.StatusOK, a.ID)
}

// trace finds an artifact as picket, the service for /api/directory, does: picket
// requests the id from aslan and quotes a response whose status is not 200.
func (c *call) trace() *response {
	const failure = "failed to get artifact by image err:"
	switch c.state {
	case databaseDown:
		return internalError(failure + `Get "http://aslan:25000": context deadline exceeded`)
	case aslanDown:
		return internalError(failure + `Get "http://aslan:25000": dial tcp 10.96.0.25:25000: connect: connection refused`)
	}
	found := c.findArtifact()
	if found.status != http.StatusOK {
		reason := map[int]string{http.StatusBadRequest: "BadRequest", http.StatusForbidden: "Forbidden"}[found.status]
		return internalError(failure + fmt.Sprintf("[%d %s] %s", found.status, reason, found.body))
	}
	return c.send("traced", c.data.artifacts.find(string(found.body)).doc)
}
