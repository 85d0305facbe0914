package zadig_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

// What a Zadig in a company's network needs: a CA of its own, a certificate
// of the client, a proxy.

// A Zadig whose certificate comes from the company's own CA. The CA file may
// also be given by ZADIG_CA_FILE, see NewClientFromEnv.
func ExampleWithTLSConfig_ownCA() {
	site := newIntranet(tls.NoClientCert)
	cas, err := x509.SystemCertPool()
	if err != nil {
		cas = x509.NewCertPool()
	}
	caPEM, err := os.ReadFile(site.caFile)
	if err != nil {
		log.Fatal(err)
	}
	if !cas.AppendCertsFromPEM(caPEM) {
		log.Fatal("no certificate in the CA file")
	}
	client, err := zadig.NewClient(site.URL,
		zadig.WithToken(site.token),
		zadig.WithTLSConfig(&tls.Config{RootCAs: cas, MinVersion: tls.VersionTLS12}),
	)
	if err != nil {
		log.Fatal(err)
	}
	page, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err)
	site.Close()
	// Output: 1 <nil>
}

// A gateway in front of Zadig that lets nobody in without a certificate.
func ExampleWithTLSConfig_clientCertificate() {
	site := newIntranet(tls.RequireAndVerifyClientCert)

	certificate, err := tls.LoadX509KeyPair(site.certFile, site.keyFile)
	if err != nil {
		log.Fatal(err)
	}
	client, err := zadig.NewClient(site.URL,
		zadig.WithToken(site.token),
		zadig.WithTLSConfig(&tls.Config{
			RootCAs:      site.cas,
			Certificates: []tls.Certificate{certificate},
			MinVersion:   tls.VersionTLS12,
		}),
	)
	if err != nil {
		log.Fatal(err)
	}
	page, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err)
	site.Close()
	// Output: 1 <nil>
}

// A proxy of one's own choice. Without WithProxy the environment decides:
// HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
func ExampleWithProxy() {
	site := newIntranet(tls.NoClientCert)
	proxy := newProxy()

	proxyURL, err := url.Parse(proxy.URL)
	if err != nil {
		log.Fatal(err)
	}
	client, err := zadig.NewClient(site.URL,
		zadig.WithToken(site.token),
		zadig.WithTLSConfig(&tls.Config{RootCAs: site.cas, MinVersion: tls.VersionTLS12}),
		zadig.WithProxy(http.ProxyURL(proxyURL)),
	)
	if err != nil {
		log.Fatal(err)
	}
	page, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err, proxy.tunnels, "tunnel")
	proxy.Close()
	site.Close()
	// Output: 1 <nil> 1 tunnel
}

// Without its CA, or without the certificate that it wants, the site is not
// read, and says why.
func TestIntranetRefuses(t *testing.T) {
	t.Parallel()
	site := newIntranet(tls.RequireAndVerifyClientCert)
	t.Cleanup(site.Close)
	for name, row := range map[string]struct {
		config  *tls.Config
		because string
	}{
		"without the CA":          {&tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}, "unknown authority"},
		"without the certificate": {&tls.Config{RootCAs: site.cas, MinVersion: tls.VersionTLS12}, "certificate required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clienttest.New(t, site.URL, zadig.WithToken(site.token), zadig.WithTLSConfig(row.config), clienttest.FastRetry())
			_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
			require.ErrorContains(t, err, row.because)
			assert.Empty(t, clienttest.Sentinel(err), "no answer came")
			assert.NotContains(t, err.Error(), "attempts", "another attempt changes no certificate")
			var failure *zadig.Error
			assert.NotErrorAs(t, err, &failure)
		})
	}
}

// The proxy of the environment is used by default. The environment is read
// once in a process, and never for this machine: hence the second process.
func TestProxyFromTheEnvironment(t *testing.T) {
	t.Parallel()
	if os.Getenv("ZADIG_TEST_BEHIND_PROXY") != "" {
		client := clienttest.New(t, "http://zadig.example.com", zadig.WithToken("right-token"))
		page, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
		require.NoError(t, err)
		require.Len(t, page.Releases, 1)
		client.CloseIdleConnections()
		return
	}
	srv := zadigtest.NewServer(t, zadigtest.WithToken("right-token"))
	target, err := url.Parse(srv.URL)
	require.NoError(t, err)
	var asked string
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		asked = r.In.URL.Host
		r.SetURL(target)
	}})
	t.Cleanup(proxy.Close)

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyFromTheEnvironment$")
	child.Env = append(os.Environ(), "ZADIG_TEST_BEHIND_PROXY=1", "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
	output, err := child.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, "zadig.example.com", asked)
}

// Nothing in the SDK weakens the verification of certificates.
func TestNothingSkipsVerification(t *testing.T) {
	t.Parallel()
	files := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		code, err := os.ReadFile(path)
		for _, weak := range []string{"Insecure" + "SkipVerify", "VerifyPeer" + "Certificate", "Verify" + "Connection", "VersionTLS10", "VersionTLS11", "VersionSSL30"} {
			assert.NotContains(t, string(code), weak, path)
		}
		return err
	}))
	assert.Greater(t, files, 50)
}

// intranet is a Zadig behind TLS with files as an administrator hands them
// out.
type intranet struct {
	*httptest.Server
	zadig                     *zadigtest.Server
	token                     string
	cas                       *x509.CertPool
	caFile, certFile, keyFile string
	dir                       string
}

func (s *intranet) Close() {
	s.Server.Close()
	s.zadig.Close()
	_ = os.RemoveAll(s.dir)
}

// must keeps the setup of examples short.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newIntranet(clients tls.ClientAuthType) *intranet {
	const token = "token-of-the-intranet"
	s := &intranet{
		zadig: must(zadigtest.Start(zadigtest.WithToken(token))),
		token: token,
		cas:   x509.NewCertPool(),
		dir:   must(os.MkdirTemp("", "intranet")),
	}
	write := func(name, kind string, der []byte) string {
		file := filepath.Join(s.dir, name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			panic(err)
		}
		return file
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "the company's CA"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	caKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	ca := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, &caKey.PublicKey, caKey))))
	s.cas.AddCert(ca)
	s.caFile = write("ca.pem", "CERTIFICATE", ca.Raw)

	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	leaf := must(x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2),
		NotBefore:    template.NotBefore,
		NotAfter:     template.NotAfter,
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, ca, &key.PublicKey, caKey))
	s.certFile = write("client.pem", "CERTIFICATE", leaf)
	s.keyFile = write("client.key", "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))

	gateway := httputil.NewSingleHostReverseProxy(must(url.Parse(s.zadig.URL)))
	s.Server = httptest.NewUnstartedServer(gateway)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that refuse, or are refused
	s.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{leaf}, PrivateKey: key}},
		ClientCAs:    s.cas,
		ClientAuth:   clients,
		MinVersion:   tls.VersionTLS12,
	}
	s.StartTLS()
	return s
}

// tunnelling is a proxy that knows CONNECT.
type tunnelling struct {
	*httptest.Server
	tunnels int
}

func newProxy() *tunnelling {
	p := new(tunnelling)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.tunnels++
		there, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			_, _ = io.Copy(there, here)
			_ = there.Close()
		}()
		go func() {
			_, _ = io.Copy(here, there)
			_ = here.Close()
		}()
	}))
	return p
}
