package delivery

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/url"
	"slices"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
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
	// [Release.ServicesOmitted] is true. The value itself is not sent.
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

// Page is one page of releases.
type Page struct {
	Releases []*Release // newest first, not nil
	// Total is how many releases match on all pages, or -1 if the server does
	// not send it. Servers do since v2.3.1. Total does not count releases that
	// ServiceName leaves out.
	Total int
}

// LogValue counts the releases and leaves them out: their commits hold
// credentials, which a JSON handler would print.
func (p Page) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("releases", len(p.Releases)), slog.Int("total", p.Total))
}

const noList = "this server has no release list; is the base URL right?"

const (
	listPerPage = 20  // what servers send without per_page, up to v3.4
	allPerPage  = 100 // few requests, and not too much to send again
)

// List returns one page of releases, 20 if PerPage is not set, newest first.
// [Service.All] returns everything.
//
// It sends one request. Since v4.2, whose lists leave services out, it also
// reads each release of the page by id, up to Concurrency at once, unless
// Verbosity is VerbosityBrief or VerbosityListed. A release that is deleted
// meanwhile is not in the page.
//
// Errors besides the common ones: zadig.ErrBadRequest for a negative number,
// an unknown Verbosity or ServiceName together with VerbosityBrief, before
// anything is sent; zadig.ErrUnexpectedResponse for a release that cannot be
// decoded, and for a filter that the server ignores.
func (s *Service) List(ctx context.Context, o ListOptions) (*Page, error) {
	if err := o.check("delivery.List"); err != nil {
		return nil, err
	}
	page, err := s.readPage(ctx, o, max(o.Page, 1), o.perPage(listPerPage), o.checkFiltered)
	incomplete := func(r *Release) bool { return o.isIncomplete(r, o.Verbosity) }
	if err == nil && slices.ContainsFunc(page.Releases, incomplete) {
		page.Releases, err = paging.Complete(ctx, o.concurrency(), page.Releases, func(ctx context.Context, r *Release) (*Release, bool, error) {
			if !incomplete(r) {
				return r, true, nil
			}
			return s.finish(ctx, r, o)
		})
	}
	if element, ok := errors.AsType[*response.ElementError](err); ok {
		return nil, element.Err
	}
	if err != nil {
		return nil, errdef.Unsupported(err, noList)
	}
	return page, nil
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

// readPage requests one page and reads it to its end. A release that cannot be
// decoded ends it with a *response.ElementError. An error of check, if that is
// not nil, says why the page is not what was requested.
func (s *Service) readPage(ctx context.Context, o ListOptions, page, perPage int, check func(*wireRelease) error) (*Page, error) {
	releases, header, err := response.List(ctx, s.sender(), o.endpoint(page, perPage), check)
	if err != nil {
		return nil, err
	}
	result := &Page{Releases: make([]*Release, len(releases)), Total: paging.Total(header)}
	for i := range releases {
		result.Releases[i] = releases[i].listed()
	}
	return result, nil
}

// checkFiltered returns an error for a release from a server that ignores a
// filter.
func (o ListOptions) checkFiltered(w *wireRelease) error {
	flat := w.VersionInfo == nil
	switch {
	case o.ServiceName != "" && flat:
		return errors.New("servers since v4.0 ignore serviceName; use All, which applies it")
	case o.Label != "" && !flat:
		return errors.New("servers before v4.0 ignore label; use All, which applies it")
	}
	return nil
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

// The types without the methods and, in the structs below, without the field that
// holds manifests: yamlContents up to v3.4, yaml_content since v4.0.
type (
	plainDeployInfo  DeployInfo
	plainFlatService FlatService
)

var withoutManifests = response.With(
	response.As(func(d *DeployInfo) any {
		return &struct {
			*plainDeployInfo
			YAMLContents response.Skipped `json:"yamlContents"`
		}{plainDeployInfo: (*plainDeployInfo)(d)}
	}),
	response.As(func(s *FlatService) any {
		return &struct {
			*plainFlatService
			YAMLContent response.Skipped `json:"yaml_content"`
		}{plainFlatService: (*plainFlatService)(s)}
	}),
)

// manifests is how releases are decoded.
func manifests(skip bool) (e response.Decoding) {
	if skip {
		return withoutManifests
	}
	return nil
}
