package zadigtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
)

// aslanAddress is the address at which picket reaches aslan. It appears in
// picket's error texts.
const aslanAddress = "http://aslan:25000/api"

// picket handles requests to /api/directory: it sends a request to aslan. The
// caller's query is passed on and appears in error texts.
func (c *call) picket() *response {
	if c.endpoint == TraceArtifact {
		return c.trace()
	}
	return c.directoryReleases()
}

func (c *call) trace() *response {
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
	if a == nil { // deleted between the two requests
		return internalError("failed to unmarshal deliveryArtifactInfo err:unexpected end of JSON input")
	}
	return jsonResponse(shapeOf("traced", c.version).append(nil, a.doc))
}

func (c *call) directoryReleases() *response {
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

// forward returns the query that picket sends: the caller's, with some
// parameters replaced.
func (c *call) forward(set map[string]string) url.Values {
	query := maps.Clone(c.query)
	for name, value := range set {
		query.Set(name, value)
	}
	return query
}

func (c *call) ask(e Endpoint, id string, query url.Values) *response {
	inner := *c
	inner.endpoint, inner.id, inner.query = e, id, query
	return inner.aslan()
}

// silence returns picket's error text when aslan does not respond within ten
// seconds, because its database is down, or cannot be reached. Otherwise it
// returns "".
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

// rejection returns a response of aslan as picket quotes it.
func rejection(resp *response) string {
	reason := map[int]string{
		http.StatusBadRequest:          "BadRequest",
		http.StatusForbidden:           "Forbidden",
		http.StatusInternalServerError: "InternalError",
	}[resp.status]
	return fmt.Sprintf("[%d %s] %s", resp.status, reason, resp.body)
}
