package core_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/core"
)

func TestPullRequestString(t *testing.T) {
	t.Parallel()
	for want, pr := range map[string]core.PullRequest{
		"shop-team/cart#736": {Address: "https://github.com", Source: "github", RepoOwner: "shop-team", RepoName: "cart", Number: 736},
		"cart#7":             {RepoName: "cart", Number: 7},
		"a b/cart#7":         {RepoOwner: "a\nb", RepoName: "cart", Number: 7},
	} {
		assert.Equal(t, "["+want+"]", fmt.Sprint([]core.PullRequest{pr}))
	}
}
