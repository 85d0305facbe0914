//go:build linux || darwin || freebsd

package cli

import (
	"os"
	"syscall"
	"unsafe"
)

// windowWidth asks the terminal for its width; 0 if it does not know.
func windowWidth(terminal *os.File) int {
	var window struct{ rows, columns, x, y uint16 }
	raw, err := terminal.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) {
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&window))) //nolint:gosec // ioctl takes a pointer; window stays zero if it fails
	})
	return int(window.columns)
}
