package delivery

import (
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// BuildInfo describes one service that was built for a release.
type BuildInfo struct {
	ID          string       `json:"id"`                  // 24 hex digits
	ReleaseID   string       `json:"releaseId"`           // 24 hex digits
	ServiceName string       `json:"serviceName"`         // name in the project
	ImageInfo   *ImageInfo   `json:"imageInfo"`           // nil if the server has no details of the image
	ImageName   string       `json:"imageName"`           // full image reference, "" if no image was built
	PackageInfo *PackageInfo `json:"packageInfo"`         // nil if no package was built
	Issues      []*Issue     `json:"issues,omitzero"`     // Jira issues
	Commits     []*Commit    `json:"commits,omitzero"`    // one per repository of the build
	StartTime   int64        `json:"start_time,omitzero"` // Unix seconds, absent when 0
	EndTime     int64        `json:"end_time,omitzero"`   // Unix seconds, absent when 0
	CreatedAt   int64        `json:"created_at"`          // Unix seconds
	DeletedAt   int64        `json:"deleted_at"`          // Unix seconds, 0: not deleted
}

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (b *BuildInfo) Started() time.Time { return unixtime.Time(nilsafe.OrZero(b).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (b *BuildInfo) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(b).EndTime) }

// Created returns CreatedAt as a time.Time, or the zero Time if it is unset.
func (b *BuildInfo) Created() time.Time { return unixtime.Time(nilsafe.OrZero(b).CreatedAt) }

// Deleted returns DeletedAt as a time.Time, or the zero Time if it is unset.
func (b *BuildInfo) Deleted() time.Time { return unixtime.Time(nilsafe.OrZero(b).DeletedAt) }

// ImageInfo describes a built image.
type ImageInfo struct {
	RepoName      string `json:"repoName"`      // name without registry and tag
	TagName       string `json:"tagName"`       // tag
	ImageSize     int64  `json:"imageSize"`     // bytes
	ImageDigest   string `json:"imageDigest"`   // such as "sha256:…"
	Author        string `json:"author"`        // author named in the image
	Architecture  string `json:"architecture"`  // such as "amd64"
	DockerVersion string `json:"dockerVersion"` // version of Docker that built the image
	OS            string `json:"os"`            // such as "linux"
	CreationTime  string `json:"creationTime"`  // text from the registry, RFC 3339 in the recordings
	UpdateTime    string `json:"updateTime"`    // text in the format of CreationTime
}

// PackageInfo describes a built package.
type PackageInfo struct {
	PackageFileLocation string `json:"packageFileLocation"` // folder
	PackageFileName     string `json:"packageFileName"`     // file in that folder
	PackageStorageURI   string `json:"packageStorageUri"`   // storage of the folder
}

// Issue is a Jira issue that a build is linked to.
type Issue struct {
	ID          string `json:"id,omitzero"`          // Jira's number; absent when ""
	Key         string `json:"key,omitzero"`         // such as "SHOP-17"; absent when ""
	URL         string `json:"url,omitzero"`         // page of the issue; absent when ""
	Summary     string `json:"summary"`              // one line
	Description string `json:"description,omitzero"` // absent when ""
	Priority    string `json:"priority,omitzero"`    // absent when ""
	Creator     string `json:"creator,omitzero"`     // display name; absent when ""
	Assignee    string `json:"assignee,omitzero"`    // display name; absent when ""
	Reporter    string `json:"reporter,omitzero"`    // display name; absent when ""
}

// Commit describes one repository of a build, the commit that was checked out, and
// how Zadig accesses the repository. Credentials are replaced with "[redacted]".
type Commit struct {
	Source        string `json:"source,omitzero"`         // kind of code host, such as "github"; absent when ""
	RepoOwner     string `json:"repo_owner"`              // user or group
	RepoNamespace string `json:"repo_namespace,omitzero"` // since v1.12.0: group, if it differs from RepoOwner
	RepoName      string `json:"repo_name"`               // repository
	RemoteName    string `json:"remote_name,omitzero"`    // git remote, such as "origin"; absent when ""
	Branch        string `json:"branch"`                  // "" when a tag was built
	PR            int    `json:"pr,omitzero"`             // pull request; absent when 0
	PRs           []int  `json:"prs,omitzero"`            // pull requests, since v1.16.0; absent when empty
	Tag           string `json:"tag,omitzero"`            // absent when ""
	EnableCommit  bool   `json:"enable_commit,omitzero"`  // since v2.0.0: the user chose CommitID
	CommitID      string `json:"commit_id,omitzero"`      // absent when ""
	CommitMessage string `json:"commit_message,omitzero"` // absent when ""
	AuthorName    string `json:"author_name,omitzero"`    // absent when ""

	CheckoutPath string `json:"checkout_path,omitzero"` // folder in the build; absent when ""
	CheckoutRef  string `json:"checkout_ref,omitzero"`  // such as "refs/pull/736/head"; absent when ""
	Submodules   bool   `json:"submodules,omitzero"`    // submodules are checked out; absent when false
	Hidden       bool   `json:"hidden,omitzero"`        // since v1.17.0: not shown when the workflow is started
	UseDefault   bool   `json:"use_default,omitzero"`   // absent when false
	IsPrimary    bool   `json:"is_primary"`             // main repository of the build
	FilterRegexp string `json:"filter_regexp,omitzero"` // since v1.12.0, but not stored before v2.3.1; absent when ""

	CodehostID         int    `json:"codehost_id"`                   // code host in Zadig's settings
	Address            string `json:"address"`                       // URL of the code host
	DisableSSL         bool   `json:"disable_ssl,omitzero"`          // since v3.4.1: certificates are not checked
	AuthType           string `json:"auth_type,omitzero"`            // since v1.12.0: which credential is used; absent when ""
	OAuthToken         string `json:"oauth_token"`                   // credential, may be ""
	Username           string `json:"username,omitzero"`             // goes with Password; absent when ""
	Password           string `json:"password,omitzero"`             // credential; absent when ""
	SSHKey             string `json:"ssh_key,omitzero"`              // credential, since v1.12.0; absent when ""
	PrivateAccessToken string `json:"private_access_token,omitzero"` // credential, since v1.12.0; absent when ""

	ProjectUUID string `json:"project_uuid,omitzero"` // up to v1.18.0; absent when ""
	RepoUUID    string `json:"repo_uuid,omitzero"`    // up to v1.18.0; absent when ""
	RepoID      string `json:"repo_id,omitzero"`      // up to v1.18.0; absent when ""

	SourceFrom    string `json:"source_from,omitzero"`    // since v1.17.0: where the workflow gets the repository from
	ParamName     string `json:"param_name,omitzero"`     // since v1.17.0: parameter that the repository comes from
	JobName       string `json:"job_name,omitzero"`       // since v1.17.0: job that the repository comes from
	ServiceName   string `json:"service_name,omitzero"`   // since v1.17.0: service in that job
	ServiceModule string `json:"service_module,omitzero"` // since v1.17.0: container of that service
	RepoIndex     int    `json:"repo_index,omitzero"`     // since v1.17.0: position of the repository, from 0
	SubmissionID  string `json:"submission_id,omitzero"`  // since v1.18.0

	PerforceHost string `json:"perforce_host,omitzero"` // Perforce, since v3.3.0; absent when ""
	PerforcePort int    `json:"perforce_port,omitzero"` // Perforce, since v3.3.0; absent when 0
	DepotType    string `json:"depot_type,omitzero"`    // Perforce, since v3.3.0; absent when ""
	Stream       string `json:"stream,omitzero"`        // Perforce, since v3.3.0; absent when ""
	ViewMapping  string `json:"view_mapping,omitzero"`  // Perforce, since v3.3.0; absent when ""
	ChangelistID int    `json:"changelist_id,omitzero"` // Perforce, since v3.3.0; absent when 0
	ShelveID     int    `json:"shelve_id,omitzero"`     // Perforce, since v3.3.0; absent when 0
}
