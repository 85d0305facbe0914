package transport_test

import (
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/intranet"
	"github.com/zadig-go/zadig/zadigtest"
)

// Without its CA, or without the certificate that it wants, the site is not
// read, and says why.
func TestIntranetRefuses(t *testing.T) {
	t.Parallel()
	site := intranet.New(tls.RequireAndVerifyClientCert)
	t.Cleanup(site.Close)
	for name, row := range map[string]struct {
		config  *tls.Config
		because string
	}{
		"without the CA":          {&tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}, "unknown authority"},
		"without the certificate": {&tls.Config{RootCAs: site.CAs, MinVersion: tls.VersionTLS12}, "certificate required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clienttest.New(t, site.URL, zadig.WithToken(site.Token), zadig.WithTLSConfig(row.config), clienttest.FastRetry())
			_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
			require.ErrorContains(t, err, row.because)
			assert.Empty(t, clienttest.Sentinel(err), "no response came")
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
	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
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
