package zadig

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/transport"
)

// Explain describes err to the user of a program, in one plain sentence: what it
// means and what to check. Like an error string, the sentence is not capitalized
// and does not end with a period. For the details, print err below the sentence,
// unless both have the same text.
//
// If the address or the token is wrong, the sentence names the environment variable
// from which [NewClientFromEnv] reads it. For an error that has nothing to do with
// Zadig, such as a full disk, Explain returns the error's text in one line. For nil
// it returns "".
func Explain(err error) string {
	if err == nil {
		return ""
	}
	if errors.Is(err, context.Canceled) {
		return "the request was canceled"
	}
	if wrong, ok := errors.AsType[*configError](err); ok {
		return wrong.explain()
	}
	if wrong, ok := errors.AsType[*errdef.ArgumentError](err); ok {
		return fmt.Sprintf("an argument is wrong, so no request was sent: %s: %s", wrong.Argument, wrong.Reason)
	}
	if _, ok := errors.AsType[*response.TruncatedError](err); ok && !errors.Is(err, context.DeadlineExceeded) {
		if timedOut(err) {
			return "Zadig stopped sending in the middle of a response"
		}
		return truncated
	}
	if failed, ok := errors.AsType[*Error](err); ok {
		return cmp.Or(failed.explain(), explainSentinel(failed))
	}
	if sent, ok := errors.AsType[*url.Error](err); ok && sent.Op == http.MethodGet && !errors.Is(err, context.DeadlineExceeded) {
		return explainNoResponse(sent)
	}
	if timedOut(err) {
		return "the time limit was exceeded"
	}
	return cmp.Or(explainSentinel(err), redact.Line(err.Error()))
}

const truncated = "the connection to Zadig broke in the middle of a response"

func explainSentinel(err error) string {
	for _, s := range errdef.Sentinels {
		if errors.Is(err, s.Err) {
			return s.Sentence
		}
	}
	return ""
}

// inWalk matches the URLs that a walk through a list requests: a release by id, and
// a page after the first.
var inWalk = regexp.MustCompile(`/delivery/releases/[0-9a-fA-F]{24}(?:\?|$)|[?&]page=(?:[2-9]|1[0-9])`)

// explain returns a more specific sentence than the sentinel's, or "".
func (e *Error) explain() string {
	f := e.failure()
	page := bytes.HasPrefix(bytes.TrimSpace(e.Body), []byte("<"))
	switch {
	case f.status >= 300 && f.status <= 399: // usually with a page
		return "Zadig's address redirects to another address: check ZADIG_URL, and the gateway in front of Zadig"
	case f.status == http.StatusProxyAuthRequired:
		return "the proxy requires a user name and a password: check HTTPS_PROXY and NO_PROXY"
	case f.status == http.StatusRequestTimeout, f.status == http.StatusBadGateway, f.status == http.StatusServiceUnavailable,
		f.status == http.StatusGatewayTimeout:
		return fmt.Sprintf("Zadig is not available at the moment: the gateway in front of it reports %d", f.status)
	case page && f.status < http.StatusInternalServerError && !errors.Is(e, ErrRateLimited):
		return "Zadig's address returned a web page instead of data, such as the login page of a gateway: " +
			"check ZADIG_URL, and the gateway in front of Zadig"
	case f.status == http.StatusForbidden && bytes.Contains(e.Body, []byte(`"mfa_`)): // since v4.3.0, from Zadig's source
		return "Zadig requires multi-factor authentication: the token's user must set it up, and then create a new API token"
	case errors.Is(e, ErrForbidden) && inWalk.MatchString(e.URL):
		return "Zadig does not let the token's user read this, or it is overloaded: with a limit of 1,024 open files it refuses " +
			"every request after about 500 releases read by id in 90 seconds; read fewer with WithRateLimiter, or none with SkipDetails"
	case f.status == http.StatusBadRequest && f.code == 6065:
		return "Zadig cannot reach the Kubernetes cluster of this environment"
	case errors.Is(e, ErrServer) && f.status == http.StatusBadRequest && f.code == 6078:
		return "Zadig cannot build this environment: one of its services has no template"
	case errors.Is(e, ErrServer) && (f.status == http.StatusBadRequest || isDatabase(f.description)):
		return "Zadig cannot read its database"
	case errors.Is(e, ErrServer) && strings.Contains(f.description, " err:Get "): // picket, about aslan
		return "an internal service of Zadig is unreachable: the service or its database is down"
	case !errors.Is(e, ErrUnexpectedResponse):
		return ""
	case f.status == http.StatusNotFound:
		return "the server at this address does not have a path that every version of Zadig has: " +
			"check ZADIG_URL, and the gateway in front of Zadig"
	}
	return ""
}

// isDatabase reports whether a description is the text of a database driver that
// has no connection. Both texts were recorded on v5.0.0; servers send the first
// since v2.3.1.
func isDatabase(description string) bool {
	return strings.Contains(description, "server selection error") || strings.Contains(description, "error: connection(")
}

// wsaeconnrefused is the error of a refused connection on Windows, where
// syscall.ECONNREFUSED has another value. No other system has an error with this
// number.
const wsaeconnrefused = syscall.Errno(10061)

// explainNoResponse explains a request that got no response, or was not sent
// because a token source, a rate limiter or a middleware failed.
func explainNoResponse(sent *url.Error) string {
	cause := sent.Err
	host := sent.URL
	if u, err := url.Parse(sent.URL); err == nil && u.Host != "" {
		host = u.Host
	}
	switch source, _, _ := strings.Cut(cause.Error(), ": "); source {
	case "token source":
		return "the program could not get an API token to send"
	case "rate limiter":
		return "the program's rate limiter refused the request"
	}
	if strings.HasPrefix(cause.Error(), transport.ConnectRefused) {
		return "the proxy does not connect to Zadig: check HTTPS_PROXY and NO_PROXY"
	}
	if op, ok := errors.AsType[*net.OpError](cause); ok && op.Op == "proxyconnect" {
		return "the proxy cannot be reached: check HTTPS_PROXY and NO_PROXY"
	}
	if reason := explainCertificate(cause, host); reason != "" {
		return reason
	}
	dns, isDNS := errors.AsType[*net.DNSError](cause)
	_, isNetwork := errors.AsType[*net.OpError](cause) // every syscall.Errno is a net.Error
	switch {
	case isDNS && dns.IsNotFound:
		return fmt.Sprintf("there is no host named %s: check ZADIG_URL", dns.Name)
	case isDNS:
		return fmt.Sprintf("the host name %s could not be looked up: check the name server (DNS)", dns.Name)
	case errors.Is(cause, syscall.ECONNREFUSED), errors.Is(cause, wsaeconnrefused):
		return fmt.Sprintf("Zadig cannot be reached: nothing listens at %s; check ZADIG_URL", host)
	case timedOut(cause):
		return fmt.Sprintf("Zadig cannot be reached in time at %s", host)
	case errors.Is(cause, http.ErrSchemeMismatch):
		return "the server does not speak https: check whether ZADIG_URL has to begin with http://"
	case errors.Is(cause, io.ErrUnexpectedEOF):
		return truncated
	case errors.Is(cause, io.EOF):
		return "Zadig closed the connection without a response, as it may while its database is down"
	case isNetwork:
		return fmt.Sprintf("Zadig cannot be reached at %s", host)
	}
	return fmt.Sprintf("the request to %s could not be sent, or its response could not be read", host)
}

func explainCertificate(cause error, host string) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](cause); ok {
		return "the server's certificate is not signed by an authority that is trusted here: " +
			"set ZADIG_CA_FILE to a PEM file with that authority"
	}
	if _, ok := errors.AsType[x509.HostnameError](cause); ok {
		return fmt.Sprintf("the server's certificate is for another host than %s: check ZADIG_URL", host)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](cause); ok && invalid.Reason == x509.Expired {
		return "the server's certificate has expired, or the clock of this machine is wrong"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](cause); ok {
		return "the server's certificate is not valid"
	}
	return ""
}

func timedOut(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || ok && timeout.Timeout()
}

// configError is the error of an option, of the base URL, or of a variable that
// NewClientFromEnv reads.
type configError struct {
	variable string // "" for an option or a base URL
	err      error  // nil: the variable is not set
}

func (e *configError) Error() string {
	switch {
	case e.err == nil:
		return "zadig: " + e.variable + " is not set"
	case e.variable == "":
		return "zadig: " + e.err.Error()
	}
	return "zadig: " + e.variable + ": " + e.err.Error()
}

func (e *configError) Unwrap() error { return e.err }

func (e *configError) explain() string {
	if e.err == nil {
		return e.variable + " is not set: it is the address of your Zadig, such as https://zadig.example.com"
	}
	return "the program's client is not configured correctly: " + strings.TrimPrefix(e.Error(), "zadig: ")
}
