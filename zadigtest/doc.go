// Package zadigtest provides an in-memory Zadig server for the tests of services
// that use the SDK, and for programs that run without a Zadig server.
//
// Start here:
//   - [NewServer] starts a server for a test, and [Start] starts one for a program.
//     [Server.Client] returns a client for the server.
//   - [WithReleases], [WithArtifacts], [WithEnvironments], [WithTasks] and [Generate]
//     provide its data.
//   - [WithServerVersion] selects the version of Zadig that the server behaves as.
//     [Versions] lists the choices.
//   - [Server.Inject] makes requests fail, with a [Fault] such as [DatabaseDown].
//   - [Server.ExpectRequest] and [Server.ExpectRequests] check which requests were sent.
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
// was approved for production. A server that is given data of any kind has only that data.
// [Generate] returns any number of realistic releases:
//
//	srv := zadigtest.NewServer(t,
//		zadigtest.WithReleases(&delivery.Release{
//			VersionInfo: &delivery.VersionInfo{ID: "65e13f00aa00000000000001", ProductName: "shop", Version: "v1.2.0"},
//		}),
//		zadigtest.WithArtifacts(&artifact.Artifact{Type: "image", Image: "registry.example.com/shop/cart:1.2.0"}),
//	)
//	busy := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Generate(1, 500)))
//
// [Server.AddRelease], [Server.SetRelease], [Server.DeleteRelease], [Server.AddArtifact]
// and [Server.DeleteArtifact] change the data of a running server. The server lists
// releases newest first, by CreatedAt. As on a real server, artifacts of Type "image"
// without ImageSize are not listed, but can be found by image and by id. Servers of
// v4.0.0 and later have no releases that workflows made, so such a server, the default one
// included, has only two of the three releases of Shop. [Data.ReleasesOn] returns the
// releases that a server of a given version of Zadig has.
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
//     [ProjectMember] and [LicenseExpired];
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
// [Server.ExpectRequests] and [Server.ExpectRequest] fail the test if the requests are
// not as expected. The message of the failure lists the requests received:
//
//	srv.ExpectRequests(t, zadigtest.FindArtifact, 1) // the second call was served from the cache
//	srv.ExpectRequest(t, zadigtest.ListReleases, "projectName", "shop")
//
// # Versions
//
// The version of the server determines which fields responses have, and how the server
// pages, counts, filters and fails. [Versions] lists the versions to choose from, one for
// each group of versions of Zadig that look the same through the SDK. [WithServerVersion]
// accepts any other version, too, and the server then behaves as the listed version of
// the same group. The default is the newest version that this package knows; select the
// version that you run instead. To test with all of them, range over Versions.
// [Server.SetServerVersion] upgrades a running server.
//
// Zadig's documentation describes the releases of v1.11.0. In Zadig v4.0.0 and later,
// releases have a different shape: they have Services, but no builds, deploys and tests.
// Workflows no longer make releases. In v4.2.0 and later, lists also leave out the
// services. Package delivery describes how to read both shapes.
//
// The tests of this package compare the server with real servers. For the requests
// recorded in testdata/wire, it sends the same status and, if the status is 200, the same
// JSON values. For versions without recordings, the fields come from Zadig's source, and
// errors and paging were observed by running the handlers of the real server.
//
// # Differences from a real server
//
//   - It is read-only: any method other than GET gets status 405 on a known path.
//   - It has only the endpoints listed under [Endpoint].
//   - It has no users or roles. With [WithToken] it accepts one token, and faults such as
//     [NoPermission] limit what the token's user may read.
//   - Faults take effect immediately. A real server whose database is down responds only
//     after 30 seconds. To simulate that, add a [Delay].
//   - An upgrade to v4.0.0 keeps the ids of releases and the references of pushed images.
//     A real upgrade gives every release a new id, and replaces the reference to which an
//     image was pushed with the one that the image had in the environment.
//   - It accepts two releases with the same CreatedAt, or with the same version
//     in one project, on every version of Zadig; see [WithReleases].
//   - It accepts a test environment and a production environment of the same name.
//   - It derives each workflow task that was not added from the releases and artifacts
//     that refer to it.
//   - It stores only the fields that the types of the SDK have.
package zadigtest
