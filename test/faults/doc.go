// Package faults holds no code, only tests: how each call of the SDK behaves
// under each failure between it and a Zadig. The outcomes are in one table
// (table_test.go), which the tests check and docs/faults.md shows. It is a module
// of its own because users of the SDK should not have to download what it needs.
package faults
