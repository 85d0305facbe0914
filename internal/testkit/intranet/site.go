// Package intranet starts the surroundings of a Zadig in a company's network: a
// private CA, a gateway that requires client certificates, and a proxy. It panics
// on errors, because examples have no test to fail.
package intranet

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/zadig-go/zadig/zadigtest"
)

// Site is a Zadig behind TLS, with the files that an administrator hands out.
type Site struct {
	*httptest.Server
	Token             string
	CAs               *x509.CertPool
	CAFile            string
	CertFile, KeyFile string // of a client

	zadig *zadigtest.Server
	dir   string
}

// Close ends the servers and removes the files.
func (s *Site) Close() {
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

// New starts a site with a policy for the certificates of clients.
func New(clients tls.ClientAuthType) *Site {
	const token = "token-of-the-intranet"
	s := &Site{
		zadig: must(zadigtest.Start(zadigtest.WithToken(token))),
		Token: token,
		CAs:   x509.NewCertPool(),
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
	s.CAs.AddCert(ca)
	s.CAFile = write("ca.pem", "CERTIFICATE", ca.Raw)

	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	leaf := must(x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2),
		NotBefore:    template.NotBefore,
		NotAfter:     template.NotAfter,
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, ca, &key.PublicKey, caKey))
	s.CertFile = write("client.pem", "CERTIFICATE", leaf)
	s.KeyFile = write("client.key", "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))

	gateway := httputil.NewSingleHostReverseProxy(must(url.Parse(s.zadig.URL)))
	s.Server = httptest.NewUnstartedServer(gateway)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that refuse, or are refused
	s.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{leaf}, PrivateKey: key}},
		ClientCAs:    s.CAs,
		ClientAuth:   clients,
		MinVersion:   tls.VersionTLS12,
	}
	s.StartTLS()
	return s
}
