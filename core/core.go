// Package core has the types that the packages of the API share: the Doer that sends
// requests, and the tasks and pull requests to which releases and artifacts refer.
package core

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/weblink"
)

// Doer sends one request. *zadig.Client implements it: it joins the relative URL
// to its base URL, and returns every response that is not 2xx as an error.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// PullRequest is a pull request, merge request or Gerrit change that was
// built.
type PullRequest struct {
	Address   string `json:"address"`    // URL of the code host without credentials, "" if it is not a URL
	Source    string `json:"source"`     // kind of code host, such as "github"; may be ""
	RepoOwner string `json:"repo_owner"` // user or group
	RepoName  string `json:"repo_name"`  // repository
	Number    int    `json:"number"`     // from 1
}

// URL returns the address of the pull request's web page, or "" if it is not
// known. Source names the code host: GitHub (also Enterprise), GitLab, Gitee or
// Gerrit, at any address. Without a Source, only github.com, gitlab.com and
// gitee.com are recognized. The URL is http or https and has no credentials.
func (p PullRequest) URL() string {
	return weblink.PullRequest(p.Source, p.Address, p.RepoOwner, p.RepoName, p.Number)
}

// String returns the repository and the number, such as "shop-team/cart#736". It is
// meant for people and may change.
func (p PullRequest) String() string {
	return redact.Line(fmt.Sprintf("%s#%d", strings.Trim(p.RepoOwner+"/"+p.RepoName, "/"), p.Number))
}
