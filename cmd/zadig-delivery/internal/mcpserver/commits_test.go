package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

// many returns n releases, each with an image of its own, all of one commit.
func many(n int) zadigtest.Data {
	var data zadigtest.Data
	for i := range n {
		image := fmt.Sprint("r/cart:", i)
		data.Releases = append(data.Releases, releaseOf(i+1, fmt.Sprint("v", i+1), image, oldCommit))
		data.Artifacts = append(data.Artifacts, artifactOf(image, oldCommit))
	}
	return data
}

func findCommit(t *testing.T, srv *zadigtest.Server, args map[string]any) (out found, result string) {
	t.Helper()
	args["project"], args["commit"] = "shop", oldCommit
	got, failed := call(t, connected(t, srv), "find_commit", args)
	require.False(t, failed, got)
	require.NoError(t, json.Unmarshal([]byte(got), &out))
	return out, got
}

func TestFindCommitGoesOnAfterAReleaseThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			data := many(5)
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
			for _, broken := range data.Releases[1:3] {
				srv.Inject(zadigtest.BrokenRecord(broken.VersionInfo.ID))
			}
			out, got := findCommit(t, srv, map[string]any{})
			var found []string
			for _, r := range out.Releases {
				found = append(found, r.Version)
			}
			assert.Equal(t, []string{"v5", "v4", "v1"}, found)
			assert.Equal(t, 3, out.Searched)
			assert.Equal(t, 2, out.Unread)
			assert.False(t, out.More)
			require.Len(t, out.Errors, 2, got)
			assert.Contains(t, out.Errors[0], data.Releases[2].VersionInfo.ID)
			assert.Contains(t, out.Errors[1], data.Releases[1].VersionInfo.ID)
			assert.NotContains(t, got, secret)
		})
	}
}

func TestFindCommitReportsAListThatBreaksOff(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(many(130)))
		srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).After(1))
		out, got := findCommit(t, srv, map[string]any{"limit": 200})
		assert.Len(t, out.Releases, maxElements, version)
		assert.Equal(t, out.Searched-maxElements, out.Omitted, version)
		assert.GreaterOrEqual(t, out.Searched, 99, version)
		assert.Less(t, out.Searched, 130, version)
		assert.True(t, out.More, got)
		assert.Equal(t, 1, out.Unread, version)
		require.Len(t, out.Errors, 1, version)
		assert.Contains(t, out.Errors[0], "503")
	}
}

func TestFindCommitReportsFewErrors(t *testing.T) {
	t.Parallel()
	data := many(20)
	srv := zadigtest.NewServer(t, zadigtest.WithData(data))
	srv.Inject(zadigtest.Status(500, "").On(zadigtest.TraceArtifact))
	out, got := findCommit(t, srv, map[string]any{})
	assert.Empty(t, out.Releases)
	assert.Equal(t, 20, out.Searched)
	assert.Equal(t, 20, out.Untraced)
	assert.Len(t, out.Errors, maxErrors, got)
}

func TestFindCommitFailsWhereNothingCanBeRead(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(many(2)))
		srv.Inject(zadigtest.ExpiredToken())
		got, failed := call(t, connected(t, srv), "find_commit", map[string]any{"project": "shop", "commit": oldCommit})
		assert.True(t, failed, got)
		assert.Contains(t, got, "ZADIG_TOKEN")
	}
}

func TestFindCommitStopsWhenItIsCanceled(t *testing.T) {
	t.Parallel()
	data := many(60)
	for version, endpoint := range map[string]zadigtest.Endpoint{
		"v1.11.0": zadigtest.ListReleases, // which has the commits
		"v5.0.0":  zadigtest.TraceArtifact,
	} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
		ctx, cancel := context.WithCancel(t.Context())
		srv.Inject(zadigtest.Hook(func(*http.Request) { cancel() }).On(endpoint))
		_, err := tools{srv.Client()}.findCommit(ctx, commitIn{Project: "shop", Commit: oldCommit})
		require.ErrorIs(t, err, context.Canceled, version)
		traced := 0
		for _, r := range srv.Requests() {
			if r.Endpoint == zadigtest.TraceArtifact {
				traced++
			}
		}
		assert.LessOrEqual(t, traced, 1, version)
	}
}
