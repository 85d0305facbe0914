package response

import (
	"context"

	"github.com/zadig-go/zadig/core"
)

// Text requests a body that is plain text. If valid returns false for the text, the
// error matches ErrUnexpectedResponse.
func Text(ctx context.Context, d core.Doer, e Endpoint, valid func(string) bool) (string, error) {
	body, data, err := fetch(ctx, d, e.url())
	if err != nil {
		return "", err
	}
	if text := string(data); valid(text) {
		return text, nil
	}
	return "", body.unexpected(data, "got "+body.describe(data)+", want "+e.Want)
}
