package zadig

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/zadig-go/zadig/internal/response"
)

// Explain returns one plain sentence for the user of a program: what err means,
// what failed and what to check. Like an error string, it is in lower case and has
// no full stop. Print err below it for the details.
//
// If the address or the token is wrong, the sentence names the variable that
// [NewClientFromEnv] reads. Explain returns "" if it cannot be plainer than err:
// for nil, for an argument that a method refused, and for errors of other
// packages, such as that of a full disk.
func Explain(err error) string {
	if err == nil {
		return ""
	}
	if errors.Is(err, context.Canceled) {
		return "the request was canceled"
	}
	if wrong, ok := errors.AsType[*environmentError](err); ok {
		return wrong.explain()
	}
	if _, ok := errors.AsType[*response.TruncatedError](err); ok {
		if timedOut(err) {
			return "Zadig stopped sending in the middle of a response"
		}
		return broken
	}
	if failed, ok := errors.AsType[*Error](err); ok {
		return failed.explain()
	}
	if sent, ok := errors.AsType[*url.Error](err); ok && sent.Op != "parse" {
		return explainNoResponse(sent)
	}
	if errors.Is(err, ErrNotFound) {
		return notFound
	}
	return ""
}

const (
	notFound = "Zadig has no record of this"
	broken   = "the connection to Zadig broke in the middle of a response"
)

func (e *Error) explain() string {
	said := e.failure()
	page := bytes.HasPrefix(bytes.TrimSpace(e.Body), []byte("<"))
	switch {
	case said.status == http.StatusBadGateway, said.status == http.StatusServiceUnavailable, said.status == http.StatusGatewayTimeout:
		return fmt.Sprintf("Zadig is not available at the moment: what stands in front of it reports %d", said.status)
	case errors.Is(e, ErrRateLimited):
		return "Zadig, or a gateway in front of it, received too many requests and asks to wait"
	case page && said.status < http.StatusInternalServerError:
		return "a web page came in place of data, such as the login page of a gateway: check ZADIG_URL, and what stands in front of Zadig"
	case errors.Is(e, ErrUnauthorized):
		return "Zadig does not accept the API token: check ZADIG_TOKEN; the token is in Zadig's user settings"
	case errors.Is(e, ErrForbidden):
		return "Zadig does not let the token's user read this"
	case errors.Is(e, ErrLicense):
		return "this Zadig has no valid license"
	case errors.Is(e, ErrNotFound):
		return notFound
	case said.status == http.StatusBadRequest && said.code == 6065:
		return "Zadig cannot reach the Kubernetes cluster of this environment"
	case said.status == http.StatusBadRequest && said.code == 6078 && errors.Is(e, ErrServer):
		return "Zadig cannot put this environment together: one of its services has no template"
	case errors.Is(e, ErrServer) && (said.status == http.StatusBadRequest || ofDatabase(said.description)):
		return "Zadig cannot read its database"
	case errors.Is(e, ErrServer) && strings.Contains(said.description, " err:Get "): // picket, of aslan
		return "one service of Zadig does not answer another: that one, or its database, is down"
	case errors.Is(e, ErrServer):
		return "Zadig failed with an internal error"
	case errors.Is(e, ErrResponseTooLarge):
		return "the response is larger than this program reads"
	case errors.Is(e, ErrBadRequest):
		return "Zadig refused the request"
	case said.status >= 300 && said.status <= 399:
		return "the address of Zadig redirects to another place: check ZADIG_URL"
	case said.status == http.StatusNotFound:
		return "this server does not offer what was asked for: it is another version of Zadig, or ZADIG_URL leads to something else"
	}
	return "the response is not one that Zadig is known to send"
}

// ofDatabase reports whether a description is the text of a database driver
// that has no connection (recorded on v5.0.0; the first since v2.3.1).
func ofDatabase(description string) bool {
	return strings.Contains(description, "server selection error") || strings.Contains(description, "error: connection(")
}

// explainNoResponse explains a request that got no response. Not every one
// failed on the network: a token source or a middleware can fail before.
func explainNoResponse(sent *url.Error) string {
	cause := sent.Err
	host := sent.URL
	if u, err := url.Parse(sent.URL); err == nil && u.Host != "" {
		host = u.Host
	}
	if strings.HasPrefix(cause.Error(), "token source: ") {
		return "there is no API token to send, because its source failed"
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
		return fmt.Sprintf("the name server does not answer for %s", dns.Name)
	case errors.Is(cause, syscall.ECONNREFUSED):
		return fmt.Sprintf("Zadig cannot be reached: nothing listens at %s; check ZADIG_URL", host)
	case timedOut(cause):
		return fmt.Sprintf("Zadig cannot be reached in time at %s", host)
	case errors.Is(cause, http.ErrSchemeMismatch):
		return "the server does not speak https: check whether ZADIG_URL has to begin with http://"
	case errors.Is(cause, io.ErrUnexpectedEOF):
		return broken
	case errors.Is(cause, io.EOF):
		return "Zadig closed the connection without a response, as it can while its database is down"
	case isNetwork:
		return fmt.Sprintf("Zadig cannot be reached at %s", host)
	}
	return ""
}

func explainCertificate(cause error, host string) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](cause); ok {
		return "the server's certificate is not signed by an authority that is trusted here: set ZADIG_CA_FILE to a PEM file with that authority"
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
	return errors.Is(err, context.DeadlineExceeded) || ok && timeout.Timeout()
}

// environmentError is the error of a variable that NewClientFromEnv reads.
type environmentError struct {
	variable string
	err      error // nil: the variable is not set
}

func (e *environmentError) Error() string {
	if e.err == nil {
		return "zadig: " + e.variable + " is not set"
	}
	return "zadig: " + e.variable + ": " + e.err.Error()
}

func (e *environmentError) Unwrap() error { return e.err }

func (e *environmentError) explain() string {
	switch {
	case e.err == nil:
		return e.variable + " is not set: it is the address of your Zadig, such as https://zadig.example.com"
	case e.variable == "ZADIG_CA_FILE":
		return "ZADIG_CA_FILE does not name a readable PEM file with certificates"
	case e.variable == "ZADIG_TOKEN":
		return "ZADIG_TOKEN holds what cannot be an API token"
	}
	return e.variable + " is not an address such as https://zadig.example.com"
}
