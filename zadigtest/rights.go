package zadigtest

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// condition is a failure inside Zadig. How it shows depends on the version and
// the endpoint.
type condition int

const (
	healthy condition = iota
	databaseDown
	aslanDown
	notFound
	noPermission
	systemViewer
	projectMember
	licenseExpired
	clusterDown
)

// Errors of the database driver when it finds no server, or no document.
const (
	databaseText = "server selection error: server selection timeout, current topology: { Type: Unknown }"
	noDocuments  = "mongo: no documents in result"
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

// refuse returns the response to a user who may not read a project or, if project
// is "", the whole system. It returns nil if the user may read it.
func (c *call) refuse(project string) *response {
	switch {
	case c.state == noPermission, c.state == systemViewer && project != "", c.state == projectMember && project == "":
		return empty(http.StatusForbidden)
	case c.state == licenseExpired:
		return failed(codeLicense, "")
	}
	return nil
}

// refuseArtifacts is like refuse, but for artifacts, which need a system-wide right
// and no license.
func (c *call) refuseArtifacts() *response {
	if c.state == licenseExpired {
		return nil
	}
	return c.refuse("")
}
