package zadig_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// setEnv sets the three variables. "" has the same effect as an unset variable.
func setEnv(t *testing.T, url, token, caFile string) {
	t.Helper()
	t.Setenv("ZADIG_URL", url)
	t.Setenv("ZADIG_TOKEN", token)
	t.Setenv("ZADIG_CA_FILE", caFile)
}

func TestNewClientFromEnv(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	s := servertest.New(t, servertest.JSON(`[]`))
	setEnv(t, s.URL, "env-token", "")
	client, err := zadig.NewClientFromEnv(zadig.WithHeader("User-Agent", "mine/1"))
	require.NoError(t, err)
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
	assert.Equal(t, "Bearer env-token", s.Requests()[0].Header.Get("Authorization"))
	assert.Equal(t, "mine/1", s.Requests()[0].UserAgent())

	client, err = zadig.NewClientFromEnv(zadig.WithToken("given-token"))
	require.NoError(t, err)
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
	assert.Equal(t, "Bearer given-token", s.Requests()[1].Header.Get("Authorization"), "options come after the environment")

	setEnv(t, s.URL, "", "")
	client, err = zadig.NewClientFromEnv()
	require.NoError(t, err)
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
	assert.NotContains(t, s.Requests()[2].Header, "Authorization")
}

func TestNewClientFromEnvRefuses(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	dir := t.TempDir()
	notPEM := filepath.Join(dir, "ca.txt")
	require.NoError(t, os.WriteFile(notPEM, []byte("no certificate"), 0o600))
	brokenPEM := filepath.Join(dir, "broken.pem")
	require.NoError(t, os.WriteFile(brokenPEM, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("junk")}), 0o600))
	for _, row := range []struct{ name, url, token, caFile, because string }{ //nolint:paralleltest // t.Setenv forbids it
		{"no URL", "", "env-token", "", "ZADIG_URL is not set"},
		{"bad URL", "zadig.example.com", "env-token", "", "ZADIG_URL: the base URL"},
		{"token with a line break", "https://zadig.example.com", "hunter2\n", "", "ZADIG_TOKEN: the token contains a line break"},
		{"token with its scheme", "https://zadig.example.com", "Bearer hunter2", "", "ZADIG_TOKEN: the token"},
		{"CA file missing", "https://zadig.example.com", "", filepath.Join(dir, "none.pem"), "ZADIG_CA_FILE: open"},
		{"CA file a folder", "https://zadig.example.com", "", dir, "ZADIG_CA_FILE: read"},
		{"CA file without PEM", "https://zadig.example.com", "", notPEM, "ZADIG_CA_FILE: " + notPEM + " must contain a PEM certificate"},
		{"CA file with broken PEM", "https://zadig.example.com", "", brokenPEM,
			"ZADIG_CA_FILE: " + brokenPEM + " must contain a PEM certificate"},
	} {
		t.Run(row.name, func(t *testing.T) {
			setEnv(t, row.url, row.token, row.caFile)
			_, err := zadig.NewClientFromEnv()
			require.ErrorContains(t, err, "zadig: "+row.because)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestNewClientFromEnvTrustsTheCAFile(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	s := httptest.NewUnstartedServer(http.StripPrefix(servertest.BasePath, servertest.JSON(`["https"]`)))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the client that refuses its certificate
	s.StartTLS()
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600))

	setEnv(t, s.URL+servertest.BasePath, "env-token", file)
	client, err := zadig.NewClientFromEnv()
	require.NoError(t, err)
	resp, err := client.Do(clienttest.NewRequest(t, "/x"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 2, resp.ProtoMajor, "the SDK's own transport speaks HTTP/2")

	client, err = zadig.NewClientFromEnv(zadig.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS13})) // as for a client certificate
	require.NoError(t, err)
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil), "the file still counts")
	client, err = client.With(zadig.WithTLSConfig(&tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS13}))
	require.NoError(t, err)
	require.ErrorContains(t, client.Get(t.Context(), "/x", nil, nil), "certificate", "the option has other CAs")

	_, err = zadig.NewClientFromEnv(zadig.WithTransport(http.DefaultTransport))
	require.ErrorContains(t, err, "ZADIG_CA_FILE")
	_, err = zadig.NewClientFromEnv(zadig.WithHeader("", ""))
	require.ErrorContains(t, err, "WithHeader")
	require.NotContains(t, err.Error(), "ZADIG_CA_FILE", "it has nothing to do with that")

	setEnv(t, s.URL+servertest.BasePath, "env-token", "")
	client, err = zadig.NewClientFromEnv()
	require.NoError(t, err)
	err = client.Get(t.Context(), "/x", nil, nil)
	require.ErrorContains(t, err, "certificate")
	assert.Empty(t, clienttest.Sentinel(err), "no response came")
}
