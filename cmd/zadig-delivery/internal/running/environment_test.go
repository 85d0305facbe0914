package running_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/running"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/zadigtest"
)

// The path of a test environment with this name is that of the list of production environments.
func TestEnvironmentNamedProduction(t *testing.T) {
	t.Parallel()
	client := zadigtest.NewServer(t, zadigtest.WithEnvironments(&environment.Environment{
		ProjectName: "shop", Name: "production", Production: true,
		Services: []*environment.EnvService{{ServiceName: "cart", Containers: []*environment.Container{{Name: "app", Image: cart}}}},
	})).Client()
	uses, err := running.FromEnvironment(t.Context(), client.Environment, "shop", "production")
	require.NoError(t, err)
	require.Len(t, uses.Sorted(), 1)
	assert.Equal(t, cart, uses.Sorted()[0].Image)
	_, err = running.FromEnvironment(t.Context(), client.Environment, "lab", "production")
	require.ErrorContains(t, err, "project lab has no environment production")
}
