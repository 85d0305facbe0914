package zadig

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/zadig-go/zadig/internal/errdef"
)

// failure is the part of a response that decides its meaning.
type failure struct {
	status, code         int
	message, description string
	nested               string // such as "[400 BadRequest]", if picket wrapped aslan's response into its own
}

// meanings maps each failure on the wire to its meaning. The first row that matches
// applies. HTTP status and code decide. A row uses the description only if they do
// not suffice, because the description can be left over from another request.
//
// The rows were recorded on v1.11.0 and v5.0.0, and seen on v1.7.1, v1.14.0,
// v1.18.0, v2.3.1, v3.4.1 and v4.0.0, unless a row says otherwise.
var meanings = []struct {
	status   int
	codes    []int          // nil: any or none
	nested   bool           // only in a response of picket
	text     *regexp.Regexp // matches the description, or the body if there is none; nil: any
	sentinel error
	kind     errdef.Kind
}{
	// Responses of the policy engine and of the permission checks: the body is
	// empty (from Zadig's source; 403 recorded).
	{status: 401, sentinel: ErrUnauthorized},
	{status: 403, sentinel: ErrForbidden},

	// No license, or an expired one (v2.0.0 and later).
	{status: 400, codes: []int{7050}, sentinel: ErrLicense},

	// The database of the release list is down. Up to v1.7.1 the code is 400.
	{status: 400, codes: []int{6561}, sentinel: ErrServer, kind: errdef.DatabaseDown},
	{status: 400, codes: []int{400}, text: regexp.MustCompile(`获取交付中心版本列表失败`), sentinel: ErrServer, kind: errdef.DatabaseDown},

	// Build, deploy, test or security records of a detailed release cannot be
	// read: one bad record, or the database (from Zadig's source).
	{status: 400, codes: []int{6571, 6581, 6601, 6614}, sentinel: ErrServer, kind: errdef.BrokenRecord},

	// A release by id: missing, deleted, malformed, or the database is down.
	{status: 400, codes: []int{6563}, sentinel: ErrBadRequest, kind: errdef.MissingOrDown},
	// An artifact by id or by image, through picket: only the text distinguishes
	// a missing one from a database that is down.
	{status: 400, codes: []int{6662}, nested: true, text: regexp.MustCompile(`mongo: no documents`), sentinel: ErrNotFound},
	{status: 400, codes: []int{6662}, nested: true, sentinel: ErrServer},
	// The same without picket: the text may be left over from any request.
	{status: 400, codes: []int{6662}, sentinel: ErrBadRequest, kind: errdef.MissingOrDown},
	// The artifact list: a bad regular expression, or the database is down.
	{status: 400, codes: []int{6663}, sentinel: ErrBadRequest, kind: errdef.RefusedOrDown},
	// The events of an artifact cannot be read (from Zadig's source).
	{status: 400, codes: []int{6665}, sentinel: ErrServer, kind: errdef.DatabaseDown},

	// Environments (recorded on v2.3.1, v3.4.1 and v5.0.0): the cluster cannot be
	// reached or was deleted; the database of a list or history is down; or an
	// environment cannot be built. Without a description, the last code means that
	// the product of a release is missing (up to v1.17).
	{status: 400, codes: []int{6065, 6075, 6079}, sentinel: ErrServer},
	{status: 400, codes: []int{6078}, text: regexp.MustCompile(`.`), sentinel: ErrServer},

	// Every other 400: parameter checks. The body is the documented one up to
	// v1.7.1, and empty since v1.8.0.
	{status: 400, sentinel: ErrBadRequest},

	// A path that this version of Zadig does not have, or has only for other methods;
	// and the 404 of a gateway.
	{status: 404, codes: []int{0}, text: regexp.MustCompile(`^Invalid path: `), sentinel: ErrNotFound, kind: errdef.NoSuchEndpoint},
	{status: 405, codes: []int{0}, text: regexp.MustCompile(`^Method not allowed: GET `), sentinel: ErrBadRequest,
		kind: errdef.NoSuchEndpoint},
	{status: 404, sentinel: ErrNotFound, kind: errdef.ForeignNotFound},

	// A gateway that did not get the request in time (from RFC 9110).
	{status: 408, sentinel: ErrServer},
	{status: 429, sentinel: ErrRateLimited},

	// A workflow task or an environment that does not exist. The description is only
	// the text of the database driver (recorded on v2.3.1, v3.4.1 and v5.0.0; since
	// v1.15.0 from Zadig's source).
	{status: 500, codes: []int{500}, text: regexp.MustCompile(`^mongo: no documents in result$`), sentinel: ErrNotFound},

	// A deployment history in a project that does not exist (recorded on v3.4.1 and
	// v5.0.0). The server does not send the cause, but it cannot be the database, which
	// the server has read before.
	{status: 500, codes: []int{500}, text: regexp.MustCompile(`^failed to get project `), sentinel: ErrNotFound},

	// A version that a project does not have, requested by name from the OpenAPI
	// (recorded on v4.0.0 and v5.0.0). The name may be any text.
	{
		status: 500, codes: []int{500}, sentinel: ErrNotFound, kind: errdef.MissingVersion,
		text: regexp.MustCompile(`(?s)^failed to get delivery version, projectName: .* error: mongo: no documents in result$`),
	},

	// A panic (empty body); a release whose project was deleted; since v4.0.0 the
	// text of the database driver; or picket cannot reach aslan.
	{status: 500, sentinel: ErrServer, kind: errdef.BrokenRecord},
}

// classify returns the meaning of a response.
func classify(e *Error) (errdef.Kind, error) {
	f := e.failure()
	text := f.description
	if f.code == 0 && f.nested == "" { // no envelope
		text = string(e.Body)
	}
	for _, m := range meanings {
		if m.status == f.status && (m.codes == nil || slices.Contains(m.codes, f.code)) &&
			(f.nested != "" || !m.nested) && (m.text == nil || m.text.MatchString(text)) {
			return m.kind, m.sentinel
		}
	}
	switch {
	case f.status >= 500:
		return 0, ErrServer
	case f.status >= 400:
		return 0, ErrBadRequest
	}
	return 0, ErrUnexpectedResponse
}

var picketText = regexp.MustCompile(`^(?:failed to get artifact by image err:)?(\[([45][0-9][0-9]) [A-Za-z]*\]) `)

// failure returns the response of the server that failed. If that is aslan behind
// picket, its response is in the description of picket's 500: `failed to get
// artifact by image err:[400 BadRequest] {"code":6662,…}` from dc/artifact, and the
// same without the first words from dc/releases.
func (e *Error) failure() failure {
	match := picketText.FindStringSubmatch(e.Description)
	if e.StatusCode != http.StatusInternalServerError || match == nil {
		return failure{status: e.StatusCode, code: e.Code, message: e.Message, description: e.Description}
	}
	status, _ := strconv.Atoi(match[2])
	var inner struct {
		Code                 int
		Message, Description string
	}
	_ = json.Unmarshal([]byte(e.Description[len(match[0]):]), &inner) // empty after [403 Forbidden]
	return failure{status: status, code: inner.Code, message: inner.Message, description: inner.Description, nested: match[1]}
}
