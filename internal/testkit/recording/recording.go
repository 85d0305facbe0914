// Package recording reads the responses of real servers that are recorded in
// testdata/wire, for the tests of all packages.
package recording

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Recording is a request with the response of a real server.
type Recording struct {
	Name    string `json:"-"` // the file's path below testdata/wire, without ".json"
	Request struct {
		Method, Path, Query string
	}
	Response struct {
		Status  int // 0: the connection was closed without a response
		Headers map[string]string
		Body    json.RawMessage // JSON as sent, or a JSON string if it was not JSON
	}
}

// Load reads every recording that matches the pattern below testdata/wire,
// such as "v1.11.0/dc_artifact*". It fails the test if nothing matches, so that no
// test passes without its recordings.
func Load(t testing.TB, pattern string) []Recording {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), "testdata", "wire", filepath.FromSlash(pattern)+".json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no recording matches %q", pattern)
	recordings := make([]Recording, len(files))
	for i, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &recordings[i]), file)
		_, name, _ := strings.Cut(filepath.ToSlash(file), "testdata/wire/")
		recordings[i].Name = strings.TrimSuffix(name, ".json")
	}
	return recordings
}

// Get reads the recording with this name, such as "v1.11.0/dc_artifact".
func Get(t testing.TB, name string) Recording {
	t.Helper()
	return Load(t, name)[0]
}

// root returns the folder of the repository, relative to the test's folder.
func root(t testing.TB) string {
	t.Helper()
	for _, dir := range []string{".", "..", "../..", "../../..", "../../../.."} {
		if _, err := os.Stat(filepath.Join(dir, "testdata", "wire")); err == nil {
			return dir
		}
	}
	t.Fatal("testdata/wire not found above the test's folder")
	return ""
}

// Bytes returns the body as the server sent it.
func (r Recording) Bytes() []byte {
	var text string
	if json.Unmarshal(r.Response.Body, &text) == nil { // no server sends a JSON document that is a string
		return []byte(text)
	}
	return r.Response.Body
}

// Respond returns the recorded response to a request, without a server.
func (r Recording) Respond(req *http.Request) (*http.Response, error) {
	if r.Response.Status == 0 {
		return nil, io.EOF // the error of net/http when the connection is closed
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

// ServeHTTP sends the recorded response.
func (r Recording) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if r.Response.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	for name, value := range r.Response.Headers {
		if name != "Content-Length" && name != "Transfer-Encoding" {
			w.Header().Set(name, value)
		}
	}
	if _, typed := r.Response.Headers["Content-Type"]; !typed {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(r.Response.Status)
	_, _ = w.Write(r.Bytes())
}
