package zadig_test

import (
	"crypto/tls"
	"crypto/x509"
	"log"
	"net/http"
	"net/url"
	"os"

	"github.com/zadig-go/zadig"
)

// The certificate of Zadig is signed by a private CA. NewClientFromEnv does the
// same with the environment variable ZADIG_CA_FILE.
func ExampleWithTLSConfig_privateCA() {
	cas, err := x509.SystemCertPool()
	if err != nil {
		cas = x509.NewCertPool()
	}
	pem, err := os.ReadFile("/etc/ssl/company-ca.pem")
	if err != nil {
		log.Fatal(err)
	}
	if !cas.AppendCertsFromPEM(pem) {
		log.Fatal("no certificate in the CA file")
	}
	client, err := zadig.NewClient("https://zadig.example.com",
		zadig.WithTLSConfig(&tls.Config{RootCAs: cas, MinVersion: tls.VersionTLS12}),
	)
	_, _ = client, err
}

// A gateway in front of Zadig requires a client certificate.
func ExampleWithTLSConfig_clientCertificate() {
	certificate, err := tls.LoadX509KeyPair("client.pem", "client-key.pem")
	if err != nil {
		log.Fatal(err)
	}
	client, err := zadig.NewClient("https://zadig.example.com",
		zadig.WithTLSConfig(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}),
	)
	_, _ = client, err
}

// A fixed proxy is used instead of HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
func ExampleWithProxy() {
	proxy, err := url.Parse("http://proxy.example.com:3128")
	if err != nil {
		log.Fatal(err)
	}
	client, err := zadig.NewClient("https://zadig.example.com", zadig.WithProxy(http.ProxyURL(proxy)))
	_, _ = client, err
}
