package zadigtest

// condition is something that is wrong inside Zadig. Each version and each
// endpoint shows it in its own way.
type condition int

const (
	healthy condition = iota
	databaseDown
	aslanDown
	noPermission
	licenseExpired
	collaborationPending
)

// databaseText is what the database's driver says when it finds no server.
const databaseText = "server selection error: server selection timeout, current topology: " +
	"{ Type: Unknown, Servers: [{ Addr: mongodb:27017, Type: Unknown, " +
	"Last error: dial tcp: connect: connection refused }, ] }"

// noDocuments is what the database's driver says when it finds nothing.
const noDocuments = "mongo: no documents in result"

// unlicensed reports whether an expired license shows where a trait says that
// one is needed. Versions before the first license show it as that one does.
func (c *call) unlicensed(needed trait) bool {
	return c.state == licenseExpired && (c.version.has(needed) || !c.version.has(licenseForList))
}

// collaborate responds to a request for a project whose collaboration mode the
// user has not been set up for. The check comes before all others and needs
// the database.
func (c *call) collaborate() *answer {
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
	return jsonAnswer(append(body, `}],"ifSync":false}`...))
}
