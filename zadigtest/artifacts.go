package zadigtest

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

func (c *call) listArtifacts() *response {
	if c.state == noPermission {
		return empty(http.StatusForbidden)
	}
	page, perPage := int64(1), int64(20)
	for _, n := range []struct {
		name, prefix string
		value        *int64
	}{
		{"per_page", "perPage args err :", &perPage},
		{"page", "page args err :", &page},
	} {
		if given := c.query.Get(n.name); given != "" {
			i, err := strconv.Atoi(given)
			if err != nil {
				return failed(codeBadRequest, n.prefix+err.Error())
			}
			*n.value = int64(i)
		}
	}
	if c.query.Get("repoName") != "" || c.query.Get("branch") != "" {
		return c.artifactsOfRepo(page, perPage)
	}
	found, ok := c.matchingArtifacts()
	items, skip := artifactWindow(found, page, perPage)
	if c.state == databaseDown || !ok || skip < 0 {
		return failed(codeListArtifacts, "").with("X-Total", "0")
	}
	return c.artifactPage(items, len(found))
}

// artifactWindow returns a page as window does, but a page below 1 with a
// limit is an error.
func artifactWindow[T any](all []T, page, perPage int64) (items []T, skip int64) {
	if page <= 0 && perPage != 0 {
		return nil, -1
	}
	return window(all, page, perPage)
}

func (c *call) artifactPage(items []*storedItem, total int) *response {
	body := []byte{'['}
	for i, a := range items {
		if i > 0 {
			body = append(body, ',')
		}
		body = shapeOf("artifact", c.version).append(body, a.doc)
	}
	return jsonResponse(append(body, ']')).with("X-Total", strconv.Itoa(total))
}

// matchingArtifacts returns the artifacts that pass the filters of the query.
// The filters name and image are regular expressions; ok is false if one does
// not compile. Images of size 0 are not listed, because a real server leaves
// out images whose size was never stored.
func (c *call) matchingArtifacts() (found []*storedItem, ok bool) {
	name, err := regexp.Compile(c.query.Get("name"))
	if err != nil {
		return nil, false
	}
	image, err := regexp.Compile(c.query.Get("image"))
	if err != nil {
		return nil, false
	}
	differs := func(parameter, value string) bool {
		want := c.query.Get(parameter)
		return want != "" && want != value
	}
	return slices.DeleteFunc(c.data.allArtifacts(), func(a *storedItem) bool {
		return a.Type == "image" && a.ImageSize == 0 ||
			differs("type", a.Type) || differs("source", a.Source) || differs("imageTag", a.ImageTag) ||
			!name.MatchString(a.Name) || c.query.Get("image") != "" && !image.MatchString(a.Image)
	}), true
}

// artifactsOfRepo lists artifacts by the commits of their builds. It lists one
// item for each build, so an artifact may appear twice.
func (c *call) artifactsOfRepo(page, perPage int64) *response {
	type build struct {
		of   *storedItem
		made int64
	}
	var builds []build
	repo, branch := c.query.Get("repoName"), c.query.Get("branch")
	for _, a := range c.data.allArtifacts() {
		for _, activity := range a.Activities {
			if activity == nil || activity.Type != "build" {
				continue
			}
			for _, commit := range activity.Commits {
				if commit != nil && (repo == "" || commit.RepoName == repo) && (branch == "" || commit.Branch == branch) {
					builds = append(builds, build{a, activity.CreatedTime})
					break
				}
			}
		}
	}
	slices.SortStableFunc(builds, func(a, b build) int { return cmp.Compare(b.made, a.made) })
	shown, skip := artifactWindow(builds, page, perPage)
	if c.state == databaseDown || skip < 0 {
		return failed(codeFindActivities, "").with("X-Total", "0")
	}
	items := make([]*storedItem, len(shown))
	for i, b := range shown {
		items[i] = b.of
	}
	return c.artifactPage(items, len(builds))
}

func (c *call) getArtifact() *response {
	if c.state == noPermission {
		return empty(http.StatusForbidden)
	}
	a := c.data.artifact(c.id)
	if a == nil || c.state == databaseDown {
		return failed(codeFindArtifact, "")
	}
	return jsonResponse(shapeOf("artifact", c.version).append(nil, a.doc))
}

func (c *call) findArtifact() *response {
	if c.state == noPermission {
		return empty(http.StatusForbidden)
	}
	image := c.query.Get("image")
	if image == "" {
		return failed(codeBadRequest, "image can't be empty!")
	}
	if c.state == databaseDown {
		return failed(codeFindArtifact, databaseText)
	}
	a := c.data.artifactOf(image)
	if a == nil {
		return failed(codeFindArtifact, noDocuments)
	}
	return typed(http.StatusOK, textType, []byte(a.ID))
}
