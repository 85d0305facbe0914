package clienttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Printed returns v as printed in all formats that programs use, by format.
func Printed(v any) map[string]string {
	printed := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		printed[verb] = fmt.Sprintf(verb, v)
	}
	if data, err := json.Marshal(v); err == nil {
		printed["JSON"] = string(data)
	}
	var b bytes.Buffer
	for name, handler := range map[string]slog.Handler{"slog text": slog.NewTextHandler(&b, nil), "slog JSON": slog.NewJSONHandler(&b, nil)} {
		b.Reset()
		slog.New(handler).Info("printed", "v", v, slog.Group("g", slog.Any("v", v)))
		printed[name] = b.String()
	}
	return printed
}
