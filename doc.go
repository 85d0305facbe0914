// Package zadig is a client for the delivery center (交付中心) of KodeRover Zadig. It lists
// the released versions and their images, and traces each image to the commit that it was
// built from, with its pull request and author. It is read-only: it sends only GET
// requests.
//
// Start here:
//   - Create a client with [NewClient] or, from environment variables, with
//     [NewClientFromEnv].
//   - Use the fields of [Client] to read releases (package delivery), images
//     (artifact), workflow tasks (workflow) and environments (environment).
//   - Test errors for [ErrNotFound] and the other sentinel errors, and call [Explain]
//     to describe an error to the user of a program.
//   - Call [Client.Get] for any other endpoint.
//
// This example prints the images of a project's releases, and then the commits that one
// image was built from:
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
//	image, err := client.Artifact.Trace(ctx, "registry.example.com/shop/cart:20240102-7-main")
//	if err != nil {
//		return err // errors.Is(err, zadig.ErrNotFound): Zadig did not build this image
//	}
//	for _, commit := range image.Commits() {
//		fmt.Println(commit.RepoName, commit.CommitID, commit.AuthorName)
//	}
//
// Create one [Client] and share it: it is safe for concurrent use and reuses its
// connections. [Client.With] returns a client with other options that shares these
// connections.
//
// # Servers
//
// One client works with every version of Zadig since v1.7; no version setting is needed.
// Zadig v4.0 replaced the JSON object of a release with another one, and the client
// decodes both into [delivery.Release].
//
// Version numbers in this documentation, such as v4.0, are versions of Zadig, and "up to
// v3.4" includes v3.4.1. Comments say which versions have a field or method. "From
// Zadig's source" marks what was read in the source of Zadig and not observed on a
// server. docs/servers.md has tables of the differences, and names the evidence for each
// entry.
//
// # One page, or everything
//
// Zadig returns lists in pages, although its documentation does not say so. Up to v3.4,
// for example, a request without parameters returns only the newest 20 releases. The List
// methods of [delivery.Service] and [artifact.Service] return one page. Their All
// methods return an iterator over the whole list, which yields each element once and
// requests pages as the loop needs them. docs/paging.md describes these requests.
//
// # Errors
//
// A failure response is returned as an *[Error]. With errors.Is, it matches exactly one
// sentinel error, such as [ErrNotFound]. The status alone does not say what failed:
// Zadig returns 500 for an unknown image, and 400 when its database is down.
//
// If a request gets no response (no connection, timeout, canceled context), the error is
// not an *Error and wraps the cause, such as context.DeadlineExceeded. If [WithTimeout]
// ended the request, the cause is os.ErrDeadlineExceeded.
//
// [Explain] returns one plain sentence for any error: what it means and what to check.
//
// All methods can return these common errors. The documentation of a method lists only
// the errors that have a special meaning for that method.
//
// # Retries
//
// The client sends a request at most three times, unless [WithRetry] changes that. It
// retries if the connection fails or breaks off, if the body cannot be decompressed, and
// after 408, 429, 502, 503 and 504. It does not retry
//
//   - after any other response, including 500, which Zadig returns for an unknown image
//   - after a certificate error
//   - after 45 seconds without response headers ([WithTimeout])
//   - after an error of the token source or the rate limiter
//   - after a Retry-After of more than 60 seconds
//   - if the wait might not end before the context's deadline
//   - if the retry budget is used up
//
// The call then returns the last failure. The retry budget keeps retries from
// multiplying the load on a gateway: a client and those that [Client.With] derives from
// it share a hundred retries, which successful requests gradually restore.
//
// The wait before a retry is random. Its upper limit is 200 ms at first and doubles
// with each attempt, up to 5 s. If the response has a Retry-After header, the client
// waits as long as the header says instead.
//
// # Time and size
//
// The context limits the time of a call as a whole. In addition, the headers of each
// response must arrive within 45 seconds ([WithTimeout] changes this limit), and a body
// may stall for at most 30 seconds. A long list that keeps arriving is never cut off,
// because the body of a success has no limit on its total time. The body of a failure
// must be complete within 30 seconds.
//
// [WithMaxResponseBytes] limits how much of a response is read into memory, by default to
// 64 MiB.
//
// # Secrets
//
// The client sends the token only to the scheme, host and port of the base URL; it does
// not follow redirects to another origin. Errors and log records mask the token and
// everything that looks like a credential. When a response is decoded, credentials in
// it, such as those of commits, are replaced with "[redacted]".
//
// # Tests
//
// Package zadigtest has an in-memory Zadig server, for tests of programs that use this
// package.
package zadig
