package zadig_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// startExample starts an in-memory Zadig with the data of zadigtest.Shop. Your
// program connects to a real Zadig instead.
func startExample() *zadigtest.Server {
	srv, err := zadigtest.Start(zadigtest.WithToken("the-token"))
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

func ExampleNewClient() {
	srv := startExample()
	defer srv.Close()

	client, err := zadig.NewClient(srv.URL,
		zadig.WithToken("the-token"),
		zadig.WithTimeout(10*time.Second),
		zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 5}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for release, err := range client.Delivery.All(context.Background(), delivery.ListOptions{ProjectName: "shop"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(release.VersionInfo.Version, release.VersionInfo.WorkflowName)
	}
	// Output:
	// v1.3.0 zadig-delivery-shop
	// v1.2.0 zadig-delivery-shop
}

// The users of this program configure it with ZADIG_URL, ZADIG_TOKEN and
// ZADIG_CA_FILE.
func ExampleNewClientFromEnv() {
	srv := startExample()
	defer srv.Close()
	os.Setenv("ZADIG_URL", srv.URL) // export ZADIG_URL=… ZADIG_TOKEN=…
	os.Setenv("ZADIG_TOKEN", "the-token")
	defer os.Unsetenv("ZADIG_URL")
	defer os.Unsetenv("ZADIG_TOKEN")

	client, err := zadig.NewClientFromEnv(zadig.WithHeader("User-Agent", "release-board/1.0"))
	if err != nil {
		fmt.Println(err) // such as: ZADIG_URL is not set
		return
	}
	release, err := client.Delivery.Latest(context.Background(), delivery.ListOptions{ProjectName: "shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(release.VersionInfo.Version)
	// Output: v1.3.0
}

func ExampleNewClient_badInput() {
	_, err := zadig.NewClient("zadig.example.com")
	fmt.Println(err)
	// Output: zadig: the base URL must begin with http:// or https:// and a host
}

func ExampleClient_With() {
	srv := startExample()
	defer srv.Close()

	client := srv.Client()
	once, err := client.With(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})) // shares the connections
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := once.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err)
	// Output: 2 <nil>
}

func ExampleClient_Get() {
	srv := startExample()
	defer srv.Close()

	var labels []string
	query := url.Values{"projectName": {"shop"}}
	err := srv.Client().Get(context.Background(), "/api/aslan/delivery/releases/labels", query, &labels)
	fmt.Println(labels, err)
	// Output: [stable] <nil>
}

func ExampleError() {
	srv := startExample()
	defer srv.Close()

	client, err := zadig.NewClient(srv.URL, zadig.WithToken("expired-token"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Artifact.Trace(context.Background(), "shop/cart:1")
	var failed *zadig.Error
	switch {
	case errors.Is(err, zadig.ErrNotFound):
		fmt.Println("Zadig did not build it")
	case errors.Is(err, zadig.ErrUnauthorized):
		fmt.Println("a new token is needed:", err)
	case errors.As(err, &failed):
		fmt.Println("status", failed.StatusCode)
	default:
		fmt.Println("no response:", err)
	}
	// Output: a new token is needed: GET /api/aslan/delivery/artifacts/image?image=shop%2Fcart%3A1: 401: unauthorized: empty body
}

// A program prints the sentence first, and the error with its details on the next
// line.
func ExampleExplain() {
	srv := startExample()
	defer srv.Close()

	client, err := zadig.NewClient(srv.URL, zadig.WithToken("expired-token"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Delivery.List(context.Background(), delivery.ListOptions{})
	if sentence := zadig.Explain(err); sentence != "" {
		fmt.Println(sentence)
	}
	fmt.Println(err)
	// Output:
	// Zadig does not accept the API token (ZADIG_TOKEN): check it in Zadig's user settings; since v4.3.0 an administrator must enable it
	// GET /api/aslan/delivery/releases?page=1&per_page=20: 401: unauthorized: empty body
}

// The SDK sends its requests through an HTTP client that the program already has, and
// does not change it.
func ExampleWithHTTPClient() {
	srv := startExample()
	defer srv.Close()

	shared := &http.Client{Transport: http.DefaultTransport} // no Timeout: it would cut long lists
	client, err := zadig.NewClient(srv.URL, zadig.WithToken("the-token"), zadig.WithHTTPClient(shared))
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err)
	shared.CloseIdleConnections()
	// Output: 2 <nil>
}

// A test without a network: pass the MockTransport of [httpmock] to the client.
// httpmock.Activate has no effect on the client: it replaces http.DefaultTransport,
// which the client does not use.
//
// [httpmock]: https://pkg.go.dev/github.com/jarcoal/httpmock
func ExampleWithTransport() {
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder(http.MethodGet, "https://zadig.example.com/api/directory/dc/artifact",
		httpmock.NewStringResponder(200, `{"image": "registry.example.com/shop/cart:1.2.0", "created_by": "alice"}`))

	client, err := zadig.NewClient("https://zadig.example.com", zadig.WithTransport(mock))
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := client.Artifact.Trace(context.Background(), "registry.example.com/shop/cart:1.2.0", artifact.OneRequest())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.CreatedBy)
	// Output: alice
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The middleware sees every attempt, including retries.
func ExampleWithMiddleware() {
	srv := startExample()
	defer srv.Close()
	srv.Inject(zadigtest.Status(http.StatusServiceUnavailable, "").Times(1))

	watch := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err == nil {
				fmt.Println(r.URL.Path, resp.StatusCode)
			}
			return resp, err
		})
	}
	client := srv.Client(zadig.WithMiddleware(watch), zadig.WithRetry(zadig.RetryPolicy{MaxWait: time.Millisecond}))
	_, err := client.Delivery.List(context.Background(), delivery.ListOptions{SkipDetails: true})
	fmt.Println(err)
	// Output:
	// /api/aslan/delivery/releases 503
	// /api/aslan/delivery/releases 200
	// <nil>
}

// At level Info, the log has only attempts that failed.
func ExampleWithLogger() {
	srv := startExample()
	defer srv.Close()
	srv.Inject(zadigtest.Status(http.StatusServiceUnavailable, "").Times(1))

	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.LevelKey, "attempt", "status":
				return a
			}
			return slog.Attr{} // the other attributes differ from run to run
		},
	}))
	client := srv.Client(zadig.WithLogger(logger), zadig.WithRetry(zadig.RetryPolicy{MaxWait: time.Millisecond}))
	_, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(err)
	// Output:
	// level=WARN attempt=1 status=503
	// <nil>
}

// The token is read from a file that another program renews, such as a mounted
// secret.
func ExampleWithTokenSource() {
	srv := startExample()
	defer srv.Close()
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "token")
	if err := os.WriteFile(file, []byte("the-token\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	client, err := zadig.NewClient(srv.URL, zadig.WithTokenSource(func(context.Context) (string, error) {
		content, err := os.ReadFile(file)
		return strings.TrimSpace(string(content)), err
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err)
	// Output: 2 <nil>
}

// ticks is a rate limiter that allows one attempt per tick.
type ticks struct{ *time.Ticker }

func (t ticks) Wait(ctx context.Context) error {
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Any type with a method Wait(context.Context) error can be the rate limiter. The one of
// golang.org/x/time/rate is rate.NewLimiter(rate.Every(100*time.Millisecond), 5).
func ExampleWithRateLimiter() {
	srv := startExample()
	defer srv.Close()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()

	client := srv.Client(zadig.WithRateLimiter(ticks{ticker}))
	start := time.Now()
	for range 3 {
		if _, err := client.Delivery.Latest(context.Background(), delivery.ListOptions{SkipDetails: true}); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(time.Since(start) >= 40*time.Millisecond)
	// Output: true
}

// The client's timeout and the caller's deadline return different errors.
func ExampleWithTimeout() {
	srv := startExample()
	defer srv.Close()
	srv.Inject(zadigtest.Delay(time.Minute))

	client := srv.Client(zadig.WithTimeout(50 * time.Millisecond)) // for the headers of each attempt
	_, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded))

	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond) // for the whole call
	defer cancel()
	_, err = srv.Client().Delivery.List(ctx, delivery.ListOptions{})
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded))
	// Output:
	// true false
	// false true
}
