package response

import "context"

// Text requests a body that is plain text. One that valid refuses is
// ErrUnexpectedResponse.
func Text(ctx context.Context, d Doer, e Endpoint, valid func(string) bool) (string, error) {
	u, err := e.url()
	if err != nil {
		return "", err
	}
	resp, err := send(ctx, d, u, Buffered)
	if err != nil {
		return "", err
	}
	body := bodyOf(resp)
	buffer, err := body.buffered()
	if err != nil {
		return "", err
	}
	defer buffer.Close()
	text := string(buffer.Bytes())
	if !valid(text) {
		return "", body.unexpected(buffer.Bytes(), "got "+describeBody(buffer.Bytes())+", want "+e.Want)
	}
	return text, nil
}
