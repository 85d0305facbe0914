package zadig_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"

	"github.com/zadig-go/zadig/internal/testkit/intranet"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
)

// A Zadig whose certificate comes from the company's own CA. The CA file may
// also be given by ZADIG_CA_FILE, see NewClientFromEnv.
func ExampleWithTLSConfig_ownCA() {
	site := intranet.New(tls.NoClientCert)
	cas, err := x509.SystemCertPool()
	if err != nil {
		cas = x509.NewCertPool()
	}
	caPEM, err := os.ReadFile(site.CAFile)
	if err != nil {
		log.Fatal(err)
	}
	if !cas.AppendCertsFromPEM(caPEM) {
		log.Fatal("no certificate in the CA file")
	}
	client, err := zadig.NewClient(site.URL,
		zadig.WithToken(site.Token),
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
	site := intranet.New(tls.RequireAndVerifyClientCert)

	certificate, err := tls.LoadX509KeyPair(site.CertFile, site.KeyFile)
	if err != nil {
		log.Fatal(err)
	}
	client, err := zadig.NewClient(site.URL,
		zadig.WithToken(site.Token),
		zadig.WithTLSConfig(&tls.Config{
			RootCAs:      site.CAs,
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

// A fixed proxy. Without WithProxy the environment decides:
// HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
func ExampleWithProxy() {
	site := intranet.New(tls.NoClientCert)
	proxy := intranet.NewProxy()

	proxyURL, err := url.Parse(proxy.URL)
	if err != nil {
		log.Fatal(err)
	}
	client, err := zadig.NewClient(site.URL,
		zadig.WithToken(site.Token),
		zadig.WithTLSConfig(&tls.Config{RootCAs: site.CAs, MinVersion: tls.VersionTLS12}),
		zadig.WithProxy(http.ProxyURL(proxyURL)),
	)
	if err != nil {
		log.Fatal(err)
	}
	page, err := client.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err, proxy.Tunnels(), "tunnel")
	proxy.Close()
	site.Close()
	// Output: 1 <nil> 1 tunnel
}
