package main

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// repository is where a commit is, as Zadig says it.
type repository struct{ source, address, owner, name string }

// paths of a commit and of a pull request, behind the repository's own.
var pages = map[string]struct{ commit, pull string }{
	"github": {"/commit/", "/pull/"},
	"gitlab": {"/-/commit/", "/-/merge_requests/"},
	"gitee":  {"/commit/", "/pulls/"},
	"gitea":  {"/commit/", "/pulls/"},
}

// page is the address of a page of the repository, "" where none is known.
func (r repository) page(path func(struct{ commit, pull string }) string, what string) string {
	kind, ok := pages[strings.ToLower(r.source)]
	u, err := url.Parse(r.address)
	if !ok || err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || r.owner == "" || r.name == "" || what == "" {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	u.Path = strings.TrimSuffix(u.Path, "/") + "/" + r.owner + "/" + r.name + path(kind) + what
	u.RawPath = ""
	return u.String()
}

func (r repository) commit(id, message, author, branch, tag string, pr int, prs []int) commit {
	c := commit{
		ID: id, Message: message, Author: author, Ref: branch,
		URL: r.page(func(p struct{ commit, pull string }) string { return p.commit }, id),
	}
	if r.name != "" {
		c.Repo = strings.TrimPrefix(r.owner+"/"+r.name, "/")
	}
	if branch == "" {
		c.Ref = tag
	}
	if pr != 0 && !slices.Contains(prs, pr) {
		prs = append([]int{pr}, prs...)
	}
	for _, n := range prs {
		c.PRs = append(c.PRs, pull{n, r.page(func(p struct{ commit, pull string }) string { return p.pull }, strconv.Itoa(n))})
	}
	return c
}
