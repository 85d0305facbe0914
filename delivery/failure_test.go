package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

func TestFailureReason(t *testing.T) {
	t.Parallel()
	failed := &delivery.VersionInfo{Status: delivery.StatusFailed}
	for name, row := range map[string]struct {
		release *delivery.Release
		failed  bool
		reason  string
	}{
		"nil":               {nil, false, ""},
		"empty":             {&delivery.Release{}, false, ""},
		"no reason":         {&delivery.Release{VersionInfo: failed}, true, ""},
		"did not fail":      {&delivery.Release{VersionInfo: &delivery.VersionInfo{Status: delivery.StatusSuccess}, Error: "left over"}, false, ""},
		"creating":          {&delivery.Release{VersionInfo: &delivery.VersionInfo{Status: delivery.StatusCreating}}, false, ""},
		"up to v3.4":        {&delivery.Release{VersionInfo: &delivery.VersionInfo{Status: delivery.StatusFailed, Progress: &delivery.Progress{Error: "push failed"}}}, true, "push failed"},
		"since v4.0":        {&delivery.Release{VersionInfo: failed, Error: " timed out\n"}, true, "timed out"},
		"nothing in its":    {&delivery.Release{VersionInfo: failed, Services: []*delivery.FlatService{nil, {Images: []*delivery.ServiceImage{nil}}}}, true, ""},
		"same reason twice": {&delivery.Release{VersionInfo: failed, Services: []*delivery.FlatService{{ServiceName: "cart", Error: "x", Images: []*delivery.ServiceImage{{Error: "x"}}}}}, true, "cart: x"},
		"all there is": {
			&delivery.Release{VersionInfo: failed, Error: "push failed", Services: []*delivery.FlatService{
				{ServiceName: "cart", Error: "no chart", Images: []*delivery.ServiceImage{{Error: "denied"}}},
			}},
			true, "push failed; cart: no chart; cart: denied",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, row.failed, row.release.Failed())
			assert.Equal(t, row.reason, row.release.FailureReason())
		})
	}
}
