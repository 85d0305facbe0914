// Package weblink makes links to the web pages of code hosts: GitHub, GitLab, Gitee
// and Gerrit, at any address.
package weblink

import (
	"net/url"
	"strconv"
	"strings"
)

// kinds maps the names that servers use for code hosts to kinds of code hosts.
var kinds = map[string]string{
	"github":           "github",
	"gitlab":           "gitlab",
	"gitee":            "gitee",
	"gitee-enterprise": "gitee",
	"gerrit":           "gerrit",
}

var publicHosts = map[string]string{"github.com": "github", "gitlab.com": "gitlab", "gitee.com": "gitee"}

// repoPage returns the web page of a repository and the kind of its code host, which
// source names. If source does not name one, repoPage recognizes only the addresses of
// public hosts. Both results are "" if the kind is not known.
func repoPage(source, address, owner, name string) (page, kind string) {
	u, ok := Host(address)
	if !ok || (u.Scheme != "https" && u.Scheme != "http") {
		return "", ""
	}
	kind = kinds[strings.ToLower(source)]
	if source == "" || source == "other" { // "other" means any Git server
		kind = publicHosts[u.Hostname()]
	}
	if kind == "" {
		return "", ""
	}
	page = u.String()
	if kind == "gerrit" { // the addresses of its pages name a number or commit, and no repository
		return page, kind
	}
	for part := range strings.SplitSeq(owner+"/"+name, "/") {
		if part == "" || part == "." || part == ".." {
			return "", ""
		}
		page += "/" + url.PathEscape(part)
	}
	return page, kind
}

// Host returns the scheme, host and path of a code host's address, without user
// info, query and fragment, which may contain credentials. It returns false if
// address has no host.
func Host(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return &url.URL{}, false
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}, true
}

// Repository returns the web page of a repository, or "" if it is not known.
// Gerrit has none.
func Repository(source, address, owner, name string) string {
	page, kind := repoPage(source, address, owner, name)
	if kind == "gerrit" {
		return ""
	}
	return page
}

// Commit returns the web page of a commit, or "" if it is not known.
func Commit(source, address, owner, name, id string) string {
	page, kind := repoPage(source, address, owner, name)
	if page == "" || id == "" {
		return ""
	}
	id = url.PathEscape(id)
	switch kind {
	case "gerrit":
		return page + "/q/commit:" + id
	case "gitlab":
		return page + "/-/commit/" + id
	}
	return page + "/commit/" + id
}

// Compare returns the web page that compares two commits of a repository, or ""
// if it is not known. Gerrit has none.
func Compare(source, address, owner, name, from, to string) string {
	page, kind := repoPage(source, address, owner, name)
	if page == "" || from == "" || to == "" {
		return ""
	}
	commits := url.PathEscape(from) + "..." + url.PathEscape(to)
	switch kind {
	case "gerrit":
		return ""
	case "gitlab":
		return page + "/-/compare/" + commits
	}
	return page + "/compare/" + commits
}

// PullRequest returns the web page of a pull request, or "" if it is not known.
func PullRequest(source, address, owner, name string, number int) string {
	page, kind := repoPage(source, address, owner, name)
	if page == "" || number <= 0 {
		return ""
	}
	n := strconv.Itoa(number)
	switch kind {
	case "gerrit":
		return page + "/" + n
	case "gitlab":
		return page + "/-/merge_requests/" + n
	case "gitee":
		return page + "/pulls/" + n
	}
	return page + "/pull/" + n
}
