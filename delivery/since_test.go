package delivery_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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

var shop = delivery.ListOptions{ProjectName: "shop"}

// dated is a release of project shop.
func dated(n int, version string, created int64, status string) *delivery.Release {
	return &delivery.Release{
		VersionInfo: &delivery.VersionInfo{
			ID: id(n), ProductName: "shop", Version: version, WorkflowName: "ops", TaskID: n, Type: delivery.TypeK8SYAML,
			Status: status, CreatedAt: created,
		},
		DeployInfo: []*delivery.DeployInfo{deploy("cart", "main", "r/cart:"+version, "kind: Cart")},
	}
}

// since ranges over what is new to its end, and returns the versions and the
// errors in order.
func since(t *testing.T, s *delivery.Service, mark *delivery.Mark, o delivery.ListOptions) (news []string) {
	t.Helper()
	for r, err := range s.Since(t.Context(), mark, o) {
		if err != nil {
			news = append(news, "error "+clienttest.Sentinel(err))
			continue
		}
		news = append(news, r.VersionInfo.Version)
	}
	return news
}

func sinceVersions(t *testing.T, f func(t *testing.T, version string)) {
	t.Helper()
	for _, version := range []string{"v1.7.1", "v1.11.0", "v2.3.1", "v3.4.1", "v4.0.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			f(t, version)
		})
	}
}

// Each run has what is new, oldest first and complete, and a mark that went
// through a file.
func TestSince(t *testing.T) {
	t.Parallel()
	sinceVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version,
			dated(3, "v3", 1_700_000_300, ""), dated(1, "v1", 1_700_000_100, ""), dated(2, "v2", 1_700_000_200, ""))
		var mark delivery.Mark
		run := func() (news []string) {
			data, err := json.Marshal(mark)
			require.NoError(t, err)
			mark = delivery.Mark{}
			require.NoError(t, json.Unmarshal(data, &mark))
			for r, err := range s.Since(t.Context(), &mark, shop) {
				require.NoError(t, err)
				assert.Len(t, r.Images(), 1, "it is complete")
				news = append(news, r.VersionInfo.Version)
			}
			return news
		}
		assert.Equal(t, []string{"v1", "v2", "v3"}, run())
		srv.ClearRequests()
		assert.Empty(t, run())
		assert.Len(t, srv.Requests(), 1, "nothing new costs one request")

		srv.AddRelease(dated(5, "v5", 1_700_090_000, ""), dated(4, "v4", 1_700_080_000, ""))
		srv.ClearRequests()
		assert.Equal(t, []string{"v4", "v5"}, run())
		assert.Empty(t, run())
		byID := 2
		if version == "v1.7.1" || version == "v4.0.0" {
			byID = 0
		}
		assert.Equal(t, cost{2, byID}, costOf(srv))
		data, err := json.Marshal(mark)
		require.NoError(t, err)
		assert.JSONEq(t, `{"project":"shop","created_at":1700090000,"releases":[{"project":"shop","version":"v5","created_at":1700090000}]}`, string(data))
	})
}

// A loop that ends early goes on with the release at which it ended.
func TestSinceGoesOn(t *testing.T) {
	t.Parallel()
	sinceVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version)
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
	})
}

// Of releases of one second each comes once, whatever order the server has
// for them, and whichever of them the loop ended at.
func TestSinceWithReleasesOfOneSecond(t *testing.T) {
	t.Parallel()
	sinceVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version)
		var mark delivery.Mark
		var got []string
		for n := 1; n <= 12; n++ {
			srv.AddRelease(dated(100-n, fmt.Sprintf("v%d", n), 1_700_000_000, ""))
			count := 0
			for r, err := range s.Since(t.Context(), &mark, shop) {
				require.NoError(t, err)
				if count++; n%3 == 0 && count == 2 {
					break
				}
				got = append(got, r.VersionInfo.Version)
				if n%4 == 0 {
					continue
				}
			}
		}
		got = append(got, since(t, s, &mark, shop)...)
		slices.Sort(got)
		assert.Len(t, got, 12)
		assert.Len(t, slices.Compact(got), 12)
	})
}

// A release that is being created comes as it is, and once more when it is
// done, also if others came meanwhile.
func TestSinceReadsAgainWhatWasBeingCreated(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, dated(1, "v1", 1_700_000_000, delivery.StatusCreating))
			set := func(status string) {
				srv.DeleteRelease(id(1))
				srv.AddRelease(dated(1, "v1", 1_700_000_000, status))
			}
			var mark delivery.Mark
			assert.Equal(t, []string{"v1"}, since(t, s, &mark, shop))
			assert.Empty(t, since(t, s, &mark, shop), "still being created")
			srv.AddRelease(dated(2, "v2", 1_700_050_000, delivery.StatusSuccess))
			set(delivery.StatusRetrying)
			assert.Equal(t, []string{"v2"}, since(t, s, &mark, shop))
			set(delivery.StatusSuccess)
			assert.Equal(t, []string{"v1"}, since(t, s, &mark, shop))
			assert.Empty(t, since(t, s, &mark, shop))
			assert.Len(t, mark.Releases, 1, "v2 alone")

			set(delivery.StatusCreating) // not new, and finished before
			assert.Empty(t, since(t, s, &mark, shop))
		})
	}
}

// A release that is never finished is given up when one is there that is a day
// newer, so that a mark stays small and a run cheap.
func TestSinceGivesUp(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v5.0.0", dated(1, "v1", 1_700_000_000, delivery.StatusCreating))
	var mark delivery.Mark
	assert.Equal(t, []string{"v1"}, since(t, s, &mark, shop))
	srv.AddRelease(dated(2, "v2", 1_700_000_000+24*60*60, delivery.StatusSuccess))
	assert.Equal(t, []string{"v2"}, since(t, s, &mark, shop))
	assert.Len(t, mark.Releases, 2)
	srv.AddRelease(dated(3, "v3", 1_700_000_000+24*60*60+1, delivery.StatusSuccess))
	assert.Equal(t, []string{"v3"}, since(t, s, &mark, shop))
	assert.Len(t, mark.Releases, 2, "v2 and v3")
}

// The upgrade to v4.0 replaces the ids, and the newest release may be deleted:
// the mark holds.
func TestSinceThroughAnUpgrade(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v1.11.0", dated(1, "v1", 1_700_000_010, ""), dated(2, "v2", 1_700_000_020, delivery.StatusCreating), dated(3, "v3", 1_700_000_030, ""))
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

// A release from the future hides nothing.
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

// Filters that lists do not have leave the mark where it would be without
// them, so that a run costs one page.
func TestSinceFilters(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, history()...)
			for name, test := range map[string]struct {
				options delivery.ListOptions
				want    []string
			}{
				"label":       {delivery.ListOptions{ProjectName: "shop", Label: "lts"}, []string{"v1.20"}},
				"service":     {delivery.ListOptions{ServiceName: "pay"}, []string{"v1.100", "v1.200"}},
				"task":        {delivery.ListOptions{WorkflowName: "ops", TaskID: 7, Verbosity: delivery.VerbosityBrief}, []string{"v1.7"}},
				"none":        {delivery.ListOptions{Label: "none"}, nil},
				"listed only": {delivery.ListOptions{Label: "lts", SkipDetails: true, Concurrency: 1}, []string{"v1.20"}},
			} {
				t.Run(name, func(t *testing.T) {
					var mark delivery.Mark
					assert.Equal(t, test.want, since(t, s, &mark, test.options))
					srv.ClearRequests()
					assert.Empty(t, since(t, s, &mark, test.options))
					assert.LessOrEqual(t, costOf(srv).lists, 7)
				})
			}
		})
	}
}

// What cannot be read is an error in its place and comes again, and after an
// error that ends the loop the mark is where the loop was.
func TestSinceWithErrors(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v3.4.1", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, dated(1, "v1", 1_700_000_010, ""), dated(2, "v2", 1_700_000_020, ""), dated(3, "v3", 1_700_000_030, ""))
			var mark delivery.Mark

			srv.Inject(zadigtest.NoPermission())
			assert.Equal(t, []string{"error ErrForbidden"}, since(t, s, &mark, shop))
			assert.Zero(t, mark)
			srv.ClearFaults()

			srv.Inject(zadigtest.BrokenRecord(id(2)))
			assert.Equal(t, []string{"v1", "error ErrServer", "v3"}, since(t, s, &mark, shop))
			assert.Equal(t, []string{"error ErrServer"}, since(t, s, &mark, shop))
			srv.ClearFaults()
			assert.Equal(t, []string{"v2"}, since(t, s, &mark, shop))
			assert.Empty(t, since(t, s, &mark, shop))

			for n := 4; n <= 9; n++ {
				srv.AddRelease(dated(n, fmt.Sprintf("v%d", n), int64(1_700_000_000+10*n), ""))
			}
			one := shop
			one.Concurrency = 1
			var got []string
			for r, err := range s.Since(t.Context(), &mark, one) {
				if err != nil {
					got = append(got, "error "+clienttest.Sentinel(err))
					continue
				}
				if got = append(got, r.VersionInfo.Version); len(got) == 2 {
					srv.Inject(zadigtest.ExpiredToken())
				}
			}
			srv.ClearFaults()
			assert.Equal(t, []string{"v4", "v5", "error ErrUnauthorized"}, got)
			assert.Equal(t, []string{"v6", "v7", "v8", "v9"}, since(t, s, &mark, one))
		})
	}
}

// A release that cannot be listed is an error in its place, also if it is the
// oldest of all.
func TestSinceWithReleasesThatCannotBeListed(t *testing.T) {
	t.Parallel()
	list := flatList(`"version":"v5","created_at":1700000400`, `"version":7`, `"version":"v3","created_at":1700000200`, `"version":8`)
	client, _ := clienttest.Mocked(t, listPath, list)
	var mark delivery.Mark
	assert.Equal(t, []string{"error ErrUnexpectedResponse", "v3", "error ErrUnexpectedResponse", "v5"}, since(t, client.Delivery, &mark, shop))
	assert.Equal(t, int64(1_700_000_400), mark.CreatedAt)
	again := since(t, client.Delivery, &mark, shop)
	assert.Equal(t, []string{"error ErrUnexpectedResponse"}, again, "the one beside the newest")
}

// A release that cannot be listed is not yielded once the mark is a minute past it,
// even if the list is read further down for one that is being created.
func TestSinceForgetsWhatCannotBeListed(t *testing.T) {
	t.Parallel()
	list := flatList(`"version":"v4","created_at":1700000400`, `"version":"v3","created_at":1700000300`, `"version":7`,
		`"version":"v1","created_at":1700000100,"status":"creating"`)
	client, _ := clienttest.Mocked(t, listPath, list)
	var mark delivery.Mark
	assert.Equal(t, []string{"v1", "error ErrUnexpectedResponse", "v3", "v4"}, since(t, client.Delivery, &mark, shop))
	assert.Empty(t, since(t, client.Delivery, &mark, shop))
}

// Releases that appear while pages are read may be listed out of order.
func TestSinceSorts(t *testing.T) {
	t.Parallel()
	list := flatList(`"version":"v2","created_at":1700000200`, `"version":"v1","created_at":1700000100`, `"version":"v3","created_at":1700000300`)
	client, _ := clienttest.Mocked(t, listPath, list)
	assert.Equal(t, []string{"v1", "v2", "v3"}, since(t, client.Delivery, new(delivery.Mark), shop))
}

// Up to v3.4 a release may be found to be done by reading it, and that response
// lacks what is in the next.
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
	assert.Len(t, m.URLs(), 3)
}

// flatList is a list of releases of v4.1, each with these members.
func flatList(members ...string) httpmock.Responder {
	for i, m := range members {
		members[i] = fmt.Sprintf(`{"id":"%s","project_name":"shop","services":[{"service_name":"s"}],%s}`, id(i+1), m)
	}
	total := http.Header{"X-Total": {strconv.Itoa(len(members))}}
	return clienttest.Respond(200, "["+strings.Join(members, ",")+"]").HeaderSet(total)
}

// A list that ends too early moves no mark: what it did not show may be older.
func TestSinceWithAListThatEndsTooEarly(t *testing.T) {
	t.Parallel()
	list := `[{"id":"` + id(1) + `","version":"v1","services":[{"service_name":"s"}]}]`
	client, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, list).HeaderSet(http.Header{"X-Total": {"40"}}))
	var mark delivery.Mark
	assert.Equal(t, []string{"error ErrUnexpectedResponse"}, since(t, client.Delivery, &mark, shop))
	assert.Zero(t, mark)
}

func TestSinceRefusesOptions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mark    *delivery.Mark
		options delivery.ListOptions
		names   string
	}{
		"no mark":              {nil, delivery.ListOptions{}, "mark: must not be nil"},
		"negative mark":        {&delivery.Mark{CreatedAt: -1}, delivery.ListOptions{}, "mark: CreatedAt must not be negative (got -1)"},
		"another project":      {&delivery.Mark{ProjectName: "shop"}, delivery.ListOptions{ProjectName: "other"}, `mark: must be of the project in ProjectName, "other" (got a mark of "shop")`},
		"all projects":         {&delivery.Mark{ProjectName: "shop"}, delivery.ListOptions{}, `mark: must be of the project in ProjectName, "" (got a mark of "shop")`},
		"second page":          {new(delivery.Mark), delivery.ListOptions{Page: 2}, "Page"},
		"negative concurrency": {new(delivery.Mark), delivery.ListOptions{Concurrency: -1}, "Concurrency"},
		"brief service":        {new(delivery.Mark), delivery.ListOptions{ServiceName: "s", Verbosity: delivery.VerbosityBrief}, "ServiceName"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v5.0.0", history()...)
			var errs []error
			for r, err := range s.Since(t.Context(), test.mark, test.options) {
				assert.Nil(t, r)
				errs = append(errs, err)
			}
			require.Len(t, errs, 1)
			require.ErrorIs(t, errs[0], zadig.ErrBadRequest)
			assert.ErrorContains(t, errs[0], "delivery.Since: bad request: "+test.names)
			srv.ExpectNoRequests(t)
		})
	}
}
