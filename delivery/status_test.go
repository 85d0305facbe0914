package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	type states struct{ succeeded, inProgress, failed bool }
	of := func(status string) *delivery.Release {
		return &delivery.Release{VersionInfo: &delivery.VersionInfo{Status: status}}
	}
	for name, row := range map[string]struct {
		release *delivery.Release
		want    states
	}{
		"nil":             {nil, states{}},
		"empty":           {&delivery.Release{}, states{}},
		"of a workflow":   {of(""), states{succeeded: true}},
		"success":         {of(delivery.StatusSuccess), states{succeeded: true}},
		"creating":        {of(delivery.StatusCreating), states{inProgress: true}},
		"retrying":        {of(delivery.StatusRetrying), states{inProgress: true}},
		"failed":          {of(delivery.StatusFailed), states{failed: true}},
		"of a new server": {of("paused"), states{}},
	} {
		assert.Equal(t, row.want, states{row.release.Succeeded(), row.release.InProgress(), row.release.Failed()}, name)
	}
}

func TestFailureReason(t *testing.T) {
	t.Parallel()
	failed := &delivery.VersionInfo{Status: delivery.StatusFailed}
	service := func(s delivery.FlatService) []*delivery.FlatService { return []*delivery.FlatService{nil, &s} }
	for name, row := range map[string]struct {
		release delivery.Release
		want    string
	}{
		"no reason":    {delivery.Release{VersionInfo: failed}, ""},
		"did not fail": {delivery.Release{VersionInfo: &delivery.VersionInfo{Status: delivery.StatusSuccess}, Error: "left over"}, ""},
		"up to v3.4": {
			delivery.Release{VersionInfo: &delivery.VersionInfo{Status: delivery.StatusFailed, Progress: &delivery.Progress{Error: "push failed"}}},
			"push failed",
		},
		"since v4.0": {delivery.Release{VersionInfo: failed, Error: " timed out\n"}, "timed out"},
		"twice": {
			delivery.Release{VersionInfo: failed, Services: service(delivery.FlatService{
				ServiceName: "cart", Error: "x", Images: []*delivery.ServiceImage{nil, {Error: "x"}},
			})},
			"cart: x",
		},
		"all of them": {
			delivery.Release{VersionInfo: failed, Error: "push failed", Services: service(delivery.FlatService{
				ServiceName: "cart", Error: "no chart", Images: []*delivery.ServiceImage{{Error: "denied"}},
			})},
			"push failed; cart: no chart; cart: denied",
		},
	} {
		assert.Equal(t, row.want, row.release.FailureReason(), name)
	}
}
