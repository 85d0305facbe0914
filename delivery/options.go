package delivery

import (
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
)

// Verbosity is how much of each release is read.
type Verbosity string

const (
	// VerbosityDetailed is everything, on every server. It is the default.
	VerbosityDetailed Verbosity = "detailed"
	// VerbosityBrief is VersionInfo, since v3.0.0 without ProductEnvInfo.
	// [Release.IsSummary] reports true.
	VerbosityBrief Verbosity = "brief"
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
	// "nginx/nginx-test". All applies it on every server. List leaves it to the
	// server: up to v3.4 the server applies it after paging, so a page can be
	// short or empty although more follow; servers since v4.0 ignore it.
	ServiceName string
	// Label keeps releases that have this label. Servers filter by it since
	// v4.0. On older ones All applies it.
	Label string
	// Succeeded keeps releases for which [Release.Succeeded] reports true. The
	// client applies it; List refuses it.
	Succeeded bool

	// Page counts from 1, and 0 is 1. Only List reads another page.
	Page int
	// PerPage is how many releases a page has. 0 is 20 for List, Latest and
	// Since (100 with the zero Mark), and 100 for All, Find and LatestByProject.
	// All requests larger pages where these do not overlap, for example with a
	// PerPage of 2.
	PerPage int
	// Verbosity is how much of each release is read. The zero value is
	// everything. VerbosityBrief cannot be combined with ServiceName.
	Verbosity Verbosity
	// SkipDetails returns releases as listed, without a request for each by id.
	// Since v4.2 lists have no services, and [Release.IsSummary] reports true.
	// Before v4.2 lists have all details, and SkipDetails has no effect on List,
	// All and Latest. It cannot be combined with ServiceName.
	SkipDetails bool
	// SkipManifests leaves YAMLContents and YAMLContent undecoded and nil.
	// They are most of a detailed release.
	SkipManifests bool
	// Concurrency is how many releases are read by id at once: 0 is 8, 1 is one
	// after the other. More than 16 gains little. A server keeps a
	// connection open for 90 seconds for each read. Without file descriptors it
	// returns zadig.ErrForbidden for everything: with 1,024 open files, that
	// happens after about 500 reads; with 20,000, 64 concurrent reads did not
	// fail. On such a server use SkipDetails or zadig.WithRateLimiter.
	Concurrency int
}

const (
	listPerPage        = 20  // what servers send without per_page, up to v3.4
	allPerPage         = 100 // few requests, and not too much to send again
	defaultConcurrency = 8
)

// check returns an error for options that a server would misunderstand.
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
	case o.Succeeded && method == "delivery.List":
		return errdef.BadArgument(method, "Succeeded", "must be false, because servers cannot select by it; All can")
	case o.ServiceName != "" && o.skipsDetails():
		return errdef.BadArgument(method, "ServiceName",
			"must be empty with VerbosityBrief and SkipDetails, which leave services out (got %q)", o.ServiceName)
	}
	return nil
}

// checkFirst is check for a method that begins at the first page.
func (o ListOptions) checkFirst(method string) error {
	if o.Page > 1 {
		return errdef.BadArgument(method, "Page",
			"must be 0 or 1, because %s begins at the first page (got %d)", strings.TrimPrefix(method, "delivery."), o.Page)
	}
	return o.check(method)
}

// skipsDetails reports whether no release is read by id.
func (o ListOptions) skipsDetails() bool { return o.SkipDetails || o.Verbosity == VerbosityBrief }

// filters reports whether the client may have to filter the list.
func (o ListOptions) filters() bool { return o.ServiceName != "" || o.Label != "" || o.Succeeded }

// selects reports whether the filters that the client applies keep a release, as
// far as a summary shows.
func (o ListOptions) selects(r *Release) bool {
	return (o.Label == "" || slices.Contains(r.VersionInfo.Labels, o.Label)) && (!o.Succeeded || r.Succeeded())
}

// selectsService reports whether ServiceName keeps a release.
func (o ListOptions) selectsService(r *Release) bool {
	return o.ServiceName == "" || r.delivers(o.ServiceName)
}

// briefly returns o for a list whose details are read by id.
func (o ListOptions) briefly() ListOptions {
	if !o.SkipDetails {
		o.Verbosity = VerbosityBrief
	}
	return o
}
