package zadigtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
)

// response is a response before it is sent.
type response struct {
	status int
	header http.Header
	body   []byte
	hangUp bool // the connection is closed without a response
}

const (
	jsonType = "application/json; charset=utf-8"
	textType = "text/plain; charset=utf-8"
	htmlType = "text/html; charset=utf-8"
)

// empty returns a response without a body and without a content type.
func empty(status int) *response { return &response{status: status, header: http.Header{}} }

func hangUp() *response { return &response{hangUp: true} }

func typed(status int, contentType string, body []byte) *response {
	return &response{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
}

func plain(status int, text string) *response { return typed(status, textType, []byte(text)) }

func jsonResponse(value any) *response { return typed(http.StatusOK, jsonType, encode(value)) }

func (resp *response) with(name, value string) *response {
	resp.header.Set(name, value)
	return resp
}

// Codes of Zadig's error envelope.
const (
	codeBadRequest     = 400
	codeListReleases   = 6561
	codeGetRelease     = 6563
	codeFindArtifact   = 6662
	codeListArtifacts  = 6663
	codeFindActivities = 6665
	codeLicense        = 7050

	codeListGroups       = 6065
	codeListEnvironments = 6075
	codeListDeployments  = 6079
)

var codeMessages = map[int]string{
	codeBadRequest:     "Bad Request",
	codeListReleases:   "获取交付中心版本列表失败",
	codeGetRelease:     "查询交付中心版本失败",
	codeFindArtifact:   "获取交付物信息失败",
	codeListArtifacts:  "获取交付物列表失败",
	codeFindActivities: "获取交付事件列表失败",
	codeLicense:        "用户许可证不可用，请检查许可证后重试",

	codeListGroups:       "列出服务组失败",
	codeListEnvironments: "列出环境失败",
	codeListDeployments:  "列出环境服务版本失败",
}

// failed returns Zadig's error envelope for a code. Its status is always 400.
func failed(code int, description string) *response {
	return typed(http.StatusBadRequest, jsonType, encode(map[string]any{
		"code": code, "description": description, "extra": map[string]any{}, "message": codeMessages[code], "type": "error",
	}))
}

// internalError returns Zadig's error envelope with the code 500.
func internalError(description string) *response {
	return typed(http.StatusInternalServerError, jsonType, encode(map[string]any{
		"code": 500, "description": description, "message": "Internal Error: ",
	}))
}

func encode(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("zadigtest: %v", err)) // values were decoded from JSON
	}
	return data
}

// write sends the response. If it returns an error, the caller must abort the
// connection, so that the client does not take the response for complete.
func (resp *response) write(w http.ResponseWriter, r *http.Request, how *sending) error {
	maps.Copy(w.Header(), resp.header)
	if how == nil {
		w.WriteHeader(resp.status)
		_, err := w.Write(resp.body)
		return err
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(resp.body)))
	w.WriteHeader(resp.status)
	flush := http.NewResponseController(w).Flush
	rest := resp.body
	if how.cut >= 0 {
		rest = rest[:min(how.cut, len(rest))]
	}
	for len(rest) > 0 {
		n := len(rest)
		if how.chunk > 0 {
			n = min(n, how.chunk)
		}
		if err := wait(r.Context(), how.pause); err != nil {
			return err
		}
		if _, err := w.Write(rest[:n]); err != nil {
			return err
		}
		if err := flush(); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if how.cut >= 0 && how.cut < len(resp.body) {
		_ = flush() // the status arrives even if nothing else does
		return http.ErrAbortHandler
	}
	return nil
}
