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
	// VerbosityBrief reads only VersionInfo; since v3.0.0, without its ProductEnvInfo.
	// [Release.IsSummary] then reports true.
	VerbosityBrief Verbosity = "brief"
)

// ListOptions selects releases, and says how to read them. The zero value selects all
// releases: a filter that is not set does not apply. Filters are exact and
// case-sensitive.
type ListOptions struct {
	// ProjectName also determines which rights the user needs. Without it, servers
	// return zadig.ErrForbidden unless the user may view versions system-wide
	// (since v1.18) or is an administrator (v1.12 to v1.17, from Zadig's source).
	ProjectName  string
	WorkflowName string // key of the workflow, not its display name
	// TaskID is unique only within its workflow. Without WorkflowName, it can match
	// releases of several workflows.
	TaskID int
	// ServiceName keeps releases that have this service. It is the service's own
	// name: "nginx" if DeployInfo has "nginx/nginx-test". [Service.All] applies
	// this filter on every server; [Service.List] leaves it to the server. Up to
	// v3.4 the server applies it after paging, so a page can be short or empty
	// although more releases follow, and finds no charts. Since v4.0 servers ignore
	// it.
	ServiceName string
	// Label keeps releases that have this label. Servers apply this filter since
	// v4.0. On older servers, [Service.All] applies it.
	Label string
	// Succeeded keeps releases for which [Release.Succeeded] reports true. Servers
	// do not have this filter: [Service.All] applies it, and [Service.List] refuses
	// it.
	Succeeded bool

	// Page counts from 1; 0 means 1. Only List accepts a Page above 1.
	Page int
	// PerPage is the number of releases on a page. 0 means 20 for List, Latest and Since
	// (100 with the zero Mark), and 100 for All, Find and LatestByProject. [Service.All]
	// requests pages that overlap. If this size is too small for that, such as 2, it
	// requests larger pages.
	PerPage int
	// Verbosity determines how much of each release is read. The zero value means
	// VerbosityDetailed. VerbosityBrief cannot be combined with ServiceName.
	Verbosity Verbosity
	// SkipDetails returns releases as the list has them, without reading each by id.
	// Since v4.2 lists have no services, so [Release.IsSummary] reports true for
	// these releases. Before v4.2 lists have all details, and SkipDetails has no
	// effect on List, All and Latest. It cannot be combined with ServiceName.
	SkipDetails bool
	// SkipManifests does not decode manifests, which make up most of a detailed
	// release: DeployInfo.YAMLContents and FlatService.YAMLContent are empty.
	SkipManifests bool
	// Concurrency is the number of releases that are read by id at the same time: 0
	// means 8, 1 means one after the other. More than 8 gains little.
	//
	// For each read, the server keeps a connection open for 90 seconds. When it runs
	// out of file descriptors, it returns zadig.ErrForbidden for every request. With a
	// limit of 1,024 open files, this happens after about 500 reads; with a limit of
	// 20,000, 64 concurrent reads did not fail. If the server's limit is low, use
	// SkipDetails or zadig.WithRateLimiter.
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
			"must be empty with VerbosityBrief and SkipDetails, which leave services out (got %q)", o.ServiceName)
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
