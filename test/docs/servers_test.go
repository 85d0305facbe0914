package docs_test

import (
	"context"
	"fmt"
	"go/version"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

// columns are the columns of the tables in docs/servers.md that say which version
// has what. Each function returns the error of a version that does not.
var columns = map[string]func(context.Context, *zadig.Client) error{
	"`List`, `All`": func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Delivery.List(ctx, delivery.ListOptions{})
		return err
	},
	"`Get` by id": func(ctx context.Context, c *zadig.Client) error {
		r, err := c.Delivery.Latest(ctx, delivery.ListOptions{SkipDetails: true})
		if err != nil {
			return err
		}
		_, err = c.Delivery.Get(ctx, r.VersionInfo.ID, delivery.GetOptions{ProjectName: r.VersionInfo.ProductName})
		return err
	},
	"`Trace`": func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Artifact.Trace(ctx, zadigtest.Shop().Artifacts[0].Image)
		return err
	},
	"`Artifact.List`, `.All`, `.Get`": func(ctx context.Context, c *zadig.Client) error {
		page, err := c.Artifact.List(ctx, artifact.ListOptions{})
		if err != nil {
			return err
		}
		_, err = c.Artifact.Get(ctx, page.Artifacts[0].ID)
		return err
	},
	"`Labels`, `Label` filter": func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Delivery.Labels(ctx, "shop")
		return err
	},
	"Total": func(ctx context.Context, c *zadig.Client) error {
		page, err := c.Delivery.List(ctx, delivery.ListOptions{})
		if err == nil && page.Total < 0 {
			return zadig.ErrUnsupported
		}
		return err
	},
	"`Environment.List`, `.Get`": func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Environment.List(ctx, "shop", environment.ListOptions{})
		return err
	},
	"`Environment.History`": func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Environment.History(ctx, "shop", "dev", "cart", environment.HistoryOptions{})
		return err
	},
	"`Workflow.Tasks`": func(ctx context.Context, c *zadig.Client) error {
		for _, err := range c.Workflow.Tasks(ctx, "shop", "shop-release", workflow.TasksOptions{}) {
			return err
		}
		return nil
	},
	"`Workflow.Task`": func(ctx context.Context, c *zadig.Client) error {
		_, err := c.Workflow.Task(ctx, zadigtest.Shop().Tasks[0].Ref())
		return err
	},
}

// The tables of docs/servers.md say which version has what, and the SDK agrees: a
// method returns ErrUnsupported where the cell does not begin with "yes" or "with".
func TestServersTables(t *testing.T) {
	t.Parallel()
	p := readPage(t, "docs/servers.md")
	cells := func(r tableRow) []string {
		cells := strings.Split(strings.Trim(p.lines[r.line-1], "| "), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		return cells
	}
	tested := 0
	for _, name := range zadigtest.Versions() {
		client := zadigtest.NewServer(t, zadigtest.WithServerVersion(name)).Client()
		for _, table := range p.tables {
			header := cells(table[0])
			var row []string
			for _, r := range table[1:] {
				if c := cells(r); version.Compare(first(c[0]), "go"+name[1:]) <= 0 {
					row = c
				}
			}
			for i, column := range header {
				check, ok := columns[column]
				if !ok {
					continue
				}
				tested++
				err := check(t.Context(), client)
				if strings.HasPrefix(row[i], "yes") || strings.HasPrefix(row[i], "with") {
					require.NoError(t, err, "%s on %s", column, name)
				} else {
					assert.ErrorIs(t, err, zadig.ErrUnsupported, "%s on %s: the table has %q", column, name, row[i])
				}
			}
		}
	}
	assert.Equal(t, len(columns)*len(zadigtest.Versions()), tested)
	versions := zadigtest.Versions()
	assert.Contains(t, p.lines[2], fmt.Sprintf("from %s to %s", versions[0], versions[len(versions)-1]))
}

// first returns the first version of a range such as "v1.8 – v1.10", "since v4.2" or
// "up to v1.14", with the prefix of Go's versions.
func first(rangeOf string) string {
	if strings.HasPrefix(rangeOf, "up to ") {
		return "go0"
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(rangeOf, "since "), " ")
	return "go" + strings.TrimPrefix(name, "v")
}
