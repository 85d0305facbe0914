package pulls_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/pulls"
)

func TestOf(t *testing.T) {
	t.Parallel()
	pr := func(n int) core.PullRequest {
		return core.PullRequest{Address: "https://a", Source: "s", RepoOwner: "o", RepoName: "r", Number: n}
	}
	for name, test := range map[string]struct {
		numbers []int
		want    []core.PullRequest
	}{
		"none":         {nil, nil},
		"several":      {[]int{9, 8}, []core.PullRequest{pr(9), pr(8)}},
		"twice":        {[]int{8, 9, 8, 9}, []core.PullRequest{pr(8), pr(9)}},
		"not a number": {[]int{0, -3}, nil},
	} {
		assert.Equal(t, test.want, pulls.Of("https://me:pw@a", "s", "o", "r", test.numbers...), name)
	}
}
