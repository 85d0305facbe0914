// Package zadig is a client for the delivery center (交付中心) of KodeRover
// Zadig. It reads which versions were released, with which images, and which
// commit, pull request and author produced a running image. It is read-only: it
// sends only GET requests.
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
// Make one [Client] and share it: it is safe for concurrent use and keeps its
// connections. [Client.With] makes variants that share them.
//
// # Servers
//
// One client works with Zadig v1.7 to v5.0; no version setting is needed. The
// documented release (up to v3.4) and the flat one (since v4.0) are both read into
// [delivery.Release]. Comments of fields and methods say which versions have them
// and how that is known; docs/servers.md has a table.
//
// # One page, or everything
//
// The server's lists are paged, although its documentation does not say so: by
// default a list has the newest 20. delivery.Service.List and
// artifact.Service.List return one page. Their All methods return everything,
// each element once, as an iterator that streams.
//
// # Errors
//
// A response that is a failure is returned as an *[Error], which matches exactly
// one sentinel error, for errors.Is:
//
//	ErrBadRequest          the request is wrong; arguments are checked before anything is sent
//	ErrUnauthorized        no token, or one that is wrong or expired
//	ErrForbidden           the token's user may not read this
//	ErrNotFound            no such release, artifact or path
//	ErrLicense             the server has no valid license
//	ErrRateLimited         429
//	ErrServer              the server, or a service that it depends on, is in trouble
//	ErrResponseTooLarge    more than the client reads
//	ErrUnexpectedResponse  a login page, a refused redirect, an object instead of a list
//	ErrUnsupported         this version of Zadig does not have what was requested
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
// Comments of methods list the errors that have a special meaning there. All
// methods may return the others.
//
// # Retries
//
// A request is sent at most three times ([WithRetry]). It is retried when the
// connection fails or breaks off, and after 429, 502, 503 and 504. It is not
// retried after
//
//   - any other response, including 500, which Zadig returns for an unknown image
//   - a certificate error
//   - 45 seconds without response headers
//   - an error of the token source or rate limiter
//   - a Retry-After of more than 60 seconds
//
// A request is also not retried if the wait might not end before the context's
// deadline, or if the retry budget is used up: a hundred retries for a client and
// its variants, of which each success gives back a part, so that retries do not
// multiply the load of an overloaded gateway.
//
// The last response or error is then returned. The wait before a retry is random,
// up to 200 ms, doubled with each attempt, 5 s at most. Retry-After takes its
// place.
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
// redirects to another origin are not followed. Errors and logs mask it, and
// everything that looks like a credential. The credentials that servers send along with
// commits are replaced by "[redacted]" when a response is decoded.
//
// # Tests
//
// Package zadigtest runs a Zadig in memory, for tests of programs that use this
// package.
package zadig
