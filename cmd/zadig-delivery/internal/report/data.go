package report

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
)

// payload is the data of the list and the details, as page/data.js reads it.
// Texts that occur again and again are in Strings, and everything else names
// them by their index; rows end where only zeros would follow. 8,500 releases
// take 2 to 3 MB.
type payload struct {
	Lang     map[string]string `json:"lang,omitempty"`  // texts by the English ones
	Zadig    string            `json:"zadig,omitempty"` // base of the links to Zadig's pages
	Newest   int64             `json:"newest"`          // minutes; all other times are how much earlier they are
	Strings  []string          `json:"strings"`         // the first is ""
	Projects []int             `json:"projects"`        // in the order of their colors
	Places   [][]any           `json:"places"`          // service, container, repository of images
	Sources  [][]any           `json:"sources"`         // repository, branch or tag, URL of commits and of pull requests without their ends
	Images   [][]any           `json:"images"`
	Releases [][]any           `json:"releases"`
}

// encoder builds a payload.
type encoder struct {
	payload

	known map[string]int // indices of texts, and of rows by all that is in them
	index map[*release]int
	last  int64  // time of the release before
	tag   string // of the image before
}

func encode(releases []*release, projects []string, lang language, base string) ([]byte, error) {
	e := &encoder{known: map[string]int{"": 0}, index: make(map[*release]int)}
	e.payload = payload{ // without null, also for an empty page
		Lang: lang.texts, Zadig: base, Strings: []string{""}, Projects: []int{},
		Places: [][]any{}, Sources: [][]any{}, Images: [][]any{}, Releases: [][]any{},
	}
	for i, r := range releases {
		e.index[r] = i
	}
	if len(releases) > 0 && !releases[0].Created.IsZero() {
		e.Newest = wallMinutes(releases[0].Created)
	}
	for _, name := range projects {
		e.Projects = append(e.Projects, e.text(name))
	}
	for _, r := range releases {
		e.Releases = append(e.Releases, e.release(r))
	}
	var out bytes.Buffer
	err := json.NewEncoder(&out).Encode(e.payload) // it escapes <, > and &, so that nothing ends the script element
	return bytes.TrimSpace(out.Bytes()), err
}

// text is the index of a text.
func (e *encoder) text(s string) int {
	at, ok := e.known[s]
	if !ok {
		at = len(e.Strings)
		e.known[s] = at
		e.Strings = append(e.Strings, s)
	}
	return at
}

// row is the index of a row of texts.
func (e *encoder) row(table *[][]any, kind string, texts ...string) int {
	key := "\x00" + kind + "\x00" + strings.Join(texts, "\x00")
	at, ok := e.known[key]
	if !ok {
		at = len(*table)
		e.known[key] = at
		row := make([]any, len(texts))
		for i, text := range texts {
			row[i] = e.text(text)
		}
		*table = append(*table, trim(row))
	}
	return at
}

func (e *encoder) release(r *release) []any {
	var labels, images, others []int
	for _, label := range r.Labels {
		labels = append(labels, e.text(label))
	}
	for _, i := range r.Images {
		next := len(e.Images)
		images = append(images, next-e.image(i)) // 0: one that is new here
	}
	for _, o := range r.Others {
		others = append(others, e.text(o.Kind), e.text(o.Name), e.text(o.Where))
	}
	rollback, key := 0, 0
	if r.WorkflowKey != r.Workflow {
		key = e.text(r.WorkflowKey)
	}
	if r.Rollback {
		rollback = 1
	}
	after := e.time(r.Created) - e.last // minutes after which the next newer one followed; those without a time are last
	e.last += after
	return trim([]any{
		packed(r.ID), r.Version, e.text(r.Project), e.text(r.By), after, e.text(r.Env), images, e.changes(r),
		e.text(r.Workflow), r.Task, labels, e.text(r.Desc), e.text(r.Status), e.text(r.Why), others, r.Tests, r.TestsFailed, rollback, key,
	})
}

// changes is how many releases further down the compared one is, and then for
// each change the position of the image in that one and in this one, from 1. 0
// is no image.
func (e *encoder) changes(r *release) []int {
	if r.Previous == nil {
		return nil
	}
	changes := []int{e.index[r.Previous] - e.index[r]}
	for _, c := range r.Changes.Changed {
		changes = append(changes, r.Previous.position(c.Service, c.From), r.position(c.Service, c.To))
	}
	for _, i := range r.Changes.Added {
		changes = append(changes, 0, r.position(i.Service, i.Image))
	}
	for _, i := range r.Changes.Removed {
		changes = append(changes, r.Previous.position(i.Service, i.Image), 0)
	}
	return changes
}

// position of an image in the release, from 1. A service can be unknown.
func (r *release) position(service, ref string) int {
	at := slices.IndexFunc(r.Images, func(i *image) bool { return i.Ref == ref && i.Service == service })
	if at < 0 {
		at = slices.IndexFunc(r.Images, func(i *image) bool { return i.Ref == ref })
	}
	return at + 1
}

// image is the index of an image.
func (e *encoder) image(i *image) int {
	key := strings.Join([]string{"\x00image", i.Service, i.Container, i.Ref}, "\x00")
	if at, ok := e.known[key]; ok {
		return at
	}
	at := len(e.Images)
	e.known[key] = at
	repository, version := splitReference(cli.Clean(i.Ref))
	digest := ""
	if !strings.Contains(version, "@") {
		digest, _ = strings.CutPrefix(cli.Clean(i.Digest), "sha256:")
		const shown = 12 // digits; the page says that there are more
		digest = packed(digest[:min(len(digest), shown)])
	}
	var commits [][]any
	for _, c := range i.Commits {
		commits = append(commits, e.commit(c))
	}
	var issues []int
	for _, known := range i.Issues {
		url, whole := strings.CutSuffix(known.URL, known.Key)
		if !whole {
			url = ""
		}
		issues = append(issues, e.text(known.Key), e.text(url), e.text(known.Summary))
	}
	place := e.row(&e.Places, "place", i.Service, i.Container, repository)
	e.Images = append(e.Images, trim([]any{
		place, e.frontCoded(strings.TrimPrefix(version, ":")), int(i.Took.Seconds()), commits, digest, i.Size >> 20, e.time(i.Built),
		issues, int(i.Origin),
	}))
	return at
}

// frontCoded writes a tag as how many characters, from 0 to z, it begins like
// the one before, and the rest: most begin with a date.
func (e *encoder) frontCoded(tag string) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	n := 0
	for n < min(len(tag), len(e.tag), len(digits)-1) && tag[n] == e.tag[n] && tag[n] < utf8.RuneSelf {
		n++
	}
	e.tag = tag
	return digits[n:n+1] + tag[n:]
}

func (e *encoder) commit(c commit) []any {
	url := strings.TrimSuffix(c.URL, c.ID)
	if url == c.URL { // it names the commit in another way, so it cannot be put together again
		url = ""
	}
	pulls, numbers := "", []int(nil)
	for _, pr := range c.PRs {
		numbers = append(numbers, pr.Number)
		pulls, _ = strings.CutSuffix(pr.URL, strconv.Itoa(pr.Number))
	}
	source := e.row(&e.Sources, "source", c.Repo, c.Ref, url, pulls)
	return trim([]any{packed(c.ID), e.text(c.Message), source, e.text(c.Author), numbers})
}

// time is how many minutes a time is before the newest release, one more from
// there on, because 0 is no time.
func (e *encoder) time(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	before := e.Newest - wallMinutes(t)
	if before >= 0 {
		before++
	}
	return before
}

// wallMinutes is what a clock in the time's zone shows, as if it were UTC: the
// page shows times of its own zone, wherever it is read.
func wallMinutes(t time.Time) int64 {
	_, offset := t.Zone()
	return (t.Unix() + int64(offset)) / 60
}

// packed writes ids that are hex digits with a third less characters, and
// others behind a ~.
func packed(id string) string {
	raw, err := hex.DecodeString(id)
	switch {
	case id == "":
		return ""
	case err != nil || strings.ToLower(id) != id:
		return "~" + id
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// trim leaves out the zeros at a row's end.
func trim(row []any) []any {
	for len(row) > 0 && isZero(row[len(row)-1]) {
		row = row[:len(row)-1]
	}
	for i, value := range row {
		if list := reflect.ValueOf(value); list.Kind() == reflect.Slice && list.Len() == 0 {
			row[i] = 0
		}
	}
	return row
}

func isZero(value any) bool {
	v := reflect.ValueOf(value)
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}
