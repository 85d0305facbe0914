package artifact

import (
	"time"

	"github.com/zadig-go/zadig/internal/weblink"
)

// Annotations returns the annotations that the OCI image specification defines for
// the origin of an image, one map for each of [Artifact.Commits]:
//
//   - org.opencontainers.image.revision is the commit's id.
//   - org.opencontainers.image.source is the web page of its repository, on a code
//     host that [core.PullRequest.URL] recognizes. Gerrit has no such page.
//   - org.opencontainers.image.created is when the image was pushed, in RFC 3339.
//
// A key whose value is not known is left out.
func (a *Artifact) Annotations() []map[string]string {
	var all []map[string]string
	for _, c := range a.Commits() {
		annotations := map[string]string{}
		if c.CommitID != "" {
			annotations["org.opencontainers.image.revision"] = c.CommitID
		}
		if page := weblink.Repository(c.Source, c.Address, c.RepoOwner, c.RepoName); page != "" {
			annotations["org.opencontainers.image.source"] = page
		}
		if at := a.Created(); !at.IsZero() {
			annotations["org.opencontainers.image.created"] = at.UTC().Format(time.RFC3339)
		}
		all = append(all, annotations)
	}
	return all
}
