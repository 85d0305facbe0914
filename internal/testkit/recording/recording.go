// Package recording reads the responses of real servers that are recorded in
// testdata/wire, for the tests of all packages.
package recording

import (
	"io"
	"net/http/httptest"

	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		Body    json.RawMessage // JSON as sent, or a JSON string of what was not JSON
	}
}

// Load reads every recording that matches the pattern below testdata/wire,
// such as "v1.11.0/dc_artifact*". It fails the test if nothing matches, so that no
// test passes without its recordings.
func Load(t testing.TB, pattern string) []Recording {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Dir(t), filepath.FromSlash(pattern)+".json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording matches %q (%v)", pattern, err)
	}
	recordings := make([]Recording, 0, len(files))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(Dir(t), file)
		if err != nil {
			t.Fatal(err)
		}
		r := Recording{Name: strings.TrimSuffix(filepath.ToSlash(rel), ".json")}
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		recordings = append(recordings, r)
	}
	return recordings
}

// Get reads the recording of this name, such as "v1.11.0/dc_artifact".
func Get(t testing.TB, name string) Recording {
	t.Helper()
	return Load(t, name)[0]
}

// Dir returns the folder of the recordings, which it searches from the folder of
// the test upwards.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		wire := filepath.Join(dir, "testdata", "wire")
		if _, err := os.Stat(wire); err == nil {
			return wire
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		t.Fatal("testdata/wire not found above the test's folder")
	}
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
