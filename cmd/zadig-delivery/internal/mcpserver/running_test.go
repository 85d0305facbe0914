package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// What runs counts, not what a pod was told to run.
func TestRunningPods(t *testing.T) {
	t.Parallel()
	digest := func(c string) string { return "sha256:" + strings.Repeat(c, 64) }
	const pod = `{"spec":{"containers":[{"name":"c","image":%q}]},"status":{"phase":%q,"containerStatuses":[{"name":"c","imageID":%q}]}}`
	pods := `{"items":[` + strings.Join([]string{
		fmt.Sprintf(pod, "r.example.com/shop/cart:1", "Running", "r.example.com/shop/cart@"+digest("a")),
		fmt.Sprintf(pod, "r.example.com/shop/cart:1", "Running", "r.example.com/shop/cart@"+digest("b")),
		fmt.Sprintf(pod, "mirror.local/shop/cart:1", "Running", "docker-pullable://mirror.local/shop/cart@"+digest("a")),
		fmt.Sprintf(pod, "ended:1", "Succeeded", ""),
	}, ",") + `]}`
	for _, version := range versions {
		built := artifactOf("r.example.com/shop/cart:1", oldCommit)
		built.Name, built.ImageTag, built.ImageDigest, built.ImageSize = "cart", "1", digest("a"), 1 // without a size it is in no list
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(built))
		got, failed := call(t, connected(t, srv), "trace_running", map[string]any{"pods": pods})
		require.False(t, failed, got)
		var out running
		require.NoError(t, json.Unmarshal([]byte(got), &out))
		require.Len(t, out.Images, 3, got)
		for i, want := range []struct {
			image   string
			drifted bool
		}{{"mirror.local/shop/cart:1", false}, {"r.example.com/shop/cart:1", false}, {"r.example.com/shop/cart:1", true}} {
			assert.Equal(t, want.image, out.Images[i].Image, version)
			assert.Equal(t, want.drifted, out.Images[i].Drifted, version)
			require.Len(t, out.Images[i].Commits, 1, "%s: %s", version, got)
			assert.Equal(t, oldCommit, out.Images[i].Commits[0].Commit)
		}
	}
}

func TestReleaseWithNulls(t *testing.T) {
	t.Parallel()
	r := &delivery.Release{BuildInfo: []*delivery.BuildInfo{nil, {Commits: []*delivery.Commit{nil}}}}
	assert.False(t, builtFrom(r, "aaaaaaa"))
}
