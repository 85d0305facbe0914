package report

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

// The figures are those of the server's raw JSON, counted without the SDK.
func TestFiguresAreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	get := func(t *testing.T, url string, out any) {
		t.Helper()
		resp, err := http.Get(url)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(body, out), string(body))
	}
	type raw struct { // up to v3.4 with versionInfo, since v4.0 flat
		ID, Status string
		Env        string `json:"env_name"`
		Info       *struct {
			Status string
			Env    *struct {
				Name string `json:"env_name"`
			} `json:"productEnvInfo"`
		} `json:"versionInfo"`
	}
	for _, version := range []string{"v1.11.0", "v3.4.1", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(zadigtest.Generate(5, 200)))
			var listed []raw
			get(t, srv.URL+"/api/aslan/delivery/releases?projectName=shop&page=1&per_page=1000", &listed)
			require.Greater(t, len(listed), 20)
			releases, failed := make(map[string]int), make(map[string]int) // by environment
			for _, r := range listed {
				if r.Info != nil {
					r.Status, r.Env = r.Info.Status, ""
					if r.Info.Env != nil {
						r.Env = r.Info.Env.Name
					}
				}
				releases[r.Env]++
				if r.Status == "failed" {
					failed[r.Env]++
				}
			}

			page, log, code := report(t, srv, "--project", "shop", "--limit", "0", "-o", "json")
			require.Zero(t, code, log)
			var got summary
			require.NoError(t, json.Unmarshal([]byte(page), &got))
			assert.Equal(t, len(listed), got.Releases)
			total := 0
			for _, n := range failed {
				total += n
			}
			assert.Equal(t, total, got.Failed)
			delete(releases, "") // in no environment
			var names []string
			for _, e := range got.Environments {
				names = append(names, e.Env)
				assert.Equal(t, releases[e.Env], e.Releases, e.Env)
				assert.Equal(t, failed[e.Env], e.Failed, e.Env)
			}
			assert.Equal(t, slices.Sorted(maps.Keys(releases)), names)
		})
	}
}
