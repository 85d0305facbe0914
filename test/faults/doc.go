// Package faults has only tests: how each call of the SDK behaves under each
// failure between it and a Zadig. The outcomes are in one table (table_test.go),
// which the tests check and docs/faults.md shows. It is a separate module, so
// that users of the SDK do not download its dependencies.
package faults
