package delivery_test

import (
	"fmt"
	"io"
	"math/rand/v2"
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
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// movingZadig is a transport that serves the release list of a Zadig whose list changes
// between requests. zadigtest shows what a server sends; movingZadig shows when.
type movingZadig struct {
	flat    bool       // v4.0 and later
	omits   bool       // v4.2 and later: lists have no services
	total   bool       // v2.3.1 and later: X-Total
	limit   int        // on the size of a page, set by a gateway; 0: none
	shuffle *rand.Rand // before v4.0 releases of one second have no order

	// The functions may change the list. They are called one at a time.
	before  func(*http.Request) *http.Response // returns a response instead of the server's, or nil
	counted func()                             // called between reading a page and counting for X-Total
	count   func(n int) int                    // returns X-Total for n releases
	body    func(body string) io.Reader        // replaces the body of a list, unless nil

	mu       sync.Mutex
	releases []record // newest first
	next     int
	clock    int64
	requests []*url.URL
}

type record struct {
	n               int
	id              string
	created         int64
	service, status string
	broken          bool // the server cannot build its details or, before v4.0, a detailed page that has it
}

// id returns the nth id.
func id(n int) string { return fmt.Sprintf("%024x", n) }

// fill creates n releases, a second apart.
func (z *movingZadig) fill(n int) *movingZadig {
	z.clock = 1_600_000_000
	for range n {
		z.create(1)
	}
	return z
}

// create adds a release that is this many seconds newer than the newest.
func (z *movingZadig) create(seconds int64) {
	z.next++
	z.clock += seconds
	z.releases = slices.Insert(z.releases, 0, record{n: z.next, id: id(z.next), created: z.clock, service: "cart"})
}

func (z *movingZadig) remove(from, to int) { z.releases = slices.Delete(z.releases, from, to) }

// ids returns the ids of the list, newest first.
func (z *movingZadig) ids() []string {
	ids := make([]string, len(z.releases))
	for i, r := range z.releases {
		ids[i] = r.id
	}
	return ids
}

// client returns a client that does not wait between attempts.
func (z *movingZadig) client(t *testing.T, opts ...zadig.Option) *delivery.Service {
	t.Helper()
	// A Mock would leave its responder running when a request is canceled.
	opts = append([]zadig.Option{
		zadig.WithTransport(servertest.RoundTripper(z.respond)), clienttest.FastRetry(), zadig.WithMiddleware(clienttest.Bodies(t)),
	}, opts...)
	return clienttest.New(t, clienttest.MockURL, opts...).Delivery
}

func (z *movingZadig) respond(req *http.Request) (*http.Response, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.requests = append(z.requests, req.URL)
	if z.before != nil {
		if resp := z.before(req); resp != nil {
			return resp, nil
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	path, _ := strings.CutPrefix(req.URL.Path, "/base")
	switch one, byID := strings.CutPrefix(path, listPath+"/"); {
	case byID:
		return z.byID(req, one), nil
	case path == listPath:
		return z.list(req)
	case z.flat:
		return z.byName(req, req.URL.Query().Get("versionName")), nil
	}
	return respond(req, http.StatusNotFound, "Invalid path: "+path), nil
}

func (z *movingZadig) list(req *http.Request) (*http.Response, error) {
	q := req.URL.Query()
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil {
		return nil, err
	}
	size, err := strconv.Atoi(q.Get("per_page"))
	if err != nil {
		return nil, err
	}
	if z.limit > 0 {
		size = min(size, z.limit)
	}
	selected := slices.Clone(z.releases)
	if z.shuffle != nil {
		z.shuffle.Shuffle(len(selected), func(i, j int) { selected[i], selected[j] = selected[j], selected[i] })
		slices.SortStableFunc(selected, func(a, b record) int { return int(b.created - a.created) })
	}
	other := func(r record) bool { return q.Has("taskId") && strconv.Itoa(r.n) != q.Get("taskId") }
	selected = slices.DeleteFunc(selected, other)
	start := min((page-1)*size, len(selected))
	brief := q.Get("verbosity") == "brief"
	var objects []string
	for _, r := range selected[start:min(start+size, len(selected))] {
		if r.broken && !brief && !z.flat {
			return respond(req, http.StatusInternalServerError, ""), nil
		}
		objects = append(objects, z.object(r, brief, z.omits))
	}
	if z.counted != nil {
		z.counted()
	}
	body := "[" + strings.Join(objects, ",") + "]"
	resp := respond(req, http.StatusOK, body)
	if z.body != nil {
		resp.Body = io.NopCloser(z.body(body))
	}
	if z.total {
		total := len(slices.DeleteFunc(slices.Clone(z.releases), other))
		if z.count != nil {
			total = z.count(total)
		}
		resp.Header.Set("X-Total", strconv.Itoa(total))
	}
	return resp, nil
}

func (z *movingZadig) byID(req *http.Request, one string) *http.Response {
	switch i := slices.IndexFunc(z.releases, func(r record) bool { return r.id == one }); {
	case i < 0:
		return respond(req, http.StatusBadRequest, refused)
	case z.releases[i].broken:
		return respond(req, http.StatusInternalServerError, "")
	default:
		return respond(req, http.StatusOK, z.object(z.releases[i], false, false))
	}
}

func (z *movingZadig) byName(req *http.Request, version string) *http.Response {
	for _, r := range z.releases {
		if "v"+r.id == version {
			return respond(req, http.StatusOK, z.object(r, false, false))
		}
	}
	return respond(req, http.StatusInternalServerError, `{"code":500,"description":"failed to get delivery version, `+
		`projectName: p, version: v, error: mongo: no documents in result","message":"Internal Error: "}`)
}

// Responses of servers for a release that they do not have, and of a gateway for a path
// that it does not have.
const (
	refused   = `{"code":6563,"description":"","extra":{},"message":"查询交付中心版本失败","type":"error"}`
	noBackend = `{"code":404,"message":"upstream not found"}`
)

func (z *movingZadig) object(r record, brief, omits bool) string {
	if z.flat {
		services := ""
		if !omits {
			services = fmt.Sprintf(`{"service_name":%q}`, r.service)
		}
		return fmt.Sprintf(`{"id":%q,"version":"v%[1]s","project_name":"p","workflow_name":"w","task_id":%d,`+
			`"status":%q,"created_at":%d,"services":[%s]}`,
			r.id, r.n, r.status, r.created, services)
	}
	details := fmt.Sprintf(`,"deployInfo":[{"serviceName":"%s/main","containerName":"main"}]`, r.service)
	if brief {
		details = ""
	}
	return fmt.Sprintf(`{"versionInfo":{"id":%q,"version":"v%[1]s","productName":"p","workflowName":"w","taskId":%d,`+
		`"status":%q,"created_at":%d}%s}`,
		r.id, r.n, r.status, r.created, details)
}

func respond(req *http.Request, status int, body string) *http.Response {
	resp, _ := clienttest.Respond(status, body)(req)
	resp.Header = resp.Header.Clone()
	resp.Request = req
	return resp
}

// walked is the result of a walk.
type walked struct {
	ids  []string
	errs []error
}

// walk ranges over All to its end.
func walk(t *testing.T, s *delivery.Service, o delivery.ListOptions) (w walked) {
	t.Helper()
	for r, err := range s.All(t.Context(), o) {
		if err != nil {
			w.errs = append(w.errs, err)
		} else {
			w.ids = append(w.ids, r.VersionInfo.ID)
		}
		require.Less(t, len(w.ids)+len(w.errs), 100_000, "the walk does not end")
	}
	return w
}
