package artifact

import (
	"context"
	"errors"
	"iter"
	"math"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

// ListOptions selects artifacts. The zero value selects all; a zero field
// does not filter. Filters are case-sensitive.
type ListOptions struct {
	Type     string // exact: "image" or "file"
	Source   string // exact: "workflow" and so on
	ImageTag string // exact
	// Name and Image are regular expressions of the server's database (PCRE),
	// which match anywhere: escape dots, and anchor with ^ and $. One that
	// the database refuses is zadig.ErrBadRequest.
	Name, Image string
	// RepoName and Branch, both exact, keep artifacts that were built from
	// their commits. The server ignores every other filter beside them, so
	// others are refused with zadig.ErrBadRequest. It pages by builds, so List
	// can return an artifact more than once; All returns each once.
	RepoName, Branch string
	// Page counts from 1, and 0 is 1. All begins at the first page and
	// refuses another.
	Page int
	// PerPage is how many artifacts a page has. 0 is 20 for List and 100 for
	// All. All requests larger pages where these would not do: with a PerPage
	// of ten or less, and from a server that ignores Page.
	PerPage int
}

// Page is one page of artifacts.
type Page struct {
	Artifacts []*Artifact // newest first, not nil
	// Total is how many artifacts match on all pages (with RepoName or Branch,
	// how many builds), or -1 if the server does not send it. All known
	// servers do.
	Total int
}

const (
	listPerPage = 20
	allPerPage  = 100

	noList = "this server has no artifact list; is the base URL right?"
)

// List returns one page of artifacts, 20 if PerPage is not set, newest first.
// [Service.All] returns everything. All servers since v1.7 have the list, although
// it is not documented (recorded on v1.11.0 and v5.0.0). Since v1.18.0 it needs
// the system-wide right to view artifacts. The server leaves out images whose
// details it could not read when they were pushed.
//
// Errors besides the common ones: zadig.ErrBadRequest for a negative number and
// for a filter beside RepoName or Branch, before anything is sent, and for a
// regular expression that the server refuses; zadig.ErrUnexpectedResponse for an
// artifact that cannot be decoded.
func (s *Service) List(ctx context.Context, o ListOptions) (*Page, error) {
	if err := o.check("artifact.List"); err != nil {
		return nil, err
	}
	page, err := s.readPage(ctx, o, max(o.Page, 1), o.perPage(listPerPage))
	if element, ok := errors.AsType[*response.ElementError](err); ok {
		return nil, element.Err
	}
	return page, s.listFailure(ctx, err, o)
}

// readPage requests one page and reads it to its end. An artifact that cannot
// be decoded ends it with a *response.ElementError.
func (s *Service) readPage(ctx context.Context, o ListOptions, page, perPage int) (*Page, error) {
	artifacts, header, err := response.List[listedArtifact](ctx, s.sender(), o.endpoint(page, perPage), nil)
	if err != nil {
		return nil, err
	}
	result := &Page{Artifacts: make([]*Artifact, len(artifacts)), Total: paging.Total(header)}
	for i := range artifacts {
		result.Artifacts[i] = artifacts[i].artifact()
	}
	return result, nil
}

// All returns every artifact that o selects, newest first, each once. It streams
// the pages, resumes one that breaks off, and overlaps them so that changes during
// the loop lose nothing, as delivery.Service.All does. It can be ranged over more
// than once; each range sends new requests.
//
// An artifact that cannot be decoded yields zadig.ErrUnexpectedResponse in its
// place, and a loop that continues gets the others. After any other error the
// loop ends. Page greater than 1 is zadig.ErrBadRequest.
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[*Artifact, error] {
	return func(yield func(*Artifact, error) bool) {
		if err := o.checkAll(); err != nil {
			yield(nil, err)
			return
		}
		byBuild := o.RepoName != "" || o.Branch != ""
		pages := paging.Pages[listedArtifact]{
			Size: o.perPage(allPerPage),
			Open: func(page, size int) (*response.Stream[listedArtifact], error) {
				stream, err := response.Elements[listedArtifact](ctx, s.sender(), o.endpoint(page, size), response.Streamed)
				return stream, s.listFailure(ctx, err, o)
			},
			Key: func(w *listedArtifact) (string, int64) {
				if byBuild { // and in the order of the builds
					return w.ID, 0
				}
				return w.ID, w.CreatedTime
			},
			Repeats: byBuild,
		}
		err := pages.Walk(ctx, func(w *listedArtifact, err error) bool {
			if element, ok := errors.AsType[*response.ElementError](err); ok {
				return yield(nil, element.Err)
			}
			return yield(w.artifact(), nil)
		}, func() bool { return true })
		if err != nil {
			yield(nil, err)
		}
	}
}

// listFailure resolves the ambiguous failures of the list.
func (s *Service) listFailure(ctx context.Context, err error, o ListOptions) error {
	if u, ok := errdef.AsAmbiguous(err, errdef.RefusedOrDown); ok {
		if o.Name == "" && o.Image == "" {
			return u.Resolve(errdef.ErrServer, "")
		}
		return s.resolve(ctx, u, errdef.ErrBadRequest)
	}
	if u, ok := errdef.AsAmbiguous(err, errdef.MissingOrDown); ok { // a build whose artifact is gone breaks its page
		return u.Resolve(errdef.ErrServer, "")
	}
	return errdef.NotZadig(err, noList)
}

func (o ListOptions) check(method string) error {
	byBuild := o.RepoName != "" || o.Branch != ""
	other := o.Type != "" || o.Source != "" || o.ImageTag != "" || o.Name != "" || o.Image != ""
	switch {
	case o.Page < 0:
		return errdef.BadArgument(method, "Page", "must not be negative (got %d)", o.Page)
	case o.PerPage < 0:
		return errdef.BadArgument(method, "PerPage", "must not be negative (got %d)", o.PerPage)
	case o.Page > math.MaxInt/o.perPage(listPerPage):
		return errdef.BadArgument(method, "Page", "must be at most %d with PerPage %d (got %d)", math.MaxInt/o.perPage(listPerPage), o.perPage(listPerPage), o.Page)
	case byBuild && other:
		return errdef.BadArgument(method, "RepoName", "every filter other than RepoName and Branch must be empty, because the server ignores it")
	}
	return nil
}

func (o ListOptions) checkAll() error {
	const method = "artifact.All"
	if o.Page > 1 {
		return errdef.BadArgument(method, "Page", "must be 0 or 1, because All begins at the first page (got %d); List returns one page", o.Page)
	}
	return o.check(method)
}

func (o ListOptions) perPage(otherwise int) int {
	if o.PerPage == 0 {
		return otherwise
	}
	return o.PerPage
}

// listParams is the query of the list.
type listParams struct {
	Type     string `url:"type,omitempty"`
	Source   string `url:"source,omitempty"`
	ImageTag string `url:"imageTag,omitempty"`
	Name     string `url:"name,omitempty"`
	Image    string `url:"image,omitempty"`
	RepoName string `url:"repoName,omitempty"`
	Branch   string `url:"branch,omitempty"`
	Page     int    `url:"page"`
	PerPage  int    `url:"per_page"`
}

// endpoint is one page of the list.
func (o ListOptions) endpoint(page, perPage int) response.Endpoint {
	return response.Endpoint{
		Path:  artifactsPath,
		Query: listParams{o.Type, o.Source, o.ImageTag, o.Name, o.Image, o.RepoName, o.Branch, page, perPage},
		Want:  "an array of artifacts",
	}
}
