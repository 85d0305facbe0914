package core_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/core"
)

func TestParseTaskURL(t *testing.T) {
	t.Parallel()
	ref := func(project, workflow string, task int) core.TaskRef {
		return core.TaskRef{ProjectName: project, WorkflowName: workflow, TaskID: task}
	}
	for name, row := range map[string]struct {
		page string
		want core.TaskRef // zero: none
	}{
		"custom":            {"/v1/projects/detail/shop/pipelines/custom/shop-dev/7?display_name=%E5%95%86%E5%9F%8E", ref("shop", "shop-dev", 7)},
		"multi":             {"/v1/projects/detail/zadig/pipelines/multi/dev2/70", ref("zadig", "dev2", 70)},
		"absolute":          {"https://zadig.example.com/v1/projects/detail/p/pipelines/custom/w/1", ref("p", "w", 1)},
		"below a prefix":    {"https://example.com/zadig/v1/projects/detail/p/pipelines/custom/w/1", ref("p", "w", 1)},
		"not ASCII":         {"/v1/projects/detail/商城/pipelines/custom/w/1", ref("商城", "w", 1)},
		"escaped":           {"/v1/projects/detail/a%2Fb/pipelines/custom/w%20x/1", ref("a/b", "w x", 1)},
		"empty":             {"", core.TaskRef{}},
		"another page":      {"/v1/projects/detail/shop/envs/detail", core.TaskRef{}},
		"a workflow's page": {"/v1/projects/detail/shop/pipelines/custom/shop-dev", core.TaskRef{}},
		"another kind":      {"/v1/projects/detail/shop/pipelines/single/shop-dev/7", core.TaskRef{}},
		"no project":        {"/v1/projects/detail//pipelines/custom/w/1", core.TaskRef{}},
		"no workflow":       {"/v1/projects/detail/p/pipelines/custom//1", core.TaskRef{}},
		"task 0":            {"/v1/projects/detail/p/pipelines/custom/w/0", core.TaskRef{}},
		"negative task":     {"/v1/projects/detail/p/pipelines/custom/w/-1", core.TaskRef{}},
		"signed task":       {"/v1/projects/detail/p/pipelines/custom/w/+1", core.TaskRef{}},
		"task overflows":    {"/v1/projects/detail/p/pipelines/custom/w/9223372036854775808", core.TaskRef{}},
		"bad escape":        {"/v1/projects/detail/p/pipelines/custom/%zz/1", core.TaskRef{}},
		"control character": {"/v1/projects/detail/p/pipelines/custom/w\x7f/1", core.TaskRef{}},
		"relative":          {"v1/projects/detail/p/pipelines/custom/w/1", core.TaskRef{}},
	} {
		got, ok := core.ParseTaskURL(row.page)
		assert.Equal(t, row.want, got, name)
		assert.Equal(t, row.want != core.TaskRef{}, ok, name)
	}
}

// FuzzParseTaskURL checks that a TaskRef is complete, and that its page parses to the
// same TaskRef.
func FuzzParseTaskURL(f *testing.F) {
	f.Add("/v1/projects/detail/shop/pipelines/custom/shop-dev/7?display_name=%E5%95%86%E5%9F%8E")
	f.Add("https://zadig.example.com/v1/projects/detail/a%2Fb/pipelines/multi/%00/70#top")
	f.Add("//v1/projects/detail/p/pipelines/custom/w/1")
	f.Fuzz(func(t *testing.T, page string) {
		got, ok := core.ParseTaskURL(page)
		if !ok {
			assert.Zero(t, got)
			return
		}
		assert.NotEmpty(t, got.ProjectName)
		assert.NotEmpty(t, got.WorkflowName)
		assert.Positive(t, got.TaskID)
		assert.Contains(t, page, strings.TrimLeft(strconv.Itoa(got.TaskID), "0"))
	})
}
