package delivery_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/leaktest"
)

// model is a Zadig's release list as a RoundTripper: the paging of
// wire/README.md and, by its fields, the ways in which servers differ.
type model struct {
	t *testing.T

	mu       sync.Mutex
	records  []record // newest first
	requests []*url.URL

	flat         bool // v4.0 and later
	omitServices bool // v4.2 and later: in lists
	xTotal       bool // v2.3.1 and later
	briefIgnored bool // v1.7.1, and v4.0 and later
	ignorePage   bool
	fixed        int // sends pages of this size whatever it is asked
	most         int // sends at most this many

	before  func(n int)         // called before the n-th list request (from 1), without the lock
	between func()              // called between the find and the count, without the lock
	count   func(count int) int // what X-Total says of so many, negative: nothing

	body func(n int, u *url.URL, body []byte) io.Reader // replaces the n-th answer's body
}

type record struct {
	id      string
	service string
	label   string
	broken  bool // the server cannot build its details
}

// id makes the n-th id.
func id(n int) string { return fmt.Sprintf("%024x", n) }

// fill gives the model n records, newest first, ids n to 1.
func (m *model) fill(n int) *model {
	for i := n; i > 0; i-- {
		m.records = append(m.records, record{id: id(i), service: "nginx"})
	}
	return m
}

func (m *model) insert(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = slices.Insert(m.records, 0, record{id: id(n), service: "nginx"})
}

func (m *model) remove(from, to int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = slices.Delete(m.records, from, to)
}

func (m *model) ids() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := make([]string, len(m.records))
	for i, r := range m.records {
		ids[i] = r.id
	}
	return ids
}

// client is a client of the model that does not wait between attempts.
func (m *model) client(t *testing.T, opts ...zadig.Option) *zadig.Client {
	t.Helper()
	m.t = t
	c, err := zadig.NewClient("http://zadig.test/prefix", append([]zadig.Option{
		zadig.WithTransport(m),
		zadig.WithRetry(zadig.RetryPolicy{MinWait: 1, MaxWait: 1}),
		zadig.WithMiddleware(leaktest.Bodies(t)),
	}, opts...)...)
	require.NoError(t, err)
	return c
}

func (m *model) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	const list = "/prefix/api/aslan/delivery/releases"
	m.mu.Lock()
	m.requests = append(m.requests, req.URL)
	n := len(m.requests)
	m.mu.Unlock()
	if one, byID := strings.CutPrefix(req.URL.Path, list+"/"); byID {
		return m.byID(req, one), nil
	}
	if req.URL.Path != list {
		return respond(req, http.StatusNotFound, "Invalid path: "+req.URL.Path), nil
	}
	if m.before != nil {
		m.before(n)
	}
	resp := m.list(req, n)
	if m.between != nil {
		m.between()
	}
	m.total(resp)
	return resp, nil
}

// total adds X-Total where the server sends it.
func (m *model) total(resp *http.Response) {
	if !m.xTotal || resp.StatusCode != http.StatusOK {
		return
	}
	count := len(m.ids())
	if m.count != nil {
		count = m.count(count)
	}
	if count >= 0 {
		resp.Header.Set("X-Total", strconv.Itoa(count))
	}
}

func (m *model) list(req *http.Request, n int) *http.Response {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := req.URL.Query()
	page, perPage := number(m.t, q, "page"), number(m.t, q, "per_page")
	if m.ignorePage {
		page = 1
	}
	if m.most > 0 {
		perPage = min(perPage, m.most)
	}
	if m.fixed > 0 {
		perPage = m.fixed
	}
	start := min((page-1)*perPage, len(m.records))
	end := min(start+perPage, len(m.records))
	brief := q.Get("verbosity") == "brief" && !m.briefIgnored
	items := []string{}
	for _, r := range m.records[start:end] {
		if r.broken && !brief {
			return respond(req, http.StatusInternalServerError, "")
		}
		items = append(items, m.json(r, brief, true))
	}
	body := "[" + strings.Join(items, ",") + "]"
	resp := respond(req, http.StatusOK, body)
	if m.body != nil {
		if r := m.body(n, req.URL, []byte(body)); r != nil {
			resp.Body = io.NopCloser(r)
		}
	}
	return resp
}

func (m *model) byID(req *http.Request, one string) *http.Response {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.records, func(r record) bool { return r.id == one })
	switch {
	case i < 0:
		return respond(req, http.StatusBadRequest, `{"code":6563,"description":"","extra":{},"message":"查询交付中心版本失败","type":"error"}`)
	case m.records[i].broken:
		return respond(req, http.StatusInternalServerError, "")
	}
	return respond(req, http.StatusOK, m.json(m.records[i], false, false))
}

func (m *model) json(r record, brief, listed bool) string {
	labels := "[]"
	n, _ := strconv.ParseInt(r.id, 16, 64)
	created := 1_600_000_000 + n
	if r.label != "" {
		labels = fmt.Sprintf("[%q]", r.label)
	}
	switch {
	case m.flat && listed && m.omitServices:
		return fmt.Sprintf(`{"id":%q,"version":"v","project_name":"p","created_at":%d,"labels":%s,"services":[]}`, r.id, created, labels)
	case m.flat:
		return fmt.Sprintf(`{"id":%q,"version":"v","project_name":"p","created_at":%d,"labels":%s,"services":[{"service_name":%q,"yaml_content":"kind: X","images":[]}]}`, r.id, created, labels, r.service)
	case brief:
		return fmt.Sprintf(`{"versionInfo":{"id":%q,"version":"v","productName":"p","created_at":%d,"labels":%s}}`, r.id, created, labels)
	}
	return fmt.Sprintf(`{"versionInfo":{"id":%q,"version":"v","productName":"p","created_at":%d,"labels":%s},"deployInfo":[{"serviceName":"%s/main","containerName":"main","yamlContents":["kind: X"]}]}`,
		r.id, created, labels, r.service)
}

func number(t *testing.T, q url.Values, name string) int {
	n, err := strconv.Atoi(q.Get(name))
	if err != nil || n < 1 {
		t.Errorf("%s=%q: the client must always send a good one", name, q.Get(name))
		return 1
	}
	return n
}

func respond(req *http.Request, status int, body string) *http.Response {
	header := http.Header{}
	if json.Valid([]byte(body)) {
		header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return &http.Response{
		StatusCode: status, Header: header, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1,
	}
}

// walked is what a walk came to.
type walked struct {
	ids  []string
	errs []error
}

// walk ranges over All to its end, at most 100,000 steps.
func walk(t *testing.T, c *zadig.Client, o delivery.ListOptions) walked {
	t.Helper()
	var w walked
	for r, err := range c.Delivery.All(t.Context(), o) {
		if err != nil {
			w.errs = append(w.errs, err)
		} else {
			w.ids = append(w.ids, r.VersionInfo.ID)
		}
		if len(w.ids)+len(w.errs) > 100_000 {
			t.Fatal("the walk does not end")
		}
	}
	return w
}

func mustRequest(t *testing.T, rawURL string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rawURL, http.NoBody)
	require.NoError(t, err)
	return req
}
