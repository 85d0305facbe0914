package delivery

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
)

// GetOptions are the options of [Service.Get].
type GetOptions struct {
	// ProjectName is the project of the release. Since Zadig v2.3.0, the server requires
	// it, and Get returns zadig.ErrBadRequest if it is empty.
	//
	// Rights in this project are enough to read the release. Only servers from v1.18 to
	// v2.2 require the right to view versions system-wide (seen on v1.18.0). A user
	// without that right can use [Service.All] with its filters.
	ProjectName string
}

// Get returns the release with this id, with all its details. An id has 24 hex digits.
//
// The server returns the same error if the release is missing and if its database is down.
// To find out which it is, Get then requests a list of one release and, if that succeeds,
// the release again. A missing release therefore costs three requests.
//
// In addition to the common errors, Get returns
//   - zadig.ErrBadRequest for a malformed id, before it sends anything
//   - zadig.ErrNotFound if there is no such release
//   - zadig.ErrServer if the server cannot assemble this release, such as one whose project
//     was deleted (an error since Zadig v2.3.0)
//   - zadig.ErrUnsupported on servers up to v1.7.1, which cannot return a release by id;
//     use [Service.All] with its filters instead
func (s *Service) Get(ctx context.Context, id string, o GetOptions) (*Release, error) {
	const method = "delivery.Get"
	if err := checkID(method, id); err != nil {
		return nil, err
	}
	r, err := s.byID(ctx, id, o.ProjectName, false)
	if err == nil {
		return r, nil
	}
	if refusal, ok := asRefusal(err); ok {
		r, err = s.getAgain(ctx, id, o.ProjectName, refusal)
	}
	if _, refused := errors.AsType[*errdef.ArgumentError](err); !refused && errors.Is(err, errdef.ErrBadRequest) && o.ProjectName == "" {
		return nil, fmt.Errorf("%w; servers since v2.3.0 need GetOptions.ProjectName", err)
	}
	return r, err
}

// getAgain reads a release that the server refused. First it reads a brief list of
// one release, to see whether the server works. If it does, the second response for
// the release is reliable.
func (s *Service) getAgain(ctx context.Context, id, project string, refusal *errdef.Ambiguous) (*Release, error) {
	var list []summary
	o := ListOptions{ProjectName: project, Verbosity: VerbosityBrief}
	err := inProjectOrAll(o, func(o ListOptions) (err error) {
		list, _, err = s.readPage(ctx, o, 1, 1)
		return err
	})
	switch {
	case err != nil && !isReleaseError(err):
		return nil, refusal.ResolveByCheck(err)
	case len(list) > 0 && list[0].DeployInfo != nil:
		return nil, refusal.Resolve(errdef.ErrUnsupported, "servers up to v1.7.1 cannot return a release by id; use All with its filters")
	}
	r, err := s.byID(ctx, id, project, false)
	if err == nil {
		return r, nil
	}
	if missing, ok := errdef.AsAmbiguous(err, errdef.MissingOrDown); ok {
		return nil, missing.Resolve(errdef.ErrNotFound, "")
	}
	if refusal, ok := asRefusal(err); ok {
		return nil, refusal.Resolve(errdef.ErrUnexpectedResponse, "this server has no releases by id; is the base URL right?")
	}
	return r, err
}

// checkID returns an error unless id has 24 hex digits.
func checkID(method, id string) error {
	if b, err := hex.DecodeString(id); err != nil || len(b) != 12 {
		return errdef.BadArgument(method, "id", "must be 24 hex digits (got %.64q)", id)
	}
	return nil
}
