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
	collaborationPending
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

// collaborate checks the collaboration mode of a project. It returns a response, or
// nil if the request passes. The check comes before all others and reads the
// database.
func (c *call) collaborate() *response {
	switch {
	case c.query("projectName") == "" || c.query("ifPassFilter") == "true":
		return nil
	case c.state == databaseDown && c.version == v111:
		return hangUp()
	case c.state == databaseDown && c.version > v111:
		return internalError(databaseText)
	case c.state == collaborationPending:
		return jsonResponse(map[string]any{
			"code": 10000, "ifSync": false, "product": []any{},
			"workflow": []any{map[string]any{"name": "dev", "collaboration_type": "share"}},
		})
	}
	return nil
}
