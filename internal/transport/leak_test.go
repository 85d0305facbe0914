package transport_test

import (
	"testing"

	"github.com/zadig-go/zadig/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }
