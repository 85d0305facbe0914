package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// Spec is the specification of a job, in the JSON that the server sent; nil if
// there is none. Decode it with json.Unmarshal into your own type:
//
//	var build struct {
//		Image         string `json:"image"`
//		ServiceName   string `json:"service_name"`
//		ServiceModule string `json:"service_module"`
//	}
//	err := json.Unmarshal(job.Spec, &build)
//
// It may hold credentials of code hosts and of variables, so fmt and slog print
// its length in its place. JSON keeps it. As with delivery.Secret, fmt prints the
// content for a verb that go vet rejects (%w, %p).
type Spec json.RawMessage

// MarshalJSON returns the JSON that the server sent, or null for a nil Spec.
func (s Spec) MarshalJSON() ([]byte, error) { return json.RawMessage(s).MarshalJSON() }

// UnmarshalJSON keeps a copy of data. null sets s to nil.
func (s *Spec) UnmarshalJSON(data []byte) error {
	if s == nil {
		return errors.New("workflow.Spec: UnmarshalJSON: got a nil *Spec, want one to decode into")
	}
	*s = nil
	if string(data) != "null" {
		*s = slices.Clone(data)
	}
	return nil
}

// String returns the length of the JSON, such as "[120 bytes of JSON]", or "" if
// there is none.
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
