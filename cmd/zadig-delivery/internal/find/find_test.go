package find_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/find"
	"github.com/zadig-go/zadig/delivery"
)

// list is a Doer that responds with a list of releases.
type list string

func (l list) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(l)))}, nil
}

// An unreadable release may be the newest one, so find does not pass over it, except when
// it looks for another version.
func TestUnreadRelease(t *testing.T) {
	t.Parallel()
	release := func(id, version, status string) string {
		return `{"id":"65e13f00aa0000000000000` + id + `","version":"` + version + `","project_name":"shop","env_name":"prod",` +
			`"status":` + status + `,"created_at":170000000` + id + `,"services":[{"service_name":"cart"}]}`
	}
	third, unread, first := release("3", "v3", `"success"`), release("2", "v2", "7"), release("1", "v1", `"success"`)
	for name, row := range map[string]struct {
		list string
		call func(context.Context, find.Finder) (*delivery.Release, error)
		want string // "": the error of the release that cannot be read
	}{
		"latest, before it":    {third + "," + unread, latest, "v3"},
		"latest, after it":     {unread + "," + first, latest, ""},
		"a version, after it":  {unread + "," + first, version("v1"), "v1"},
		"no version, after it": {unread + "," + first, version("v2"), ""},
		"the one before":       {third + "," + unread + "," + first, before(third), ""},
		"before an older one":  {unread + "," + third + "," + first, before(third), "v1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := row.call(t.Context(), find.Finder{Releases: delivery.New(list("[" + row.list + "]")), Project: "shop", Env: "prod"})
			if row.want == "" {
				var failed *delivery.ReleaseError
				require.ErrorAs(t, err, &failed)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, row.want, r.VersionInfo.Version)
		})
	}
}

func latest(ctx context.Context, f find.Finder) (*delivery.Release, error) {
	return f.Find(ctx, find.Latest)
}

func version(name string) func(context.Context, find.Finder) (*delivery.Release, error) {
	return func(ctx context.Context, f find.Finder) (*delivery.Release, error) { return f.Find(ctx, name) }
}

func before(release string) func(context.Context, find.Finder) (*delivery.Release, error) {
	return func(ctx context.Context, f find.Finder) (*delivery.Release, error) {
		var r delivery.Release
		if err := r.UnmarshalJSON([]byte(release)); err != nil {
			return nil, err
		}
		return f.Before(ctx, &r)
	}
}
