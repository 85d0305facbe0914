package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

// releasesPath is the same on all servers.
const releasesPath = "/api/aslan/delivery/releases"

// summary is a release as listed.
type summary struct {
	*Release
	partial  bool               // the list lacks details
	settings *response.Settings // of the client, for paging.Allowed
}

// readPage requests one page of the list and reads it to its end.
func (s *Service) readPage(ctx context.Context, o ListOptions, page, size int) (summaries []summary, total int, err error) {
	stream, err := s.openPage(ctx, o, page, size, response.Buffered)
	if err != nil {
		return nil, 0, err
	}
	defer stream.Close()
	settings := new(stream.Settings)
	for {
		w, err := stream.Next()
		switch {
		case response.IsEOF(err):
			return summaries, paging.Total(stream.Header), nil
		case err != nil:
			return nil, 0, asReleaseError(w, err)
		}
		summaries = append(summaries, newSummary(w, o, settings))
	}
}

// openPage requests one page of the list.
func (s *Service) openPage(ctx context.Context, o ListOptions, page, size int, mode response.Mode) (*response.Stream[wireRelease], error) {
	stream, err := response.Elements[wireRelease](ctx, s.sender(), response.Endpoint{
		Path:   releasesPath,
		Query:  o.query(page, size),
		Want:   "an array of releases",
		Decode: manifests(o.SkipManifests),
	}, mode)
	if err != nil {
		return nil, errdef.AsNotZadig(err, "this server has no release list; is the base URL right?")
	}
	return stream, nil
}

// byID requests the details of one release.
func (s *Service) byID(ctx context.Context, id, project string, skipManifests bool) (*Release, error) {
	w, err := response.Get[wireRelease](ctx, s.sender(), response.Endpoint{
		Path:   releasesPath + "/" + id,
		Query:  inProject(project),
		Want:   "a release",
		Decode: manifests(skipManifests),
	}, func(w *wireRelease) error {
		if got, _ := w.key(); !strings.EqualFold(got, id) {
			return fmt.Errorf("got release %.64q, want %s", got, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.release(), nil
}

// newSummary returns the summary of a release from a list that was requested with
// o.
func newSummary(w *wireRelease, o ListOptions, settings *response.Settings) summary {
	r := w.release()
	partial := o.Verbosity == VerbosityBrief && r.DeployInfo == nil // up to v1.7.1, brief lists have DeployInfo
	if r.isV4() {
		partial = len(r.Services) == 0 // since v4.2; VerbosityBrief has no effect
	}
	return summary{r, partial, settings}
}

// asReleaseError returns err as a *[ReleaseError] if it is the error of one element
// of the list, and unchanged otherwise.
func asReleaseError(w *wireRelease, err error) error {
	if element, ok := errors.AsType[*response.ElementError](err); ok {
		id, _ := w.key()
		return releaseError(id, element.Err)
	}
	return err
}

// listQuery has the query parameters of the list: the documented ones, and others
// that the server knows.
type listQuery struct {
	ProjectName  string    `url:"projectName,omitempty"`
	WorkflowName string    `url:"workflowName,omitempty"`
	TaskID       int       `url:"taskId,omitempty"`
	ServiceName  string    `url:"serviceName,omitempty"`
	Page         int       `url:"page"`     // always sent: without it, servers since v4.0 send all releases
	PerPage      int       `url:"per_page"` // always sent: without it, they send all releases on every page
	Verbosity    Verbosity `url:"verbosity,omitempty"`
	Label        string    `url:"label,omitempty"`
	// In collaboration mode the server responds to ProjectName with 200 and an
	// object instead of the list, unless IfPassFilter is true.
	IfPassFilter bool `url:"ifPassFilter,omitempty"`
}

func (o ListOptions) query(page, size int) listQuery {
	return listQuery{
		ProjectName:  o.ProjectName,
		WorkflowName: o.WorkflowName,
		TaskID:       o.TaskID,
		ServiceName:  o.ServiceName,
		Page:         page,
		PerPage:      size,
		Verbosity:    o.Verbosity,
		Label:        url.QueryEscape(o.Label), // because the server decodes it twice
		IfPassFilter: o.ProjectName != "",
	}
}

// inProject returns the query of an endpoint that takes only a project's name.
func inProject(name string) any {
	return struct {
		ProjectName  string `url:"projectName,omitempty"`
		IfPassFilter bool   `url:"ifPassFilter,omitempty"`
	}{name, name != ""}
}
