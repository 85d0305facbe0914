// Package zadigtest is an in-memory Zadig server, for tests of programs that
// use the SDK.
package zadigtest
