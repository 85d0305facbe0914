// Package bench holds no code, only benchmarks: the SDK beside what one would
// write by hand for net/http and encoding/json. BENCHMARKS.md has their results.
package bench
