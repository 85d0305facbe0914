// Package pulls lists the pull requests of a commit.
package pulls

import (
	"slices"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/weblink"
)

// Of returns one pull request of the repository for each distinct positive number,
// or nil if there are no such numbers.
func Of(address, source, owner, name string, numbers ...int) []core.PullRequest {
	var all []core.PullRequest
	host, _ := weblink.Host(address)
	for i, n := range numbers {
		if n > 0 && !slices.Contains(numbers[:i], n) {
			all = append(all, core.PullRequest{Address: host.String(), Source: source, RepoOwner: owner, RepoName: name, Number: n})
		}
	}
	return all
}
