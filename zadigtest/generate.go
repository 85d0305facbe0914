package zadigtest

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// Generate returns n realistic releases of a shop's projects, newest first, and the
// artifacts of the images that they deploy or pack into charts. Within one version of
// this package, the same seed and n give the same data. If n is less than 1, there is no
// data.
//
// About two in five releases are made by workflows, with builds, deploys and tests;
// servers since v4.0.0 do not have such releases. Some of the other releases failed.
// Images are built from commits, tags and pull requests of one or two repositories. One
// deploy in twenty pins its image by digest, and one in forty has a manifest of about
// 100 KB. Texts are in Chinese and English. The environments are those to which the
// releases were deployed, with the history of their services.
//
// Ids and CreatedAt are unique, and Version is unique within a project, as servers since
// v4.0.0 require. No date is later than the end of May 2025.
func Generate(seed uint64, n int) Data {
	g := &generator{
		Rand:  rand.New(rand.NewPCG(seed, 0x7a61646967)),
		now:   time.Date(2024, 3, 1, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)).Unix(),
		tasks: make(map[string]int),
	}
	for range n {
		const longest, period = 5 * 3600, 455 * 24 * 3600
		g.now += 1 + g.Int64N(min(longest, period/int64(n)))
		if p := projects[min(g.IntN(len(projects)), g.IntN(len(projects)))]; p.charts { // favors the first projects
			g.chartRelease(p)
		} else {
			g.k8sRelease(p)
		}
	}
	slices.Reverse(g.data.Releases)
	slices.Reverse(g.data.Artifacts)
	g.data.addEnvironments()
	return g.data
}

type project struct {
	name, owner string
	charts      bool
	services    []string
	workflow    string
}

var projects = []project{
	{"shop", "shop-team", false, []string{"catalog", "cart", "checkout", "支付服务", "search"}, "shop-dev"},
	{"accounts", "identity-team", false, []string{"login", "profile", "sms"}, "accounts-dev"},
	{"storefront", "web-team", true, []string{"web", "images", "cache"}, "storefront-dev"},
	{"warehouse", "logistics-team", false, []string{"stock", "picking", "shipping", "labels"}, "仓库 发布"},
	{"platform", "sre-team", true, []string{"ingress", "monitoring"}, "platform-release"},
}

var (
	people   = []string{"alice", "bob", "carol", "dmitri", "李雷", "韩梅梅", "zhangsan"}
	branches = []string{"main", "main", "main", "release-1.2", "feature/支付-优化", "fix/timeout"}
	messages = []string{
		"Pay with gift cards (#736)",
		"fix: 修复并发下库存扣减错误",
		"Retry the callback of the payment provider",
		"优化搜索结果排序 (#741)",
		"Merge pull request #512 from shop-team/hotfix\n\n紧急修复登录超时",
		"Show \"sold out\" & <b>back soon</b> in the catalog 🛒",
	}
	notes = []string{
		"", "Weekly release", "紧急修复：支付回调重复", "Gift cards for everybody", "灰度发布 <10%> & 观察", "see SHOP-17 \\ SHOP-18",
	}
	labels  = []string{"stable", "灰度", "hotfix", "weekly", "a&b"}
	envs    = []string{"dev", "qa", "pre", "prod"}
	sources = []string{delivery.SourceManual, delivery.SourceFromEnv, delivery.SourceFromVersion}
)

const registry = "registry.example.com"

type generator struct {
	*rand.Rand
	now   int64
	made  int            // number of ids so far
	tasks map[string]int // number of tasks by project
	data  Data
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// some returns up to limit different elements of a list, in the order of the list.
func (g *generator) some(list []string, limit int) (chosen []string) {
	n := g.IntN(limit + 1)
	for i, s := range list {
		if g.IntN(len(list)-i) < n-len(chosen) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

func (g *generator) hex(n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%016x", g.Uint64())
	}
	return b.String()[:n]
}

// id returns a unique object id, which begins with the time.
func (g *generator) id() string {
	g.made++
	return fmt.Sprintf("%08x%08x%08x", uint32(g.now), g.Uint32(), g.made)
}

// release adds a release with the fields that all kinds of releases have.
func (g *generator) release(p project) *delivery.Release {
	g.tasks[p.name]++
	task, env := g.tasks[p.name], pick(g, envs)
	r := &delivery.Release{VersionInfo: &delivery.VersionInfo{
		ID: g.id(), Version: fmt.Sprintf("v%d.%d.%d", 1+task/200, task/20%10, task%20),
		ProductName: p.name, WorkflowName: p.workflow, TaskID: task,
		Desc: pick(g, notes), Labels: g.some(labels, 2), CreatedBy: pick(g, people), CreatedAt: g.now,
		ProductEnvInfo: &delivery.ProductEnvInfo{
			ID: zeroID, ProductName: p.name, Namespace: p.name + "-env-" + env, EnvName: env, Production: env == "prod",
			Render: &delivery.RenderInfo{Name: p.name + "-env-" + env, Revision: 1, ProductTmpl: p.name},
		},
	}}
	g.data.Releases = append(g.data.Releases, r)
	return r
}

// service adds a service to the environment of a release.
func service(r *delivery.Release, name, kind, image string) {
	env := r.VersionInfo.ProductEnvInfo
	env.Services = append(env.Services, []*delivery.EnvService{{
		ServiceName: name, ProductName: env.ProductName, Type: kind, Revision: 1,
		Containers: []*delivery.Container{{Name: imageName(image), Image: image}},
	}})
}

// k8sRelease adds a release of a workflow that built and deployed its images or,
// two times in five, a release of manifests and images that were built before.
func (g *generator) k8sRelease(p project) {
	r := g.release(p)
	v, services := r.VersionInfo, g.some(p.services, 3)
	if len(services) == 0 && g.chance(80) {
		services = p.services[:1]
	}
	for _, name := range services {
		b := g.build(r, p, name)
		r.BuildInfo = append(r.BuildInfo, b)
		r.DeployInfo = append(r.DeployInfo, g.deploy(r, name, b, services))
		service(r, name, "k8s", b.ImageName)
		if g.chance(20) {
			r.DistributeInfo = append(r.DistributeInfo, g.distributed(r, name, "prod"))
		}
	}
	switch {
	case len(services) == 0:
		v.ProductEnvInfo = nil
	case g.chance(40): // made of manifests: an internal task pushed the images
		r.BuildInfo, r.DistributeInfo = nil, nil
		r.Source, v.Type, v.WorkflowName = pick(g, sources), delivery.TypeK8SYAML, "zadig-delivery-"+p.name
		v.Status = delivery.StatusSuccess
		v.Progress = &delivery.Progress{TotalCount: len(services), SuccessCount: len(services), UploadStatus: "success"}
		if g.chance(25) {
			v.Status, v.Progress.UploadStatus = delivery.StatusFailed, "failed"
			v.Progress.SuccessCount--
			v.Progress.Error = "failed to push image " + r.DeployInfo[0].Image + ": denied: requested access to the resource is denied"
		}
	default:
		if g.chance(40) {
			r.TestInfo = append(r.TestInfo, g.test(r))
		}
	}
}

func (g *generator) chartRelease(p project) {
	r := g.release(p)
	v := r.VersionInfo
	v.Type, v.Status, r.Source = delivery.TypeHelmChart, delivery.StatusSuccess, pick(g, sources)
	v.ProductEnvInfo.Source = "helm"
	v.Progress = &delivery.Progress{TotalChartCount: len(p.services), PackageStatus: "success"}
	for i, name := range p.services {
		b := g.build(r, p, name) // for the image in the environment; a chart release names no builds
		service(r, name, "helm", b.ImageName)
		if g.chance(7) {
			v.Status, v.Progress.PackageStatus = delivery.StatusFailed, "failed"
			v.Progress.Error = "failed to push chart " + name + ": 连接超时"
			break
		}
		image := g.distributed(r, name, "charts")
		image.ChartName, image.RegistryName = name, b.ImageName
		r.DistributeInfo = append(r.DistributeInfo, &delivery.DistributeInfo{
			ID: g.id(), ReleaseID: v.ID, DistributeType: delivery.DistributeChart,
			ChartName: name, ChartVersion: strings.TrimPrefix(v.Version, "v"), ChartRepoName: "harbor",
			CreatedAt: g.now, SubDistributes: []*delivery.DistributeInfo{image},
		})
		v.Progress.SuccessChartCount = i + 1
	}
	v.WorkflowName = ""
}

// build returns the build of an image and adds its artifact. The image is built from
// the repository of the service and, one time in four, also from one that projects share.
func (g *generator) build(r *delivery.Release, p project, service string) *delivery.BuildInfo {
	v, name := r.VersionInfo, strings.Replace(service, "支付服务", "payment", 1) // images are ASCII
	primary := g.commit(p.owner, name, pick(g, branches))
	primary.IsPrimary = true
	tag := fmt.Sprintf("%s-%d", time.Unix(g.now, 0).UTC().Format("20060102150405"), v.TaskID)
	switch {
	case g.chance(40):
		primary.PR = 100 + g.IntN(900)
		primary.PRs = []int{primary.PR}
		tag += fmt.Sprintf("-pr-%d", primary.PR)
	case g.chance(20):
		primary.Branch, primary.Tag = "", v.Version
		tag += "-" + v.Version
	default:
		tag += "-main"
	}
	b := &delivery.BuildInfo{
		ID: g.id(), ReleaseID: v.ID, ServiceName: service, ImageName: fmt.Sprintf("%s/%s/%s:%s", registry, p.name, name, tag),
		ImageInfo: &delivery.ImageInfo{
			RepoName: name, TagName: tag, ImageSize: 8<<20 + g.Int64N(400<<20), ImageDigest: "sha256:" + g.hex(64),
			Author: v.CreatedBy, Architecture: "amd64", OS: "linux",
			CreationTime: time.Unix(g.now-90, 0).UTC().Format(time.RFC3339),
		},
		Commits:   []*delivery.Commit{primary},
		StartTime: g.now - 110, EndTime: g.now - 80, CreatedAt: g.now,
	}
	if g.chance(25) {
		b.Commits = append(b.Commits, g.commit("platform-team", "common", "main"))
	}
	if g.chance(30) {
		key := fmt.Sprintf("SHOP-%d", 1+g.IntN(999))
		b.Issues = append(b.Issues, &delivery.Issue{
			ID: fmt.Sprint(10000 + g.IntN(9999)), Key: key, URL: "https://jira.example.com/browse/" + key,
			Summary: pick(g, messages), Priority: "High", Creator: "张三", Assignee: "李四",
		})
	}
	g.artifact(r, p, b)
	return b
}

func (g *generator) commit(owner, repository, branch string) *delivery.Commit {
	return &delivery.Commit{
		Source: "gitlab", Address: "https://gitlab.example.com", RepoOwner: owner, RepoNamespace: owner, RepoName: repository,
		RemoteName: "origin", Branch: branch, CommitID: g.hex(40), CommitMessage: pick(g, messages), AuthorName: pick(g, people),
		CodehostID: 1, OAuthToken: "not-a-real-token",
	}
}

// artifact adds the artifact that a task of the workflow built, with its
// activities. One time in five it is a product workflow, as up to v3.4.0, which also
// records where it deployed the image.
func (g *generator) artifact(r *delivery.Release, p project, b *delivery.BuildInfo) {
	v := r.VersionInfo
	a := &artifact.Artifact{
		ID: g.id(), Name: imageName(b.ImageName), Type: "image", Source: "workflow_v4",
		Image: b.ImageName, ImageTag: b.ImageInfo.TagName, ImageDigest: b.ImageInfo.ImageDigest,
		ImageSize: b.ImageInfo.ImageSize, Architecture: "amd64", OS: "linux",
		CreatedBy: v.CreatedBy, CreatedTime: b.EndTime,
	}
	built := &artifact.Activity{
		ArtifactID: a.ID, Type: artifact.ActivityBuild, StartTime: b.StartTime, EndTime: b.EndTime,
		CreatedBy: v.CreatedBy, CreatedTime: b.EndTime,
		URL: fmt.Sprintf("/v1/projects/detail/%s/pipelines/custom/%s/%d", p.name, p.workflow, v.TaskID) +
			"?display_name=" + url.QueryEscape(p.workflow),
	}
	for _, c := range b.Commits {
		built.Commits = append(built.Commits, &artifact.Commit{
			Address: c.Address, Source: c.Source, RepoOwner: c.RepoOwner, RepoName: c.RepoName, Branch: c.Branch,
			PR: c.PR, PRs: slices.Clone(c.PRs), Tag: c.Tag, CommitID: c.CommitID, CommitMessage: c.CommitMessage, AuthorName: c.AuthorName,
		})
	}
	for _, issue := range b.Issues {
		built.Issues = append(built.Issues, issue.Key)
	}
	a.Activities = []*artifact.Activity{built}
	a.SortedActivities = map[string][]*artifact.Activity{built.Type: {built}}
	if g.chance(20) {
		a.Source, built.URL = "workflow", fmt.Sprintf("/v1/projects/detail/%s/pipelines/multi/%s/%d", p.name, p.workflow, v.TaskID)
		env := v.ProductEnvInfo
		deployed := &artifact.Activity{
			ArtifactID: a.ID, Type: artifact.ActivityDeploy, Namespace: env.Namespace, EnvName: env.EnvName,
			StartTime: g.now - 70, EndTime: g.now - 10, CreatedBy: v.CreatedBy, CreatedTime: g.now - 10,
		}
		a.Activities = []*artifact.Activity{deployed, built}
		a.SortedActivities[deployed.Type] = []*artifact.Activity{deployed}
	}
	g.data.Artifacts = append(g.data.Artifacts, a)
}

func (g *generator) deploy(r *delivery.Release, service string, b *delivery.BuildInfo, all []string) *delivery.DeployInfo {
	image, container := b.ImageName, imageName(b.ImageName)
	if g.chance(5) {
		image = image[:strings.LastIndexByte(image, ':')] + "@" + b.ImageInfo.ImageDigest
	}
	d := &delivery.DeployInfo{
		ID: g.id(), ReleaseID: r.VersionInfo.ID, ServiceName: service + "/" + container, ContainerName: container,
		Image: image, RegistryID: "65e12f00c528c2182225e8d3", OrderedServices: [][]string{slices.Clone(all)},
		YAMLContents: []string{fmt.Sprintf(manifest, service, container, image, 1+g.IntN(5))},
		StartTime:    g.now - 70, EndTime: g.now - 10, CreatedAt: g.now,
	}
	if g.IntN(40) == 0 {
		d.YAMLContents[0] += "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 静态页面\ndata:\n  index.html: |-\n" +
			strings.Repeat("    <p class=\"item\">第 "+service+" 页 && more</p>\n", 2200)
	}
	if g.chance(25) {
		d.Envs = append(d.Envs, &delivery.DeployEnv{Key: "LOG_LEVEL", Value: "info"})
	}
	return d
}

const manifest = `apiVersion: v1
kind: Service
metadata:
  name: %[1]s
spec:
  ports:
  - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: %[1]s
spec:
  replicas: %[4]d
  template:
    spec:
      containers:
      - name: %[2]s
        image: %[3]s
`

func (g *generator) distributed(r *delivery.Release, service, namespace string) *delivery.DistributeInfo {
	name := strings.Replace(service, "支付服务", "payment", 1)
	return &delivery.DistributeInfo{
		ID: g.id(), ReleaseID: r.VersionInfo.ID, ServiceName: service, DistributeType: delivery.DistributeImage,
		RegistryName: fmt.Sprintf("%s/%s/%s:%s", registry, namespace, name, r.VersionInfo.Version),
		Namespace:    namespace,
		StartTime:    g.now - 9, EndTime: g.now - 1, CreatedAt: g.now,
	}
}

func (g *generator) test(r *delivery.Release) *delivery.TestInfo {
	tests, failed := 5+g.IntN(200), max(0, g.IntN(20)-15)
	return &delivery.TestInfo{
		ID: g.id(), ReleaseID: r.VersionInfo.ID,
		TestReports: []*delivery.TestReport{{
			TestResultPath: "reports/junit", WorkflowName: r.VersionInfo.WorkflowName, TaskID: r.VersionInfo.TaskID, TestName: "功能测试",
			TestSuite: &delivery.TestSuite{Tests: tests, Failures: failed, Successes: tests - failed, Time: float64(g.IntN(100000)) / 1000},
			StartTime: g.now - 60, EndTime: g.now - 20,
		}},
		StartTime: g.now - 60, EndTime: g.now - 20, CreatedAt: g.now,
	}
}
