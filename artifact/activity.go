package artifact

import (
	"time"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Values of Activity.Type, which are also the keys of Artifact.SortedActivities. Custom
// workflows record only their builds, since v2.2.0. Product workflows, up to v3.4.0, also
// record deployments, publications and, with the type "test", tests (from Zadig's source).
const (
	ActivityBuild      = "build"
	ActivityDeploy     = "deploy"
	ActivityPublish    = "publish"
	ActivityDistribute = "distribute"
)

// Activity is something that was done with an artifact: it was built, deployed, published
// or distributed. Which fields are set depends on Type. A comment such as "for a build"
// names the type that sets the field in recorded responses. "Absent" and "if partial" are
// explained at [Artifact].
type Activity struct {
	ArtifactID        string    `json:"artifact_id,omitzero"`        // 24 hex digits; "" if partial
	Type              string    `json:"type"`                        // ActivityBuild and so on
	Content           string    `json:"content,omitzero"`            // for a deployment: free text; absent when ""
	URL               string    `json:"url,omitzero"`                // for a build: path of the task's page in Zadig; absent when ""
	JobTaskName       string    `json:"job_task_name,omitzero"`      // since v2.2.0: job of the workflow task; absent when "", "" if partial
	Commits           []*Commit `json:"commits,omitzero"`            // for a build: one per repository; absent when empty
	Issues            []string  `json:"issues,omitzero"`             // for a build: Jira issues, see [Artifact.Issues]; absent when empty
	Namespace         string    `json:"namespace,omitzero"`          // for a deployment: Kubernetes namespace; absent when ""
	EnvName           string    `json:"env_name,omitzero"`           // for a deployment: environment; absent when ""
	PublishHosts      []string  `json:"publish_hosts,omitzero"`      // for a publication: registries; absent when empty
	PublishNamespaces []string  `json:"publish_namespaces,omitzero"` // for a publication: namespaces in PublishHosts; absent when empty
	RemoteFileKey     string    `json:"remote_file_key,omitzero"`    // for a distribution: folder in the storage; absent when ""
	DistStorageURL    string    `json:"dist_storage_url,omitzero"`   // for a distribution: target storage; absent when ""
	SrcStorageURL     string    `json:"src_storage_url,omitzero"`    // for a distribution: source storage; absent when ""
	StartTime         int64     `json:"start_time,omitzero"`         // Unix seconds, absent when 0
	EndTime           int64     `json:"end_time,omitzero"`           // Unix seconds, absent when 0
	CreatedBy         string    `json:"created_by"`                  // user name
	CreatedTime       int64     `json:"created_time"`                // Unix seconds
}

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (a *Activity) Started() time.Time { return unixtime.Time(nilsafe.OrZero(a).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (a *Activity) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(a).EndTime) }

// Created returns CreatedTime as a time.Time, or the zero Time if it is unset.
func (a *Activity) Created() time.Time { return unixtime.Time(nilsafe.OrZero(a).CreatedTime) }

// Duration returns how long the activity took, to the second. It returns 0 if a time is
// missing or the end is before the start.
func (a *Activity) Duration() time.Duration { return unixtime.Between(a.Started(), a.Ended()) }

// Task returns the workflow task that performed the activity. It reads the task from URL
// and sends no request; ok is false if URL does not name a task. Builds have a URL. Its
// path ends in /pipelines/custom/<workflow>/<task> for a custom workflow, and in
// /pipelines/multi/<workflow>/<task> for a product workflow. For the task of a product
// workflow, client.Workflow.Task returns zadig.ErrNotFound.
func (a *Activity) Task() (ref core.TaskRef, ok bool) {
	return core.ParseTaskURL(nilsafe.OrZero(a).URL)
}

// Commit is a commit that was built, with its repository. A build has one Commit for each
// of its repositories.
type Commit struct {
	Address       string `json:"address"`                 // URL of the code host, without user info
	Source        string `json:"source,omitzero"`         // kind of code host, such as "github"; absent when ""
	RepoOwner     string `json:"repo_owner"`              // user or group
	RepoName      string `json:"repo_name"`               // repository
	Branch        string `json:"branch"`                  // "" when a tag was built
	PR            int    `json:"pr,omitzero"`             // pull request; absent when 0
	PRs           []int  `json:"prs,omitzero"`            // pull requests, since v1.16.0; absent when empty, nil if partial
	Tag           string `json:"tag,omitzero"`            // absent when ""
	CommitID      string `json:"commit_id,omitzero"`      // absent when ""
	CommitMessage string `json:"commit_message,omitzero"` // absent when ""
	AuthorName    string `json:"author_name,omitzero"`    // absent when ""
}
