package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// Spec is what a job was told to do, as the JSON that the server sent; nil if
// there is none. Decode it by json.Unmarshal into a type of your own:
//
//	var build struct {
//		Image         string `json:"image"`
//		ServiceName   string `json:"service_name"`
//		ServiceModule string `json:"service_module"`
//	}
//	err := json.Unmarshal(job.Spec, &build)
//
// It may hold credentials of code hosts and of variables, so fmt and slog print
// its length in its place, unless go vet rejects the verb. JSON keeps it.
type Spec json.RawMessage

// MarshalJSON returns the JSON as it was sent, or null.
func (s Spec) MarshalJSON() ([]byte, error) { return json.RawMessage(s).MarshalJSON() }

// UnmarshalJSON keeps a copy of data, and nothing of null.
func (s *Spec) UnmarshalJSON(data []byte) error {
	if s == nil {
		return errors.New("workflow: UnmarshalJSON on a nil *Spec")
	}
	*s = nil
	if string(data) != "null" {
		*s = slices.Clone(data)
	}
	return nil
}

// String returns the length of the JSON in words, or "" if there is none.
func (s Spec) String() string {
	if len(s) == 0 {
		return ""
	}
	return fmt.Sprintf("[%d bytes of JSON]", len(s))
}

// GoString returns what String returns.
func (s Spec) GoString() string { return s.String() }

// Format prints what String returns for every verb.
func (s Spec) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s Spec) LogValue() slog.Value { return slog.StringValue(s.String()) }
