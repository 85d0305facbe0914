package delivery_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

// readers are the methods that read releases by id. Each returns the ids 12 to 1 that
// it has read, sorted as All sorts them.
var readers = map[string]func(ctx context.Context, s *delivery.Service) walked{
	"All": func(ctx context.Context, s *delivery.Service) (w walked) {
		for r, err := range s.All(ctx, delivery.ListOptions{}) {
			w.add(r, err)
		}
		return w
	},
	"List": func(ctx context.Context, s *delivery.Service) (w walked) {
		page, err := s.List(ctx, delivery.ListOptions{})
		if err != nil {
			return walked{errs: []error{err}}
		}
		for _, r := range page.Releases {
			w.add(r, nil)
		}
		return w
	},
	"Since": func(ctx context.Context, s *delivery.Service) (w walked) {
		for r, err := range s.Since(ctx, new(delivery.Mark), delivery.ListOptions{}) {
			w.add(r, err)
		}
		return w
	},
	"Find": func(ctx context.Context, s *delivery.Service) (w walked) {
		for n := 12; n > 0; n-- {
			w.add(s.Find(ctx, "v"+id(n), delivery.ListOptions{ProjectName: "p"}))
		}
		return w
	},
	"Latest": func(ctx context.Context, s *delivery.Service) (w walked) {
		for n := 12; n > 0; n-- {
			w.add(s.Latest(ctx, delivery.ListOptions{TaskID: n}))
		}
		return w
	},
}

func (w *walked) add(r *delivery.Release, err error) {
	if err != nil {
		w.errs = append(w.errs, err)
		return
	}
	w.ids = append(w.ids, r.VersionInfo.ID)
}

// servers return a server whose lists leave out details, so that releases are read by
// id, and one whose brief lists do.
var servers = map[string]func() *movingZadig{
	"v5.0.0": func() *movingZadig { return (&movingZadig{flat: true, omits: true, total: true}).fill(12) },
	"v3.4.1": func() *movingZadig { return (&movingZadig{total: true}).fill(12) },
}

// details reports whether a request is for a release by its id.
func details(req *http.Request) bool { return strings.Contains(req.URL.Path, listPath+"/") }

// If the database or gateway fails for a moment, the client sends one more request and
// loses no release.
func TestDetailsThatFailOnce(t *testing.T) {
	t.Parallel()
	for failure, status := range map[string]int{refused: 400, noBackend: 404, "404 page not found": 404} {
		for version, server := range servers {
			for method, read := range readers {
				z := server()
				failed := map[string]bool{}
				z.before = func(req *http.Request) *http.Response {
					if !details(req) || failed[req.URL.Path] {
						return nil
					}
					failed[req.URL.Path] = true
					return respond(req, status, failure)
				}
				w := read(t.Context(), z.client(t))
				assert.Empty(t, w.errs, "%s on %s, %s", method, version, failure)
				assert.ElementsMatch(t, z.ids(), w.ids, "%s on %s, %s", method, version, failure)
			}
		}
	}
}

// If all reads by id fail although lists work, each release is an error: a list that
// works proves nothing about one id.
func TestDetailsThatKeepFailing(t *testing.T) {
	t.Parallel()
	for failure, status := range map[string]int{refused: 400, noBackend: 404, "404 page not found": 404} {
		for method, read := range readers {
			z := servers["v5.0.0"]()
			z.before = func(req *http.Request) *http.Response {
				if details(req) {
					return respond(req, status, failure)
				}
				return nil
			}
			w := read(t.Context(), z.client(t))
			assert.Empty(t, w.ids, method)
			want := 12
			if method == "List" {
				want = 1
			}
			require.Len(t, w.errs, want, method)
			for _, err := range w.errs {
				_, ofOne := errors.AsType[*delivery.ReleaseError](err)
				assert.True(t, ofOne, method)
				require.ErrorIs(t, err, zadig.ErrServer, method)
				require.NotErrorIs(t, err, zadig.ErrNotFound, method)
				require.ErrorContains(t, err, "but the list has the release", method)
			}
		}
	}
}

// A login page is not the error of one release: it ends the loop.
func TestDetailsBehindALogin(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"All", "Since", "List"} {
		z := servers["v5.0.0"]()
		z.before = func(req *http.Request) *http.Response {
			if details(req) {
				return respond(req, http.StatusOK, "<html>")
			}
			return nil
		}
		w := readers[method](t.Context(), z.client(t))
		assert.Empty(t, w.ids, method)
		require.Len(t, w.errs, 1, method)
		_, ofOne := errors.AsType[*delivery.ReleaseError](w.errs[0])
		assert.False(t, ofOne, method)
		require.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse, method)
	}
}

// A release counts as deleted if the server refuses its id twice and a new list does
// not have it.
func TestDetailsOfADeletedRelease(t *testing.T) {
	t.Parallel()
	for version, server := range servers {
		for method, read := range readers {
			z := server()
			z.before = func(req *http.Request) *http.Response {
				if details(req) && strings.HasSuffix(req.URL.Path, id(5)) && len(z.releases) == 12 {
					z.remove(7, 8)
				}
				return nil
			}
			w := read(t.Context(), z.client(t))
			if method == "Find" || method == "Latest" {
				for _, err := range w.errs {
					require.ErrorIs(t, err, zadig.ErrNotFound, "%s on %s", method, version)
				}
				w.errs = nil
			}
			assert.Empty(t, w.errs, "%s on %s", method, version)
			assert.ElementsMatch(t, z.ids(), w.ids, "%s on %s", method, version)
		}
	}
}

// Up to v3.4 the new list is brief and, for the release of a workflow, short.
func TestADeletedReleaseIsLookedForInTheListOfItsTask(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v3.4.1", history()...)
	srv.Inject(zadigtest.BrokenRecord(id(200)))
	srv.Inject(zadigtest.Hook(func(*http.Request) { srv.DeleteRelease(id(199)) }).On(zadigtest.GetRelease).Times(1))
	w := walk(t, s, delivery.ListOptions{Concurrency: 1})
	assert.Len(t, w.ids, 249)
	require.Len(t, w.errs, 1, "the broken one")
	srv.ExpectRequest(t, zadigtest.ListReleases, "verbosity", "brief", "projectName", "shop", "workflowName", "ops", "taskId", "199")
}

// A user who may view versions only system-wide gets 403 for a list that names a
// project, and 200 without the project.
func TestDetailsForAViewerOfTheWholeSystem(t *testing.T) {
	t.Parallel()
	viewer := zadigtest.NoPermission().On(zadigtest.ListReleases, zadigtest.OpenAPIReleaseDetail).When(func(req *http.Request) bool {
		return req.URL.Query().Has("projectName") || req.URL.Query().Has("projectKey")
	})
	for _, version := range []string{"v3.4.1", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, history()[210:]...)
			srv.Inject(viewer)
			srv.Inject(zadigtest.Hook(func(*http.Request) { srv.DeleteRelease(id(230)) }).On(zadigtest.GetRelease).Times(1))
			assert.Len(t, since(t, s, new(delivery.Mark), delivery.ListOptions{Concurrency: 1, PerPage: 100}), 40)
			_, err := s.Get(t.Context(), id(230), delivery.GetOptions{ProjectName: "shop"})
			require.ErrorIs(t, err, zadig.ErrNotFound)
			srv.Inject(zadigtest.Hook(func(*http.Request) { srv.DeleteRelease(id(240)) }).On(zadigtest.GetRelease).Times(1))
			w := walk(t, s, delivery.ListOptions{})
			assert.Empty(t, w.errs)
			assert.GreaterOrEqual(t, len(w.ids), 39)
		})
	}
}

// checkFailures are failures of the request that checks a refusal, each with the error
// of the call.
var checkFailures = map[string]struct {
	status   int
	body     string
	sentinel string
}{
	"forbidden":        {403, "", "ErrForbidden"},
	"unauthorized":     {401, "", "ErrUnauthorized"},
	"too many":         {429, "", "ErrRateLimited"},
	"no license":       {400, `{"code":7050,"message":"","type":"error"}`, "ErrLicense"},
	"a login page":     {200, "<html>", "ErrUnexpectedResponse"},
	"an object":        {200, `{"message":"success"}`, "ErrUnexpectedResponse"},
	"nothing":          {200, "", "ErrUnexpectedResponse"},
	"a gateway's":      {503, "", "ErrServer"},
	"database is away": {400, `{"code":6561,"message":"获取交付中心版本列表失败","type":"error"}`, "ErrServer"},
}

// If the check itself fails, its failure is the error and ends the loop.
func TestDetailsWhoseCheckFails(t *testing.T) {
	t.Parallel()
	for name, test := range checkFailures {
		for method, read := range readers {
			z := servers["v5.0.0"]()
			refusing := false
			z.before = func(req *http.Request) *http.Response {
				switch {
				case details(req):
					refusing = true
					return respond(req, http.StatusBadRequest, refused)
				case refusing:
					return respond(req, test.status, test.body)
				}
				return nil
			}
			w := read(t.Context(), z.client(t))
			require.NotEmpty(t, w.errs, "%s, %s", method, name)
			assert.Equal(t, test.sentinel, clienttest.Sentinel(w.errs[0]), "%s, %s: %v", method, name, w.errs[0])
			_, ofOne := errors.AsType[*delivery.ReleaseError](w.errs[0])
			assert.False(t, ofOne, "%s, %s", method, name)
			assert.NotContains(t, w.errs[0].Error(), "\n")
		}
	}
}

// The caller's deadline is the error, no matter which request it ends.
func TestDetailsWhoseContextEnds(t *testing.T) {
	t.Parallel()
	for method, read := range readers {
		for _, during := range []string{"details", "check"} {
			ctx, cancel := context.WithCancel(t.Context())
			z := servers["v5.0.0"]()
			refusing := false
			z.before = func(req *http.Request) *http.Response {
				if details(req) && during == "details" || refusing && !details(req) {
					cancel()
					return nil
				}
				if details(req) {
					refusing = true
					return respond(req, http.StatusBadRequest, refused)
				}
				return nil
			}
			w := read(ctx, z.client(t))
			require.NotEmpty(t, w.errs, "%s, %s", method, during)
			require.ErrorIs(t, w.errs[0], context.Canceled, "%s, %s", method, during)
			assert.NotErrorIs(t, w.errs[0], zadig.ErrNotFound, "%s, %s", method, during)
			cancel()
		}
	}
}

// From v1.18 to v2.2 a user with rights in one project may list its releases but not
// read them by id. If a page must be replaced, its releases come from the lists of
// their tasks.
func TestDetailsForAProjectMember(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v1.18.0", history()[235:]...)
	srv.Inject(zadigtest.NoPermission().On(zadigtest.GetRelease))
	r, err := s.Find(t.Context(), "v1.250", shop)
	require.NoError(t, err)
	assert.NotEmpty(t, r.Images())
	lists := srv.RequestsTo(zadigtest.ListReleases)
	assert.Equal(t, "250", lists[len(lists)-1].Query.Get("taskId"))
	assert.Equal(t, "ops", lists[len(lists)-1].Query.Get("workflowName"))

	srv.Inject(zadigtest.BrokenRecord(id(240)))
	w := walk(t, s, shop)
	require.Len(t, w.errs, 1)
	require.ErrorContains(t, w.errs[0], "release "+id(240))
	_, ofOne := errors.AsType[*delivery.ReleaseError](w.errs[0])
	assert.True(t, ofOne)
	assert.Len(t, w.ids, 14)

	// Without the right to list, this does not help.
	srv.Inject(zadigtest.NoPermission().On(zadigtest.ListReleases).When(func(req *http.Request) bool { return req.URL.Query().Has("taskId") }))
	w = walk(t, s, shop)
	require.Len(t, w.errs, 1)
	require.ErrorIs(t, w.errs[0], zadig.ErrForbidden)
}
