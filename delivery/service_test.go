package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var shop = delivery.ListOptions{ProjectName: "shop"}

// history returns 250 releases of project shop, v1.1 to v1.250. All deploy cart, and
// every hundredth also deploys pay. v1.20 has the label "lts". The newest release is of
// another project and is also named v1.100.
func history() (all []*delivery.Release) {
	for n := 1; n <= 250; n++ {
		r := dated(n, fmt.Sprintf("v1.%d", n), int64(1_700_000_000+n), "")
		if n%100 == 0 {
			r.DeployInfo = append(r.DeployInfo, deploy("pay", "main", "r/pay:1"))
		}
		if n == 20 {
			r.VersionInfo.Labels = []string{"lts"}
		}
		all = append(all, r)
	}
	other := dated(300, "v1.100", 1_700_000_300, "")
	other.VersionInfo.ProductName = "other"
	return append(all, other)
}

// dated returns a release of project shop.
func dated(n int, version string, created int64, status string) *delivery.Release {
	return &delivery.Release{
		VersionInfo: &delivery.VersionInfo{ID: id(n), ProductName: "shop", Version: version, WorkflowName: "ops", TaskID: n,
			Type: delivery.TypeK8SYAML, Status: status, CreatedAt: created},
		DeployInfo: []*delivery.DeployInfo{deploy("cart", "main", "r/cart:"+version, "kind: Cart")},
	}
}

// serve starts a server with these releases. It returns the server and a client that
// does not wait between attempts.
func serve(t *testing.T, version string, releases ...*delivery.Release) (*zadigtest.Server, *delivery.Service) {
	t.Helper()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(releases...))
	return srv, srv.Client(zadig.WithRetry(zadig.RetryPolicy{MinWait: 1, MaxWait: time.Millisecond})).Delivery
}

// cost counts the requests for lists, for releases by name and for releases by id.
type cost struct{ lists, byName, byID int }

func costOf(srv *zadigtest.Server) cost {
	return cost{len(srv.RequestsTo(zadigtest.ListReleases)), len(srv.RequestsTo(zadigtest.OpenAPIReleaseDetail)),
		len(srv.RequestsTo(zadigtest.GetRelease))}
}

// calls are all methods that send a request.
var calls = map[string]func(context.Context, *delivery.Service, delivery.ListOptions) error{
	"List": func(ctx context.Context, s *delivery.Service, o delivery.ListOptions) error {
		_, err := s.List(ctx, o)
		return err
	},
	"All": func(ctx context.Context, s *delivery.Service, o delivery.ListOptions) error {
		for _, err := range s.All(ctx, o) {
			return err
		}
		return nil
	},
	"Find": func(ctx context.Context, s *delivery.Service, o delivery.ListOptions) error {
		_, err := s.Find(ctx, "v1", o)
		return err
	},
	"Latest": func(ctx context.Context, s *delivery.Service, o delivery.ListOptions) error {
		_, err := s.Latest(ctx, o)
		return err
	},
	"LatestByProject": func(ctx context.Context, s *delivery.Service, o delivery.ListOptions) error {
		for _, err := range s.LatestByProject(ctx, o) {
			return err
		}
		return nil
	},
	"Since": func(ctx context.Context, s *delivery.Service, o delivery.ListOptions) error {
		for _, err := range s.Since(ctx, new(delivery.Mark), o) {
			return err
		}
		return nil
	},
	"Get": func(ctx context.Context, s *delivery.Service, _ delivery.ListOptions) error {
		_, err := s.Get(ctx, id(1), delivery.GetOptions{})
		return err
	},
	"Labels": func(ctx context.Context, s *delivery.Service, _ delivery.ListOptions) error {
		_, err := s.Labels(ctx, "shop")
		return err
	},
}

// If a Doer is missing or misbehaves, a call returns an error and does not panic.
func TestOddDoers(t *testing.T) {
	t.Parallel()
	responds := func(resp *http.Response) *delivery.Service {
		return delivery.New(clienttest.Doer(func(*http.Request) (*http.Response, error) { return resp, nil }))
	}
	down := errors.New("no route to host")
	for name, test := range map[string]struct {
		service *delivery.Service
		want    error // nil: any
	}{
		"nil Doer":      {delivery.New(nil), nil},
		"nil client":    {delivery.New((*zadig.Client)(nil)), nil},
		"zero client":   {delivery.New(&zadig.Client{}), nil},
		"nil response":  {responds(nil), zadig.ErrUnexpectedResponse},
		"nil body":      {responds(&http.Response{StatusCode: http.StatusOK}), zadig.ErrUnexpectedResponse},
		"not 2xx":       {responds(&http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody}), zadig.ErrUnexpectedResponse},
		"empty body":    {responds(&http.Response{StatusCode: http.StatusOK, Body: http.NoBody}), zadig.ErrUnexpectedResponse},
		"its own error": {delivery.New(clienttest.Doer(func(*http.Request) (*http.Response, error) { return nil, down })), down},
	} {
		for method, call := range calls {
			err := call(t.Context(), test.service, delivery.ListOptions{})
			require.Error(t, err, "%s, %s", name, method)
			if test.want != nil {
				assert.ErrorIs(t, err, test.want, "%s, %s", name, method)
			}
		}
	}
}

// A Doer need not be a client: this one fills in as little of a response as it can.
func TestPlainDoer(t *testing.T) {
	t.Parallel()
	body := map[string]string{
		listPath:               `[{"id":"` + id(1) + `","version":"v1","project_name":"p","services":[{}]}]`,
		listPath + "/" + id(1): `{"versionInfo":{"id":"` + id(1) + `"}}`,
		listPath + "/labels":   `["l"]`,
	}
	s := delivery.New(clienttest.Doer(func(req *http.Request) (*http.Response, error) {
		assert.Equal(t, http.MethodGet, req.Method)
		assert.Empty(t, req.URL.Host, "relative to the client's base URL")
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body[req.URL.Path]))}, nil
	}))
	for method, call := range calls {
		require.NoError(t, call(t.Context(), s, delivery.ListOptions{}), method)
	}
}

func TestNilContext(t *testing.T) {
	t.Parallel()
	for method, call := range calls {
		c, mock := clienttest.NewMock(t)
		var none context.Context
		err := call(none, c.Delivery, delivery.ListOptions{})
		require.ErrorIs(t, err, zadig.ErrBadRequest, method)
		require.ErrorContains(t, err, "ctx", method)
		assert.Empty(t, mock.URLs(), method)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]delivery.ListOptions{
		"TaskID: must not be negative (got -1)":      {TaskID: -1},
		"Page: must not be negative (got -1)":        {Page: -1},
		"PerPage: must not be negative (got -1)":     {PerPage: -1},
		"Concurrency: must not be negative (got -1)": {Concurrency: -1},
		`Verbosity: must be brief or detailed`:       {Verbosity: "Brief"},
		"ServiceName: must be empty":                 {ServiceName: "cart", Verbosity: delivery.VerbosityBrief},
		`ServiceName: must be empty with Verbo`:      {ServiceName: "cart", SkipDetails: true},
		"Page: must be 0 or 1, because ":             {Page: 2},
		"ProjectName: must be empty (got \"shop\")":  shop,
		"Succeeded: must be false":                   {Succeeded: true},
	} {
		for method, call := range calls {
			c, mock := clienttest.NewMock(t)
			mock.Get(listPath, clienttest.Respond(403, ""))
			mock.Get(listPath+"/"+id(1), clienttest.Respond(403, ""))
			mock.Get(listPath+"/labels", clienttest.Respond(403, ""))
			err := call(t.Context(), c.Delivery, o)
			accepts := method == "Get" || method == "Labels" ||
				o.Page == 2 && method == "List" || o.ProjectName != "" && method != "LatestByProject" || o.Succeeded && method != "List"
			if accepts {
				require.ErrorIs(t, err, zadig.ErrForbidden, "%s, %s", method, name)
				continue
			}
			require.ErrorIs(t, err, zadig.ErrBadRequest, "%s, %s", method, name)
			if method == "LatestByProject" && o.ServiceName != "" {
				name = "ServiceName: "
			}
			require.ErrorContains(t, err, "delivery."+method+": bad request: "+name)
			assert.Empty(t, mock.URLs(), "%s, %s", method, name)
		}
	}
}

// If the server lists an id that no release can have, the mistake is the server's: the
// client requests nothing for it, and the id cannot forge a line of a log.
func TestAListedIDThatNoReleaseHas(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{`x\ntime=now level=ERROR msg=forged\u001b[2J\u202e`, "619dbaa8c528c2182225e8d", "../../../x", id(7) + "?x"} {
		client, mock := clienttest.Mocked(t, listPath, clienttest.Respond(200,
			fmt.Sprintf(`[{"id":"%s","version":"v1","services":[]},{"id":%q,"version":"v2","services":[]}]`, odd, id(2))))
		mock.Get(listPath+"/"+id(2), clienttest.Respond(200, `{"id":"`+id(2)+`","services":[{"service_name":"a"}]}`))
		w := walk(t, client.Delivery, delivery.ListOptions{})
		assert.Equal(t, []string{id(2)}, w.ids, "the loop continues")
		require.Len(t, w.errs, 1)
		_, err := client.Delivery.Find(t.Context(), "v1", delivery.ListOptions{})
		for _, err := range append(w.errs, err) {
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			assert.ErrorContains(t, err, "must be 24 hex digits")
			assert.False(t, strings.ContainsFunc(err.Error(), unicode.IsControl), "%q", err)
			assert.NotContains(t, err.Error(), "forged")
		}
	}
}

// Errors quote the caller's arguments, and never put them on a separate line.
func TestErrorsQuoteTheCallersIDsOnOneLine(t *testing.T) {
	t.Parallel()
	forged := "x\nlevel=ERROR\x1b[2J\u202e\u2028\u009b"
	client, mock := clienttest.Mocked(t, listPath, clienttest.Respond(200, "[]"))
	mock.Get("/api/aslan/delivery/artifacts/image", clienttest.Respond(200, "[]"))
	_, byID := client.Delivery.Get(t.Context(), forged, delivery.GetOptions{})
	_, of24 := client.Delivery.Get(t.Context(), (forged + strings.Repeat("y", 24))[:24], delivery.GetOptions{})
	_, found := client.Delivery.Find(t.Context(), forged, delivery.ListOptions{})
	_, verbosity := client.Delivery.List(t.Context(), delivery.ListOptions{Verbosity: delivery.Verbosity(forged)})
	for name, err := range map[string]error{"Get": byID, "24": of24, "Find": found, "Verbosity": verbosity} {
		require.Error(t, err, name)
		assert.False(t, strings.ContainsFunc(err.Error(), func(r rune) bool {
			return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl)
		}), "%s: %q", name, err)
	}
}
