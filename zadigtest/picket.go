package zadigtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
)

// aslanAddress is where picket finds aslan. It shows in picket's error texts.
const aslanAddress = "http://aslan:25000/api"

// picket answers the calls to /api/directory by asking aslan. The caller's
// whole query goes along, and comes back in the texts of failures.
func (c *call) picket() *answer {
	if c.endpoint == TraceArtifact {
		return c.trace()
	}
	return c.directoryReleases()
}

func (c *call) trace() *answer {
	const failure = "failed to get artifact by image err:"
	image := c.query.Get("image")
	query := c.forward(map[string]string{image: image})
	if text := c.silence("/delivery/artifacts/image", query); text != "" {
		return internalError(failure + text)
	}
	found := c.ask(FindArtifact, "", query)
	if found.status != http.StatusOK {
		return internalError(failure + rejection(found))
	}
	a := c.data.artifact(string(found.body))
	if a == nil { // deleted between the two questions
		return internalError("failed to unmarshal deliveryArtifactInfo err:unexpected end of JSON input")
	}
	return jsonAnswer(shapeOf("traced", c.version).append(nil, a.doc))
}

func (c *call) directoryReleases() *answer {
	query := c.forward(map[string]string{
		"productName":  c.query.Get("projectName"),
		"workflowName": c.query.Get("workflowName"),
		"taskId":       c.query.Get("taskId"),
		"per_page":     c.query.Get("perPage"),
		"page":         c.query.Get("page"),
	})
	if text := c.silence("/delivery/releases", query); text != "" {
		return internalError(text)
	}
	listed := c.ask(ListReleases, "", query)
	if listed.status != http.StatusOK {
		return internalError(rejection(listed))
	}
	return typed(http.StatusOK, textType, listed.body)
}

// forward is the query that picket sends: the caller's, with some parameters
// set anew.
func (c *call) forward(set map[string]string) url.Values {
	query := maps.Clone(c.query)
	for name, value := range set {
		query.Set(name, value)
	}
	return query
}

func (c *call) ask(e Endpoint, id string, query url.Values) *answer {
	inner := *c
	inner.endpoint, inner.id, inner.query = e, id, query
	return inner.aslan()
}

// silence is what picket says when aslan gives no response within ten seconds,
// as when its database is down, or cannot be reached.
func (c *call) silence(path string, query url.Values) string {
	var reason string
	switch c.state {
	case databaseDown:
		reason = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
	case aslanDown:
		reason = "dial tcp 10.96.0.25:25000: connect: connection refused"
	default:
		return ""
	}
	return fmt.Sprintf("Get %q: %s", aslanAddress+path+"?"+query.Encode(), reason)
}

// rejection is how picket quotes an answer of aslan's.
func rejection(a *answer) string {
	reason := map[int]string{
		http.StatusBadRequest:          "BadRequest",
		http.StatusForbidden:           "Forbidden",
		http.StatusInternalServerError: "InternalError",
	}[a.status]
	return fmt.Sprintf("[%d %s] %s", a.status, reason, a.body)
}
