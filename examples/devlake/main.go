// Devlake sends the deployments that a workflow of Zadig made to a webhook of
// Apache DevLake, which computes DORA metrics from them.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/workflow"
)

func main() {
	days := flag.Int("days", 7, "send the deployments of tasks created in the last `n` days")
	flag.Parse()
	hook := Webhook{URL: os.Getenv("DEVLAKE_URL"), Token: os.Getenv("DEVLAKE_TOKEN")}
	if flag.NArg() != 2 || hook.URL == "" || hook.Token == "" {
		log.Fatal("usage: devlake [-days n] project workflow, with DEVLAKE_URL and DEVLAKE_TOKEN")
	}
	client, err := zadig.NewClientFromEnv()
	if err == nil {
		err = Sync(context.Background(), client, hook, flag.Arg(0), flag.Arg(1), time.Now().AddDate(0, 0, -*days))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// Sync sends the deployments of a workflow's tasks that were created since the
// given time. If DevLake refuses a deployment, the others are still sent.
func Sync(ctx context.Context, client *zadig.Client, hook Webhook, project, name string, since time.Time) (refused error) {
	for task, err := range client.Workflow.Tasks(ctx, project, name, workflow.TasksOptions{}) {
		switch {
		case err != nil:
			return errors.Join(refused, err)
		case task.Created().Before(since): // and so were all that follow
			return refused
		case !task.Done(): // a later run sends its deployments
			continue
		}
		deployments, err := Deployments(ctx, client, task.Ref())
		if err != nil {
			return errors.Join(refused, err)
		}
		for _, d := range deployments {
			if len(d.Commits) == 0 {
				log.Printf("%s is not sent: it has no commit whose repository has a known web address", d.ID)
			} else {
				refused = errors.Join(refused, hook.Send(ctx, d))
			}
		}
	}
	return refused
}

// kinds maps names of environments to DevLake's kinds. For other names, the kind
// depends on whether Zadig says that the environment is for production.
var kinds = map[string]string{"dev": "DEVELOPMENT", "staging": "STAGING"}

// Deployments returns the deployments of a task, one for each of its jobs.
func Deployments(ctx context.Context, client *zadig.Client, ref core.TaskRef) (all []*Deployment, err error) {
	task, err := client.Workflow.Task(ctx, ref)
	if err != nil {
		return nil, err
	}
	for _, d := range task.Deploys() {
		if d.Image == "" || d.StartTime == 0 || d.EndTime == 0 || d.Status == workflow.StatusSkipped {
			continue // it deployed no image
		}
		id := fmt.Sprintf("zadig:%s/%s/%d/%s", ref.ProjectName, ref.WorkflowName, ref.TaskID, d.Job)
		if len(all) == 0 || all[len(all)-1].ID != id { // another job
			kind := map[bool]string{true: "PRODUCTION", false: "TESTING"}[d.Production]
			result := map[bool]string{true: "SUCCESS", false: "FAILURE"}[d.Status == workflow.StatusPassed]
			all = append(all, &Deployment{
				ID: id, Environment: cmp.Or(kinds[d.Environment], kind), OriginalEnvironment: d.Environment,
				CreatedDate: task.Created().UTC(), Outcome: Outcome{result, time.Unix(d.StartTime, 0).UTC(), d.Ended().UTC()},
			})
		}
		a, err := client.Artifact.Trace(ctx, d.Image)
		if err != nil && !errors.Is(err, zadig.ErrNotFound) { // not found: Zadig did not build it
			return nil, err
		}
		all[len(all)-1].addCommits(a)
	}
	return all, nil
}

// addCommits adds the commits that an image was built from.
func (d *Deployment) addCommits(a *artifact.Artifact) {
	for i, c := range a.Commits() {
		repo := a.Annotations()[i]["org.opencontainers.image.source"]
		known := func(k *Commit) bool { return k.RepoURL == repo && k.CommitSHA == c.CommitID }
		if repo != "" && c.CommitID != "" && !slices.ContainsFunc(d.Commits, known) {
			d.Commits = append(d.Commits, &Commit{repo, c.CommitID, c.Branch + c.Tag, c.CommitMessage, d.Outcome})
		}
	}
}

// Webhook is a webhook of DevLake.
type Webhook struct {
	URL   string // for deployments, as DevLake shows it
	Token string // an API key for it
}

// Deployment is a deployment as DevLake accepts it.
type Deployment struct {
	ID                  string    `json:"id"`          // the same in every run: DevLake replaces a deployment that it already has
	Environment         string    `json:"environment"` // without it, DevLake assumes PRODUCTION
	OriginalEnvironment string    `json:"originalEnvironment"`
	CreatedDate         time.Time `json:"createdDate"`
	Commits             []*Commit `json:"deploymentCommits"` // at least one
	Outcome
}

// Commit is a commit of a deployment.
type Commit struct {
	RepoURL   string `json:"repoUrl"`
	CommitSHA string `json:"commitSha"`
	RefName   string `json:"refName"`
	CommitMsg string `json:"commitMsg"`
	Outcome
}

// Outcome describes how and when a deployment ended.
type Outcome struct {
	Result       string    `json:"result"` // without it, DevLake assumes SUCCESS
	StartedDate  time.Time `json:"startedDate"`
	FinishedDate time.Time `json:"finishedDate"`
}

// Send sends a deployment. The error quotes the server's response, without the
// token.
func (w Webhook) Send(ctx context.Context, d *Deployment) error {
	body, err1 := json.Marshal(d)
	req, err2 := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+w.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Timeout: 30 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, 1000))
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(got, []byte(`"success":true`)) {
		text := strings.ReplaceAll(string(got), w.Token, "[redacted]")
		return fmt.Errorf("%s: got %s with %q, want 200 with \"success\":true", d.ID, resp.Status, text)
	}
	return nil
}
