//go:build !(linux || darwin || freebsd)

package cli

import "os"

// windowWidth cannot ask here.
func windowWidth(*os.File) int { return 0 }
