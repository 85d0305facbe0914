package faults_test

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind: of the SDK, of net/http's connections or of
// the servers here. Only toxiproxy does when it is stopped while it sends data.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // net/http logs what follows a Content-Length that is too small
	const toxiproxy = "github.com/Shopify/toxiproxy/v2"
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction(toxiproxy+".(*ToxicLink).read"),
		goleak.IgnoreAnyFunction(toxiproxy+".(*ToxicLink).write"), goleak.IgnoreAnyFunction(toxiproxy+"/toxics.(*ToxicStub).Run"))
}
