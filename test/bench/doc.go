// Package bench has only benchmarks, which compare the SDK with code written by
// hand for net/http and encoding/json. BENCHMARKS.md has their results.
package bench
