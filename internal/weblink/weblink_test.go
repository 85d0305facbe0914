package weblink_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/internal/weblink"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	const sha = "0123456789abcdef0123456789abcdef01234567"
	for name, test := range map[string]struct {
		source, address, owner, repo string
		page, commit, pull           string // "" for no page
	}{
		"github":            {"github", "https://github.com", "koderover", "zadig", "https://github.com/koderover/zadig", "/commit/", "/pull/7"},
		"github enterprise": {"github", "https://git.example.com:8443/", "o", "r", "https://git.example.com:8443/o/r", "/commit/", "/pull/7"},
		"upper case":        {"GitHub", "https://github.com", "o", "r", "https://github.com/o/r", "/commit/", "/pull/7"},
		"gitlab":            {"gitlab", "https://gitlab.com", "o", "r", "https://gitlab.com/o/r", "/-/commit/", "/-/merge_requests/7"},
		"gitlab, groups":    {"gitlab", "http://example.com", "a/b/c", "r", "http://example.com/a/b/c/r", "/-/commit/", "/-/merge_requests/7"},
		"gitlab in a path":  {"gitlab", "https://example.com/git/", "o", "r", "https://example.com/git/o/r", "/-/commit/", "/-/merge_requests/7"},
		"gitee":             {"gitee", "https://gitee.com", "o", "r", "https://gitee.com/o/r", "/commit/", "/pulls/7"},
		"gitee enterprise":  {"gitee-enterprise", "https://e.example.com", "o", "r", "https://e.example.com/o/r", "/commit/", "/pulls/7"},
		"gerrit":            {"gerrit", "https://review.example.com/", "default", "a/b", "https://review.example.com", "/q/commit:", "/7"},
		"gerrit in a path":  {"gerrit", "https://example.com/r", "", "b", "https://example.com/r", "/q/commit:", "/7"},
		"no source, github": {"", "https://github.com", "o", "r", "https://github.com/o/r", "/commit/", "/pull/7"},
		"other, gitlab":     {"other", "https://gitlab.com", "o", "r", "https://gitlab.com/o/r", "/-/commit/", "/-/merge_requests/7"},
		"other, gitee":      {"other", "https://gitee.com", "o", "r", "https://gitee.com/o/r", "/commit/", "/pulls/7"},
		"odd names":         {"github", "https://h.io", "商城", "a b?c#d", "https://h.io/%E5%95%86%E5%9F%8E/a%20b%3Fc%23d", "/commit/", "/pull/7"},
		"credentials": {"gitlab", "https://me:s3cret@gitlab.example.com/?private_token=s3cret#s3cret", "o", "r",
			"https://gitlab.example.com/o/r", "/-/commit/", "/-/merge_requests/7"},

		"no source, own host":       {"", "https://git.example.com", "o", "r", "", "", ""},
		"other, own host":           {"other", "https://git.example.com", "o", "r", "", "", ""},
		"host that only looks like": {"", "https://github.com.example.com", "o", "r", "", "", ""},
		"codehub, up to v1.x":       {"codehub", "https://codehub.example.com", "o", "r", "", "", ""},
		"perforce":                  {"perforce", "https://p4.example.com", "o", "r", "", "", ""},
		"no address":                {"github", "", "o", "r", "", "", ""},
		"no host":                   {"github", "https:///git", "o", "r", "", "", ""},
		"no scheme":                 {"gitlab", "gitlab.example.com", "o", "r", "", "", ""},
		"ssh":                       {"other", "git@github.com", "o", "r", "", "", ""},
		"ssh URL":                   {"github", "ssh://git@github.com", "o", "r", "", "", ""},
		"script":                    {"github", "javascript:alert(1)//", "o", "r", "", "", ""},
		"no URL":                    {"github", "https://%zz", "o", "r", "", "", ""},
		"no owner":                  {"github", "https://github.com", "", "r", "", "", ""},
		"no repository":             {"github", "https://github.com", "o", "", "", "", ""},
		"another repository":        {"github", "https://github.com", "o/..", "r", "", "", ""},
	} {
		commit := test.commit
		if commit != "" {
			commit = test.page + test.commit + sha
		}
		assert.Equal(t, commit, weblink.Commit(test.source, test.address, test.owner, test.repo, sha), name)
		assert.Equal(t, test.page+test.pull, weblink.PullRequest(test.source, test.address, test.owner, test.repo, 7), name)
		assert.Empty(t, weblink.Commit(test.source, test.address, test.owner, test.repo, ""), name)
		assert.Empty(t, weblink.PullRequest(test.source, test.address, test.owner, test.repo, 0), name)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"github": "https://h.example.com/o/r/compare/a...b",
		"gitlab": "https://h.example.com/o/r/-/compare/a...b",
		"gitee":  "https://h.example.com/o/r/compare/a...b",
		"gerrit": "",
		"other":  "",
	} {
		assert.Equal(t, want, weblink.Compare(source, "https://me:s3cret@h.example.com/", "o", "r", "a", "b"), source)
		assert.Empty(t, weblink.Compare(source, "https://h.example.com", "o", "r", "", "b"), source)
		assert.Empty(t, weblink.Compare(source, "https://h.example.com", "o", "r", "a", ""), source)
	}
	assert.Equal(t, "https://github.com/o/r/compare/a%2F..%3F...b", weblink.Compare("", "https://github.com", "o", "r", "a/..?", "b"))
}
