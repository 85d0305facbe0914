package zadigtest

// condition is a failure inside Zadig. How it shows depends on the version and
// the endpoint.
type condition int

const (
	healthy condition = iota
	databaseDown
	aslanDown
	noPermission
	licenseExpired
	collaborationPending
)

// databaseText is the error of the database driver when it finds no server.
const databaseText = "server selection error: server selection timeout, current topology: " +
	"{ Type: Unknown, Servers: [{ Addr: mongodb:27017, Type: Unknown, " +
	"Last error: dial tcp: connect: connection refused }, ] }"

// noDocuments is the error of the database driver when it finds no document.
const noDocuments = "mongo: no documents in result"

// unlicensed reports whether the license has expired and the trait says that
// the request needs one. Versions before v2.0.0 check no license; here they
// refuse every request that needs one in a later version.
func (c *call) unlicensed(needed trait) bool {
	return c.state == licenseExpired && (c.version.has(needed) || !c.version.has(licenseForList))
}

// collaborate returns the response of the check of a project's collaboration
// mode, or nil if the request passes. The check comes before all others and
// reads the database.
func (c *call) collaborate() *response {
	if c.query.Get("projectName") == "" || c.query.Get("ifPassFilter") == "true" {
		return nil
	}
	switch {
	case c.state == databaseDown && c.version.has(hangsUpWithoutDB):
		return hangUp()
	case c.state == databaseDown && c.version.has(failsWithoutDB):
		return internalError(databaseText)
	case c.state != collaborationPending:
		return nil
	}
	body := []byte(`{"code":10000,"workflow":[{"collaboration_type":"share","base_name":"wf1","collaboration_mode":"mode1","name":"wf1",`)
	if c.version.has(collabName) {
		body = append(body, `"display_name":"wf1",`...)
	}
	body = append(body, `"description":""`...)
	if c.version.has(collabType) {
		body = append(body, `,"workflow_type":""`...)
	}
	body = append(body, `}],"product":[{"collaboration_type":"share","base_name":"dev","collaboration_mode":"mode1","name":"dev","deploy_type":"k8s",`...)
	if c.version.has(collabName) {
		body = append(body, `"services":[]`...)
	} else {
		body = append(body, `"vars":[]`...)
	}
	return jsonResponse(append(body, `}],"ifSync":false}`...))
}
