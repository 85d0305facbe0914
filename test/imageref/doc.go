// Package imageref compares artifact.ParseImage with the reference parser of
// Docker, in a separate module because of the dependency.
package imageref
