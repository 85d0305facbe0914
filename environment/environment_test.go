package environment_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/environment"
)

// An image reads the same in an environment and in a release.
func TestImageString(t *testing.T) {
	t.Parallel()
	image := environment.Image{Service: "shop", Container: "cart", Image: "registry.example.com/cart:1.2"}
	assert.Equal(t, "shop/cart: registry.example.com/cart:1.2", fmt.Sprint(image))
	assert.Equal(t, fmt.Sprint(delivery.Image(image)), fmt.Sprint(image))
}
