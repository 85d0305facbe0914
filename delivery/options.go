package delivery

import (
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
)

// Verbosity determines how much of each release is read.
type Verbosity string

const (
	// VerbosityDetailed reads everything, on every server. It is the default.
	VerbosityDetailed Verbosity = "detailed"
	// VerbosityBrief reads only VersionInfo and, since v3.0.0, not even its
	// ProductEnvInfo. [Release.IsSummary] then reports true.
	VerbosityBrief Verbosity = "brief"
)

// ListOptions selects releases, and says how to read them. The zero value selects all
// releases: a filter that is not set does not apply. Filters are exact and
// case-sensitive.
type ListOptions struct {
	// ProjectName keeps the releases of this project. With it, rights in this project
	// are enough. Without it, methods return zadig.ErrForbidden unless the user has the
	// right to view versions system-wide (since Zadig v1.18) or is an administrator
	// (Zadig v1.12 to v1.17, from Zadig's source).
	ProjectName  string
	WorkflowName string // key of the workflow, not its display name
	// TaskID is unique only within its workflow. Without WorkflowName, it can match
	// releases of several workflows.
	TaskID int
	// ServiceName keeps releases that have this service. It is the service's own
	// name: "nginx" if DeployInfo has "nginx/nginx-test". [Service.All] applies
	// this filter on every server; [Service.List] leaves it to the server. Up to
	// v3.4, the server finds no charts and filters after paging, so a page can be
	// short or empty although more releases follow. Since v4.0, servers ignore this
	// filter, and List returns zadig.ErrUnsupported.
	ServiceName string
	// Label keeps releases that have this label. Servers since v4.0 apply this
	// filter. On older servers, [Service.All] applies it, and [Service.List] returns
	// zadig.ErrUnsupported.
	Label string
	// Succeeded keeps releases for which [Release.Succeeded] reports true. Servers
	// do not have this filter: [Service.All] applies it, and [Service.List] refuses
	// it.
	Succeeded bool

	// Page is the number of the page, from 1; 0 means 1. Only List accepts a Page above 1.
	Page int
	// PerPage is the number of releases on a page. 0 means 20 for List, Latest and Since,
	// and 100 for All, Find, LatestByProject and, with the zero Mark, Since. [Service.All]
	// requests pages that overlap. If PerPage is too small for that, such as 2, it
	// requests larger pages.
	PerPage int
	// Verbosity determines how much of each release is read. The zero value means
	// VerbosityDetailed. VerbosityBrief cannot be combined with ServiceName.
	Verbosity Verbosity
	// SkipDetails returns releases as the list has them, without reading each by id.
	// Since v4.2, lists have no services, so [Release.IsSummary] reports true for
	// these releases. Before v4.2, lists have all details, and SkipDetails has no
	// effect on List, All and Latest. It cannot be combined with ServiceName.
	SkipDetails bool
	// SkipManifests does not decode manifests, which make up most of a detailed
	// release: DeployInfo.YAMLContents, FlatService.YAMLContent,
	// EnvService.RenderedYAML and ProductEnvInfo.EnvConfigYAMLs are empty.
	SkipManifests bool
	// Concurrency is the number of releases that are read by id at the same time: 0
	// means 8, 1 means one after the other. More than 8 gains little.
	//
	// For each release that is read by id, the server keeps a connection open for 90
	// seconds. When it runs out of file descriptors, every request fails with
	// zadig.ErrForbidden. On a server with a limit of 1,024 open files, this happened
	// after about 500 reads. With a limit of 20,000, no read failed when 64 ran at the
	// same time. If the server's limit is low, use SkipDetails or
	// zadig.WithRateLimiter.
	Concurrency int
}

const (
	listPerPage        = 20  // the default of servers up to v3.4
	allPerPage         = 100 // few requests, but not much to request again if a response breaks off
	defaultConcurrency = 8
)

// check returns an error for invalid options, and for those that a server would
// misunderstand.
func (o ListOptions) check(method string) error {
	switch {
	case o.TaskID < 0:
		return errdef.BadArgument(method, "TaskID", "must not be negative (got %d)", o.TaskID)
	case o.Page < 0:
		return errdef.BadArgument(method, "Page", "must not be negative (got %d)", o.Page)
	case o.PerPage < 0:
		return errdef.BadArgument(method, "PerPage", "must not be negative (got %d)", o.PerPage)
	case o.Concurrency < 0:
		return errdef.BadArgument(method, "Concurrency", "must not be negative (got %d)", o.Concurrency)
	case o.Verbosity != "" && o.Verbosity != VerbosityDetailed && o.Verbosity != VerbosityBrief:
		return errdef.BadArgument(method, "Verbosity", "must be brief or detailed (got %q)", o.Verbosity)
	case o.Page > 1 && method != methodList:
		return errdef.BadArgument(method, "Page",
			"must be 0 or 1, because %s begins at the first page (got %d)", strings.TrimPrefix(method, "delivery."), o.Page)
	case o.Succeeded && method == methodList:
		return errdef.BadArgument(method, "Succeeded", "must be false, because servers cannot select by it; All can")
	case o.ServiceName != "" && o.skipsDetails():
		return errdef.BadArgument(method, "ServiceName",
			"must be empty with VerbosityBrief or SkipDetails, which leave services out (got %q)", o.ServiceName)
	}
	return nil
}

// skipsDetails reports whether no release is read by id.
func (o ListOptions) skipsDetails() bool { return o.SkipDetails || o.Verbosity == VerbosityBrief }

// filters reports whether the client may have to filter the list.
func (o ListOptions) filters() bool { return o.ServiceName != "" || o.Label != "" || o.Succeeded }

// selects reports whether a release passes the filters that the client applies, as
// far as a summary shows it.
func (o ListOptions) selects(r *Release) bool {
	return (o.Label == "" || slices.Contains(r.VersionInfo.Labels, o.Label)) && (!o.Succeeded || r.Succeeded())
}

// selectsService reports whether a release passes the ServiceName filter.
func (o ListOptions) selectsService(r *Release) bool {
	return o.ServiceName == "" || r.delivers(o.ServiceName)
}

// briefly returns o for a list whose releases are then read by id: with
// VerbosityBrief, unless SkipDetails is set.
func (o ListOptions) briefly() ListOptions {
	if !o.SkipDetails {
		o.Verbosity = VerbosityBrief
	}
	return o
}
