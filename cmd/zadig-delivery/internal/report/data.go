package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
)

// payload is the data of the list and the details, as page/data.js reads it.
// Releases name their images by their index.
type payload struct {
	Lang     map[string]string `json:"lang"`     // translations by their English texts
	Projects []string          `json:"projects"` // in the order of their colors
	Images   []*image          `json:"images"`
	Releases []*release        `json:"releases"`
}

// encode returns the payload as JSON, compressed, in base64.
func encode(p *page) (string, error) {
	data := payload{Lang: p.texts, Projects: p.Projects, Images: []*image{}, Releases: p.Releases}
	index := make(map[*release]int)
	for at, r := range p.Releases {
		index[r] = at
	}
	for at, r := range p.Releases {
		if r.Previous != nil {
			r.PreviousAt = index[r.Previous] - at
		}
		r.ImagesAt = []int{}
		for _, i := range r.Images {
			if i.index == 0 {
				data.Images = append(data.Images, i.forPage())
				i.index = len(data.Images)
			}
			r.ImagesAt = append(r.ImagesAt, i.index-1)
		}
	}
	var out bytes.Buffer
	packed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if err := json.NewEncoder(packed).Encode(data); err != nil {
		return "", err
	}
	err = packed.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes()), err
}

// forPage returns the image with each text on one line.
func (i *image) forPage() *image {
	if i.Built.IsZero() {
		i.Shown = ""
	} else {
		i.Shown = minute(i.Built)
	}
	for at := range i.Commits {
		i.Commits[at].Message = cli.FirstLine(i.Commits[at].Message)
	}
	cli.MapTexts(i, 0, cli.Clean)
	return i
}
