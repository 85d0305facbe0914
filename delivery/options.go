package delivery

import (
	"math"
	"net/url"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// Verbosity is how much of each release is read.
type Verbosity string

// The zero value is VerbosityDetailed. Servers up to v1.7.1 and since v4.0 ignore
// the verbosity: their lists are always detailed, since v4.2 without the services
// and their images.
const (
	// VerbosityDetailed is everything, on every server. Since v4.2 it costs one
	// more request for each release.
	VerbosityDetailed Verbosity = "detailed"
	// VerbosityBrief is VersionInfo, since v3.0.0 without ProductEnvInfo.
	VerbosityBrief Verbosity = "brief"
	// VerbosityListed is what the server's detailed list has, without further
	// requests. Since v4.2 its releases have no services, and their
	// [Release.IsSummary] is true. The value itself is not sent.
	VerbosityListed Verbosity = "listed"
)

// ListOptions selects releases. The zero value selects all; a zero field does
// not filter. Filters are exact and case-sensitive.
type ListOptions struct {
	// ProjectName also decides which rights suffice. Without it, servers
	// since v1.18 return zadig.ErrForbidden unless the user may view versions
	// system-wide, and from v1.12 to v1.17 (read in source) unless the user is
	// an administrator.
	ProjectName  string
	WorkflowName string // key of the workflow, not its display name
	// TaskID is unique within its workflow only: without WorkflowName it can
	// match releases of several workflows.
	TaskID int
	// ServiceName is the service's own name: "nginx" if DeployInfo has
	// "nginx/nginx-test". All applies it on every server. List leaves it to
	// the server: up to v3.4 it is applied after paging, so a page can be
	// short or empty although more follow; servers since v4.0 ignore it, and
	// List returns zadig.ErrUnexpectedResponse.
	ServiceName string
	// Page counts from 1, and 0 is 1. All begins at the first page and
	// refuses another.
	Page int
	// PerPage is how many releases a page has. 0 is 20 for List and Latest,
	// and 100 for All. All requests larger pages where these would not do: with
	// a PerPage of ten or less, from a server that ignores Page, and when a
	// page of new releases was created meanwhile.
	PerPage int
	// Verbosity is how much of each release is read. The zero value is
	// everything, on every server. VerbosityBrief cannot be combined with
	// ServiceName.
	Verbosity Verbosity
	// Label keeps releases that have this label. Servers filter by it since
	// v4.0. On older ones All applies it, and List returns
	// zadig.ErrUnexpectedResponse.
	Label string
	// SkipManifests leaves YAMLContents and YAMLContent undecoded and nil.
	// They are most of a detailed release.
	SkipManifests bool
	// Concurrency is how many releases are read by id at once if the list
	// leaves parts out: 0 is 8, 1 is one after the other. Zadig opens a
	// connection for each permission check; under load it runs out of file
	// descriptors and then returns 403 for every request. All programs that use
	// one Zadig should not exceed a few dozen together.
	Concurrency int
}

// check refuses what a server would misunderstand.
func (o ListOptions) check(method string) error {
	switch {
	case o.TaskID < 0:
		return errdef.BadArgument(method, "TaskID", "must not be negative (got %d)", o.TaskID)
	case o.Page < 0:
		return errdef.BadArgument(method, "Page", "must not be negative (got %d)", o.Page)
	case o.PerPage < 0:
		return errdef.BadArgument(method, "PerPage", "must not be negative (got %d)", o.PerPage)
	case o.Page > math.MaxInt/o.perPage(listPerPage):
		return errdef.BadArgument(method, "Page", "must be at most %d with PerPage %d (got %d)", math.MaxInt/o.perPage(listPerPage), o.perPage(listPerPage), o.Page)
	case o.Concurrency < 0:
		return errdef.BadArgument(method, "Concurrency", "must not be negative (got %d)", o.Concurrency)
	case !o.isDetailed() && o.Verbosity != VerbosityBrief && o.Verbosity != VerbosityListed:
		return errdef.BadArgument(method, "Verbosity", "must be brief, detailed or listed (got %q)", o.Verbosity)
	case o.ServiceName != "" && o.Verbosity == VerbosityBrief:
		return errdef.BadArgument(method, "ServiceName", "must be empty with VerbosityBrief, for which servers do not apply it (got %q)", o.ServiceName)
	}
	return nil
}

// isDetailed reports whether o selects everything.
func (o ListOptions) isDetailed() bool { return o.Verbosity == "" || o.Verbosity == VerbosityDetailed }

// briefly is o for a list of releases that are to be read by id.
func (o ListOptions) briefly() ListOptions {
	if o.isDetailed() {
		o.Verbosity = VerbosityBrief
	}
	return o
}

func (o ListOptions) perPage(otherwise int) int {
	if o.PerPage == 0 {
		return otherwise
	}
	return o.PerPage
}

// listParams is the query of the list: the documented parameters, and others
// that the server knows.
type listParams struct {
	ProjectName  string    `url:"projectName,omitempty"`
	WorkflowName string    `url:"workflowName,omitempty"`
	TaskID       int       `url:"taskId,omitempty"`
	ServiceName  string    `url:"serviceName,omitempty"`
	Page         int       `url:"page"`     // always: without it servers since v4.0 send everything,
	PerPage      int       `url:"per_page"` // and without this the same everything on every page
	Verbosity    Verbosity `url:"verbosity,omitempty"`
	Label        string    `url:"label,omitempty"`
	project
}

// project is the part of a query that goes with a project's name.
type project struct {
	// In collaboration mode the server responds to projectName with 200 and an
	// object instead of the list, unless this is true.
	IfPassFilter bool `url:"ifPassFilter,omitempty"`
}

func (o ListOptions) params(page, perPage int) listParams {
	p := listParams{
		ProjectName:  o.ProjectName,
		WorkflowName: o.WorkflowName,
		TaskID:       o.TaskID,
		ServiceName:  o.ServiceName,
		Page:         page,
		PerPage:      perPage,
		Verbosity:    o.Verbosity,
		project:      project{IfPassFilter: o.ProjectName != ""},
	}
	if o.Verbosity == VerbosityListed {
		p.Verbosity = ""
	}
	if o.Label != "" {
		p.Label = url.QueryEscape(o.Label) // the server decodes it once more than it should
	}
	return p
}

// inProject is the query of an endpoint with a project's name and nothing else.
func inProject(name string) any {
	return struct {
		ProjectName string `url:"projectName,omitempty"`
		project
	}{name, project{IfPassFilter: name != ""}}
}

// endpoint is the list, or one page of it.
func (o ListOptions) endpoint(page, perPage int) response.Endpoint {
	return response.Endpoint{
		Path:   releasesPath,
		Query:  o.params(page, perPage),
		Want:   "an array of releases",
		Decode: manifests(o.SkipManifests),
	}
}

// checkFirst refuses what a server would misunderstand, and a page after the
// first.
func (o ListOptions) checkFirst(method string) error {
	if o.Page > 1 {
		return errdef.BadArgument(method, "Page", "must be 0 or 1, because %s begins at the first page (got %d)", strings.TrimPrefix(method, "delivery."), o.Page)
	}
	return o.check(method)
}
