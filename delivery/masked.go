package delivery

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/zadig-go/zadig/internal/redact"
)

// The types of secretFields print themselves, because fmt and slog show a
// string field as it is, and a pointer behind a wrong verb, such
// as in Printf("%s", deploy.Envs), field by field. A JSON handler of slog
// calls LogValue only on the logged value itself. What is in a slice, a map or a
// struct it encodes by MarshalJSON.

// Format prints what String returns for %v, %s and %q. For other verbs, %+v
// included, it prints the fields with the credentials masked, also one that is
// part of the address.
func (c Commit) Format(f fmt.State, verb rune) {
	if verb == 's' || verb == 'q' || verb == 'v' && !f.Flag('+') && !f.Flag('#') {
		printFields(f, verb, c.String())
		return
	}
	type fields Commit
	printFields(f, verb, fields(masked(c)))
}

// MarshalJSON writes the credentials, except for a log record of slog.
func (c Commit) MarshalJSON() ([]byte, error) {
	type fields Commit
	return json.Marshal(fields(maskedForSlog(c)))
}

// Format prints the variable with its value masked.
func (e DeployEnv) Format(f fmt.State, verb rune) {
	type fields DeployEnv
	printFields(f, verb, fields(masked(e)))
}

// MarshalJSON writes the value, except for a log record of slog.
func (e DeployEnv) MarshalJSON() ([]byte, error) {
	type fields DeployEnv
	return json.Marshal(fields(maskedForSlog(e)))
}

// Format prints the variable with its value masked.
func (v EnvVar) Format(f fmt.State, verb rune) {
	type fields EnvVar
	printFields(f, verb, fields(masked(v)))
}

// MarshalJSON writes the value, except for a log record of slog.
func (v EnvVar) MarshalJSON() ([]byte, error) {
	type fields EnvVar
	return json.Marshal(fields(maskedForSlog(v)))
}

// Format prints the variable with its value masked.
func (g GlobalVariable) Format(f fmt.State, verb rune) {
	type fields GlobalVariable
	printFields(f, verb, fields(masked(g)))
}

// MarshalJSON writes the value, except for a log record of slog.
func (g GlobalVariable) MarshalJSON() ([]byte, error) {
	type fields GlobalVariable
	return json.Marshal(fields(maskedForSlog(g)))
}

// Format prints the variable with its value masked.
func (v RenderVariableKV) Format(f fmt.State, verb rune) {
	type fields RenderVariableKV
	printFields(f, verb, fields(masked(v)))
}

// MarshalJSON writes the value, except for a log record of slog.
func (v RenderVariableKV) MarshalJSON() ([]byte, error) {
	type fields RenderVariableKV
	return json.Marshal(fields(maskedForSlog(v)))
}

// Format prints the configuration with the webhook's address masked.
func (n NotificationConfig) Format(f fmt.State, verb rune) {
	type fields NotificationConfig
	printFields(f, verb, fields(masked(n)))
}

// MarshalJSON writes the webhook's address, except for a log record of slog.
func (n NotificationConfig) MarshalJSON() ([]byte, error) {
	type fields NotificationConfig
	return json.Marshal(fields(maskedForSlog(n)))
}

func printFields(f fmt.State, verb rune, fields any) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), fields)
}

// masked returns v with its secret fields replaced by the mask where they are
// not empty, and its addresses without user info.
func masked[T any](v T) T {
	fields := reflect.ValueOf(&v).Elem()
	for _, name := range secretFields[fields.Type()] {
		switch field := fields.FieldByName(name); {
		case field.Len() == 0:
		case field.Kind() == reflect.String:
			field.SetString(mask)
		default: // JSON
			field.SetBytes([]byte(`"` + mask + `"`))
		}
	}
	for _, name := range addressFields[fields.Type()] {
		field := fields.FieldByName(name)
		field.SetString(redact.Address(field.String()))
	}
	return v
}

// maskedForSlog returns v as it is, or masked if slog is on the call stack.
func maskedForSlog[T any](v T) T {
	if inSlog() {
		return masked(v)
	}
	return v
}

// inSlog reports whether slog is among the callers: one of its handlers, or
// another handler that slog has called. It takes a few microseconds.
func inSlog() bool {
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		if n == 0 {
			return false
		}
		for _, pc := range pcs[:n] {
			if strings.HasPrefix(runtime.FuncForPC(pc-1).Name(), "log/slog.") {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}
