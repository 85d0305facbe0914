// Package imageref compares artifact.ParseImage with the reference parser of
// Docker, in a module of its own because of the dependency.
package imageref
