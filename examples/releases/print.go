package main

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// printer writes releases in one of the formats.
type printer interface {
	Print(r *delivery.Release) error
	Flush() error
}

func newPrinter(out io.Writer, s settings) printer {
	if s.format == cli.JSON {
		return &jsonPrinter{out, s}
	}
	header := []string{"CREATED", "PROJECT", "VERSION", "WORKFLOW", "TASK", "STATUS", "BY", "LABELS"}
	if s.images {
		header = append(header, "SERVICE", "IMAGE")
	} else {
		header = append(header, "DESCRIPTION")
	}
	return &rowPrinter{cli.NewRows(out, s.format, header...), s}
}

// rowPrinter writes a row for each release, or for each image of each.
type rowPrinter struct {
	*cli.Rows
	settings settings
}

const mostOfDescription = 60

func (p *rowPrinter) Print(r *delivery.Release) error {
	v := r.VersionInfo
	task := ""
	if v.TaskID != 0 {
		task = strconv.Itoa(v.TaskID)
	}
	row := cli.Cells(cli.Time(v.Created()), v.ProductName, v.Version, v.WorkflowName, task, v.Status, v.CreatedBy, strings.Join(v.Labels, ", "))
	if !p.settings.images {
		text := cli.FirstLine(v.Desc)
		if reason := cli.Clean(r.FailureReason()); reason != "" {
			text = reason
		}
		p.Add(append(row, cli.Cell{Text: cli.Shorten(text, mostOfDescription)})...)
		return nil
	}
	images := p.settings.imagesOf(r)
	if len(images) == 0 {
		p.Add(row...)
	}
	for _, i := range images {
		service := i.Service
		if i.Container != "" && i.Container != i.Service {
			service += "/" + i.Container
		}
		p.Add(append(row, cli.Cell{Text: service}, cli.Cell{Text: i.Image, Code: true})...)
		row = make([]cli.Cell, len(row)) // said once
	}
	return nil
}

// jsonPrinter writes a line of JSON for each release.
type jsonPrinter struct {
	out      io.Writer
	settings settings
}

// record is a release with what most programs need of it.
type record struct {
	ID          string    `json:"id"`
	Project     string    `json:"project"`
	Version     string    `json:"version"`
	Workflow    string    `json:"workflow"`
	Task        int       `json:"task"`
	Type        string    `json:"type"`
	Status      string    `json:"status"`
	Failure     string    `json:"failure,omitempty"` // the server's reason why it failed
	Labels      []string  `json:"labels"`
	CreatedBy   string    `json:"created_by"`
	CreatedAt   time.Time `json:"created_at"`
	Description string    `json:"description"`
	Images      []image   `json:"images,omitzero"` // with -images
}

type image struct {
	Service   string `json:"service"`
	Container string `json:"container"`
	Image     string `json:"image"`
}

func (p *jsonPrinter) Print(r *delivery.Release) error {
	if p.settings.full {
		return cli.WriteJSON(p.out, r)
	}
	v := r.VersionInfo
	line := record{
		ID: v.ID, Project: v.ProductName, Version: v.Version, Workflow: v.WorkflowName, Task: v.TaskID,
		Type: v.Type, Status: v.Status, Failure: r.FailureReason(), Labels: append([]string{}, v.Labels...),
		CreatedBy: v.CreatedBy, CreatedAt: v.Created().UTC(), Description: v.Desc,
	}
	if p.settings.images {
		line.Images = []image{}
		for _, i := range p.settings.imagesOf(r) {
			line.Images = append(line.Images, image(i))
		}
	}
	return cli.WriteJSON(p.out, line)
}

func (p *jsonPrinter) Flush() error { return nil }

// imagesOf are the images of a release, or those of -service in it.
func (s settings) imagesOf(r *delivery.Release) []delivery.Image {
	if s.list.ServiceName == "" {
		return r.Images()
	}
	service, _ := r.Service(s.list.ServiceName)
	return service.Images
}
