package artifact

import (
	"encoding/json"
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Artifact is an image or a package with its history: how it was built, and where it was
// deployed, published and distributed.
//
// The fields come from Zadig's documentation, from responses recorded on v1.11.0 and
// v5.0.0, and from the server's source, v1.6.0 to v5.0.0. In their comments, "absent when"
// says when the server leaves the member out of the JSON object, and "if partial" means
// that [Artifact.IsPartial] reports true.
type Artifact struct {
	ID                  string                 `json:"id,omitzero"`                    // 24 hex digits; "" if partial
	Name                string                 `json:"name"`                           // for an image: without registry and tag
	Type                string                 `json:"type"`                           // "image" or "file"
	Source              string                 `json:"source"`                         // "workflow_v4": custom, "workflow": product workflow
	Image               string                 `json:"image,omitzero"`                 // image reference; for a file: its name; absent when ""
	ImageHash           string                 `json:"image_hash,omitzero"`            // absent when ""
	ImageTag            string                 `json:"image_tag"`                      // for a file: its name
	ImageDigest         string                 `json:"image_digest,omitzero"`          // such as "sha256:…"; absent when ""
	ImageSize           int64                  `json:"image_size,omitzero"`            // bytes; absent when 0
	Architecture        string                 `json:"architecture,omitzero"`          // such as "amd64"; absent when ""
	OS                  string                 `json:"os,omitzero"`                    // such as "linux"; absent when ""
	DockerFile          string                 `json:"docker_file,omitzero"`           // text of the Dockerfile; absent when "", "" if partial
	Layers              []*Layer               `json:"layers,omitzero"`                // absent when empty, nil if partial
	PackageFileLocation string                 `json:"package_file_location,omitzero"` // for a file: its folder; absent when ""
	PackageStorageURI   string                 `json:"package_storage_uri,omitzero"`   // for a file: its storage; absent when ""
	CreatedBy           string                 `json:"created_by"`                     // user name
	CreatedTime         int64                  `json:"created_time"`                   // Unix seconds
	Activities          []*Activity            `json:"activities,omitzero"`            // newest first; may be empty
	SortedActivities    map[string][]*Activity `json:"sortedActivities,omitzero"`      // Activities by Activity.Type; absent when empty

	raw func() json.RawMessage // a closure, so that %+v does not print the document
}

// RawJSON returns the JSON that the artifact was read from, including members
// that this package does not know. It is nil unless the client was made with
// zadig.WithRawJSON.
func (a *Artifact) RawJSON() json.RawMessage {
	if a == nil || a.raw == nil {
		return nil
	}
	return a.raw()
}

// IsPartial reports whether the artifact was read only from the endpoint that Zadig
// documents for tracing an image, either because of [OneRequest] or because the user may
// not read the other endpoints. That endpoint leaves out
//
//   - ID, DockerFile and Layers
//   - ArtifactID and JobTaskName of activities
//   - PRs of commits, so that since v1.16.0 a build of several pull requests looks like a
//     build without any
func (a *Artifact) IsPartial() bool { return a != nil && a.ID == "" }

// Created returns CreatedTime as a time.Time, or the zero Time if it is unset.
func (a *Artifact) Created() time.Time { return unixtime.Time(nilsafe.OrZero(a).CreatedTime) }

// Layer is one layer of an image.
type Layer struct {
	MediaType string   `json:"media_type,omitzero"` // absent when ""
	Size      int64    `json:"size"`                // bytes
	Digest    string   `json:"digest,omitzero"`     // such as "sha256:…"; absent when ""
	URLs      []string `json:"urls,omitzero"`       // further addresses to download it from; absent when empty
}
