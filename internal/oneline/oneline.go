// Package oneline formats values for the String methods of packages delivery and
// artifact, on one line and without secrets.
package oneline

import (
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/internal/redact"
)

// Summary returns "name (detail, by user, time)" without empty details, user and time.
func Summary(name, user string, at time.Time, details ...string) string {
	if user != "" {
		details = append(details, "by "+user)
	}
	if !at.IsZero() {
		details = append(details, at.UTC().Format(time.RFC3339))
	}
	details = slices.DeleteFunc(details, func(d string) bool { return d == "" })
	if len(details) > 0 {
		name += " (" + strings.Join(details, ", ") + ")"
	}
	return redact.Line(name)
}

// Commit returns "owner/repo@id ref: subject" without empty parts, or "commit" if
// all are empty. The subject is the first line of the message.
func Commit(owner, repo, id, ref, message string) string {
	s := strings.Trim(owner+"/"+repo, "/")
	if id != "" {
		s += "@" + id
	}
	if ref != "" {
		s = strings.TrimSpace(s + " " + ref)
	}
	subject, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	if subject != "" {
		s += ": " + subject
	}
	if s == "" {
		s = "commit"
	}
	return redact.Line(s)
}
