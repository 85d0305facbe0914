package zadigtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/delivery"
)

// Generate returns n realistic releases, newest first, and the artifacts of the
// images that they deploy or pack into charts. In one version of this package,
// the same seed and n give the same data. If n is less than 1, Data is empty.
//
// The releases belong to several projects. Releases of workflows (Type "") have
// builds, deploys and tests; K8SYaml and HelmChart releases have a Source. An
// image is built from one or two repositories, from a commit, a tag or a pull
// request, and may have issues. Some K8SYaml and HelmChart releases have failed,
// with an error, and some releases are almost empty. Texts are Chinese and
// English, with quotes, angle brackets and emoji. One release in forty has a
// manifest of about 100 KB.
//
// One deploy in twenty pins its image by digest. Such an image cannot be traced:
// its artifact names the image by tag and has the digest in ImageDigest. All
// other images can be traced. Credentials of commits are "not-a-real-token".
//
// As servers since v4.0.0 require, ids and CreatedAt are unique, and so is
// Version within a project. No date is later than the end of May 2025.
func Generate(seed uint64, n int) Data {
	g := &generator{
		dice:   dice{rand.New(rand.NewPCG(seed, 0x7a61646967))},
		vary:   dice{rand.New(rand.NewPCG(seed, 0x76617279))},
		now:    time.Date(2024, 3, 1, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)).Unix(),
		traced: make(map[string]bool),
	}
	for range n {
		g.now += g.pause(n)
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

// pause returns the time between two of n releases, in seconds: a few minutes to
// a few hours, or less if n is so large that dates would reach the future.
func (g *generator) pause(n int) int64 {
	const shortest, longest, period = 120, 5 * 3600, 455 * 24 * 3600
	if most := int64(period / n); most < shortest+longest {
		return 1 + g.Int64N(max(most, 1))
	}
	return shortest + g.Int64N(longest)
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

	sources = []string{delivery.SourceManual, delivery.SourceFromEnv, delivery.SourceFromVersion}
)

const registry = "registry.example.com"

// dice is a source of random choices.
type dice struct{ *rand.Rand }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func (d dice) hex(n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%016x", d.Uint64())
	}
	return b.String()[:n]
}

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

type generator struct {
	dice
	vary   dice // for what was added later, so that the older choices stay the same
	now    int64
	made   uint64 // ids so far
	tasks  [16]int
	data   Data
	traced map[string]bool
}

// weighted returns the index of a project; the first ones are likelier.
func (g *generator) weighted() int { return min(g.IntN(len(projects)), g.IntN(len(projects))) }

// id returns a unique object id, which begins with the time.
func (g *generator) id() string {
	g.made++
	return fmt.Sprintf("%08x%08x%08x", uint32(g.now), g.Uint32(), g.made)
}

// start returns a release with the fields that all kinds have.
func (g *generator) start(p *project) *delivery.Release {
	which := slices.IndexFunc(projects, func(q project) bool { return q.name == p.name })
	g.tasks[which]++
	task := g.tasks[which]
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{
		ID:           g.id(),
		Version:      fmt.Sprintf("v%d.%d.%d", 1+task/200, task/20%10, task%20),
		ProductName:  p.name,
		WorkflowName: pick(g.dice, p.workflows),
		TaskID:       task,
		Desc:         pick(g.dice, notes),
		Labels:       g.some(labels, 2),
		CreatedBy:    pick(g.dice, people),
		CreatedAt:    g.now,
	}}
}

// some returns up to most different elements of a list, in its order.
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

// k8sRelease adds a release of a workflow that built and deployed its images or,
// one time in five, a release of manifests and images that were built before.
func (g *generator) k8sRelease(p *project) {
	r := g.start(p)
	v := r.VersionInfo
	env := pick(g.dice, envs)
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
		r.DeployInfo = append(r.DeployInfo, g.deploy(r, service, b, services))
		v.ProductEnvInfo.Services = append(v.ProductEnvInfo.Services,
			[]*delivery.EnvService{envService(p, service, "k8s", b.ImageName)})
		g.artifact(r, v.WorkflowName, b, env)
		if g.chance(20) {
			r.DistributeInfo = append(r.DistributeInfo, g.distributedImage(r, service, "prod"))
		}
	}
	if len(services) > 0 && g.chance(30) {
		r.TestInfo = append(r.TestInfo, g.test(r))
	}
	if len(services) > 0 && g.vary.chance(20) {
		g.madeOfManifests(r)
	}
	g.data.Releases = append(g.data.Releases, r)
}

// madeOfManifests turns a release of a workflow into a K8SYaml release, whose
// images an internal task pushed.
func (g *generator) madeOfManifests(r *delivery.Release) {
	v := r.VersionInfo
	r.Source = pick(g.vary, sources)
	r.BuildInfo, r.TestInfo, r.DistributeInfo = nil, nil, nil
	v.Type, v.WorkflowName = delivery.TypeK8SYAML, "zadig-delivery-"+v.ProductName
	v.Status = delivery.StatusSuccess
	v.Progress = &delivery.Progress{TotalCount: len(r.DeployInfo), SuccessCount: len(r.DeployInfo), UploadStatus: "success"}
	if g.vary.chance(25) {
		v.Status = delivery.StatusFailed
		v.Progress.UploadStatus = "failed"
		v.Progress.SuccessCount--
		v.Progress.Error = "failed to push image " + r.DeployInfo[0].Image + ": denied: requested access to the resource is denied"
	}
}

func (g *generator) chartRelease(p *project) {
	r := g.start(p)
	v := r.VersionInfo
	workflow := v.WorkflowName
	v.Type, v.WorkflowName = delivery.TypeHelmChart, ""
	r.Source = pick(g.vary, sources)
	v.Status = delivery.StatusSuccess
	v.ProductEnvInfo = g.environment(p, pick(g.dice, envs), "helm")
	v.Progress = &delivery.Progress{TotalChartCount: len(p.services), PackageStatus: "success"}
	for i, service := range p.services {
		b := g.build(r, p, service) // of the image in the environment; a chart release names no builds
		v.ProductEnvInfo.Services = append(v.ProductEnvInfo.Services,
			[]*delivery.EnvService{envService(p, service, "helm", b.ImageName)})
		g.artifact(r, workflow, b, v.ProductEnvInfo.EnvName)
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

func (g *generator) deploy(r *delivery.Release, service string, b *delivery.BuildInfo, all []string) *delivery.DeployInfo {
	image := b.ImageName
	container := imageName(image)
	if g.vary.chance(5) {
		image = image[:strings.LastIndexByte(image, ':')] + "@" + b.ImageInfo.ImageDigest
	}
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
