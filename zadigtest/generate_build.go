package zadigtest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// build adds the build of an image from one repository of the project and, one
// time in four, from a second one that projects share.
func (g *generator) build(r *delivery.Release, p *project, service string) *delivery.BuildInfo {
	v := r.VersionInfo
	branch := pick(g.dice, branches)
	primary := commit(g.dice, p.owner, p.name, branch)
	primary.IsPrimary = true
	commits := []*delivery.Commit{primary}
	if g.vary.chance(25) {
		commits = append(commits, commit(g.vary, "platform", "common", "main"))
	}
	tag := fmt.Sprintf("%s-%d", time.Unix(g.now, 0).UTC().Format("20060102150405"), v.TaskID)
	switch {
	case g.chance(40):
		primary.PR = 100 + g.IntN(900)
		primary.PRs = []int{primary.PR}
		tag += fmt.Sprintf("-%s-pr-%d", imageSafe(branch), primary.PR)
	case g.chance(20):
		primary.Branch, primary.Tag = "", v.Version
		tag += "-" + v.Version
	default:
		tag += "-" + imageSafe(branch)
	}
	image := fmt.Sprintf("%s/%s/%s:%s", registry, p.name, serviceImage(service), tag)
	b := &delivery.BuildInfo{
		ID: g.id(), ReleaseID: v.ID, ServiceName: service,
		ImageName: image,
		ImageInfo: &delivery.ImageInfo{
			RepoName: serviceImage(service), TagName: tag,
			ImageSize: 8<<20 + g.Int64N(400<<20), ImageDigest: "sha256:" + g.hex(64),
			Author: v.CreatedBy, Architecture: "amd64", DockerVersion: "20.10.11", OS: "linux",
			CreationTime: time.Unix(g.now-90, 0).UTC().Format(time.RFC3339),
			UpdateTime:   time.Unix(g.now-80, 0).UTC().Format(time.RFC3339),
		},
		Commits:   commits,
		StartTime: g.now - 110, EndTime: g.now - 80, CreatedAt: g.now,
	}
	if g.chance(30) {
		key := fmt.Sprintf("SHOP-%d", 1+g.IntN(999))
		b.Issues = append(b.Issues, &delivery.Issue{
			ID: fmt.Sprint(10000 + g.IntN(9999)), Key: key, URL: "https://jira.example.com/browse/" + key,
			Summary: pick(g.dice, messages), Priority: "High", Creator: "张三", Assignee: "李四", Reporter: "王五",
		})
	}
	return b
}

func commit(d dice, owner, repository, branch string) *delivery.Commit {
	return &delivery.Commit{
		Source:        "gitlab",
		Address:       "https://gitlab.example.com",
		RepoOwner:     owner,
		RepoNamespace: owner,
		RepoName:      repository,
		RemoteName:    "origin",
		Branch:        branch,
		CommitID:      d.hex(40),
		CommitMessage: pick(d, messages),
		AuthorName:    pick(d, people),
		CodehostID:    1,
		OAuthToken:    "not-a-real-token",
	}
}

// serviceImage returns the image name of a service, which must be ASCII.
func serviceImage(service string) string {
	if service == "支付服务" {
		return "payment"
	}
	return service
}

// imageSafe returns a branch as it appears in a tag.
func imageSafe(branch string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r > 127 {
			return '-'
		}
		return r
	}, branch)
}

// artifact adds the artifact that a task of the workflow built, with its
// activities. One time in five the URL of the task has the older form.
func (g *generator) artifact(r *delivery.Release, workflow string, b *delivery.BuildInfo, env string) {
	if g.traced[b.ImageName] {
		return
	}
	g.traced[b.ImageName] = true
	v := r.VersionInfo
	a := &artifact.Artifact{
		ID: g.id(), Name: imageName(b.ImageName), Type: "image", Source: "workflow",
		Image: b.ImageName, ImageTag: b.ImageInfo.TagName, ImageDigest: b.ImageInfo.ImageDigest,
		ImageSize: b.ImageInfo.ImageSize, Architecture: "amd64", OS: "linux",
		CreatedBy: v.CreatedBy, CreatedTime: g.now - 80 + int64(len(g.traced)%7),
	}
	built := &artifact.Activity{
		ArtifactID: a.ID, Type: artifact.ActivityBuild,
		URL:       fmt.Sprintf("/v1/projects/detail/%s/pipelines/custom/%s/%d?display_name=%s", v.ProductName, workflow, v.TaskID, url.QueryEscape(workflow)),
		StartTime: b.StartTime, EndTime: b.EndTime, CreatedBy: v.CreatedBy, CreatedTime: b.EndTime,
	}
	if g.vary.chance(20) {
		built.URL = fmt.Sprintf("/v1/projects/detail/%s/pipelines/multi/%s/%d", v.ProductName, workflow, v.TaskID)
	}
	for _, c := range b.Commits {
		built.Commits = append(built.Commits, &artifact.Commit{
			Address: c.Address, Source: c.Source, RepoOwner: c.RepoOwner, RepoName: c.RepoName, Branch: c.Branch,
			PR: c.PR, PRs: slices.Clone(c.PRs), Tag: c.Tag,
			CommitID: c.CommitID, CommitMessage: c.CommitMessage, AuthorName: c.AuthorName,
		})
	}
	for _, issue := range b.Issues {
		built.Issues = append(built.Issues, issue.Key)
	}
	deployed := &artifact.Activity{
		ArtifactID: a.ID, Type: artifact.ActivityDeploy, Namespace: v.ProductName + "-env-" + env, EnvName: env,
		StartTime: g.now - 70, EndTime: g.now - 10, CreatedBy: v.CreatedBy, CreatedTime: g.now - 10,
	}
	a.Activities = []*artifact.Activity{deployed, built}
	a.SortedActivities = map[string][]*artifact.Activity{
		artifact.ActivityBuild:  {built},
		artifact.ActivityDeploy: {deployed},
	}
	g.data.Artifacts = append(g.data.Artifacts, a)
}
