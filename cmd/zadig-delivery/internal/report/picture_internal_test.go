package report

import (
	images "image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The pictures in docs/, for README.md of the repository, are made by
//
//	ZADIG_BROWSER_TEST=1 ZADIG_PICTURES=1 go test -run BrowserPictures ./internal/report
//
// on a machine with Chromium and Chinese fonts.
func TestBrowserPictures(t *testing.T) {
	t.Parallel()
	if os.Getenv("ZADIG_PICTURES") == "" {
		t.Skip("ZADIG_PICTURES is not set")
	}
	path := browser(t)
	page := mustReport(t, nil, "--demo", "--project", "shop")
	s := serve(t, []byte(page), nil)
	const width, height, most = 1200, 1056, 200_000
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		shot := filepath.Join(t.TempDir(), name+".png")
		s.shoot(t, path, screen{dark: dark, width: width, height: height + 150}, shot, "") // chromium leaves some of the bottom blank
		file := filepath.Join("..", "..", "..", "..", "docs", "report-"+name+".png")
		crop(t, shot, file, images.Rect(0, 0, width, height))
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Less(t, info.Size(), int64(most))
	}
}

// crop writes a part of a picture with the 256 colors that it has most of.
func crop(t *testing.T, from, to string, part images.Rectangle) {
	t.Helper()
	in, err := os.Open(from)
	require.NoError(t, err)
	defer in.Close()
	picture, err := png.Decode(in)
	require.NoError(t, err)
	counts := make(map[color.Color]int)
	for x := range part.Dx() {
		for y := range part.Dy() {
			counts[picture.At(x, y)]++
		}
	}
	palette := make(color.Palette, 0, len(counts))
	for c := range counts {
		palette = append(palette, c)
	}
	slices.SortFunc(palette, func(a, b color.Color) int { return counts[b] - counts[a] })
	const most = 256
	small := images.NewPaletted(part, palette[:min(len(palette), most)])
	draw.Draw(small, part, picture, part.Min, draw.Src)
	out, err := os.Create(to)
	require.NoError(t, err)
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	require.NoError(t, encoder.Encode(out, small))
	require.NoError(t, out.Close())
}
