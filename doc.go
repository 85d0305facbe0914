// Package zadig is a client for the delivery center (交付中心) of KodeRover
// Zadig. It reads what was released, with which images, and which commit, pull
// request and author produced a running image. It is read-only: it sends only
// GET requests.
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
// One client serves Zadig v1.7 to v5.0; no version setting is needed. The
// flat release of v4.0 and later is read into the same [delivery.Release] as
// the documented one. Comments of fields and methods say which versions have
// them and how that is known; docs/servers.md has a table.
//
// # One page, or everything
//
// The server pages although its documentation does not say so: without more,
// a list is the newest 20. delivery.Service.List and artifact.Service.List
// return one page; their All methods return everything, each element once, as
// an iterator that streams.
//
// # Errors
//
// A response that is a failure is an *[Error] with all that the server said.
// It matches exactly one sentinel error, for errors.Is:
//
//	ErrBadRequest          the request is wrong; arguments are checked before anything is sent
//	ErrUnauthorized        no token, or one that is wrong or expired
//	ErrForbidden           the token's user may not read this
//	ErrNotFound            no such release, artifact or path
//	ErrLicense             the server has no valid license
//	ErrRateLimited         429
//	ErrServer              the server, or something behind it, is in trouble
//	ErrResponseTooLarge    more than the client reads
//	ErrUnexpectedResponse  a login page, a refused redirect, an object in place of a list
//
// The status alone does not say what failed: Zadig returns 500 for an unknown
// image, and 400 when its database is down. A request that gets no response
// (no connection, timeout, canceled context) returns an error that wraps the
// cause, such as context.DeadlineExceeded, and is not an Error.
//
// # Retries
//
// A request is sent at most three times ([WithRetry]). Connections that fail or
// break off are retried, and the responses 429, 502, 503 and 504. These are not:
//
//   - any other response, 500 included: Zadig returns it for an unknown image
//   - certificate errors
//   - a server that sends no headers within 45 seconds
//   - errors of a token source or rate limiter
//   - a Retry-After of more than 60 seconds
//   - a retry whose wait might not fit before the context's deadline
//   - a retry beyond the budget of the client and its variants: a hundred, of which
//     each success gives back a part, so that retries do not multiply the load of
//     a gateway that is overloaded
//
// Then the last response is returned. The wait is random, up to 200 ms, doubled
// with each attempt, 5 s at the most; Retry-After takes its place.
//
// # Time and size
//
// Contexts bound calls as a whole. The headers of each response must arrive
// within 45 seconds ([WithTimeout]). A body may stall for at most 30 s while
// somebody waits for it; one that keeps arriving is never cut off, except that of
// a failure, which has 30 s as a whole. Memory is bounded by
// [WithMaxResponseBytes], 64 MiB.
//
// # Secrets
//
// The token goes to the scheme, host and port of the base URL, redirects
// included, and nowhere else. Errors, logs and the printed forms of the SDK's
// types show neither it nor the credentials that servers send along with
// commits (type delivery.Secret).
//
// # Tests
//
// Package zadigtest is a Zadig in memory, for tests of programs that use this
// package.
package zadig
