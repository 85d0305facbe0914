package zadigtest

import (
	"fmt"
	"net/http"
)

// answer is a response before it is sent.
type answer struct {
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

// empty is an answer without a body and without a content type.
func empty(status int) *answer { return &answer{status: status, header: http.Header{}} }

func hangUp() *answer { return &answer{hangUp: true} }

func typed(status int, contentType string, body []byte) *answer {
	return &answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
}

func jsonAnswer(body []byte) *answer { return typed(http.StatusOK, jsonType, body) }

func (a *answer) with(name, value string) *answer {
	a.header.Set(name, value)
	return a
}

// Codes of Zadig's error envelope with the messages that go with them.
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

// failed is aslan's envelope. All its codes go with status 400.
func failed(code int, description string) *answer {
	body := fmt.Appendf(nil, `{"code":%d,"description":`, code)
	body = append(appendJSON(body, description), `,"extra":{},"message":`...)
	body = append(appendJSON(body, codeMessages[code]), `,"type":"error"}`...)
	return typed(http.StatusBadRequest, jsonType, body)
}

// internalError is the envelope of an error that has no code of its own.
func internalError(description string) *answer {
	body := appendJSON([]byte(`{"code":500,"description":`), description)
	return typed(http.StatusInternalServerError, jsonType, append(body, `,"message":"Internal Error: "}`...))
}

// panicked is what is left when a handler panics.
func panicked() *answer { return empty(http.StatusInternalServerError) }
