// Package core has the types that the packages of the API share: [Doer] sends requests,
// and [TaskRef] and [PullRequest] identify the workflow tasks and pull requests that
// releases and artifacts refer to.
package core

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/weblink"
)

// A Doer sends one request. *zadig.Client implements Doer: it joins the relative
// URL of the request to its base URL, and returns every response that is not 2xx as
// an error.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// PullRequest is a pull request, merge request or Gerrit change that was part of a
// build.
type PullRequest struct {
	Address   string `json:"address"`    // URL of the code host, without credentials; "" if Zadig has no valid URL
	Source    string `json:"source"`     // kind of code host, such as "github"; may be ""
	RepoOwner string `json:"repo_owner"` // user or group
	RepoName  string `json:"repo_name"`  // repository
	Number    int    `json:"number"`     // from 1
}

// URL returns the address of the pull request's web page, or "" if it cannot be
// determined. If Source names GitHub (including Enterprise), GitLab, Gitee or
// Gerrit, the code host can have any address. If Source is empty, only github.com,
// gitlab.com and gitee.com are recognized. The URL is http or https and has no
// credentials.
func (p PullRequest) URL() string {
	return weblink.PullRequest(p.Source, p.Address, p.RepoOwner, p.RepoName, p.Number)
}

// String returns the repository and the number, such as "shop-team/cart#736". It is
// meant for people and may change.
func (p PullRequest) String() string {
	return redact.Line(fmt.Sprintf("%s#%d", strings.Trim(p.RepoOwner+"/"+p.RepoName, "/"), p.Number))
}
