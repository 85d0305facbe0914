// Package weblink makes links to the web pages of code hosts: GitHub, GitLab, Gitee
// and Gerrit, at any address.
package weblink

import (
	"net/url"
	"strconv"
	"strings"
)

// host has the paths of a kind of code host, below the page of a repository or, if the
// paths name no repository, below the host's address. A path is "" if there is no such
// page.
type host struct {
	commit, compare, pull string
	global                bool // the paths name no repository
}

// hosts has the code hosts by the names that servers use.
var hosts = map[string]host{
	"github":           {"/commit/", "/compare/", "/pull/", false},
	"gitlab":           {"/-/commit/", "/-/compare/", "/-/merge_requests/", false},
	"gitee":            {"/commit/", "/compare/", "/pulls/", false},
	"gitee-enterprise": {"/commit/", "/compare/", "/pulls/", false},
	"gerrit":           {"/q/commit:", "", "/", true},
}

var publicHosts = map[string]string{"github.com": "github", "gitlab.com": "gitlab", "gitee.com": "gitee"}

// repoPage returns the web page of a repository and its code host, which source names.
// If source does not name one, repoPage recognizes only the addresses of public hosts.
// The page is "" if the host is not known.
func repoPage(source, address, owner, name string) (page string, h host) {
	u, ok := Host(address)
	kind := strings.ToLower(source)
	if source == "" || source == "other" { // "other" means any Git server
		kind = publicHosts[u.Hostname()]
	}
	h, known := hosts[kind]
	if !ok || !known || u.Scheme != "https" && u.Scheme != "http" {
		return "", host{}
	}
	page = u.String()
	if h.global {
		return page, h
	}
	for part := range strings.SplitSeq(owner+"/"+name, "/") {
		if part == "" || part == "." || part == ".." {
			return "", host{}
		}
		page += "/" + url.PathEscape(part)
	}
	return page, h
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
	page, h := repoPage(source, address, owner, name)
	if h.global {
		return ""
	}
	return page
}

// Commit returns the web page of a commit, or "" if it is not known.
func Commit(source, address, owner, name, id string) string {
	page, h := repoPage(source, address, owner, name)
	return below(page, h.commit, url.PathEscape(id))
}

// Compare returns the web page that compares two commits of a repository, or ""
// if it is not known. Gerrit has none.
func Compare(source, address, owner, name, from, to string) string {
	if from == "" || to == "" {
		return ""
	}
	page, h := repoPage(source, address, owner, name)
	return below(page, h.compare, url.PathEscape(from)+"..."+url.PathEscape(to))
}

// PullRequest returns the web page of a pull request, or "" if it is not known.
func PullRequest(source, address, owner, name string, number int) string {
	if number <= 0 {
		return ""
	}
	page, h := repoPage(source, address, owner, name)
	return below(page, h.pull, strconv.Itoa(number))
}

// below returns the address of a page below another page, or "" if a part is empty.
func below(page, path, id string) string {
	if page == "" || path == "" || id == "" {
		return ""
	}
	return page + path + id
}
