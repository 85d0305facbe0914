package zadigtest

import (
	"fmt"
	"net/http"
)

// answer is a response before it is sent.
type response struct {
	status int
	header http.Header
	body   []byte
	hangUp bool // no response at all: the connection is closed
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

func jsonResponse(body []byte) *response { return typed(http.StatusOK, jsonType, body) }

func (resp *response) with(name, value string) *response {
	resp.header.Set(name, value)
	return resp
}

// Codes of Zadig's error envelope and their messages.
const (
	codeBadRequest      = 400
	codeGetEnvironment  = 6078
	codeListReleases    = 6561
	codeGetRelease      = 6563
	codeCheckRelease    = 6566
	codeFindArtifact    = 6662
	codeListArtifacts   = 6663
	codeFindActivities  = 6665
	codeLicense         = 7050
	messageListReleases = "获取交付中心版本列表失败"
)

var codeMessages = map[int]string{
	codeBadRequest:     "Bad Request",
	codeGetEnvironment: "获取环境失败",
	codeListReleases:   messageListReleases,
	codeGetRelease:     "查询交付中心版本失败",
	codeCheckRelease:   "检查交付中心版本失败",
	codeFindArtifact:   "获取交付物信息失败",
	codeListArtifacts:  "获取交付物列表失败",
	codeFindActivities: "获取交付事件列表失败",
	codeLicense:        "用户许可证不可用，请检查许可证后重试",
}

// failed returns aslan's error envelope. All its codes have status 400.
func failed(code int, description string) *response {
	body := fmt.Appendf(nil, `{"code":%d,"description":`, code)
	body = append(appendJSON(body, description), `,"extra":{},"message":`...)
	body = append(appendJSON(body, codeMessages[code]), `,"type":"error"}`...)
	return typed(http.StatusBadRequest, jsonType, body)
}

// internalError returns the envelope of an error without a code of its own.
func internalError(description string) *response {
	body := appendJSON([]byte(`{"code":500,"description":`), description)
	return typed(http.StatusInternalServerError, jsonType, append(body, `,"message":"Internal Error: "}`...))
}

// panicked returns the response of a server whose handler has panicked.
func panicked() *response { return empty(http.StatusInternalServerError) }
