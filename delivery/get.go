package delivery

import (
	"context"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// GetOptions are the options of [Service.Get].
type GetOptions struct {
	// ProjectName is the project of the release. Without it, servers since
	// v2.3.0 return zadig.ErrBadRequest; older ones do not need it. Rights in
	// this project suffice to read the release, except from v1.18 to v2.2,
	// where the user must be allowed to view versions system-wide (seen on
	// v1.18.0); use All with its filters there.
	ProjectName string
}

// Get returns one release with all its details, by its id of 24 hex digits.
//
// The server sends the same error for a missing release and for a database that
// is down. Get then requests a brief list of one to distinguish them, so a
// missing release costs two requests.
//
// Errors besides the common ones: zadig.ErrBadRequest for a malformed id,
// before anything is sent; zadig.ErrNotFound; zadig.ErrServer when the server
// cannot build this release, such as one whose project was deleted (v2.3.0 and
// later); zadig.ErrUnexpectedResponse from servers up to v1.7.1, on which no
// release is ever found by id: use All with its filters there.
func (s *Service) Get(ctx context.Context, id string, o GetOptions) (*Release, error) {
	return s.get(ctx, "delivery.Get", id, o, false)
}

func (s *Service) get(ctx context.Context, method, id string, o GetOptions, skipManifests bool) (*Release, error) {
	if err := checkID(method, id); err != nil {
		return nil, err
	}
	if ctx == nil {
		return nil, errdef.BadArgument(method, "ctx", "must not be nil")
	}
	w, err := response.Get[wireRelease](ctx, s.sender(), response.Endpoint{
		Path:   releasesPath + "/" + id,
		Query:  inProject(o.ProjectName),
		Want:   "a release",
		Decode: manifests(skipManifests),
	})
	if u, ok := errdef.AsAmbiguous(err, errdef.MissingOrDown); ok {
		return nil, s.resolveMissing(ctx, u, o)
	}
	if errors.Is(err, errdef.ErrBadRequest) && o.ProjectName == "" {
		return nil, fmt.Errorf("%w; servers since v2.3.0 need GetOptions.ProjectName", err)
	}
	if err != nil {
		return nil, errdef.Unsupported(err, "this server has no releases by id; is the base URL right?")
	}
	return w.release(), nil
}

// resolveMissing requests a brief list of one: a server that can read it has a
// database, so the release does not exist.
func (s *Service) resolveMissing(ctx context.Context, u *errdef.Ambiguous, o GetOptions) error {
	return u.ResolveByList(ctx, func() (error, string, error) {
		first, err := s.newest(ctx, ListOptions{ProjectName: o.ProjectName, Verbosity: VerbosityBrief, SkipManifests: true})
		if _, ok := errors.AsType[*response.ElementError](err); ok { // a list all the same
			return errdef.ErrNotFound, "", nil
		}
		if err == nil && first != nil && first.DeployInfo != nil {
			return errdef.ErrUnexpectedResponse, "servers up to v1.7.1 find no release by id; use All with its filters", nil
		}
		return errdef.ErrNotFound, "", err
	})
}

// checkID refuses an id that no release has.
func checkID(method, id string) error {
	if len(id) != 24 {
		return errdef.BadArgument(method, "id", "must be 24 hex digits (got %q)", shorten(id))
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return errdef.BadArgument(method, "id", "must be 24 hex digits (got %q)", id)
		}
	}
	return nil
}

// called names a release of a list by its id, which may be any text of the
// server's.
func (r *Release) called() string {
	if checkID("", r.VersionInfo.ID) != nil {
		return "a release without a usable id"
	}
	return "release " + r.VersionInfo.ID
}

func shorten(s string) string {
	const most = 64
	if len(s) > most {
		return fmt.Sprintf("%.*s…", most, s)
	}
	return s
}
