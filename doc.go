// Package zadig is a client of the delivery center (交付中心) of KodeRover
// Zadig. It answers what was released, with which images, and which commit,
// pull request and author stand behind an image that runs. It reads and never
// writes: all requests are GET.
//
//	client, err := zadig.NewClient("https://zadig.example.com", zadig.WithToken(token))
//	if err != nil {
//		return err
//	}
//	everything := delivery.ListOptions{ProjectName: "shop", Verbosity: delivery.VerbosityDetailed}
//	for release, err := range client.Delivery.All(ctx, everything) {
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
// One client serves Zadig v1.7 to v5.0; nobody has to say which it is. The
// flat release of v4.0 and later is read into the same [delivery.Release] as
// the documented one. Comments of fields and methods say which versions have
// them and how that is known. The README has a table.
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
// An answer that is a failure is an *[Error] with all that the server said.
// What it means is told by exactly one sentinel, for errors.Is:
//
//	ErrBadRequest          the request is wrong; arguments are checked before anything is sent
//	ErrUnauthorized        no token, or one that is wrong or expired
//	ErrForbidden           the token's user may not read this
//	ErrNotFound            no such release, artifact or path
//	ErrLicense             the server has no valid licence
//	ErrRateLimited         429
//	ErrServer              the server, or something behind it, is in trouble
//	ErrResponseTooLarge    more than the client reads
//	ErrUnexpectedResponse  a login page, a refused redirect, an object where a list is due
//
// The status alone does not tell: Zadig answers 500 for an image that it does
// not know, and 400 when its database is down. A failure without any answer
// (no connection, time-out, cancelled context) is no Error; it wraps the
// cause, as context.DeadlineExceeded.
//
// # Retries
//
// A request is sent at most three times ([WithRetry]). Sent again are
// connections that fail or break off, and the answers 429, 502, 503 and 504.
// Not sent again are every other answer, also 500; certificate errors; a
// server that sends no headers within 45 seconds; errors of a token source or
// rate limiter; and what would not fit before the context's deadline: then
// the answer in hand is returned. The wait is random, up to 200 ms, doubled
// each time, 5 s at the most; Retry-After counts instead, and above 60 s
// nothing is waited for.
//
// # Time and size
//
// Contexts bound calls as a whole. Besides, the headers of an answer must
// come within 45 seconds ([WithTimeout]), and a body may stand still for 30
// while it is waited for; a body that moves may take as long as it likes. What
// is read into memory is bounded at 64 MiB ([WithMaxResponseBytes]).
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
