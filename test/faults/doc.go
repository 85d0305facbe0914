// Package faults holds no code, only tests: how each call of the SDK behaves
// under each failure between it and a Zadig. The outcomes
// stand in one table (table_test.go), which the tests keep to and
// docs/faults.md shows. It is a module of its own because it needs what no
// user of the SDK should have to download.
package faults
