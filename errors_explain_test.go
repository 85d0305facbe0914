package zadig_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
	"github.com/zadig-go/zadig/zadigtest"
)

// Seen on v5.0.0, when aslan waits for its database.
var picketAlone = image(`Get "http://aslan:25000/": context deadline exceeded`)

// Each row has a failing server, the call that meets the failure, and the sentence.
func TestExplainResponses(t *testing.T) {
	t.Parallel()
	list := func(t *testing.T, client *zadig.Client) error {
		_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
		return err
	}
	page2 := func(t *testing.T, client *zadig.Client) error {
		_, err := client.Delivery.List(t.Context(), delivery.ListOptions{Page: 2})
		return err
	}
	trace := func(t *testing.T, client *zadig.Client) error {
		_, err := client.Artifact.Trace(t.Context(), "registry.example.com/not/ours:1")
		return err
	}
	data := zadigtest.Generate(1, 5)
	traceMade := func(t *testing.T, client *zadig.Client) error {
		_, err := client.Artifact.Trace(t.Context(), data.Artifacts[0].Image)
		return err
	}
	get := func(t *testing.T, client *zadig.Client) error {
		_, err := client.Delivery.Get(t.Context(), "000000000000000000000001", delivery.GetOptions{ProjectName: "shop"})
		return err
	}
	const (
		page = "Zadig's address returned a web page instead of data, such as the login page of a gateway: " +
			"check ZADIG_URL, and the gateway in front of Zadig"
		notFound = "Zadig has no record of this"
		limited  = "Zadig does not let the token's user read this, or it is overloaded: with a limit of 1,024 open files it refuses " +
			"every request after about 500 releases read by id in 90 seconds; read fewer with WithRateLimiter, or none with SkipDetails"
		truncated = "the connection to Zadig broke in the middle of a response"
	)
	for name, row := range map[string]struct {
		fault *zadigtest.Fault
		call  func(*testing.T, *zadig.Client) error
		want  string
	}{
		"image not found":   {nil, trace, notFound},
		"release not found": {nil, get, notFound},
		"401": {new(zadigtest.ExpiredToken()), list,
			"Zadig does not accept the API token (ZADIG_TOKEN): check it in Zadig's user settings; since v4.3.0 an administrator must enable it"},
		"403": {new(zadigtest.NoPermission()), list, "Zadig does not let the token's user read this"},
		"403 without a second factor": {new(zadigtest.Status(403, `{"reason":"mfa_verification_required"}`)), page2,
			"Zadig requires multi-factor authentication: the token's user must set it up, and then create a new API token"},
		"403 behind picket":   {new(zadigtest.NoPermission()), trace, "Zadig does not let the token's user read this"},
		"403 by id":           {new(zadigtest.NoPermission()), get, limited},
		"403 on a later page": {new(zadigtest.NoPermission()), page2, limited},
		"license":             {new(zadigtest.LicenseExpired()), list, "this Zadig has no valid license"},
		"429": {new(zadigtest.RateLimited(time.Second)), list,
			"Zadig, or a gateway in front of it, received too many requests and asks clients to wait"},
		"408":             {new(zadigtest.Status(408, "")), list, "Zadig is not available at the moment: the gateway in front of it reports 408"},
		"502 with a page": {new(zadigtest.HTML(502)), list, "Zadig is not available at the moment: the gateway in front of it reports 502"},
		"database, list":  {new(zadigtest.DatabaseDown()), list, "Zadig cannot read its database"},
		"database, by id": {new(zadigtest.DatabaseDown()), get, "Zadig cannot read its database"},
		"picket alone": {new(zadigtest.Status(500, picketAlone)), trace,
			"an internal service of Zadig is unreachable: the service or its database is down"},
		"panic":              {new(zadigtest.Status(500, "")), list, "Zadig failed with an internal error"},
		"login page":         {new(zadigtest.HTML(200)), list, page},
		"page of a firewall": {new(zadigtest.HTML(403)), list, page},
		"404 of a gateway": {new(zadigtest.Status(404, "default backend - 404")), list,
			"the server at this address does not have a path that every version of Zadig has: check ZADIG_URL, and the gateway in front of Zadig"},
		"not JSON": {new(zadigtest.Garbage()), list, "the response is not one that Zadig is known to send"},
		"redirect": {new(zadigtest.HTML(302).WithHeader("Location", "https://new.example.com/")), list,
			"Zadig's address redirects to another address: check ZADIG_URL, and the gateway in front of Zadig"},
		"407":              {new(zadigtest.HTML(407)), list, "the proxy requires a user name and a password: check HTTPS_PROXY and NO_PROXY"},
		"no such endpoint": {new(zadigtest.Status(404, "Invalid path: /x")), trace, "this version of Zadig does not support the request"},
		"400":              {new(zadigtest.Status(400, "")), list, "Zadig refused the request"},
		"closed": {new(zadigtest.HangUp()), list,
			"Zadig closed the connection without a response, as it may while its database is down"},
		"cut, and buffered":    {new(zadigtest.CutAfter(20)), traceMade, truncated},
		"cut, and read by All": {new(zadigtest.CutAfter(20)), walk, truncated},
	} {
		for _, version := range []string{"v1.11.0", "v5.0.0"} {
			t.Run(name+" "+version, func(t *testing.T) {
				t.Parallel()
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithToken("a-token"), zadigtest.WithData(data))
				if row.fault != nil {
					srv.Inject(*row.fault)
				}
				err := row.call(t, srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})))
				require.Error(t, err)
				assert.Equal(t, row.want, zadig.Explain(err), "of %v", err)
				assert.Equal(t, row.want, zadig.Explain(fmt.Errorf("in a program: %w", err)))
			})
		}
	}
}

// walk ranges over all releases to the first error.
func walk(t *testing.T, client *zadig.Client) error {
	for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// Each row has a client whose requests get no response.
func TestExplainNoResponse(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := servertest.New(t, servertest.JSON(`[]`))
	proxy := httptest.NewServer(servertest.Status(407, ""))
	t.Cleanup(proxy.Close)
	secure := httptest.NewUnstartedServer(servertest.JSON(`[]`))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // its clients refuse it
	secure.StartTLS()
	t.Cleanup(secure.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(secure.Certificate())
	dialing := func(address string, err error) zadig.Option {
		return zadig.WithTransport(&http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				if err != nil {
					return nil, err
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			},
		})
	}
	fails := func(err error) zadig.Option { return dialing("", &net.OpError{Op: "dial", Err: err}) }
	withTLS := func(at time.Time, roots *x509.CertPool) zadig.Option {
		return zadig.WithTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Time: func() time.Time { return at }})
	}
	plainHost := strings.TrimSuffix(strings.TrimPrefix(plain.URL, "http://"), servertest.BasePath)
	closedHost, secureHost := strings.TrimPrefix(closed.URL, "http://"), strings.TrimPrefix(secure.URL, "https://")
	for name, row := range map[string]struct {
		base   string
		option zadig.Option
		want   string
	}{
		"refused": {closed.URL, clienttest.FastRetry(), "Zadig cannot be reached: nothing listens at " + closedHost + "; check ZADIG_URL"},
		"no such host": {"http://zadig.example.com", fails(&net.DNSError{Err: "no such host", Name: "zadig.example.com", IsNotFound: true}),
			"there is no host named zadig.example.com: check ZADIG_URL"},
		"name server away": {"http://zadig.example.com", fails(&net.DNSError{Err: "i/o timeout", Name: "zadig.example.com", IsTimeout: true}),
			"the host name zadig.example.com could not be looked up: check the name server (DNS)"},
		"no route": {"http://zadig.example.com:8080", fails(syscall.EHOSTUNREACH), "Zadig cannot be reached at zadig.example.com:8080"},
		"proxy away": {secure.URL, zadig.WithProxy(func(*http.Request) (*url.URL, error) { return url.Parse(closed.URL) }),
			"the proxy cannot be reached: check HTTPS_PROXY and NO_PROXY"},
		"proxy that refuses": {secure.URL, zadig.WithProxy(func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }),
			"the proxy does not connect to Zadig: check HTTPS_PROXY and NO_PROXY"},
		"unknown authority": {secure.URL, withTLS(time.Now(), x509.NewCertPool()),
			"the server's certificate is not signed by an authority that is trusted here: set ZADIG_CA_FILE to a PEM file with that authority"},
		"another host": {"https://zadig.invalid", dialing(secureHost, nil),
			"the server's certificate is for another host than zadig.invalid: check ZADIG_URL"},
		"expired": {secure.URL, withTLS(secure.Certificate().NotAfter.Add(time.Hour), trusted),
			"the server's certificate has expired, or the clock of this machine is wrong"},
		"http behind https": {strings.Replace(plain.URL, "http:", "https:", 1), clienttest.FastRetry(),
			"the server does not speak https: check whether ZADIG_URL has to begin with http://"},
		"token source": {plain.URL, zadig.WithTokenSource(func(context.Context) (string, error) {
			return "", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}), "the program could not get an API token to send"},
		"middleware": {plain.URL, zadig.WithMiddleware(clienttest.Middleware(func(*http.Request, http.RoundTripper) (*http.Response, error) {
			return nil, syscall.ENOSPC
		})), "the request to " + plainHost + " could not be sent, or its response could not be read"},
		"rate limiter": {plain.URL,
			zadig.WithRateLimiter(limitFunc(func(context.Context) error { return errors.New("would exceed context deadline") })),
			"the program's rate limiter refused the request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clienttest.New(t, row.base, row.option, zadig.WithTimeout(2*time.Second), zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
			t.Cleanup(client.CloseIdleConnections)
			_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
			require.Error(t, err)
			assert.Equal(t, row.want, zadig.Explain(err), "of %v", err)
		})
	}
}

func TestExplainTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		client := clienttest.New(t, "http://zadig.example.com", zadig.WithTransport(silent), zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
		_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
		require.Error(t, err)
		assert.Equal(t, "Zadig cannot be reached in time at zadig.example.com", zadig.Explain(err), "of %v", err)
	})
}

func TestExplainOthers(t *testing.T) {
	t.Parallel()
	client := clienttest.New(t, "https://zadig.example.com")
	_, refused := client.Delivery.List(t.Context(), delivery.ListOptions{Page: -1})
	_, option := zadig.NewClient("https://zadig.example.com", zadig.WithToken(""))
	_, base := zadig.NewClient("zadig.example.com")
	for name, row := range map[string]struct {
		err  error
		want string
	}{
		"nil":      {nil, ""},
		"canceled": {fmt.Errorf("GET /: %w", context.Canceled), "the request was canceled"},
		"deadline": {fmt.Errorf("a wait: %w", context.DeadlineExceeded), "the time limit was exceeded"},
		"argument": {refused, "an argument is wrong, so no request was sent: Page: must not be negative (got -1)"},
		"option":   {option, "the program's client is not configured correctly: WithToken: the token is empty"},
		"base URL": {base,
			`the program's client is not configured correctly: the base URL must begin with http:// or https:// and a host`},
		"sentinel, no Error": {fmt.Errorf("release %q: %w", "v1", zadig.ErrNotFound), "Zadig has no record of this"},
		"unsupported":        {zadig.ErrUnsupported, "this version of Zadig does not support the request"},
		"deadline in a page": {&response.TruncatedError{Err: context.DeadlineExceeded}, "the time limit was exceeded"},
		"stalled":            {&response.TruncatedError{Err: os.ErrDeadlineExceeded}, "Zadig stopped sending in the middle of a response"},
		"certificate": {&url.Error{Op: "GET", Err: &tls.CertificateVerificationError{Err: errors.New("x")}},
			"the server's certificate is not valid"},
		"full disk": {&fs.PathError{Op: "write", Path: "x\ny", Err: syscall.ENOSPC}, "write x y: no space left on device"},
		"not a URL": {&url.Error{Op: "parse", URL: ":", Err: errors.New("missing protocol scheme")}, `parse ":": missing protocol scheme`},
	} {
		assert.Equal(t, row.want, zadig.Explain(row.err), name)
	}
	for _, s := range errdef.Sentinels {
		assert.Equal(t, s.Sentence, zadig.Explain(s.Err))
		assert.NotContains(t, []string{"", s.Err.Error()}, s.Sentence)
	}
}

func TestExplainEnvironment(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	for _, row := range []struct{ name, url, token, caFile, want string }{ //nolint:paralleltest // t.Setenv forbids it
		{"no URL", "", "", "", "ZADIG_URL is not set: it is the address of your Zadig, such as https://zadig.example.com"},
		{"URL", "zadig.example.com", "", "", "ZADIG_URL: the base URL must begin with http:// or https:// and a host"},
		{"token", "https://zadig.example.com", "Bearer x", "", "ZADIG_TOKEN: the token contains a space"},
		{"CA file", "https://zadig.example.com", "", "testdata/none.pem", "ZADIG_CA_FILE: open testdata/none.pem: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			setEnv(t, row.url, row.token, row.caFile)
			_, err := zadig.NewClientFromEnv()
			require.Error(t, err)
			assert.Contains(t, zadig.Explain(err), row.want)
		})
	}
}
