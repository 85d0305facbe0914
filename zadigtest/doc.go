// Package zadigtest provides an in-memory Zadig server for the tests of services
// that use the SDK, and for programs that run without a Zadig server.
//
// Start here:
//   - [NewServer] starts a server for a test, [Start] one for a program.
//     [Server.Client] returns a client for it.
//   - [WithReleases], [WithArtifacts], [WithEnvironments], [WithTasks] and [Generate]
//     provide its data.
//   - [WithServerVersion] selects the version of Zadig. [Versions] lists them.
//   - [Server.Inject] makes requests fail, with a [Fault] such as [DatabaseDown].
//   - [Server.ExpectRequest] and [Server.ExpectRequests] check the requests that were sent.
//
// A test of a service begins like this:
//
//	func TestReleaseNotes(t *testing.T) {
//		srv := zadigtest.NewServer(t)
//		notes := NewReleaseNotes(srv.Client())
//		…
//	}
//
// The server listens on the loopback interface, so the test also covers the SDK, HTTP and
// JSON. Pass your service a client from [Server.Client] or, if it makes its own client,
// the server's URL. NewServer closes the server when the test ends. The package does not
// import testing.
//
// # Data
//
// By default a server has the data of [Shop]: three releases of a small shop, the
// artifacts of their images, the environments in which the images run, and the task that
// was approved for production. [WithReleases] and [WithArtifacts] replace it with your
// own data. [Generate] returns any number of realistic releases:
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
// [Server.DeleteArtifact] change the data of a running server. Releases are listed newest
// first, by CreatedAt. Like a real server, it does not list artifacts of Type "image"
// without ImageSize, but finds them by image and by id.
//
// [WithEnvironments], [WithDeployments] and [WithTasks] add environments, the history of
// their services, and workflow tasks. [ApprovalJob] and [DeployJob] make jobs for a task.
// [Server.SetEnvironment] and [Server.SetTask] change environments and tasks, for example
// when the code under test waits for a task to progress.
//
// # Failures
//
// [Server.Inject] makes requests fail. A [Fault] defines how they fail, and its methods
// select the requests:
//
//	srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(2))
//	srv.Inject(zadigtest.Delay(time.Minute))
//	srv.Inject(zadigtest.CutAfter(1000).After(1))
//	srv.Inject(zadigtest.DatabaseDown())
//	srv.Down()
//
// There are four classes of faults:
//   - the network: [Delay], [Reset], [HangUp], [CutAfter] and [SlowBody], and
//     [Server.Down] for a server that cannot be reached;
//   - a proxy or gateway in front of Zadig: [Status], [HTML], [Garbage],
//     [RateLimited] and [GatewayNotFound];
//   - the user's rights: [ExpiredToken], [NoPermission], [SystemViewer],
//     [ProjectMember], [LicenseExpired] and [CollaborationPending];
//   - Zadig itself: [DatabaseDown], [AslanDown], [RecordNotFound], [BrokenRecord]
//     and [ClusterDown].
//
// [Hook] is not a failure: it calls a function of the test before the response.
//
// The SDK retries after some of these failures, so the code under test may get no error.
// zadig.WithRetry with MaxAttempts 1 turns retries off; a small MaxWait makes them quick.
//
// # What was sent
//
// [Server.Requests] returns the requests that arrived, with tokens masked.
// [Server.ExpectRequests] and [Server.ExpectRequest] fail the test unless the requests
// are as expected, and then list the requests received:
//
//	srv.ExpectRequests(t, zadigtest.FindArtifact, 1) // the second call was served from the cache
//	srv.ExpectRequest(t, zadigtest.ListReleases, "projectName", "shop")
//
// # Versions
//
// The version of the server determines which members responses have, and how the server
// pages, counts, filters and fails. The default is the newest version that this package
// knows; select the version that you run with [WithServerVersion]. [Versions] lists the
// versions that differ for users of the SDK, and any other version behaves as the nearest
// of these. To test with all of them, range over Versions. [Server.SetServerVersion]
// upgrades a running server.
//
// Zadig's documentation describes v1.11.0. Since v4.0.0 a release has another
// shape, with Services and without builds, deploys and tests, and there are no
// releases made by workflows. Since v4.2 lists leave the services out. Package
// delivery describes how to read both shapes.
//
// Tests compare the server with real servers: for the requests recorded in testdata/wire,
// it sends the same status and, if the status is 200, the same JSON values. For versions
// without recordings, the members come from Zadig's source, and errors and paging are
// those that were observed.
//
// # Differences from a real server
//
//   - It is read-only: any method other than GET gets status 405 on a known path.
//   - It has only the endpoints listed with [Endpoint].
//   - It has no users or roles. With [WithToken] it accepts one token, and faults such as
//     [NoPermission] limit what the token's user may read.
//   - Faults take effect immediately. A real server whose database is down responds only
//     after 30 seconds; for that, add a [Delay].
//   - An upgrade to v4.0.0 keeps the ids of releases and the references of pushed images.
//     A real upgrade gives every release a new id, and replaces the references of pushed
//     images with those in the environment.
//   - It accepts two releases with the same CreatedAt, or with the same version
//     in one project, on every version of Zadig; see [WithReleases].
//   - If a workflow task was not added, it derives the task from the releases and
//     artifacts that name it.
//   - It stores only the members that the types of the SDK have.
package zadigtest
