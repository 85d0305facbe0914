package taskref_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/internal/taskref"
)

func TestFromURL(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		page string
		want taskref.Ref // zero: none
	}{
		"custom":            {"/v1/projects/detail/shop/pipelines/custom/shop-dev/7?display_name=%E5%95%86%E5%9F%8E", taskref.Ref{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7}},
		"multi":             {"/v1/projects/detail/zadig/pipelines/multi/dev2/70", taskref.Ref{ProjectName: "zadig", WorkflowName: "dev2", TaskID: 70}},
		"absolute":          {"https://zadig.example.com/v1/projects/detail/p/pipelines/custom/w/1", taskref.Ref{ProjectName: "p", WorkflowName: "w", TaskID: 1}},
		"below a prefix":    {"https://example.com/zadig/v1/projects/detail/p/pipelines/custom/w/1", taskref.Ref{ProjectName: "p", WorkflowName: "w", TaskID: 1}},
		"not ASCII":         {"/v1/projects/detail/商城/pipelines/custom/w/1", taskref.Ref{ProjectName: "商城", WorkflowName: "w", TaskID: 1}},
		"escaped":           {"/v1/projects/detail/a%2Fb/pipelines/custom/w%20x/1", taskref.Ref{ProjectName: "a/b", WorkflowName: "w x", TaskID: 1}},
		"empty":             {"", taskref.Ref{}},
		"another page":      {"/v1/projects/detail/shop/envs/detail", taskref.Ref{}},
		"a workflow's page": {"/v1/projects/detail/shop/pipelines/custom/shop-dev", taskref.Ref{}},
		"another kind":      {"/v1/projects/detail/shop/pipelines/single/shop-dev/7", taskref.Ref{}},
		"no project":        {"/v1/projects/detail//pipelines/custom/w/1", taskref.Ref{}},
		"no workflow":       {"/v1/projects/detail/p/pipelines/custom//1", taskref.Ref{}},
		"task 0":            {"/v1/projects/detail/p/pipelines/custom/w/0", taskref.Ref{}},
		"negative task":     {"/v1/projects/detail/p/pipelines/custom/w/-1", taskref.Ref{}},
		"signed task":       {"/v1/projects/detail/p/pipelines/custom/w/+1", taskref.Ref{}},
		"task overflows":    {"/v1/projects/detail/p/pipelines/custom/w/9223372036854775808", taskref.Ref{}},
		"bad escape":        {"/v1/projects/detail/p/pipelines/custom/%zz/1", taskref.Ref{}},
		"control character": {"/v1/projects/detail/p/pipelines/custom/w\x7f/1", taskref.Ref{}},
		"relative":          {"v1/projects/detail/p/pipelines/custom/w/1", taskref.Ref{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := taskref.FromURL(row.page)
			assert.Equal(t, row.want, got)
			assert.Equal(t, row.want != taskref.Ref{}, ok)
		})
	}
}

// FuzzFromURL checks that a Ref is whole, and names its page again.
func FuzzFromURL(f *testing.F) {
	f.Add("/v1/projects/detail/shop/pipelines/custom/shop-dev/7?display_name=%E5%95%86%E5%9F%8E")
	f.Add("https://zadig.example.com/v1/projects/detail/a%2Fb/pipelines/multi/%00/70#top")
	f.Add("//v1/projects/detail/p/pipelines/custom/w/1")
	f.Fuzz(func(t *testing.T, page string) {
		got, ok := taskref.FromURL(page)
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
