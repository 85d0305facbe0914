package artifact

import (
	"cmp"
	"context"
	"iter"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

// ListOptions selects artifacts. The zero value selects all; a field that is zero does
// not filter. Filters are case-sensitive.
type ListOptions struct {
	Type     string `url:"type,omitempty"`     // exact: "image" or "file"
	Source   string `url:"source,omitempty"`   // exact: "workflow_v4" or "workflow", see [Artifact]
	ImageTag string `url:"imageTag,omitempty"` // exact
	// Name and Image are regular expressions (PCRE), which the server's database
	// evaluates. They match anywhere in the text unless anchored with ^ and $. Escape
	// dots. An expression that the database refuses results in zadig.ErrBadRequest.
	Name  string `url:"name,omitempty"`
	Image string `url:"image,omitempty"`
	// RepoName and Branch, both exact, select artifacts by the repository and branch of
	// the commits that they were built from. The server then pages by build, so
	// [Service.List] may return an artifact more than once; [Service.All] returns each
	// once. The server would ignore every other filter, so if one is set, the error is
	// zadig.ErrBadRequest.
	RepoName string `url:"repoName,omitempty"`
	Branch   string `url:"branch,omitempty"`
	// Page is the number of the page, from 1; 0 means 1. [Service.All] begins at the first
	// page and accepts no other.
	Page int `url:"page"`
	// PerPage is the number of artifacts on a page. 0 means 20 for [Service.List] and
	// 100 for [Service.All], which requests larger pages if many artifacts were
	// created in the same second.
	PerPage int `url:"per_page"`
}

// Page is one page of artifacts.
type Page struct {
	Artifacts []*Artifact // newest first, not nil
	// Total is the number of matching artifacts on all pages or, with RepoName or Branch,
	// of matching builds. All known versions of Zadig send it. If a response does not have
	// it, Total is -1.
	Total int
}

const (
	listPerPage = 20
	allPerPage  = 100
)

// List returns one page of artifacts, newest first, with 20 artifacts if PerPage is not
// set. [Service.All] returns everything. All servers since v1.7 have the list. Zadig does not
// document it; how it behaves is known from responses of v1.11.0 and v5.0.0. From Zadig
// v1.12 to v1.17, the user needs a role of any kind; since v1.18.0, the system-wide right
// to view artifacts.
//
// The server does not list images without an ImageSize. An image has none if Zadig could
// not read it from the registry. [Service.Trace] and [Service.Get] find such images.
//
// In addition to the common errors, List returns
//   - zadig.ErrBadRequest, without sending a request, if Page or PerPage is negative, or
//     if RepoName or Branch is set together with a filter other than these two
//   - zadig.ErrBadRequest for a regular expression that the server refuses
//   - zadig.ErrUnexpectedResponse for an artifact that cannot be decoded
func (s *Service) List(ctx context.Context, o ListOptions) (*Page, error) {
	if err := o.check("artifact.List"); err != nil {
		return nil, err
	}
	page := &Page{Artifacts: []*Artifact{}}
	err := s.requestList(ctx, o, func() error {
		artifacts, header, err := response.List[wireArtifact](ctx, s.sender(), o.endpoint(max(o.Page, 1), cmp.Or(o.PerPage, listPerPage)), nil)
		for _, w := range artifacts {
			page.Artifacts = append(page.Artifacts, w.artifact())
		}
		page.Total = paging.Total(header)
		return err
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// All returns an iterator over every artifact that o selects, newest first, each once.
// Each range over it sends new requests. Page must be 0 or 1.
//
// Like delivery.Service.All, All yields an artifact while its page is still arriving. If a
// response breaks off, All requests the page again and continues after the last artifact
// that it yielded. Its pages overlap, so that it misses no artifact that exists throughout
// the loop. If it cannot be certain of that, its last error is zadig.ErrUnexpectedResponse.
//
// If an artifact cannot be decoded, All yields an error that matches
// zadig.ErrUnexpectedResponse, and a loop that continues gets the other artifacts. Any
// other error ends the loop.
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[*Artifact, error] {
	const method = "artifact.All"
	return func(yield func(*Artifact, error) bool) {
		err := o.check(method)
		if o.Page > 1 {
			err = errdef.BadArgument(method, "Page", "must be 0 or 1, because All begins at the first page (got %d); List returns one page", o.Page)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		byBuild := o.RepoName != "" || o.Branch != ""
		pages := paging.Pages[wireArtifact]{
			Size: cmp.Or(o.PerPage, allPerPage),
			Open: func(page, size int) (stream *response.Stream[wireArtifact], err error) {
				err = s.requestList(ctx, o, func() error {
					stream, err = response.Elements[wireArtifact](ctx, s.sender(), o.endpoint(page, size), response.Streamed)
					return err
				})
				return stream, err
			},
			Key: func(w *wireArtifact) (string, int64) {
				if byBuild { // in the order of the builds, whose times the list does not have
					return w.ID, 0
				}
				return w.ID, w.CreatedTime
			},
			Repeats: byBuild,
		}
		err = pages.Walk(ctx, func(w *wireArtifact, err error) bool {
			if err != nil {
				return yield(nil, err)
			}
			return yield(w.artifact(), nil)
		}, func() bool { return true })
		if err != nil {
			yield(nil, err)
		}
	}
}

// requestList requests a page of the list, and resolves its ambiguous failures.
func (s *Service) requestList(ctx context.Context, o ListOptions, send func() error) error {
	sentinel, err := errdef.ErrServer, send()
	if _, refused := errdef.AsAmbiguous(err, errdef.RefusedOrDown); refused && (o.Name != "" || o.Image != "") {
		if err := s.checkDatabase(ctx); err != nil {
			return err
		}
		sentinel, err = errdef.ErrBadRequest, send()
	}
	if u, refused := errdef.AsAmbiguous(err, errdef.RefusedOrDown); refused {
		return u.Resolve(sentinel, "")
	}
	if u, isBroken := errdef.AsAmbiguous(err, errdef.MissingOrDown); isBroken { // a build whose artifact was deleted makes its page fail
		return u.Resolve(errdef.ErrServer, "")
	}
	return errdef.AsNotZadig(err, "this server has no artifact list; is the base URL right?")
}

func (o ListOptions) check(method string) error {
	byBuild := o.RepoName != "" || o.Branch != ""
	other := o.Type != "" || o.Source != "" || o.ImageTag != "" || o.Name != "" || o.Image != ""
	switch {
	case o.Page < 0:
		return errdef.BadArgument(method, "Page", "must not be negative (got %d)", o.Page)
	case o.PerPage < 0:
		return errdef.BadArgument(method, "PerPage", "must not be negative (got %d)", o.PerPage)
	case byBuild && other:
		return errdef.BadArgument(method, "RepoName", "every filter other than RepoName and Branch must be empty, because the server ignores it")
	}
	return nil
}

// endpoint returns the endpoint of one page.
func (o ListOptions) endpoint(page, perPage int) response.Endpoint {
	o.Page, o.PerPage = page, perPage
	return response.Endpoint{Path: artifactsPath, Query: o, Want: "an array of artifacts"}
}
