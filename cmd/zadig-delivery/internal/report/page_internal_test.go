package report

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// embedded is the data in a page.
type embedded struct {
	Images   []image
	Releases []release

	text string
}

// dataOf reads the data of a page, as its script does.
func dataOf(t *testing.T, page string) (data embedded) {
	t.Helper()
	_, text, found := strings.Cut(page, `<script type="text/plain" id="data">`)
	require.True(t, found)
	text, _, _ = strings.Cut(text, "</script>")
	unpacked, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	require.NoError(t, err)
	content, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &data))
	data.text = string(content)
	return data
}

// ids are those of the releases that a page lists.
func (d embedded) ids() (ids []string) {
	for _, r := range d.Releases {
		ids = append(ids, r.ID)
	}
	return ids
}

// rows is how many releases a page lists.
func rows(t *testing.T, page string) int {
	t.Helper()
	return len(dataOf(t, page).Releases)
}

// wellFormed fails the test unless every element is closed where it should be.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	page = regexp.MustCompile(`(?s)<(script|style)[^>]*>.*?</(script|style)>`).ReplaceAllString(page, "")
	page = regexp.MustCompile(` hidden([ >])`).ReplaceAllString(page, "$1")
	page = strings.Replace(page, "<!doctype html>", "", 1)
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Entity = xml.HTMLEntity
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

// oneRelease is a release with an image that Zadig built and one that it did
// not.
func oneRelease(change func(*delivery.Release)) *zadigtest.Data {
	r := &delivery.Release{
		VersionInfo: &delivery.VersionInfo{ID: "65e13f00aa00000000000001", ProductName: "shop", Version: "v1.2.0", WorkflowName: "shop-ops",
			TaskID: 7, CreatedBy: "李雷", CreatedAt: 1709280000, Desc: "weekly"},
		DeployInfo: []*delivery.DeployInfo{
			{ServiceName: "cart/app", ContainerName: "app", Image: "registry.example.com/shop/cart:1.2.0"},
			{ServiceName: "cache/redis", ContainerName: "redis", Image: "docker.io/library/redis:7"},
		},
	}
	change(r)
	return &zadigtest.Data{Releases: []*delivery.Release{r}, Artifacts: []*artifact.Artifact{{
		Type: "image", Image: "registry.example.com/shop/cart:1.2.0", ImageDigest: "sha256:0123",
		Activities: []*artifact.Activity{{
			Type: artifact.ActivityBuild, StartTime: 1709279000, EndTime: 1709279125, Issues: []string{"SHOP-17"},
			Commits: []*artifact.Commit{{Source: "github", Address: "https://github.example.com", RepoOwner: "shop-team", RepoName: "cart",
				Branch: "main", CommitID: "4b15c43b012e7a4a901fdcfe33736ad1c3b53f48", CommitMessage: "fix: <b>stock</b> & price\n\nmore",
				AuthorName: "韩梅梅", PR: 736}},
		}},
	}}}
}

func unchanged(*delivery.Release) {}

func serverWith(t *testing.T, data zadigtest.Data) *zadigtest.Server {
	t.Helper()
	return zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithData(data))
}

func TestShowsReleasesWithTheirOrigin(t *testing.T) {
	t.Parallel()
	srv := serverWith(t, *oneRelease(unchanged))
	page := mustReport(t, srv, "--project", "shop")
	assert.Contains(t, page, "<title>shop: releases</title>")
	data := dataOf(t, page)
	assert.Equal(t, []string{"65e13f00aa00000000000001"}, data.ids())
	assert.Equal(t, "v1.2.0", data.Releases[0].Version)
	cart := data.Images[0]
	assert.Equal(t, record.Image{Service: "cart", Container: "app", Image: "registry.example.com/shop/cart:1.2.0"}, cart.Image)
	assert.Equal(t, "fix: <b>stock</b> & price", cart.Commits[0].Message, "the first line")
	assert.Equal(t, "https://github.example.com/shop-team/cart/pull/736", cart.Commits[0].PullRequests[0].URL)
	assert.Equal(t, "SHOP-17", cart.Issues[0].Key)
	assert.Equal(t, foreign, data.Images[1].Note)
	srv.ExpectRequests(t, zadigtest.FindArtifact, 2)
	srv.ExpectRequest(t, zadigtest.ListReleases, "projectName", "shop")
}

func TestNoTrace(t *testing.T) {
	t.Parallel()
	srv := serverWith(t, zadigtest.Generate(1, 40))
	page := mustReport(t, srv, "--no-trace")
	srv.ExpectRequests(t, zadigtest.TraceArtifact, 0)
	assert.Equal(t, 40, rows(t, page))
	assert.Contains(t, page, "Images were not traced.")
	text := dataOf(t, page).text
	assert.Contains(t, text, "/-/commit/", "releases up to v3.4 know their commits themselves")
	assert.NotContains(t, text, "not-a-real-token", "a credential that servers send along with commits")
}

const hostile = "\"'></script><script>hacked=1</script><img src=x onerror=hacked=1><!--<script>\u202egpj.exe\u2028{{.}}"

// hostileData is a release with what anyone may type into Zadig.
func hostileData() zadigtest.Data {
	data := oneRelease(func(r *delivery.Release) {
		v := r.VersionInfo
		v.Desc, v.Version, v.CreatedBy, v.WorkflowName, v.Labels, v.Status = hostile, hostile, hostile, hostile, []string{hostile}, hostile
		v.ProductName = hostile
		v.ProductEnvInfo = &delivery.ProductEnvInfo{EnvName: hostile, ProductName: hostile}
		r.DeployInfo[0].ServiceName, r.DeployInfo[1].Image = hostile, "x/"+hostile
	})
	commit := data.Artifacts[0].Activities[0].Commits[0]
	commit.CommitMessage, commit.AuthorName, commit.Branch, commit.Address = hostile, hostile, hostile, "javascript:hacked=1"
	data.Artifacts[0].Activities[0].Issues = []string{hostile}
	other := data.Releases[0]
	return zadigtest.Data{Releases: []*delivery.Release{other}, Artifacts: data.Artifacts}
}

func TestEscapes(t *testing.T) {
	t.Parallel()
	page := mustReport(t, serverWith(t, hostileData()))
	assert.Equal(t, 2, strings.Count(page, "<script"), "the data and the page's own")
	assert.Equal(t, 2, strings.Count(page, "</script"))
	for _, bad := range []string{"<img", "<!--", "\u202e", "\u2028"} {
		assert.NotContains(t, page, bad)
	}
	assert.NotContains(t, dataOf(t, page).text, "\u202e")
	assert.Contains(t, page, "script-src &#39;sha256-", "a script that got in all the same would not run")
}

func TestOddData(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*delivery.Release){
		"nothing known": func(r *delivery.Release) {
			*r = delivery.Release{VersionInfo: &delivery.VersionInfo{ID: r.VersionInfo.ID}}
		},
		"ends before":     func(r *delivery.Release) { r.BuildInfo = []*delivery.BuildInfo{{StartTime: 9, EndTime: 3}, nil} },
		"far future":      func(r *delivery.Release) { r.VersionInfo.CreatedAt = 1 << 40 },
		"ancient":         func(r *delivery.Release) { r.VersionInfo.CreatedAt = 1 },
		"failed release":  func(r *delivery.Release) { r.VersionInfo.Status = delivery.StatusFailed },
		"a long long day": func(r *delivery.Release) { r.VersionInfo.Version = strings.Repeat("长", 500) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := zadigtest.Generate(1, 5)
			odd := oneRelease(change)
			data.Releases = append(data.Releases, odd.Releases...)
			page := mustReport(t, serverWith(t, data))
			assert.Equal(t, 6, rows(t, page))
			for _, bad := range []string{">NaN", "+Inf", "ZgotmplZ"} {
				assert.NotContains(t, page, bad)
			}
		})
	}
}

// Releases without a date are the last ones, and in no chart.
func TestUndatedReleasesAreApart(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 5)
	data.Releases[1].VersionInfo.CreatedAt = 0
	page := mustReport(t, serverWith(t, data), "--no-trace")
	ids := dataOf(t, page).ids()
	assert.Equal(t, data.Releases[1].VersionInfo.ID, ids[4])
	assert.Contains(t, page, "Without a date, so not in the chart: 1 release.")
}

func TestFailedReleasesAreMarked(t *testing.T) {
	t.Parallel()
	data := oneRelease(func(r *delivery.Release) {
		r.VersionInfo.Type, r.VersionInfo.Status = delivery.TypeHelmChart, delivery.StatusFailed
		r.VersionInfo.Progress = &delivery.Progress{Error: "push denied"}
	})
	page := mustReport(t, serverWith(t, *data))
	assert.Equal(t, "push denied", dataOf(t, page).Releases[0].Failure)
	assert.Contains(t, page, `<dt>change failure rate, 1 of 1</dt><dd>100 %</dd>`)
}

func TestPageInChinese(t *testing.T) {
	t.Parallel()
	page := mustReport(t, serverWith(t, *oneRelease(unchanged)), "--lang", "zh")
	assert.Contains(t, page, `<html lang="zh-CN">`)
	assert.Contains(t, page, "<title>所有项目 · 版本交付</title>")
	assert.Contains(t, page, `<span class="sr">1 个版本</span>`, "a person's releases, for screen readers")
	assert.Contains(t, page, "github.com/zadig-go/zadig。")
	_, body, _ := strings.Cut(page, "</style>")
	body, _, _ = strings.Cut(body, `<script type="text/plain"`)
	names := `<[^>]*>|shop|v1\.2\.0|cart|UTC|zadig-delivery report|github.com/zadig-go/zadig|Zadig|JavaScript|127[.\d:]+`
	body = regexp.MustCompile(names).ReplaceAllString(body, " ")
	assert.NotRegexp(t, `[A-Za-z]{2,}`, body, "no English is left")
}
