// Package zadig is a client for the delivery center (交付中心) of KodeRover
// Zadig. It reads which versions were released, with which images, and which
// commit, pull request and author each image comes from. It is read-only: it
// sends only GET requests.
//
// Start here:
//   - [NewClient] returns a client, [NewClientFromEnv] a client that is configured by
//     environment variables.
//   - The fields of [Client] read releases (package delivery), images (artifact),
//     workflow tasks (workflow) and environments (environment).
//   - [Error] and the sentinel errors classify failures, and [Explain] describes
//     them to people.
//   - [Client.Get] reads any other endpoint.
//
// The images of a project's releases, and the artifact of one image:
//
//	client, err := zadig.NewClient("https://zadig.example.com", zadig.WithToken(token))
//	if err != nil {
//		return err
//	}
//	for release, err := range client.Delivery.All(ctx, delivery.ListOptions{ProjectName: "shop"}) {
//		if err != nil {
//			return err
//		}
//		for _, image := range release.Images() {
//			fmt.Println(release.VersionInfo.Version, image.Service, image.Image)
//		}
//	}
//	artifact, err := client.Artifact.Trace(ctx, "registry.example.com/shop/cart:20240102-7-main")
//	if errors.Is(err, zadig.ErrNotFound) {
//		// Zadig did not build this image.
//	}
//
// Create one [Client] and share it: it is safe for concurrent use and keeps its
// connections. [Client.With] returns variants that share them.
//
// # Servers
//
// One client works with Zadig v1.7 and later; no version setting is needed. The
// documented release (up to v3.4) and the flat one (since v4.0) are both read into
// [delivery.Release]. Comments of fields and methods say which versions have them;
// docs/servers.md has a table, and says how each entry is known.
//
// # One page, or everything
//
// The server's lists are paged, although its documentation does not say so: by
// default a list has the newest 20 elements. delivery.Service.List and
// artifact.Service.List return one page. Their All methods return everything, each
// element once, as an iterator that streams. docs/paging.md lists their requests.
//
// # Errors
//
// A response that is a failure is returned as an *[Error], which matches exactly
// one sentinel error, such as [ErrNotFound], for errors.Is.
//
// The status alone does not say what failed: Zadig returns 500 for an unknown
// image, and 400 when its database is down. A request that gets no response
// (no connection, timeout, canceled context) returns an error that wraps the
// cause, such as context.DeadlineExceeded, and is not an Error. The SDK's own
// timeout is os.ErrDeadlineExceeded.
//
// [Explain] returns one plain sentence for any error: what it means and what to
// check.
//
// The comment of a method lists the errors that have a special meaning for it, in
// addition to these common ones.
//
// # Retries
//
// A request is sent at most three times ([WithRetry]): again when the connection
// fails or breaks off, and after 429, 502, 503 and 504. It is not retried
//
//   - after any other response, including 500, which Zadig returns for an unknown
//     image
//   - after a certificate error
//   - after 45 seconds without response headers
//   - after an error of the token source or rate limiter
//   - after a Retry-After of more than 60 seconds
//   - if the wait might not end before the context's deadline
//   - if the retry budget is used up: a client and its variants have a hundred
//     retries, and each success adds a fraction of a retry, so that retries do not
//     multiply the load of a gateway
//
// The call then returns the last failure. The wait before a retry is random, up to a
// limit of 200 ms that doubles with each attempt, to at most 5 s. A Retry-After
// replaces it.
//
// # Time and size
//
// The context bounds a call as a whole. The headers of each response must arrive
// within 45 seconds ([WithTimeout]). A body may stall for at most 30 seconds; one
// that keeps arriving is never cut off. The body of a failure must arrive within
// 30 seconds. [WithMaxResponseBytes] bounds the memory, by default to 64 MiB.
//
// # Secrets
//
// The token goes to the scheme, host and port of the base URL and nowhere else:
// redirects to another origin are not followed. Errors and logs mask the token and
// everything that looks like a credential. Decoding replaces credentials in
// responses, such as those of commits, with "[redacted]".
//
// # Tests
//
// Package zadigtest is a Zadig in memory, for tests of programs that use this
// package.
package zadig
