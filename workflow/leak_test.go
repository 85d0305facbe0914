package workflow_test

import (
	"testing"

	"github.com/zadig-go/zadig/internal/testkit/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
