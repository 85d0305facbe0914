package main

import (
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/zadigtest"
)

// rawRelease is what the figures are counted from, of the server's own JSON: up
// to v3.4 in versionInfo and deployInfo, since v4.0 flat.
type rawRelease struct {
	ID, Version, Status string
	Env                 string `json:"env_name"`
	By                  string `json:"created_by"`
	Created             int64  `json:"created_at"`
	Services            []struct {
		Name   string `json:"service_name"`
		Images []struct {
			Image string `json:"target_image"`
		}
	}
	Info *struct {
		ID, Version, Status, CreatedBy string
		Created                        int64 `json:"created_at"`
		Env                            *struct {
			Name string `json:"env_name"`
		} `json:"productEnvInfo"`
	} `json:"versionInfo"`
	Deploys []struct{ ServiceName, Image string } `json:"deployInfo"`

	images map[string]string // by service
}

// rawImage is where an image comes from.
type rawImage struct {
	commits      []string
	pulls        []int
	start, ended int64
}

// raw is a server's JSON, read without the SDK.
type raw struct {
	t        *testing.T
	url      string
	releases []*rawRelease // newest first
	images   map[string]rawImage
}

func (s *raw) get(path string, query url.Values, out any) {
	s.t.Helper()
	resp, err := http.Get(s.url + path + "?" + query.Encode())
	require.NoError(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, resp.StatusCode, string(body))
	require.NoError(s.t, json.Unmarshal(body, out), string(body))
}

func readRaw(t *testing.T, server string) *raw {
	s := &raw{t: t, url: server, images: make(map[string]rawImage)}
	s.get("/api/aslan/delivery/releases", url.Values{"projectName": {"shop"}, "page": {"1"}, "per_page": {"1000"}}, &s.releases)
	for _, r := range s.releases {
		r.images = make(map[string]string)
		if r.Info == nil { // its list has no images
			s.get("/api/aslan/delivery/releases/"+r.ID, url.Values{"projectName": {"shop"}}, r)
			for _, service := range r.Services {
				for _, i := range service.Images {
					r.images[service.Name] = i.Image
				}
			}
		} else {
			r.ID, r.Version, r.Status, r.By, r.Created = r.Info.ID, r.Info.Version, r.Info.Status, r.Info.CreatedBy, r.Info.Created
			r.Status = cmp.Or(r.Status, "success") // a workflow made it at its end
			r.Env = ""
			if r.Info.Env != nil {
				r.Env = r.Info.Env.Name
			}
			for _, d := range r.Deploys {
				service, _, _ := strings.Cut(d.ServiceName, "/")
				r.images[service] = d.Image
			}
		}
	}
	s.readImages()
	return s
}

// readImages reads where all images come from, by their references and digests.
func (s *raw) readImages() {
	var listed []struct {
		ID, Image string
		Digest    string `json:"image_digest"`
	}
	s.get("/api/aslan/delivery/artifacts", url.Values{"page": {"1"}, "per_page": {"10000"}}, &listed)
	for _, l := range listed {
		var a struct {
			Activities []struct {
				Type    string
				Start   int64 `json:"start_time"`
				End     int64 `json:"end_time"`
				Commits []struct {
					ID  string `json:"commit_id"`
					PR  int
					PRs []int
				}
			}
		}
		s.get("/api/aslan/delivery/artifacts/"+l.ID, nil, &a)
		var one rawImage
		for _, activity := range a.Activities {
			if activity.Type != "build" {
				continue
			}
			one.start, one.ended = activity.Start, activity.End
			for _, c := range activity.Commits {
				one.commits = append(one.commits, c.ID)
				if c.PR > 0 {
					c.PRs = append(c.PRs, c.PR)
				}
				one.pulls = append(one.pulls, c.PRs...)
			}
		}
		s.images[l.Image] = one
		s.images[l.Image[:strings.LastIndex(l.Image, ":")]+"@"+l.Digest] = one
	}
}

func set[T cmp.Ordered](values []T) []T { return slices.Compact(slices.Sorted(slices.Values(values))) }

// exitZero runs the program and returns what it prints.
func (s *raw) exitZero(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("zadig-delivery", args...)
	cmd.Env = append(cmd.Environ(), "ZADIG_URL="+s.url, "TZ=UTC")
	out, err := cmd.Output()
	require.NoError(s.t, err, "%s", args)
	return string(out)
}

// variedData is generated data with builds that take differently long, and wait
// differently long for their release.
func variedData() zadigtest.Data {
	data := zadigtest.Generate(5, 300)
	builds := make(map[string]*artifact.Activity)
	for n, a := range data.Artifacts {
		for _, b := range a.Builds() {
			b.EndTime -= int64(n * n % 1009)
			b.StartTime = b.EndTime - int64(30+n*7%101)
			builds[a.Image] = b
		}
	}
	for _, r := range data.Releases {
		for _, b := range r.BuildInfo {
			if same := builds[b.ImageName]; same != nil {
				b.StartTime, b.EndTime = same.StartTime, same.EndTime
			}
		}
	}
	return data
}

// The figures of report and changelog are those of the server's raw JSON.
func TestFigures(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v3.4.1", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(variedData()))
			s := readRaw(t, srv.URL)
			require.Greater(t, len(s.releases), 20)
			s.checkFigures()
			s.checkPage()
			s.checkChangelogs()
		})
	}
}

// checkFigures checks report -o json.
func (s *raw) checkFigures() {
	var got struct {
		Releases, Failed, Rated int
		Rate                    float64
		Unit                    string  `json:"rate_unit"`
		Build                   float64 `json:"median_build_seconds"`
		ToRelease               float64 `json:"median_build_to_release_seconds"`
		Environments            []struct {
			Env, Version     string
			Releases, Failed int
			Services         map[string]string
		}
	}
	require.NoError(s.t, json.Unmarshal([]byte(s.exitZero("report", "--project", "shop", "--limit", "0", "-o", "json")), &got))
	releases, failed, newest := make(map[string]int), make(map[string]int), make(map[string]string)
	services := make(map[string]map[string]string) // by environment
	first := make(map[string]int64)                // release of each image
	rated, allFailed := 0, 0
	for _, r := range s.releases {
		releases[r.Env]++
		if r.Status == "failed" {
			failed[r.Env]++
			allFailed++
		}
		if r.Status != "creating" {
			rated++
		}
		for _, image := range r.images {
			first[image] = r.Created
		}
		if r.Status == "failed" {
			continue
		}
		newest[r.Env] = cmp.Or(newest[r.Env], r.Version)
		if services[r.Env] == nil {
			services[r.Env] = make(map[string]string)
		}
		for service, image := range r.images {
			tag := image[strings.LastIndexAny(image, ":")+1:]
			if name, digest, pinned := strings.Cut(image, "@"); pinned {
				tag = strings.TrimPrefix(name[strings.LastIndex(name, "/"):], "/")
				_, tag, _ = strings.Cut(tag, ":")
				tag += "@" + digest
			}
			services[r.Env][service] = cmp.Or(services[r.Env][service], tag)
		}
	}
	assert.Equal(s.t, len(s.releases), got.Releases)
	assert.Equal(s.t, allFailed, got.Failed)
	assert.Equal(s.t, rated, got.Rated)

	var builds, waits []int64
	for image, created := range first {
		i := s.images[image]
		builds = append(builds, i.ended-i.start)
		if wait := created - i.ended; wait > 0 {
			waits = append(waits, wait)
		}
	}
	middle := func(all []int64) int64 { slices.Sort(all); return all[(len(all)-1)/2] }
	assert.InDelta(s.t, middle(builds), got.Build, 0)
	assert.InDelta(s.t, middle(waits), got.ToRelease, 0)

	monday := func(unix int64) int64 { return (unix/86400 + 3) / 7 } // 1970 began on a Thursday
	weeks := monday(s.releases[0].Created) - monday(s.releases[len(s.releases)-1].Created) + 1
	require.Greater(s.t, weeks, int64(4), "all of which are whole")
	assert.Equal(s.t, "week", got.Unit)
	assert.InDelta(s.t, float64(len(s.releases))/float64(weeks), got.Rate, 1e-9)

	delete(releases, "") // in no environment
	var names []string
	for _, e := range got.Environments {
		names = append(names, e.Env)
		assert.Equal(s.t, releases[e.Env], e.Releases, e.Env)
		assert.Equal(s.t, failed[e.Env], e.Failed, e.Env)
		assert.Equal(s.t, newest[e.Env], e.Version, e.Env)
		assert.Equal(s.t, services[e.Env], e.Services, e.Env)
	}
	assert.Equal(s.t, slices.Sorted(maps.Keys(releases)), names)
}

type commitJSON struct {
	Type, Commit string
	Pulls        []struct{ Number int } `json:"pull_requests"`
}

// unpack returns the JSON of a page.
func (s *raw) unpack(page string) string {
	_, packed, _ := strings.Cut(page, `id="data">`)
	packed, _, _ = strings.Cut(packed, "<")
	unpacked, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
	require.NoError(s.t, err)
	text, err := io.ReadAll(unpacked)
	require.NoError(s.t, err)
	return string(text)
}

// checkPage checks the headlines and the data of the page.
func (s *raw) checkPage() {
	page := s.exitZero("report", "--project", "shop", "--limit", "0", "--file", "-")
	failed, people := 0, make(map[string]bool)
	for _, r := range s.releases {
		people[r.By] = true
		if r.Status == "failed" {
			failed++
		}
	}
	for name, value := range map[string]string{
		"releases": fmt.Sprint(len(s.releases)), "people": fmt.Sprint(len(people)),
		fmt.Sprintf("change failure rate, %d of %d", failed, len(s.releases)): strings.TrimSuffix(
			fmt.Sprintf("%.1f", 100*float64(failed)/float64(len(s.releases))), ".0") + " %",
	} {
		assert.Regexp(s.t, "<dt>"+name+"</dt><dd>"+regexp.QuoteMeta(value)+"</dd>", page)
	}
	text := s.unpack(page)
	assert.NotContains(s.t, text, "not-a-real-token", "a credential that servers send")
	var got struct {
		Releases []struct {
			ID, Version, Status, Env, URL string
			Created                       string `json:"created_at"`
			By                            string `json:"created_by"`
			Images                        []int
		}
		Images []struct {
			Image   string
			Seconds int64
			Commits []commitJSON
		}
	}
	require.NoError(s.t, json.Unmarshal([]byte(text), &got))
	require.Len(s.t, got.Releases, len(s.releases))
	for n, r := range got.Releases {
		want := s.releases[n]
		created := time.Unix(want.Created, 0).UTC().Format("2006-01-02 15:04")
		assert.Equal(s.t, []string{want.ID, want.Version, want.Status, want.Env, want.By, created},
			[]string{r.ID, r.Version, r.Status, r.Env, r.By, r.Created})
		assert.Equal(s.t, s.url+"/v1/projects/detail/shop/version/detail/"+want.ID, r.URL)
		var images []string
		for _, at := range r.Images {
			images = append(images, got.Images[at].Image)
		}
		assert.Equal(s.t, set(slices.Collect(maps.Values(want.images))), set(images), want.Version)
	}
	pulls := 0
	for _, i := range got.Images {
		want := s.images[i.Image]
		assert.Equal(s.t, want.ended-want.start, i.Seconds)
		var commits []string
		var numbers []int
		for _, c := range i.Commits {
			commits = append(commits, c.Commit)
			for _, pr := range c.Pulls {
				numbers = append(numbers, pr.Number)
			}
		}
		assert.Equal(s.t, set(want.commits), set(commits), i.Image)
		assert.Equal(s.t, set(want.pulls), set(numbers), i.Image)
		pulls += len(numbers)
	}
	assert.Greater(s.t, pulls, 5)
}

// checkChangelogs checks the commits, pull requests and images between releases.
func (s *raw) checkChangelogs() {
	compared, listed := 0, 0
	for n := 0; compared < 6; n++ {
		is, was := s.releases[n], s.releases[n+3]
		if n%2 == 1 {
			is, was = was, is // back
		}
		if len(is.images) == 0 || len(was.images) == 0 {
			continue
		}
		compared++
		old, now, back, gone, changes := []string{}, []string{}, []string{}, []string{}, 0
		var pulls []int
		for service, to := range is.images {
			from := was.images[service]
			i, before := s.images[to], s.images[from]
			switch {
			case from == to:
				continue
			case from != "" && i.ended < before.ended: // a rollback lists what was taken back
				back, gone = append(back, i.commits...), append(gone, before.commits...)
			default:
				old, now, pulls = append(old, before.commits...), append(now, i.commits...), append(pulls, i.pulls...)
			}
			changes++
		}
		for service, from := range was.images {
			if is.images[service] == "" {
				old = append(old, s.images[from].commits...)
				changes++
			}
		}
		without := func(all, known []string) []string {
			return set(slices.DeleteFunc(slices.Clone(all), func(c string) bool { return slices.Contains(known, c) }))
		}
		var got struct {
			Commits []commitJSON
			Images  []struct{ Change string }
		}
		args := []string{"changelog", "--project", "shop", was.Version, is.Version}
		require.NoError(s.t, json.Unmarshal([]byte(s.exitZero(append(args, "-o", "json")...)), &got))
		var commits, rolledBack []string
		var numbers []int
		for _, c := range got.Commits {
			if c.Type == "rollback" {
				rolledBack = append(rolledBack, c.Commit)
				continue
			}
			commits = append(commits, c.Commit)
			for _, pr := range c.Pulls {
				numbers = append(numbers, pr.Number)
			}
		}
		assert.Equal(s.t, without(now, old), set(commits), "%s", args)
		assert.Equal(s.t, without(gone, back), set(rolledBack), "%s", args)
		assert.Equal(s.t, set(pulls), set(numbers), "%s", args)
		assert.Len(s.t, got.Images, changes, "%s", args)
		lines := regexp.MustCompile(`(?m)^- .*/commit/`).FindAllString(s.exitZero(args...), -1)
		assert.Len(s.t, lines, len(got.Commits), "the notes have a line for each commit")
		listed += len(lines)
	}
	assert.Greater(s.t, listed, 5)
}
