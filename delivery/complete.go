package delivery

import (
	"context"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
)

// defaultConcurrency is modest: Zadig opens a connection of its own for each
// permission check.
const defaultConcurrency = 8

func (o ListOptions) concurrency() int {
	if o.Concurrency == 0 {
		return defaultConcurrency
	}
	return o.Concurrency
}

// isIncomplete reports whether a list that was requested with a verbosity left
// out of r something that o selects.
func (o ListOptions) isIncomplete(r *Release, listed Verbosity) bool {
	if r.isFlat() { // the verbosity has no effect; since v4.2 lists have no services
		return r.servicesOmitted && (o.isDetailed() || o.ServiceName != "")
	}
	return listed == VerbosityBrief && o.Verbosity != VerbosityBrief &&
		r.DeployInfo == nil // up to v1.7.1 the verbosity has no effect
}

// complete reads what a list left out of r, if o selects it.
func (s *Service) complete(ctx context.Context, method string, r *Release, o ListOptions, listed Verbosity) (*Release, error) {
	if !o.isIncomplete(r, listed) {
		return r, nil
	}
	return s.fetchFull(ctx, method, r, o.SkipManifests)
}

// fetchFull reads a listed release with all its details, by id. From v1.18 to
// v2.2 project members may list but not get by id, so the release is read from
// a detailed list of its task. Chart releases have no task.
func (s *Service) fetchFull(ctx context.Context, method string, r *Release, skipManifests bool) (*Release, error) {
	v := r.VersionInfo
	if checkID(method, v.ID) != nil { // the server's mistake, not the caller's
		return nil, fmt.Errorf("%s: %w: the id of a listed release must be 24 hex digits", method, errdef.ErrUnexpectedResponse)
	}
	full, err := s.get(ctx, method, v.ID, GetOptions{ProjectName: v.ProductName}, skipManifests)
	if !errors.Is(err, errdef.ErrForbidden) || r.isFlat() || v.TaskID == 0 {
		return full, err
	}
	page, listErr := s.List(ctx, ListOptions{
		ProjectName:   v.ProductName,
		WorkflowName:  v.WorkflowName,
		TaskID:        v.TaskID,
		PerPage:       allPerPage,
		SkipManifests: skipManifests,
	})
	switch {
	case errors.Is(listErr, errdef.ErrForbidden):
		return nil, err
	case listErr != nil:
		return nil, listErr
	}
	for _, same := range page.Releases {
		if same.VersionInfo.ID == v.ID {
			return same, nil
		}
	}
	return nil, err
}
