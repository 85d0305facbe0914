package faults_test

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

// Whatever went wrong in a test, no goroutine of it is left at the end: those
// of the SDK, of net/http's connections, and of the servers here.
// Toxiproxy leaves its own behind when it is stopped with data under way.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // net/http tells there what came behind a Content-Length that was too small
	const toxiproxy = "github.com/Shopify/toxiproxy/v2"
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(toxiproxy+".(*ToxicLink).read"),
		goleak.IgnoreAnyFunction(toxiproxy+".(*ToxicLink).write"),
		goleak.IgnoreAnyFunction(toxiproxy+"/toxics.(*ToxicStub).Run"),
	)
}
