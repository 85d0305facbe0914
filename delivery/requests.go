package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

const noList = "this server has no release list; is the base URL right?"

// summary is a release as a list has it.
type summary struct {
	*Release
	brief bool // the list had no details
}

// summaryOf returns the release of a list that was requested with this verbosity.
func summaryOf(w *wireRelease, o ListOptions) summary {
	r := w.listed()
	return summary{r, o.Verbosity == VerbosityBrief && !r.isV4() && r.DeployInfo == nil} // up to v1.7.1 it has no effect
}

// openPage requests one page of the list.
func (s *Service) openPage(ctx context.Context, o ListOptions, page, size int) (*response.Stream[wireRelease], error) {
	stream, err := response.Elements[wireRelease](ctx, s.sender(), o.endpoint(page, size), response.Streamed)
	return stream, errdef.NotZadig(err, noList)
}

// readPage requests one page of the list and reads it to its end. An error of
// check, if that is not nil, says why it is not what was requested.
func (s *Service) readPage(ctx context.Context, o ListOptions, page, size int, check func(*wireRelease) error) (summaries []summary, total int, err error) {
	releases, header, err := response.List(ctx, s.sender(), o.endpoint(page, size), check)
	if element, ok := errors.AsType[*response.ElementError](err); ok {
		return nil, 0, releaseError("", element.Err)
	}
	if err != nil {
		return nil, 0, errdef.NotZadig(err, noList)
	}
	for _, w := range releases {
		summaries = append(summaries, summaryOf(w, o))
	}
	return summaries, paging.Total(header), nil
}

// byID requests the details of one release.
func (s *Service) byID(ctx context.Context, id, project string, skipManifests bool) (*Release, error) {
	w, err := response.Get[wireRelease](ctx, s.sender(), response.Endpoint{
		Path:   releasesPath + "/" + id,
		Query:  inProject(project),
		Want:   "a release",
		Decode: manifests(skipManifests),
	})
	switch {
	case err != nil:
		return nil, errdef.NotZadig(err, "this server has no releases by id; is the base URL right?")
	case !strings.EqualFold(w.id(), id):
		return nil, fmt.Errorf("%w: got the details of another release", errdef.ErrUnexpectedResponse)
	}
	return w.release(), nil
}

// details reads the release of a summary by id. It returns nil for one that was
// deleted meanwhile.
//
// From v1.18 to v2.2 project members may list but not get by id, so the release is
// read from a detailed list of its task. Chart releases have no task.
func (s *Service) details(ctx context.Context, m summary, skipManifests bool) (*Release, error) {
	v := m.VersionInfo
	if checkID("", v.ID) != nil {
		return nil, releaseError("", fmt.Errorf("%w: the id of a listed release must be 24 hex digits", errdef.ErrUnexpectedResponse))
	}
	r, err := s.byID(ctx, v.ID, v.ProductName, skipManifests)
	switch {
	case isRefused(err):
		r, err = s.askAgain(ctx, m, err, skipManifests)
	case errors.Is(err, errdef.ErrForbidden) && !m.isV4() && v.TaskID != 0:
		r, err = s.ofTask(ctx, v, err, skipManifests)
	}
	if isOfOneRelease(err) && !isReleaseError(err) {
		err = releaseError(v.ID, err)
	}
	return r, err
}

// askAgain reads a release that the server refused. The list shows whether the
// server works, so only what follows it counts: the release was deleted if a list
// does not have it, and the server then refuses it again.
func (s *Service) askAgain(ctx context.Context, m summary, refusal error, skipManifests bool) (*Release, error) {
	listed, err := s.isListed(ctx, m.VersionInfo)
	if err != nil {
		return nil, resolved(ctx, refusal, err)
	}
	r, err := s.byID(ctx, m.VersionInfo.ID, m.VersionInfo.ProductName, skipManifests)
	switch {
	case !isRefused(err):
		return r, err
	case !listed:
		return nil, nil
	}
	return nil, releaseError(m.VersionInfo.ID, resolve(err, errdef.ErrServer, "although the list has the release"))
}

// isListed reports whether a list read now has the release, or a release that
// cannot be decoded in its place.
func (s *Service) isListed(ctx context.Context, v *VersionInfo) (listed bool, err error) {
	o := ListOptions{
		ProjectName: v.ProductName, WorkflowName: v.WorkflowName, TaskID: v.TaskID,
		Verbosity: VerbosityBrief, SkipManifests: true,
	}
	err = s.summaries(ctx, o, allPerPage, func(other summary, err error) bool {
		listed = err != nil || other.VersionInfo.ID == v.ID
		return !listed && other.VersionInfo.CreatedAt >= v.CreatedAt
	}, nil)
	return listed, err
}

// ofTask reads a release from a detailed list of its task.
func (s *Service) ofTask(ctx context.Context, v *VersionInfo, forbidden error, skipManifests bool) (*Release, error) {
	o := ListOptions{ProjectName: v.ProductName, WorkflowName: v.WorkflowName, TaskID: v.TaskID, SkipManifests: skipManifests}
	page, _, err := s.readPage(ctx, o, 1, allPerPage, nil)
	if err != nil && !errors.Is(err, errdef.ErrForbidden) {
		return nil, err
	}
	for _, same := range page {
		if same.VersionInfo.ID == v.ID {
			return same.Release, nil
		}
	}
	return nil, forbidden
}

// resolve returns a refusal whose cause is known now.
func resolve(refusal, cause error, reason string) error {
	if u, ok := errdef.AsAmbiguous(refusal, errdef.MissingOrDown); ok {
		return u.Resolve(cause, reason)
	}
	if reason == "" || errors.Is(refusal, cause) {
		return refusal
	}
	return fmt.Errorf("%w; %s", refusal, reason)
}

// resolved returns a refusal after which the list could not be read either.
func resolved(ctx context.Context, refusal, listErr error) error {
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("%w; the request that determines the cause did not finish: %w", resolve(refusal, errdef.ErrServer, ""), ended)
	}
	if !errors.Is(refusal, errdef.ErrNotFound) {
		return resolve(refusal, errdef.ErrServer, "listing fails, too: "+listErr.Error())
	}
	return listErr
}
