package delivery

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a credential that the server sends along with a commit. fmt and
// slog print a fixed mask in its place; JSON keeps the value. string(s) is the
// credential. An empty Secret prints as "".
//
// fmt prints the value where it calls no method: in an unexported field of
// another type, and for a verb that go vet rejects (%w, %p). To store or send a
// release, use [Release.WithoutCredentials].
type Secret string

const mask = "[redacted]"

// String returns the mask, or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString returns what String returns: %#v shows no more than %v.
func (s Secret) GoString() string { return s.String() }

// Format prints the mask for every verb, %x, %q and %d included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the mask, for every handler of slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
