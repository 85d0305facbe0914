// Package docs holds no code, only tests of the pages that users read: their
// Go compiles, their links lead somewhere, their languages agree. It is a module
// of its own because it needs a Markdown parser.
package docs
