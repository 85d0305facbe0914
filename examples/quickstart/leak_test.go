package main

import (
	"testing"
	"time"

	"github.com/zadig-go/zadig/internal/testkit/leaktest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC
	leaktest.Main(m)
}
