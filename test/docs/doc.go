// Package docs has only tests, of the pages that users read: their Go compiles,
// their links lead somewhere, their languages agree. It is a separate module
// because it needs a Markdown parser.
package docs
