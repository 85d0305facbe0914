// Package faults holds no code, only tests: what becomes of each call of the
// SDK in each thing that can go wrong between it and a Zadig. The outcomes
// stand in one table (table_test.go), which the tests keep to and
// docs/faults.md shows. It is a module of its own because it needs what no
// user of the SDK should have to download.
package faults
