package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSplitReference(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string][2]string{
		"":                           {"", ""},
		"redis":                      {"redis", ""},
		"redis:7":                    {"redis", ":7"},
		"example.com:5000/redis":     {"example.com:5000/redis", ""},
		"example.com:5000/redis:7":   {"example.com:5000/redis", ":7"},
		"redis@sha256:0123":          {"redis", "@sha256:0123"},
		"redis:7@sha256:0123":        {"redis", ":7@sha256:0123"},
		"example.com:5000/r@sha256:": {"example.com:5000/r", "@sha256:"},
	} {
		repository, version := splitReference(ref)
		assert.Equal(t, want, [2]string{repository, version}, ref)
	}
}
