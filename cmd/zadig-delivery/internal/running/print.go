package running

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
)

// write writes the images and, in tables for people, the summary.
func (c *command) write(images []*Image, counts map[string]int) error {
	columns := origin.Columns(
		cli.Column{Name: "STATUS", Once: true},
		cli.Column{Name: "IMAGE", Once: true, Least: 24},
		cli.Column{Name: "PODS", Once: true, Drop: 7, Least: 5},
		cli.Column{Name: "RELEASE", Once: true, Drop: 3, Least: 7},
		cli.Column{Name: "BY", Once: true, Drop: 8, Least: 4},
		cli.Column{Name: "BUILT", Once: true, Wide: true},
		cli.Column{Name: "DEPLOYED", Once: true, Drop: 4},
		cli.Column{Name: "DEPLOYER", Once: true, Drop: 4, Least: 8},
		cli.Column{Name: "APPROVED BY", Once: true, Wide: true},
		cli.Column{Name: "NAMESPACES", Once: true, Drop: 6, Least: 10},
	)
	var shown []*Image
	same := make(map[string]int) // images by their last part
	for _, i := range images {
		if (c.knownOnly && i.Status == unknown) || (c.Status != "" && i.Status != c.Status) {
			continue
		}
		shown = append(shown, i)
		same[lastPart(i.shown())]++
	}
	out := cli.NewOutput(c.Stdout, c.Format, columns...)
	out.Sparse = true
	for _, i := range shown {
		if err := out.Add(i, i.Rows(i.cells(same)...)...); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil || c.Format == cli.JSON || c.Format == cli.CSV {
		return err
	}
	text := summary(shown, counts)
	if c.Env != "" && c.pods == "" && c.images == "" {
		text += "These are the images that Zadig has recorded as deployed in " + cli.Clean(c.Env) + "; the cluster may run others.\n"
	}
	if out.Cut() {
		text += "-o wide shows everything.\n"
	}
	_, err := io.WriteString(c.Stdout, text)
	return err
}

func (i *Image) cells(same map[string]int) []cli.Cell {
	image := i.shown()
	release, by, deployed := cli.Cell{}, "", ""
	if i.DeployedAt != nil {
		deployed = cli.Time(*i.DeployedAt)
	}
	if i.Release != nil {
		by = i.Release.CreatedBy
		release.Text = i.Release.Version
	}
	return []cli.Cell{
		{Text: i.Status},
		{Text: image, Code: true, Shorter: func(columns int) string {
			if same[lastPart(image)] > 1 { // the registry distinguishes them
				return cli.ShortenMiddle(image, columns)
			}
			return cli.ShortenMiddle(lastPart(image), columns)
		}},
		i.podsCell(), release, {Text: by}, {Text: i.Built()}, {Text: deployed}, {Text: i.DeployedBy},
		{Text: strings.Join(i.ApprovedBy, ", ")}, i.namespacesCell(),
	}
}

// shown returns the image as people read it: with the digest if that matters, and
// only as much of it as distinguishes images.
func (i *Image) shown() string {
	image, digest, found := strings.Cut(i.Image, "@")
	if i.Status == Drifted {
		_, digest, found = strings.Cut(i.ImageID, "@")
	}
	if found {
		const shown = len("sha256:") + 12 + len("…")
		image += "@" + cli.Shorten(digest, shown)
	}
	return image
}

func lastPart(image string) string { return image[strings.LastIndexByte(image, '/')+1:] }

// podsCell returns how many pods run the image, and how many containers have a
// problem.
func (i *Image) podsCell() cli.Cell {
	if i.Pods == 0 {
		return cli.Cell{}
	}
	var text strings.Builder
	text.WriteString(strconv.Itoa(i.Pods))
	problems, n := i.Problems(), 0
	for _, name := range slices.Sorted(maps.Keys(problems)) {
		n += problems[name]
		fmt.Fprintf(&text, ", %d %s", problems[name], name)
	}
	return cli.Cell{Text: text.String(), Shorter: func(int) string { return fmt.Sprintf("%d, %d!", i.Pods, n) }}
}

// namespacesCell lists the namespaces that run the image, each with the number of
// pods if that is more than one. If there is less room, it shows the first
// namespace and how many more there are.
func (i *Image) namespacesCell() cli.Cell {
	var all []string
	for _, namespace := range slices.Sorted(maps.Keys(i.Namespaces)) {
		if n := i.Namespaces[namespace]; n > 1 {
			namespace += fmt.Sprintf(" (%d)", n)
		}
		all = append(all, namespace)
	}
	return cli.Cell{Text: strings.Join(all, ", "), Shorter: func(columns int) string {
		if len(all) < 2 {
			return strings.Join(all, "")
		}
		more := fmt.Sprintf(", +%d", len(all)-1)
		return cli.Shorten(all[0], columns-len(more)) + more
	}}
}
