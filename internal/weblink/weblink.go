// Package weblink makes links into the web pages of code hosts: GitHub,
// GitLab, Gitee and Gerrit, at any address.
package weblink

import (
	"net/url"
	"strconv"
	"strings"
)

// kinds are the kinds of code hosts, by what servers call them.
var kinds = map[string]string{
	"github":           "github",
	"gitlab":           "gitlab",
	"gitee":            "gitee",
	"gitee-enterprise": "gitee",
	"gerrit":           "gerrit",
}

var publicHosts = map[string]string{"github.com": "github", "gitlab.com": "gitlab", "gitee.com": "gitee"}

// repoPage returns the web page of a repository, and the kind of its code host:
// source, or else what the address shows. Both are "" if the kind is not known.
func repoPage(source, address, owner, name string) (page, kind string) {
	u, ok := Host(address)
	if !ok || (u.Scheme != "https" && u.Scheme != "http") {
		return "", ""
	}
	kind = kinds[strings.ToLower(source)]
	if source == "" || source == "other" { // "other" is read as a plain Git server
		kind = publicHosts[u.Hostname()]
	}
	if kind == "" {
		return "", ""
	}
	page = u.String()
	if kind == "gerrit" { // its pages are found by number and commit, whatever the repository
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

// Host returns the scheme, host and path of a code host's address, without
// anything that could be a credential. It returns false if address is not a URL.
func Host(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return &url.URL{}, false
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}, true
}

// Repository returns the page of a repository, or "". Gerrit has none.
func Repository(source, address, owner, name string) string {
	page, kind := repoPage(source, address, owner, name)
	if kind == "gerrit" {
		return ""
	}
	return page
}

// Commit returns the page of a commit, or "".
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

// Compare returns the page with the commits of a repository from one to another,
// or "". Gerrit has none.
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

// PullRequest returns the page of a pull request, or "".
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
