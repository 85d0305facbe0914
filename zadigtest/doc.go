// Package zadigtest is a Zadig server in memory: for the tests of services
// that use the SDK, and for programs that show something without a Zadig.
//
//	func TestReleaseNotes(t *testing.T) {
//		srv := zadigtest.NewServer(t)
//		notes := NewReleaseNotes(srv.Client())
//		…
//	}
//
// [NewServer] is closed with the test; [Start] is for programs and needs no
// testing package. A server listens on the loopback interface, so that all of
// the way is tested: the SDK, HTTP, JSON. Give your service the server's
// [Server.Client], or its URL if it makes a client of its own.
//
// # Data
//
// Without options a server holds the samples of the documentation: a release
// of project nginx2 and an artifact. [WithReleases] and [WithArtifacts] put
// others in their place, written in the SDK's own types; [Generate] makes any
// number that could be real:
//
//	srv := zadigtest.NewServer(t,
//		zadigtest.WithReleases(&delivery.Release{
//			VersionInfo: &delivery.VersionInfo{ID: "65e13f00aa00000000000001", ProductName: "shop", Version: "v1.2.0"},
//		}),
//		zadigtest.WithArtifacts(&artifact.Artifact{Type: "image", Image: "registry.example.com/shop/cart:1.2.0"}),
//	)
//	busy := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Generate(1, 500)))
//
// [Server.AddRelease], [Server.DeleteRelease], [Server.AddArtifact] and
// [Server.DeleteArtifact] change them while it runs. Releases are listed
// newest first, so CreatedAt decides their order.
//
// # Failures
//
// [Server.Inject] makes things go wrong, in one line each: a [Fault] says
// what, and its methods on which requests.
//
//	srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(2))
//	srv.Inject(zadigtest.Delay(time.Minute))
//	srv.Inject(zadigtest.CutAfter(1000).After(1))
//	srv.Inject(zadigtest.DatabaseDown())
//	srv.Down()
//
// What stands in front of Zadig: [Status], [HTML], [Garbage], [RateLimited],
// [ExpiredToken]. The network: [Delay], [Reset], [HangUp], [CutAfter],
// [SlowBody], and [Server.Down] for a server that is not there at all. Zadig
// itself, with the very answers of its versions: [DatabaseDown], [AslanDown],
// [NoPermission], [LicenseExpired], [CollaborationPending], [BrokenRecord].
// [Hook] calls your own code between a request and its answer.
//
// The SDK tries some of these again: a test that asks for one failure may see
// none. zadig.WithRetry with MaxAttempts 1 switches that off, with a small
// MaxWait it makes the test quick.
//
// # What was sent
//
// [Server.Requests] are the requests that arrived, with the token masked.
// [Server.ExpectRequests] and [Server.ExpectRequest] fail a test with a list
// of them:
//
//	srv.ExpectRequests(t, zadigtest.TraceArtifact, 1) // the second time it came from the cache
//	srv.ExpectRequest(t, zadigtest.ListReleases, "projectName", "shop")
//
// # Versions
//
// The version decides which members responses have, and how the server pages,
// counts, filters and fails. A server is the newest known version of Zadig,
// v5.0.0 today, unless [WithServerVersion] names another: name the one that you
// run. To run a test on all of them, range over [Versions].
// [Server.SetServerVersion] upgrades a running server with its data.
//
// The documentation describes v1.11.0. Since v4.0.0 a release is another
// object, with Services and without builds, deploys and tests, and since v4.2.0
// lists leave the services out; package delivery says how to read both.
//
// All requests that were recorded on real servers of v1.11.0 and v5.0.0, and
// for the OpenAPI on v2.3.1, v3.4.1, v4.0.0 and v5.0.0, to the endpoints that a
// Server has, get the recorded responses, to the last byte. For the other
// versions, members are those that each was seen to send or sends by its
// source; errors and paging are tested against notes made on v1.7.1, v1.14.0,
// v1.18.0, v2.3.1, v3.4.1 and v4.0.0.
//
// # Differences from a real server
//
//   - It only reads: any method but GET is 405 on a known path.
//   - It has the endpoints listed with [Endpoint] and no others.
//   - It knows no users: [WithToken] says who is signed in, and [NoPermission]
//     refuses to read.
//   - A fault strikes at once. A Zadig whose database is down responds after 30
//     seconds: add a [Delay].
//   - The description of an error is never that of another request.
//   - An upgrade to v4.0.0 keeps ids and all releases. A real one gives every
//     release a new id and drops those made by workflows.
//   - It accepts releases that share a second, or a version in one project, on
//     every version; see [WithReleases].
//   - Workflow tasks are made up of what releases and artifacts say of them.
//   - It stores nothing that an SDK type cannot hold.
package zadigtest
