package clitest

import (
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// OnTerminal calls f with a terminal of so many columns, a real one for
// programs, and returns what f writes to it. The variable COLUMNS, which goes
// before the terminal's own width, is unset meanwhile.
func OnTerminal(t *testing.T, columns uint16, f func(terminal *os.File)) string {
	t.Helper()
	t.Setenv("COLUMNS", "")
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var number, unlocked uint32
	ioctl(t, screen, syscall.TIOCSPTLCK, &unlocked)
	ioctl(t, screen, syscall.TIOCGPTN, &number)
	terminal, err := os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	window := struct{ rows, columns, x, y uint16 }{24, columns, 0, 0}
	ioctl(t, screen, syscall.TIOCSWINSZ, &window)

	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(screen) // ends with an error once the terminal is closed
		shown <- strings.ReplaceAll(string(text), "\r\n", "\n")
	}()
	f(terminal)
	terminal.Close()
	text := <-shown
	screen.Close()
	return text
}

func ioctl[T any](t *testing.T, file *os.File, request uintptr, argument *T) {
	t.Helper()
	raw, err := file.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(argument))); errno != 0 { //nolint:gosec // ioctl takes a pointer
			t.Error(errno)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
