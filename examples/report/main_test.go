package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const token = "token-of-the-report"

// to connects to srv, which waits little between attempts.
func to(srv *zadigtest.Server) connector {
	return func(io.Writer) (*zadig.Client, string, func(), error) {
		client := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}))
		return client, "zadig.example.com", func() {}, nil
	}
}

// demo connects as the program does without ZADIG_URL.
func demo(io.Writer) (*zadig.Client, string, func(), error) { return connectDemo() }

// report runs the program against srv.
func report(t *testing.T, srv *zadigtest.Server, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	status = run(t.Context(), append([]string{"-o", "-"}, args...), to(srv), &out, &log)
	assert.NotContains(t, out.String()+log.String(), token)
	return status, out.String(), log.String()
}

// rows is how many releases a page lists.
func rows(page string) int { return strings.Count(page, `<tr class="row"`) }

// wellFormed fails the test unless every element is closed where it should be.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	page = regexp.MustCompile(`(?s)<(script|style)>.*?</(script|style)>`).ReplaceAllString(page, "")
	page = strings.NewReplacer("<!doctype html>", "", " hidden>", ">", " hidden ", " ").Replace(page)
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

func oneRelease(change func(*delivery.Release)) *zadigtest.Data {
	r := &delivery.Release{
		VersionInfo: &delivery.VersionInfo{
			ID: "65e13f00aa00000000000001", ProductName: "shop", Version: "v1.2.0", WorkflowName: "shop-ops", TaskID: 7,
			CreatedBy: "李雷", CreatedAt: 1709280000, Desc: "weekly",
		},
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
			Commits: []*artifact.Commit{{
				Source: "github", Address: "https://github.example.com", RepoOwner: "shop-team", RepoName: "cart", Branch: "main",
				CommitID: "4b15c43b012e7a4a901fdcfe33736ad1c3b53f48", CommitMessage: "fix: <b>stock</b> & price\n\nmore", AuthorName: "韩梅梅", PR: 736,
			}},
		}},
	}}}
}

func unchanged(*delivery.Release) {}

func TestShowsReleasesWithTheirOrigin(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithData(*oneRelease(unchanged)))
	status, page, log := report(t, srv, "-project", "shop")
	require.Equal(t, exitOK, status, log)
	wellFormed(t, page)
	for _, fact := range []string{
		"<title>shop: releases</title>", `id="r-65e13f00aa00000000000001"`, `href="#r-65e13f00aa00000000000001"`,
		"李雷", "shop-ops", "task 7", "registry.example.com/shop/cart:1.2.0", "sha256:0123", "2m 5s",
		`href="https://github.example.com/shop-team/cart/commit/4b15c43b012e7a4a901fdcfe33736ad1c3b53f48"`,
		`href="https://github.example.com/shop-team/cart/pull/736"`, "韩梅梅", "SHOP-17", "fix: &lt;b&gt;stock&lt;/b&gt; &amp; price",
		"Not built by this Zadig.",
	} {
		assert.Contains(t, page, fact)
	}
	srv.ExpectRequests(t, zadigtest.TraceArtifact, 2)
	srv.ExpectRequest(t, zadigtest.ListReleases, "projectName", "shop")
}

func TestNoTrace(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithToken(token), zadigtest.WithData(zadigtest.Generate(1, 40)))
	status, page, log := report(t, srv, "-no-trace")
	require.Equal(t, exitOK, status, log)
	wellFormed(t, page)
	srv.ExpectRequests(t, zadigtest.TraceArtifact, 0)
	assert.Equal(t, 40, rows(page))
	assert.Contains(t, page, "Images were not traced.")
	assert.Contains(t, page, "/-/commit/", "releases up to v3.4 know their commits themselves")
	assert.NotContains(t, page, "not-a-real-token", "a credential that servers send along with commits")
}

// What people type anywhere in Zadig stays text.
func TestEscapes(t *testing.T) {
	t.Parallel()
	const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
	data := oneRelease(func(r *delivery.Release) {
		v := r.VersionInfo
		v.Desc, v.Version, v.CreatedBy, v.WorkflowName, v.Labels, v.Status = evil, evil, evil, evil, []string{evil}, evil
		r.DeployInfo[0].ServiceName, r.DeployInfo[1].Image = evil, evil
	})
	commit := data.Artifacts[0].Activities[0].Commits[0]
	commit.CommitMessage, commit.AuthorName, commit.Branch, commit.Address = evil, evil, evil, "javascript:alert(1)"
	data.Artifacts[0].Activities[0].Issues = []string{evil}
	srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithData(*data))
	status, page, log := report(t, srv)
	require.Equal(t, exitOK, status, log)
	wellFormed(t, page)
	assert.Equal(t, 1, strings.Count(page, "<script"), "the page's own")
	assert.NotContains(t, page, "<img")
	assert.NotContains(t, page, "javascript:")
	assert.Contains(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;")
	assert.Contains(t, page, "script-src &#39;sha256-", "a script that got in all the same would not run")
}

func TestSinceAndLimit(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 30)
	srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithData(data))
	status, page, log := report(t, srv, "-no-trace", "-limit", "12")
	require.Equal(t, exitOK, status, log)
	assert.Equal(t, 12, rows(page))
	assert.Contains(t, page, "These are the newest 12 releases; there are more.")

	_, page, _ = report(t, srv, "-no-trace", "-limit", "30")
	assert.Equal(t, 30, rows(page))
	assert.NotContains(t, page, "there are more")

	day := data.Releases[0].VersionInfo.Created().Format(time.DateOnly)
	_, page, _ = report(t, srv, "-no-trace", "-since", day)
	for _, r := range data.Releases {
		assert.Equal(t, r.VersionInfo.Created().Format(time.DateOnly) >= day, strings.Contains(page, "row-"+r.VersionInfo.ID))
	}
}

// Servers since v4.2 leave the images out of lists.
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithServerVersion(version), zadigtest.WithData(zadigtest.Generate(3, 30)))
			args := []string{"-project", "shop"}
			if version == "v1.7.1" { // which cannot trace
				status, _, log := report(t, srv, args...)
				assert.Equal(t, exitFailure, status)
				assert.Contains(t, log, "-no-trace")
				args = append(args, "-no-trace")
			}
			status, page, log := report(t, srv, args...)
			require.Equal(t, exitOK, status, log)
			wellFormed(t, page)
			assert.Greater(t, rows(page), 5)
			assert.Contains(t, page, "registry.example.com/shop/")
			if version != "v1.7.1" {
				assert.Contains(t, page, "by <b>")
				assert.Contains(t, page, "How long services build")
			}
		})
	}
}

func TestNothingReleased(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithData(zadigtest.Data{}))
	status, page, log := report(t, srv, "-project", "shop")
	require.Equal(t, exitOK, status, log)
	wellFormed(t, page)
	assert.Contains(t, page, "No releases")
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
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithToken(token), zadigtest.WithData(data))
			status, page, log := report(t, srv)
			require.Equal(t, exitOK, status, log)
			wellFormed(t, page)
			assert.Equal(t, 6, rows(page))
			assert.NotContains(t, page, "NaN")
			assert.NotContains(t, page, "Inf")
			assert.NotContains(t, page, "ZgotmplZ")
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		trouble func(*zadigtest.Server)
		status  int
		says    string
		page    bool
	}{
		{"no server", func(srv *zadigtest.Server) { srv.Down() }, exitFailure, "connection refused", false},
		{"no permission", func(srv *zadigtest.Server) { srv.Inject(zadigtest.NoPermission()) }, exitFailure, "403", false},
		{"expired token", func(srv *zadigtest.Server) { srv.Inject(zadigtest.ExpiredToken()) }, exitFailure, "401", false},
		{"login page", func(srv *zadigtest.Server) { srv.Inject(zadigtest.HTML(200)) }, exitFailure, "GET /api/", false},
		{"may not trace", func(srv *zadigtest.Server) {
			srv.Inject(zadigtest.NoPermission().On(zadigtest.TraceArtifact))
		}, exitFailure, "-no-trace leaves that out", false},
		{"one image fails", func(srv *zadigtest.Server) { // the page is written, the failure is told
			srv.Inject(zadigtest.Status(500, "").On(zadigtest.TraceArtifact).Times(1))
		}, exitFailure, "lacks 0 releases and the origin of 1 image", true},
		{"short trouble", func(srv *zadigtest.Server) { // tried again
			srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(1))
		}, exitOK, "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithData(*oneRelease(unchanged)))
			row.trouble(srv)
			status, page, log := report(t, srv)
			assert.Equal(t, row.status, status, log)
			assert.Contains(t, log, row.says)
			assert.LessOrEqual(t, strings.Count(log, "\n"), 1, "one clear line")
			assert.Equal(t, row.page, page != "", log)
			if row.page {
				wellFormed(t, page)
			}
		})
	}
}

func TestBrokenRecordIsLeftOut(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 20)
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithToken(token), zadigtest.WithData(data))
	srv.Inject(zadigtest.BrokenRecord(data.Releases[19].VersionInfo.ID)) // the last of the walk
	status, page, log := report(t, srv, "-no-trace")
	assert.Equal(t, exitFailure, status)
	assert.Contains(t, log, "lacks 1 release and")
	assert.Equal(t, 19, rows(page))
	assert.Contains(t, page, "1 release could not be read completely.")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-h"}, exitOK, "Usage: report"},
		{[]string{"-help"}, exitOK, "Usage: report"},
		{[]string{"-x"}, exitUsage, "-x"},
		{[]string{"shop"}, exitUsage, `unexpected argument "shop"`},
		{[]string{"-limit", "many"}, exitUsage, "many"},
		{[]string{"-limit", "-1"}, exitUsage, "negative"},
		{[]string{"-since", "yesterday"}, exitUsage, "2024-03-01"},
		{[]string{"-since", "0d"}, exitUsage, "90d"},
		{[]string{"-o", ""}, exitUsage, "-o is empty"},
		{[]string{"-o", filepath.Join(t.TempDir(), "missing", "x.html")}, exitFailure, "there is no such folder"},
	} {
		t.Run(strings.Join(row.args, " "), func(t *testing.T) {
			t.Parallel()
			var out, log bytes.Buffer
			assert.Equal(t, row.status, run(t.Context(), row.args, demo, &out, &log))
			assert.Contains(t, out.String()+log.String(), row.says)
			if row.status != exitOK {
				assert.Equal(t, 1, strings.Count(log.String(), "\n"), "one clear line")
				assert.Empty(t, out.String())
			}
		})
	}
}

func TestWritesAFileWithoutAServer(t *testing.T) {
	t.Setenv("ZADIG_URL", "")
	name := filepath.Join(t.TempDir(), "report.html")
	var out, log bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), []string{"-project", "shop", "-o", name}, connect, &out, &log), log.String())
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	wellFormed(t, string(page))
	assert.Greater(t, rows(string(page)), 300)
	assert.Contains(t, log.String(), "made-up data")
	assert.NotContains(t, log.String(), "\r", "no progress where there is no terminal")
	assert.Empty(t, out.String())
	for _, reference := range regexp.MustCompile(`<([a-z]+)[^>]* (?:src|href|srcset|data|action|poster)="[^#]`).FindAllStringSubmatch(string(page), -1) {
		if reference[1] != "a" { // a link to follow loads nothing
			assert.Contains(t, reference[0], `<link rel="icon" href="d`) // data:,
		}
	}
}

func TestAsksTheServerOfTheEnvironment(t *testing.T) {
	srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithData(*oneRelease(unchanged)))
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", token)
	var out, log bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), []string{"-o", "-"}, connect, &out, &log), log.String())
	assert.Contains(t, out.String(), strings.TrimPrefix(srv.URL, "http://"))
	assert.Equal(t, 1, rows(out.String()))
	assert.Empty(t, log.String())

	t.Setenv("ZADIG_URL", "zadig.example.com")
	log.Reset()
	require.Equal(t, exitFailure, run(t.Context(), []string{"-o", "-"}, connect, &out, &log))
	assert.Contains(t, log.String(), "not absolute")
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithToken(token))
	ctx, cancel := context.WithCancel(t.Context())
	srv.Inject(zadigtest.Delay(time.Minute))
	time.AfterFunc(50*time.Millisecond, cancel)
	var log bytes.Buffer
	name := filepath.Join(t.TempDir(), "report.html")
	assert.Equal(t, exitFailure, run(ctx, []string{"-o", name}, to(srv), io.Discard, &log))
	assert.Equal(t, "report: interrupted\n", log.String())
	assert.NoFileExists(t, name)
}

func TestWeeksAndMonths(t *testing.T) {
	t.Parallel()
	at := func(days ...string) (releases []*release) {
		for _, day := range days { // newest first
			created, err := time.ParseInLocation(time.DateTime, day, time.Local)
			require.NoError(t, err)
			releases = append(releases, &release{Created: created})
		}
		return releases
	}
	releases := at("2024-03-25 00:00:00", "2024-03-24 23:59:59", "2024-03-04 00:00:00", "2024-03-03 12:00:00")
	counts := func(groups []*group) (n []int) {
		for _, g := range groups {
			n = append(n, len(g.Releases))
		}
		return n
	}
	weeks := groupByWeek(releases)
	assert.Equal(t, []int{1, 1, 0, 1, 1}, counts(weeks))
	assert.Equal(t, "Week of 26 February 2024", weeks[0].Label)
	assert.Equal(t, []int{4}, counts(groupByMonth(releases)))

	years := at("2024-03-25 00:00:00", "2021-01-01 00:00:00")
	assert.Equal(t, "month", newPage(years, new(gaps), options{}, "", time.Now()).Unit)
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 42 * time.Second: "42s", 60 * time.Second: "1m", 252 * time.Second: "4m 12s",
		time.Hour: "1h", 90*time.Minute + 5*time.Second: "1h 30m", 1499 * time.Millisecond: "1s",
	} {
		assert.Equal(t, want, took(d))
	}
}
