package zadigtest

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// authorized reports whether a request carries the token, in the Authorization
// header or in the query parameter "token".
func authorized(r *http.Request, token string) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		given = r.URL.Query().Get("token")
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}

// unauthorized returns the gateway's response to a token that is missing, wrong
// or expired: a status without a body.
func unauthorized() *response { return empty(http.StatusUnauthorized) }
