package delivery_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

// since encodes and decodes the mark, ranges over the new releases to the end, and
// returns their versions and errors in order.
func since(t *testing.T, s *delivery.Service, mark *delivery.Mark, o delivery.ListOptions) (news []string) {
	t.Helper()
	data, err := json.Marshal(mark)
	require.NoError(t, err)
	*mark = delivery.Mark{}
	require.NoError(t, json.Unmarshal(data, mark))
	for r, err := range s.Since(t.Context(), mark, o) {
		if err != nil {
			news = append(news, "error "+clienttest.Sentinel(err))
			continue
		}
		news = append(news, r.VersionInfo.Version)
	}
	return news
}

func onVersions(t *testing.T, f func(t *testing.T, version string), versions ...string) {
	t.Helper()
	if versions == nil {
		versions = []string{"v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"}
	}
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			f(t, version)
		})
	}
}

// Each run yields the new releases, oldest first and complete.
func TestSince(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version, dated(3, "v3", 1_700_000_300, ""), dated(1, "v1", 1_700_000_100, ""), dated(2, "v2", 1_700_000_200, ""))
		var mark delivery.Mark
		assert.Equal(t, []string{"v1", "v2", "v3"}, since(t, s, &mark, shop))
		srv.ClearRequests()
		assert.Empty(t, since(t, s, &mark, shop))
		assert.Len(t, srv.Requests(), 1, "nothing new costs one request")

		srv.AddRelease(dated(5, "v5", 1_700_090_000, ""), dated(4, "v4", 1_700_080_000, ""))
		srv.ClearRequests()
		for r, err := range s.Since(t.Context(), &mark, shop) {
			require.NoError(t, err)
			assert.Len(t, r.Images(), 1, "it is complete")
		}
		assert.Empty(t, since(t, s, &mark, shop))
		byID := 2
		if version == "v1.7.1" || version == "v4.0.0" {
			byID = 0
		}
		assert.Equal(t, cost{2, 0, byID}, costOf(srv))
		data, err := json.Marshal(mark)
		require.NoError(t, err)
		assert.JSONEq(t, `{"project":"shop","created_at":1700090000,
			"releases":[{"project":"shop","version":"v5","created_at":1700090000}]}`, string(data))
	}, "v1.7.1", "v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0")
}

// If a loop ends early, the next range continues with the release at which it ended.
func TestSinceGoesOn(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v5.0.0")
	for n := 1; n <= 30; n++ {
		srv.AddRelease(dated(n, fmt.Sprintf("v%d", n), int64(1_700_000_000+100*n), ""))
	}
	var mark delivery.Mark
	for r, err := range s.Since(t.Context(), &mark, shop) {
		require.NoError(t, err)
		if r.VersionInfo.Version == "v12" {
			break
		}
	}
	saved := mark
	assert.Equal(t, int64(1_700_001_100), mark.CreatedAt)
	rest := since(t, s, &mark, shop)
	require.Len(t, rest, 19)
	assert.Equal(t, "v12", rest[0])
	assert.Equal(t, rest, since(t, s, &saved, shop), "a copy of a mark stays where it was")
}

// A release that is in progress or has failed is yielded with its status, and once more
// if it ends or succeeds within a day.
func TestSinceYieldsAgainWhatHasChanged(t *testing.T) {
	t.Parallel()
	type step struct{ status, want string }
	for name, steps := range map[string][]step{
		"created": {{delivery.StatusCreating, "v1"}, {delivery.StatusCreating, ""}, {delivery.StatusSuccess, "v1"}, {delivery.StatusSuccess, ""}},
		"failed": {
			{delivery.StatusFailed, "v1"}, {delivery.StatusFailed, ""}, {delivery.StatusSuccess, "v1"}, {delivery.StatusFailed, ""},
		},
		"failed and retried": {{delivery.StatusFailed, "v1"}, {delivery.StatusRetrying, ""}, {delivery.StatusSuccess, "v1"}},
		"retried in vain": {
			{delivery.StatusCreating, "v1"}, {delivery.StatusFailed, "v1"}, {delivery.StatusRetrying, ""}, {delivery.StatusFailed, ""},
		},
		"done": {{delivery.StatusSuccess, "v1"}, {delivery.StatusCreating, ""}},
	} {
		for _, version := range []string{"v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"} {
			srv, s := serve(t, version)
			var mark delivery.Mark
			for i, step := range steps {
				srv.DeleteRelease(id(1))
				srv.AddRelease(dated(1, "v1", 1_700_000_000, step.status))
				assert.Equal(t, step.want, strings.Join(since(t, s, &mark, shop), ""), "%s on %s, step %d", name, version, i)
				srv.AddRelease(dated(2+i, fmt.Sprint(i), int64(1_700_001_000+i), "")) // others are added meanwhile
				since(t, s, &mark, shop)
			}
		}
	}
}

// Since gives a release up if the previous range remembered it and it is a day older
// than the mark. A release that fails for the first time, in a first run or a backfill,
// is read again.
func TestSinceGivesUp(t *testing.T) {
	t.Parallel()
	const day = 24 * 60 * 60
	giveUp := func(t *testing.T, s *delivery.Service, mark *delivery.Mark) string {
		t.Helper()
		text := ""
		for _, err := range s.Since(t.Context(), mark, shop) {
			failed, ok := errors.AsType[*delivery.ReleaseError](err)
			require.True(t, ok)
			require.Equal(t, id(1), failed.ID)
			text += failed.Error()
		}
		return text
	}
	t.Run("unread", func(t *testing.T) {
		t.Parallel()
		srv, s := serve(t, "v5.0.0", dated(1, "v1", 1_700_000_000, ""), dated(2, "v2", 1_700_000_000+3*day, ""))
		var mark delivery.Mark
		remove := srv.Inject(zadigtest.BrokenRecord(id(1)))
		assert.Equal(t, []string{"error ErrServer", "v2"}, since(t, s, &mark, shop))
		saved := mark
		assert.Contains(t, giveUp(t, s, &mark), "delivery.Since gives up: the release could not be read for a day")
		assert.Empty(t, since(t, s, &mark, shop))
		remove()
		assert.Empty(t, since(t, s, &mark, shop))
		assert.Equal(t, []string{"v1"}, since(t, s, &saved, shop), "it failed once only")
		assert.Empty(t, since(t, s, &saved, shop))
	})
	t.Run("not what can be read at last", func(t *testing.T) {
		t.Parallel()
		srv, s := serve(t, "v5.0.0", dated(1, "v1", 1_700_000_000, delivery.StatusCreating), dated(2, "v2", 1_700_000_000+3*day, ""))
		var mark delivery.Mark
		remove := srv.Inject(zadigtest.BrokenRecord(id(1)))
		since(t, s, &mark, shop)
		remove()
		assert.Equal(t, []string{"v1"}, since(t, s, &mark, shop))
		assert.Empty(t, since(t, s, &mark, shop))
	})
	t.Run("not what fails by something else", func(t *testing.T) {
		t.Parallel()
		srv, s := serve(t, "v5.0.0", dated(1, "v1", 1_700_000_000, ""), dated(2, "v2", 1_700_000_000+3*day, ""))
		var mark delivery.Mark
		remove := srv.Inject(zadigtest.BrokenRecord(id(1)))
		since(t, s, &mark, shop)
		remove()
		remove = srv.Inject(zadigtest.NoPermission().On(zadigtest.GetRelease))
		assert.Equal(t, []string{"error ErrForbidden"}, since(t, s, &mark, shop))
		remove()
		assert.Equal(t, []string{"v1"}, since(t, s, &mark, shop))
	})
	for status, says := range map[string]string{
		delivery.StatusCreating: "delivery.Since gives up: the release was in progress for a day", delivery.StatusFailed: "",
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v5.0.0", dated(1, "v1", 1_700_000_000, status))
			var mark delivery.Mark
			assert.Equal(t, []string{"v1"}, since(t, s, &mark, shop))
			srv.AddRelease(dated(2, "v2", 1_700_000_000+day, ""))
			assert.Equal(t, []string{"v2"}, since(t, s, &mark, shop))
			assert.Len(t, mark.Releases, 2)
			srv.AddRelease(dated(3, "v3", 1_700_000_000+day+1, ""))
			assert.Equal(t, []string{"v3"}, since(t, s, &mark, shop))
			assert.Contains(t, giveUp(t, s, &mark), says)
			assert.Empty(t, since(t, s, &mark, shop))
			assert.Len(t, mark.Releases, 2, "v2 and v3")
		})
	}
}

// The upgrade to v4.0 replaces the ids, and the newest release may have been deleted.
func TestSinceThroughAnUpgrade(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v1.11.0",
		dated(1, "v1", 1_700_000_010, ""), dated(2, "v2", 1_700_000_020, delivery.StatusCreating), dated(3, "v3", 1_700_000_030, ""))
	var mark delivery.Mark
	assert.Equal(t, []string{"v1", "v2", "v3"}, since(t, s, &mark, shop))
	for n := 1; n <= 3; n++ {
		srv.DeleteRelease(id(n))
	}
	srv.SetServerVersion("v5.0.0")
	srv.AddRelease(dated(11, "v1", 1_700_000_010, ""), dated(12, "v2", 1_700_000_020, delivery.StatusSuccess))
	assert.Equal(t, []string{"v2"}, since(t, s, &mark, shop), "the one that was being created")
	srv.AddRelease(dated(14, "v4", 1_700_000_040, delivery.StatusSuccess))
	assert.Equal(t, []string{"v4"}, since(t, s, &mark, shop))
}

// A release from the future does not hide later ones.
func TestSinceWithAReleaseFromTheFuture(t *testing.T) {
	t.Parallel()
	now := time.Now().Unix()
	srv, s := serve(t, "v3.4.1", dated(1, "later", now+7*24*60*60, ""))
	var mark delivery.Mark
	assert.Equal(t, []string{"later"}, since(t, s, &mark, shop))
	srv.AddRelease(dated(2, "now", now, ""))
	assert.Equal(t, []string{"now"}, since(t, s, &mark, shop))
	assert.Empty(t, since(t, s, &mark, shop))
}

// Filters that lists do not have do not hold the mark back, so that the next run still
// reads few pages.
func TestSinceFilters(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		failed := dated(400, "v1.400", 1_700_000_400, delivery.StatusFailed)
		srv, s := serve(t, version, append(history(), failed)...)
		for name, test := range map[string]struct {
			options delivery.ListOptions
			want    []string
		}{
			"label":     {delivery.ListOptions{ProjectName: "shop", Label: "lts"}, []string{"v1.20"}},
			"service":   {delivery.ListOptions{ServiceName: "pay"}, []string{"v1.100", "v1.200"}},
			"task":      {delivery.ListOptions{WorkflowName: "ops", TaskID: 7, Verbosity: delivery.VerbosityBrief}, []string{"v1.7"}},
			"none":      {delivery.ListOptions{Label: "none"}, nil},
			"summaries": {delivery.ListOptions{Label: "lts", SkipDetails: true, Concurrency: 1}, []string{"v1.20"}},
			"succeeded": {delivery.ListOptions{WorkflowName: "ops", TaskID: 400, Succeeded: true}, nil},
		} {
			var mark delivery.Mark
			assert.Equal(t, test.want, since(t, s, &mark, test.options), name)
			srv.ClearRequests()
			assert.Empty(t, since(t, s, &mark, test.options), name)
			assert.LessOrEqual(t, costOf(srv).lists, 7, name)
		}

		var mark delivery.Mark
		o := delivery.ListOptions{ProjectName: "shop", Succeeded: true}
		assert.Len(t, since(t, s, &mark, o), 250)
		srv.DeleteRelease(id(400))
		srv.AddRelease(dated(400, "v1.400", 1_700_000_400, delivery.StatusSuccess))
		assert.Equal(t, []string{"v1.400"}, since(t, s, &mark, o), "it has succeeded meanwhile")
	})
}

// A release that cannot be read is an error at its position, and is read again. After
// an error that ends the loop, the mark is where the loop ended.
func TestSinceWithErrors(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version, dated(1, "v1", 1_700_000_010, ""), dated(2, "v2", 1_700_000_020, ""), dated(3, "v3", 1_700_000_030, ""))
		var mark delivery.Mark

		srv.Inject(zadigtest.NoPermission())
		assert.Equal(t, []string{"error ErrForbidden"}, since(t, s, &mark, shop))
		assert.Zero(t, mark)
		srv.ClearFaults()

		if version != "v4.0.0" { // its lists have all details
			srv.Inject(zadigtest.BrokenRecord(id(2)))
			assert.Equal(t, []string{"v1", "error ErrServer", "v3"}, since(t, s, &mark, shop))
			assert.Equal(t, []string{"error ErrServer"}, since(t, s, &mark, shop))
			srv.ClearFaults()
			assert.Equal(t, []string{"v2"}, since(t, s, &mark, shop))
			assert.Empty(t, since(t, s, &mark, shop))
		}

		for n := 4; n <= 9; n++ {
			srv.AddRelease(dated(n, fmt.Sprintf("v%d", n), int64(1_700_000_000+10*n), ""))
		}
		if version != "v4.0.0" {
			srv.Inject(zadigtest.ExpiredToken().On(zadigtest.GetRelease).After(2))
			o := delivery.ListOptions{ProjectName: "shop", Concurrency: 1}
			assert.Equal(t, []string{"v4", "v5", "error ErrUnauthorized"}, since(t, s, &mark, o))
			srv.ClearFaults()
			assert.Equal(t, []string{"v6", "v7", "v8", "v9"}, since(t, s, &mark, shop))
		}
	})
}

// flatList returns a list of releases of v4.1, each with these members.
func flatList(members ...string) httpmock.Responder {
	for i, m := range members {
		members[i] = fmt.Sprintf(`{"id":"%s","project_name":"shop","services":[{"service_name":"s"}],%s}`, id(i+1), m)
	}
	return clienttest.Respond(200, "["+strings.Join(members, ",")+"]")
}

func TestSinceWithOddLists(t *testing.T) {
	t.Parallel()
	const odd = "error ErrUnexpectedResponse"
	for name, test := range map[string]struct {
		list        httpmock.Responder
		first, next []string
	}{
		"an error in place of one that cannot be listed": {
			flatList(`"version":"v5","created_at":1700000400`, `"version":7`, `"version":"v3","created_at":1700000200`, `"version":8`),
			[]string{odd, "v3", odd, "v5"}, []string{odd}, // for the one next to the newest
		},
		"which is forgotten once the mark is a minute past it": {
			flatList(`"version":"v4","created_at":1700000400`, `"version":"v3","created_at":1700000300`, `"version":7`,
				`"version":"v1","created_at":1700000100,"status":"creating"`),
			[]string{"v1", odd, "v3", "v4"}, nil,
		},
		"a list that ends too early moves no mark: what it did not show may be older": {
			flatList(`"version":"v1","created_at":1700000100`).HeaderSet(http.Header{"X-Total": {"40"}}), []string{odd}, []string{odd}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := clienttest.Mocked(t, listPath, test.list)
			var mark delivery.Mark
			assert.Equal(t, test.first, since(t, client.Delivery, &mark, shop))
			assert.Equal(t, test.next, since(t, client.Delivery, &mark, shop))
		})
	}
}

// Releases that are created while pages are read are on a later page although they are
// newer.
func TestSinceSorts(t *testing.T) {
	t.Parallel()
	z := (&movingZadig{}).fill(150)
	z.before = func(*http.Request) *http.Response {
		if len(z.requests) == 2 {
			z.remove(20, 120)
			z.create(1)
		}
		return nil
	}
	last := int64(0)
	for r, err := range z.client(t).Since(t.Context(), new(delivery.Mark), delivery.ListOptions{SkipDetails: true}) {
		require.NoError(t, err)
		assert.Greater(t, r.VersionInfo.CreatedAt, last)
		last = r.VersionInfo.CreatedAt
	}
	assert.Equal(t, z.clock, last)
}

// Up to v3.4, reading a release may complete it. That response lacks details, which the
// next response has.
func TestSinceReadsOnceMoreWhatIsDoneByReadingIt(t *testing.T) {
	t.Parallel()
	info := func(status string) string {
		return `"versionInfo":{"id":"` + id(1) + `","version":"v1","productName":"shop","created_at":1700000000,"status":"` + status + `"}`
	}
	client, m := clienttest.NewMock(t)
	m.Get(listPath, clienttest.Respond(200, `[{`+info("creating")+`}]`).HeaderSet(http.Header{"X-Total": {"1"}}))
	m.Get(listPath+"/"+id(1), clienttest.Respond(200, `{`+info("success")+`}`).
		Then(clienttest.Respond(200, `{`+info("success")+`,"distributeInfo":[{"chartName":"cart"}]}`)))
	for r, err := range client.Delivery.Since(t.Context(), new(delivery.Mark), shop) {
		require.NoError(t, err)
		assert.Len(t, r.DistributeInfo, 1)
	}
}

// A mark is valid only with the filters that it was used with.
func TestSinceRefusesMarks(t *testing.T) {
	t.Parallel()
	all := delivery.ListOptions{ProjectName: "shop", WorkflowName: "ops", TaskID: 7, ServiceName: "cart", Label: "lts", Succeeded: true}
	seven := dated(7, "v7", 1_700_000_000, delivery.StatusSuccess)
	seven.VersionInfo.Labels = []string{"lts"}
	srv, s := serve(t, "v5.0.0", seven)
	var used delivery.Mark
	require.Equal(t, []string{"v7"}, since(t, s, &used, all))
	require.Empty(t, since(t, s, &used, all))
	srv.ClearRequests()
	refuses := func(says string, mark *delivery.Mark, o delivery.ListOptions) {
		for r, err := range s.Since(t.Context(), mark, o) {
			assert.Nil(t, r)
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, "delivery.Since: bad request: mark: "+says)
		}
	}
	refuses("must not be nil", nil, all)
	refuses("CreatedAt must not be negative (got -1)", &delivery.Mark{CreatedAt: -1}, all)
	for says, change := range map[string]func(o *delivery.ListOptions){
		`ProjectName must be "shop", as in the mark's last use (got "other")`: func(o *delivery.ListOptions) { o.ProjectName = "other" },
		`WorkflowName must be "ops", as in the mark's last use (got "")`:      func(o *delivery.ListOptions) { o.WorkflowName = "" },
		`TaskID must be 7, as in the mark's last use (got 8)`:                 func(o *delivery.ListOptions) { o.TaskID = 8 },
		`ServiceName must be "cart", as in the mark's last use (got "pay")`:   func(o *delivery.ListOptions) { o.ServiceName = "pay" },
		`Label must be "lts", as in the mark's last use (got "")`:             func(o *delivery.ListOptions) { o.Label = "" },
		`Succeeded must be set, as in the mark's last use`:                    func(o *delivery.ListOptions) { o.Succeeded = false },
	} {
		o := all
		change(&o)
		refuses(says, &used, o)
	}
	srv.ExpectNoRequests(t)
}

// If a range with more filters is in between, the mark notes its filters, so that no
// release that the mark remembers is lost.
func TestSinceNotesANarrowerSelection(t *testing.T) {
	t.Parallel()
	_, s := serve(t, "v5.0.0", dated(1, "v1", 1_700_000_000, delivery.StatusFailed))
	var mark delivery.Mark
	assert.Equal(t, []string{"v1"}, since(t, s, &mark, delivery.ListOptions{}))
	assert.Empty(t, since(t, s, &mark, delivery.ListOptions{ProjectName: "other"}))
	assert.Equal(t, []string{"error ErrBadRequest"}, since(t, s, &mark, delivery.ListOptions{}))
}

// If a release could not be decoded at first, but can be after a repair or with a newer
// SDK, it is yielded then.
func TestSinceReadsWhatBecomesDecodable(t *testing.T) {
	t.Parallel()
	task := `"three"`
	s := delivery.New(clienttest.Doer(func(req *http.Request) (*http.Response, error) {
		return respond(req, http.StatusOK, `[`+
			`{"id":"`+id(3)+`","version":"v3","project_name":"p","created_at":1700000200,"services":[{"service_name":"s"}]},`+
			`{"id":"`+id(2)+`","version":"v2","project_name":"p","created_at":1700000000,"services":[{"service_name":"s"}],`+
			`"task_id":`+task+`}]`), nil
	}))
	var mark delivery.Mark
	assert.Equal(t, []string{"error ErrUnexpectedResponse", "v3"}, since(t, s, &mark, delivery.ListOptions{}))
	assert.Equal(t, []string{"error ErrUnexpectedResponse"}, since(t, s, &mark, delivery.ListOptions{}))
	task = "3"
	assert.Equal(t, []string{"v2"}, since(t, s, &mark, delivery.ListOptions{}))
	assert.Empty(t, since(t, s, &mark, delivery.ListOptions{}))
	task = `3,"status":"creating"`
	mark = delivery.Mark{}
	assert.Equal(t, []string{"v2", "v3"}, since(t, s, &mark, delivery.ListOptions{}))
	task = `"three"`
	assert.Equal(t, []string{"error ErrUnexpectedResponse"}, since(t, s, &mark, delivery.ListOptions{}))
	task = `3,"status":"creating"`
	assert.Empty(t, since(t, s, &mark, delivery.ListOptions{}), "v2 has not changed")
	task = `3,"status":"success"`
	assert.Equal(t, []string{"v2"}, since(t, s, &mark, delivery.ListOptions{}))
}
