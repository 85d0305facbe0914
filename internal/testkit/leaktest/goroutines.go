// Package leaktest makes tests fail that leave something behind: goroutines, or
// answers that nobody closed, each of which holds a connection.
package leaktest

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// patience is how long something may take to end by itself.
const patience = 5 * time.Second

// Main runs the tests of a package, from its TestMain, and fails when
// goroutines are left behind them all.
func Main(m *testing.M) {
	flag.Parse()
	before := runtime.NumGoroutine()
	code := m.Run()
	if f := flag.Lookup("test.fuzz"); f != nil && f.Value.String() != "" {
		os.Exit(code) // package testing leaves its signal handler behind
	}
	if left := goroutines(before, patience); left != "" && code == 0 {
		fmt.Fprintln(os.Stderr, left)
		code = 1
	}
	os.Exit(code)
}

// Check runs f and fails when it leaves goroutines behind. No other test may
// run meanwhile.
func Check(t testing.TB, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	if left := goroutines(before, patience); left != "" {
		t.Fatal(left)
	}
}

// goroutines waits until there are no more than before, and says which there
// are if that does not come true.
func goroutines(before int, patience time.Duration) string {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		n := runtime.NumGoroutine()
		if n <= before {
			return ""
		}
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			return fmt.Sprintf("%d goroutines, %d before:\n%s", n, before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
