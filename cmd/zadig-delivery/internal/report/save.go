package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// stdoutName is the -o of standard output.
const stdoutName = "-"

// checkFolder returns an error unless there is a folder for the file.
func checkFolder(file string) error {
	if file == stdoutName {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return fmt.Errorf("cannot write %s: there is no such folder", file)
	}
	return nil
}

// save writes the page, all of it or nothing. A file that is there keeps its
// mode, and a symbolic link leads to the file.
func save(name string, page []byte, stdout io.Writer) error {
	if name == stdoutName {
		_, err := stdout.Write(page)
		return err
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := os.FileMode(0o644) // a page to be shown around; CreateTemp's 0600 is for secrets
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".report-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	defer os.Remove(file.Name()) // it is renamed when all went well
	_, err = file.Write(page)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Chmod(file.Name(), mode)
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}
