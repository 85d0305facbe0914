package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

// What runs under a mirror's name is what was built under the registry's, and
// so is its digest.
func TestMirror(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	const there = "mirror.example.com/hub/shop/cart:1"
	for name, row := range map[string]struct {
		image, mirror, imageID, want string
	}{
		"same digest":          {there, "mirror.example.com/hub=registry.example.com", "mirror.example.com/hub/shop/cart@" + digestA, built},
		"another digest":       {there, "mirror.example.com/hub=registry.example.com", "mirror.example.com/hub/shop/cart@" + digestB, drifted},
		"with slashes":         {there, "mirror.example.com/hub/=registry.example.com/", "mirror.example.com/hub/shop/cart@" + digestA, built},
		"whole name":           {there, "mirror.example.com/hub/shop/cart=registry.example.com/shop/cart", "x@" + digestA, built},
		"pinned":               {there + "@" + digestA, "mirror.example.com/hub=registry.example.com", "mirror.example.com/hub/shop/cart@" + digestA, built},
		"not at a slash":       {there, "mirror.example.com/h=registry.example.com", "", unknown},
		"another mirror":       {there, "mirror.example.org/hub=registry.example.com", "", unknown},
		"its own name goes on": {cart, "registry.example.com=elsewhere.example.com", "registry.example.com/shop/cart@" + digestA, built},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := whatsrunning(t, srv, pods(t, [3]string{"prod", row.image, row.imageID}),
				"-mirror", "unused.example.com=unused.example.org", "-mirror", row.mirror, "-format", "json")
			assert.Zero(t, code, stderr)
			all := records(t, stdout)
			require.Len(t, all, 1)
			assert.Equal(t, row.want, all[0].Status)
			assert.Equal(t, row.image, all[0].Image)
			if row.want != unknown {
				assert.Equal(t, cart, all[0].BuiltImage)
			}
		})
	}
}

// An image whose name is not known to Zadig is found by the digest that runs.
func TestByDigest(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v5.0.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), made())
		for name, row := range map[string]struct {
			image, imageID, want string
		}{
			"through a mirror":        {"mirror.example.com/hub/cart:1", "mirror.example.com/hub/cart@" + digestA, built},
			"docker's":                {"mirror.example.com/hub/cart:1", "docker-pullable://mirror.example.com/hub/cart@" + digestA, built},
			"pinned, without a tag":   {"registry.example.com/shop/cart@" + digestA, "registry.example.com/shop/cart@" + digestA, built},
			"pinned, not yet running": {"registry.example.com/shop/cart@" + digestA, "", pending},
			"another digest":          {"mirror.example.com/hub/cart:1", "mirror.example.com/hub/cart@" + digestB, unknown},
			"own id":                  {"mirror.example.com/hub/cart:1", "docker://" + digestA, unknown},
			"no reference":            {"mirror.example.com/hub/cart:1", "@", unknown},
		} {
			t.Run(version+" "+name, func(t *testing.T) {
				t.Parallel()
				stdout, stderr, code := whatsrunning(t, srv, pods(t, [3]string{"prod", row.image, row.imageID}), "-format", "json")
				assert.Zero(t, code, stderr)
				all := records(t, stdout)
				require.Len(t, all, 1)
				assert.Equal(t, row.want, all[0].Status)
				if row.want != unknown {
					assert.Equal(t, cart, all[0].BuiltImage)
				}
			})
		}
	}
}

// One that cannot be looked for does not hide the others; a server that is
// away ends it.
func TestByDigestFails(t *testing.T) {
	t.Parallel()
	var lines [][3]string
	for i := range 20 {
		lines = append(lines, [3]string{"prod", fmt.Sprintf("mirror.example.com/hub/s%d:1", i), fmt.Sprintf("mirror.example.com/hub/s%d@%s", i, digestB)})
	}
	srv := zadigtest.NewServer(t, made())
	srv.Inject(zadigtest.Status(500, "").On(zadigtest.ListArtifacts).When(func(r *http.Request) bool { return strings.Contains(r.URL.Query().Get("name"), "s7") }))
	stdout, stderr, code := whatsrunning(t, srv, pods(t, lines...))
	assert.Equal(t, 1, code)
	assert.Contains(t, stdout, "1 failed, 19 unknown.")
	assert.Contains(t, stderr, "whatsrunning: mirror.example.com/hub/s7:1: Zadig failed with an internal error\n  artifact.FindByDigest: ")

	srv = zadigtest.NewServer(t, made())
	srv.Inject(zadigtest.ExpiredToken().On(zadigtest.ListArtifacts))
	stdout, stderr, code = whatsrunning(t, srv, pods(t, lines...), "-concurrency", "2")
	assert.Equal(t, 1, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "check ZADIG_TOKEN")
	assert.LessOrEqual(t, len(srv.RequestsTo(zadigtest.ListArtifacts)), 4, "the rest is not tried")
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	sound := [3]string{"prod", cart, "registry.example.com/shop/cart@" + digestA}
	off := [3]string{"prod", cart, "registry.example.com/shop/cart@" + digestB}

	_, stderr, code := whatsrunning(t, srv, pods(t, sound, off), "-exit-code")
	assert.Equal(t, 1, code)
	assert.Equal(t, "whatsrunning: images that drifted: 1 of 2\n", stderr)

	_, stderr, code = whatsrunning(t, srv, pods(t, sound, off))
	assert.Zero(t, code)
	assert.Empty(t, stderr)

	_, stderr, code = whatsrunning(t, srv, pods(t, sound), "-exit-code")
	assert.Zero(t, code)
	assert.Empty(t, stderr)
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	var lines [][3]string
	for i := range 12 {
		lines = append(lines, [3]string{"prod", fmt.Sprintf("registry.example.com/shop/cart:%d", i), ""})
	}
	for flag, want := range map[string]int64{"1": 1, "3": 3, "0": 8} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, made())
			var now, most atomic.Int64
			srv.Inject(zadigtest.Hook(func(*http.Request) {
				n := now.Add(1)
				for {
					before := most.Load()
					if before >= n || most.CompareAndSwap(before, n) {
						break
					}
				}
				time.Sleep(50 * time.Millisecond)
				now.Add(-1)
			}))
			_, stderr, code := whatsrunning(t, srv, pods(t, lines...), "-concurrency", flag)
			assert.Zero(t, code, stderr)
			assert.Equal(t, want, most.Load())
		})
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	pod := func(name, labels, owners string) string {
		return fmt.Sprintf(`{"kind":"Pod","metadata":{"name":%q,"namespace":"prod","labels":%s,"ownerReferences":%s},`+
			`"spec":{"initContainers":[{"name":"migrate","image":%q}],"containers":[{"name":"main","image":%q}]}}`, name, labels, owners, cart, cart)
	}
	const replicaSet = `[{"kind":"Node","name":"n"},{"kind":"ReplicaSet","name":"cart-6d8b7c9f4","controller":true}]`
	stdout, stderr, code := whatsrunning(t, srv, strings.Join([]string{
		pod("a", `{"pod-template-hash":"6d8b7c9f4"}`, replicaSet),
		pod("b", `{"pod-template-hash":"another"}`, replicaSet),
		pod("c", `null`, `[{"kind":"StatefulSet","name":"db","controller":true}]`),
		pod("d", `{}`, `null`),
	}, "\n"), "-format", "json")
	require.Zero(t, code, stderr)
	all := records(t, stdout)
	require.Len(t, all, 1)
	assert.Equal(t, 4, all[0].Pods)
	var want []place
	for _, p := range [][2]string{{"Deployment/cart", "a"}, {"ReplicaSet/cart-6d8b7c9f4", "b"}, {"StatefulSet/db", "c"}, {"", "d"}} {
		want = append(want, place{"prod", p[0], p[1], "migrate"}, place{"prod", p[0], p[1], "main"})
	}
	assert.Equal(t, want, all[0].Places)
}
