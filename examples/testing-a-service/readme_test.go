package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The README shows what the board sends for the data of these tests.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```console\n$ curl http://127.0.0.1:8080")
	session, _, found := strings.Cut(rest, "```")
	path, want, _ := strings.Cut(session, "\n")
	if !found || path == "" {
		t.Fatal("README.md shows no session")
	}
	w := httptest.NewRecorder()
	newBoard(newZadig(t)).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	if got := w.Body.String(); got != want {
		t.Errorf("README.md shows %s, got %s", want, got)
	}
}
