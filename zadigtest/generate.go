package zadigtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// Generate makes n releases that could be real, newest first, and the
// artifacts of the images that they deploy or pack into charts, so that these
// can be traced. The same seed and n give the same data, in one version of
// this package.
//
// There are k8s and chart releases of several projects, with builds from
// commits, tags and pull requests, issues, tests and distributed images, some
// failed, some with next to nothing in them; texts are Chinese and English,
// with quotes, angle brackets and emoji. One release in forty carries a
// manifest of about 100 KB. Credentials of commits are "not-a-real-token".
// With n below 1 there is nothing.
func Generate(seed uint64, n int) Data {
	g := &generator{
		Rand:   rand.New(rand.NewPCG(seed, 0x7a61646967)),
		now:    time.Date(2024, 3, 1, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)).Unix(),
		traced: make(map[string]bool),
	}
	for range n {
		g.now += 120 + g.Int64N(5*3600)
		p := &projects[g.weighted()]
		if p.charts {
			g.chartRelease(p)
		} else {
			g.k8sRelease(p)
		}
	}
	slices.Reverse(g.data.Releases)
	slices.Reverse(g.data.Artifacts)
	return g.data
}

type project struct {
	name, title string
	owner       string
	charts      bool
	services    []string
	workflows   []string
}

var projects = []project{
	{"shop", "商城", "shop-team", false, []string{"gateway", "cart", "order", "支付服务", "search"}, []string{"shop-dev", "shop-ops-workflow"}},
	{"user-center", "用户中心", "platform", false, []string{"login", "profile", "sms"}, []string{"user-center-dev"}},
	{"voting-helm", "投票", "community", true, []string{"vote", "result", "redis"}, []string{"voting-helm-dev"}},
	{"data-platform", "数据平台", "bigdata", false, []string{"etl", "scheduler", "report", "metadata"}, []string{"data-nightly", "数据平台 发布"}},
	{"infra-charts", "基础设施", "sre", true, []string{"ingress", "monitoring"}, []string{"infra-release"}},
}

var (
	people   = []string{"zhangsan", "lisi", "wangwu", "alice", "bob", "李雷", "韩梅梅"}
	branches = []string{"main", "main", "master", "release-1.2", "feature/支付-优化", "fix/timeout"}
	messages = []string{
		"fix: 修复并发下库存扣减错误",
		"feat: add retry to the payment callback",
		"优化搜索结果排序 (#736)",
		"chore: bump go to 1.26",
		"Merge pull request #512 from dev/hotfix\n\n紧急修复登录超时",
		"docs: \"quoted\" <b>text</b> & more 🚀",
	}
	notes  = []string{"", "常规发布", "紧急修复：支付回调重复", "weekly release", "灰度发布 <10%> & 观察", "see SHOP-17 \\ SHOP-18"}
	labels = []string{"stable", "灰度", "hotfix", "weekly", "a&b"}
	envs   = []string{"dev", "qa", "pre", "prod"}
)

const registry = "registry.example.com"

type generator struct {
	*rand.Rand
	now    int64
	made   uint64 // ids so far
	tasks  [16]int
	data   Data
	traced map[string]bool
}

// weighted prefers the first projects.
func (g *generator) weighted() int { return min(g.IntN(len(projects)), g.IntN(len(projects))) }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// id is made like an object id: the time, then what makes it unique.
func (g *generator) id() string {
	g.made++
	return fmt.Sprintf("%08x%08x%08x", uint32(g.now), g.Uint32(), g.made)
}

func (g *generator) hex(n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%016x", g.Uint64())
	}
	return b.String()[:n]
}

// start makes what all releases have.
func (g *generator) start(p *project) *delivery.Release {
	which := slices.IndexFunc(projects, func(q project) bool { return q.name == p.name })
	g.tasks[which]++
	task := g.tasks[which]
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{
		ID:           g.id(),
		Version:      fmt.Sprintf("v%d.%d.%d", 1+task/200, task/20%10, task%20),
		ProductName:  p.name,
		WorkflowName: pick(g, p.workflows),
		TaskID:       task,
		Desc:         pick(g, notes),
		Labels:       g.some(labels, 2),
		CreatedBy:    pick(g, people),
		CreatedAt:    g.now,
	}}
}

// some are up to most different ones of a list, in its order.
func (g *generator) some(list []string, most int) []string {
	n := g.IntN(most + 1)
	var chosen []string
	for i, s := range list {
		if g.IntN(len(list)-i) < n-len(chosen) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

func (g *generator) k8sRelease(p *project) {
	r := g.start(p)
	v := r.VersionInfo
	env := pick(g, envs)
	services := g.some(p.services, 3)
	if len(services) == 0 && g.chance(80) {
		services = p.services[:1]
	}
	if len(services) > 0 {
		v.ProductEnvInfo = g.environment(p, env, "k8s")
	}
	for _, service := range services {
		b := g.build(r, p, service)
		r.BuildInfo = append(r.BuildInfo, b)
		r.DeployInfo = append(r.DeployInfo, g.deploy(r, service, b.ImageName, services))
		v.ProductEnvInfo.Services = append(v.ProductEnvInfo.Services,
			[]*delivery.EnvService{envService(p, service, "k8s", b.ImageName)})
		g.artifact(r, b, env)
		if g.chance(20) {
			r.DistributeInfo = append(r.DistributeInfo, g.distributedImage(r, service, "prod"))
		}
	}
	if len(services) > 0 && g.chance(30) {
		r.TestInfo = append(r.TestInfo, g.test(r))
	}
	g.data.Releases = append(g.data.Releases, r)
}

func (g *generator) chartRelease(p *project) {
	r := g.start(p)
	v := r.VersionInfo
	v.Type, v.WorkflowName = delivery.TypeHelmChart, ""
	v.Status = delivery.StatusSuccess
	v.ProductEnvInfo = g.environment(p, pick(g, envs), "helm")
	v.Progress = &delivery.Progress{TotalChartCount: len(p.services), PackageStatus: "success"}
	for i, service := range p.services {
		b := g.build(r, p, service) // of the image in the environment; a chart release names no builds
		v.ProductEnvInfo.Services = append(v.ProductEnvInfo.Services,
			[]*delivery.EnvService{envService(p, service, "helm", b.ImageName)})
		g.artifact(r, b, v.ProductEnvInfo.EnvName)
		if g.chance(7) {
			v.Status, v.Progress.PackageStatus = delivery.StatusFailed, "failed"
			v.Progress.Error = "failed to push chart " + service + ": 连接超时"
			break
		}
		chart := &delivery.DistributeInfo{
			ID: g.id(), ReleaseID: v.ID, DistributeType: delivery.DistributeChart,
			ChartName: service, ChartVersion: strings.TrimPrefix(v.Version, "v"), ChartRepoName: "harbor",
			CreatedAt: g.now,
		}
		image := g.distributedImage(r, service, "charts")
		image.ChartName, image.RegistryName = service, b.ImageName
		chart.SubDistributes = append(chart.SubDistributes, image)
		r.DistributeInfo = append(r.DistributeInfo, chart)
		v.Progress.SuccessChartCount = i + 1
	}
	g.data.Releases = append(g.data.Releases, r)
}

func (g *generator) environment(p *project, env, source string) *delivery.ProductEnvInfo {
	if source == "k8s" {
		source = ""
	}
	return &delivery.ProductEnvInfo{
		ID:          zeroID,
		ProductName: p.name,
		Namespace:   p.name + "-env-" + env,
		EnvName:     env,
		Source:      source,
		Render:      &delivery.RenderInfo{Name: p.name + "-env-" + env, Revision: 1, ProductTmpl: p.name},
	}
}

func envService(p *project, service, kind, image string) *delivery.EnvService {
	return &delivery.EnvService{
		ServiceName: service,
		ProductName: p.name,
		Type:        kind,
		Revision:    1,
		Containers:  []*delivery.Container{{Name: imageName(image), Image: image}},
	}
}

func (g *generator) build(r *delivery.Release, p *project, service string) *delivery.BuildInfo {
	v := r.VersionInfo
	branch := pick(g, branches)
	commit := &delivery.Commit{
		Source:        "gitlab",
		Address:       "https://gitlab.example.com",
		RepoOwner:     p.owner,
		RepoNamespace: p.owner,
		RepoName:      p.name,
		RemoteName:    "origin",
		Branch:        branch,
		CommitID:      g.hex(40),
		CommitMessage: pick(g, messages),
		AuthorName:    pick(g, people),
		IsPrimary:     true,
		CodehostID:    1,
		OAuthToken:    "not-a-real-token",
	}
	tag := fmt.Sprintf("%s-%d", time.Unix(g.now, 0).UTC().Format("20060102150405"), v.TaskID)
	switch {
	case g.chance(40):
		commit.PR = 100 + g.IntN(900)
		commit.PRs = []int{commit.PR}
		tag += fmt.Sprintf("-%s-pr-%d", imageSafe(branch), commit.PR)
	case g.chance(20):
		commit.Branch, commit.Tag = "", v.Version
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
		Commits:   []*delivery.Commit{commit},
		StartTime: g.now - 110, EndTime: g.now - 80, CreatedAt: g.now,
	}
	if g.chance(30) {
		key := fmt.Sprintf("SHOP-%d", 1+g.IntN(999))
		b.Issues = append(b.Issues, &delivery.Issue{
			ID: fmt.Sprint(10000 + g.IntN(9999)), Key: key, URL: "https://jira.example.com/browse/" + key,
			Summary: pick(g, messages), Priority: "High", Creator: "张三", Assignee: "李四", Reporter: "王五",
		})
	}
	return b
}

// serviceImage is the name of a service's image: registries know ASCII alone.
func serviceImage(service string) string {
	if service == "支付服务" {
		return "payment"
	}
	return service
}

// imageSafe is a branch as it appears in a tag.
func imageSafe(branch string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r > 127 {
			return '-'
		}
		return r
	}, branch)
}

func (g *generator) deploy(r *delivery.Release, service, image string, all []string) *delivery.DeployInfo {
	container := imageName(image)
	d := &delivery.DeployInfo{
		ID: g.id(), ReleaseID: r.VersionInfo.ID,
		ServiceName: service + "/" + container, ContainerName: container,
		Image: image, RegistryID: "65e12f00c528c2182225e8d3",
		YAMLContents:    []string{g.manifest(service, container, image)},
		OrderedServices: [][]string{slices.Clone(all)},
		StartTime:       g.now - 70, EndTime: g.now - 10, CreatedAt: g.now,
	}
	if g.chance(25) {
		d.Envs = append(d.Envs, &delivery.DeployEnv{Key: "LOG_LEVEL", Value: "info"})
	}
	return d
}

func (g *generator) manifest(service, container, image string) string {
	yaml := fmt.Sprintf(`---
apiVersion: v1
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
`, service, container, image, 1+g.IntN(5))
	if g.IntN(40) == 0 {
		yaml += "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 静态页面\ndata:\n  index.html: |-\n" +
			strings.Repeat("    <p class=\"item\">第 "+service+" 页 && more</p>\n", 2200)
	}
	return yaml
}

func (g *generator) distributedImage(r *delivery.Release, service, namespace string) *delivery.DistributeInfo {
	return &delivery.DistributeInfo{
		ID: g.id(), ReleaseID: r.VersionInfo.ID, ServiceName: service, DistributeType: delivery.DistributeImage,
		RegistryName: fmt.Sprintf("%s/%s/%s:%s", registry, namespace, serviceImage(service), r.VersionInfo.Version),
		Namespace:    namespace,
		StartTime:    g.now - 9, EndTime: g.now - 1, CreatedAt: g.now,
	}
}

func (g *generator) test(r *delivery.Release) *delivery.TestInfo {
	v := r.VersionInfo
	tests := 5 + g.IntN(200)
	failed := 0
	if g.chance(20) {
		failed = 1 + g.IntN(4)
	}
	return &delivery.TestInfo{
		ID: g.id(), ReleaseID: v.ID,
		TestReports: []*delivery.TestReport{{
			TestResultPath: "reports/junit", WorkflowName: v.WorkflowName, TaskID: v.TaskID, TestName: "功能测试",
			TestSuite: &delivery.TestSuite{Tests: tests, Failures: failed, Successes: tests - failed, Time: float64(g.IntN(100000)) / 1000},
			StartTime: g.now - 60, EndTime: g.now - 20,
		}},
		StartTime: g.now - 60, EndTime: g.now - 20, CreatedAt: g.now,
	}
}

// artifact adds the artifact of a build, with its history.
func (g *generator) artifact(r *delivery.Release, b *delivery.BuildInfo, env string) {
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
		URL:       fmt.Sprintf("/v1/projects/detail/%s/pipelines/multi/%s/%d", v.ProductName, v.WorkflowName, v.TaskID),
		StartTime: b.StartTime, EndTime: b.EndTime, CreatedBy: v.CreatedBy, CreatedTime: b.EndTime,
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
