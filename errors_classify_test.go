package zadig_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// outcome is what Client.Get makes of a response. Where only a service can
// tell what a response means, it is what holds until one does; the
// services' own tests have the rest.
type outcome struct {
	status, code int
	meaning      string
}

// recorded has a row for each recorded failure, and for the 200 that is not
// what was requested.
var recorded = map[string]outcome{
	// Releases. 6561 is a database that is down, and 6563 by id also is.
	"v1.11.0/db_down_releases":                             {400, 6561, "ErrServer"},
	"v1.11.0/db_down_releases_brief":                       {400, 6561, "ErrServer"},
	"v1.11.0/db_down_releases_with_project":                {0, 0, ""}, // closed without a response
	"v1.11.0/releases_page_huge_int64_max":                 {400, 6561, "ErrServer"},
	"v1.11.0/releases_page_not_a_number":                   {400, 0, "ErrBadRequest"},
	"v1.11.0/releases_per_page_float":                      {400, 0, "ErrBadRequest"},
	"v1.11.0/releases_per_page_not_a_number":               {400, 0, "ErrBadRequest"},
	"v1.11.0/releases_taskid_hex":                          {400, 0, "ErrBadRequest"},
	"v1.11.0/releases_taskid_invalid":                      {400, 0, "ErrBadRequest"},
	"v1.11.0/releases_taskid_leading_space":                {400, 0, "ErrBadRequest"},
	"v1.11.0/releases_collaboration_pending":               {200, 0, "ErrUnexpectedResponse"},
	"v1.11.0/panic_releases_list_containing_broken_record": {500, 0, "ErrServer"},
	"v1.11.0/panic_release_by_id":                          {500, 0, "ErrServer"},
	"v1.11.0/db_down_release_by_id":                        {400, 6563, "ErrBadRequest"},
	"v1.11.0/release_deleted":                              {400, 6563, "ErrBadRequest"},
	"v1.11.0/release_malformed_id":                         {400, 6563, "ErrBadRequest"},
	"v1.11.0/release_malformed_id_23":                      {400, 6563, "ErrBadRequest"},
	"v1.11.0/release_not_found":                            {400, 6563, "ErrBadRequest"},
	"v5.0.0/releases_per_page_negative":                    {500, 500, "ErrServer"},
	"v5.0.0/releases_per_page_not_a_number":                {400, 0, "ErrBadRequest"},
	"v5.0.0/releases_taskid_invalid":                       {400, 0, "ErrBadRequest"},
	"v5.0.0/forbidden_releases":                            {403, 0, "ErrForbidden"},
	"v5.0.0/forbidden_release_by_id":                       {403, 0, "ErrForbidden"},
	"v5.0.0/user_service_failing_releases":                 {403, 0, "ErrForbidden"},
	"v5.0.0/license_expired_releases":                      {400, 7050, "ErrLicense"},
	"v5.0.0/release_by_id_without_project":                 {400, 400, "ErrBadRequest"},
	"v5.0.0/release_malformed_id":                          {400, 6563, "ErrBadRequest"},
	"v5.0.0/release_not_found":                             {400, 6563, "ErrBadRequest"},
	"v1.11.0/product_by_release_not_found":                 {400, 6078, "ErrBadRequest"},

	// Artifacts. 6662 says neither "missing" nor "down", and its description
	// may be left over from another request.
	"v1.11.0/artifact_by_id_malformed_fresh":             {400, 6662, "ErrBadRequest"},
	"v1.11.0/artifact_by_id_not_found_fresh":             {400, 6662, "ErrBadRequest"},
	"v1.11.0/artifact_by_id_not_found_after_image_error": {400, 6662, "ErrBadRequest"},
	"v1.11.0/db_down_artifact_by_id":                     {400, 6662, "ErrBadRequest"},
	"v1.11.0/artifact_id_by_image_empty":                 {400, 400, "ErrBadRequest"},
	"v1.11.0/artifact_id_by_image_missing":               {400, 400, "ErrBadRequest"},
	"v1.11.0/artifact_id_by_image_not_found":             {400, 6662, "ErrBadRequest"},
	"v1.11.0/artifacts_image_bad_regex":                  {400, 6663, "ErrBadRequest"},
	"v1.11.0/artifacts_page0":                            {400, 6663, "ErrBadRequest"},
	"v1.11.0/artifacts_page_negative":                    {400, 6663, "ErrBadRequest"},
	"v1.11.0/db_down_artifacts":                          {400, 6663, "ErrBadRequest"},
	"v1.11.0/artifacts_page_not_a_number":                {400, 400, "ErrBadRequest"},
	"v1.11.0/artifacts_per_page_not_a_number":            {400, 400, "ErrBadRequest"},
	"v1.11.0/artifacts_per_page_overflow":                {400, 400, "ErrBadRequest"},
	"v5.0.0/artifact_id_by_image_missing":                {400, 400, "ErrBadRequest"},
	"v5.0.0/artifact_id_by_image_not_found":              {400, 6662, "ErrBadRequest"},
	"v5.0.0/artifact_not_found":                          {400, 6662, "ErrBadRequest"},
	"v5.0.0/forbidden_artifact_id_by_image":              {403, 0, "ErrForbidden"},
	"v5.0.0/forbidden_artifacts":                         {403, 0, "ErrForbidden"},

	// Behind picket everything is 500; aslan's answer is in the description.
	"v1.11.0/dc_artifact_not_found":                   {500, 500, "ErrNotFound"},
	"v1.11.0/dc_artifact_percent_unescaped_not_found": {500, 500, "ErrNotFound"},
	"v1.11.0/dc_artifact_plus_unescaped_not_found":    {500, 500, "ErrNotFound"},
	"v1.11.0/dc_artifact_surrounding_space_not_found": {500, 500, "ErrNotFound"},
	"v1.11.0/dc_artifact_image_empty":                 {500, 500, "ErrBadRequest"},
	"v1.11.0/dc_artifact_image_missing":               {500, 500, "ErrBadRequest"},
	"v1.11.0/dc_artifact_percent_bad_escape":          {500, 500, "ErrBadRequest"},
	"v1.11.0/dc_releases_taskid_invalid":              {500, 500, "ErrBadRequest"},
	"v1.11.0/aslan_down_dc_artifact":                  {500, 500, "ErrServer"},
	"v1.11.0/aslan_down_dc_releases":                  {500, 500, "ErrServer"},
	"v1.11.0/db_down_dc_artifact":                     {500, 500, "ErrServer"},
	"v1.11.0/db_down_dc_releases":                     {500, 500, "ErrServer"},
	"v5.0.0/dc_artifact_not_found":                    {500, 500, "ErrNotFound"},
	"v5.0.0/dc_artifact_image_missing":                {500, 500, "ErrBadRequest"},
	"v5.0.0/dc_releases_forbidden":                    {500, 500, "ErrForbidden"},
	"v5.0.0/dc_releases_taskid_invalid":               {500, 500, "ErrBadRequest"},

	// Paths and methods that are not there.
	"v1.11.0/aslan_unknown_root":            {404, 0, "ErrNotFound"},
	"v1.11.0/aslan_unknown_route":           {404, 0, "ErrNotFound"},
	"v1.11.0/aslan_unknown_route_non_ascii": {404, 0, "ErrNotFound"},
	"v1.11.0/picket_unknown_route":          {404, 0, "ErrNotFound"},
	"v1.11.0/release_case_differs":          {404, 0, "ErrNotFound"},
	"v1.11.0/release_double_slash":          {404, 0, "ErrNotFound"},
	"v5.0.0/unknown_route":                  {404, 0, "ErrNotFound"},
	"v1.11.0/aslan_method_head":             {405, 0, "ErrBadRequest"},
	"v1.11.0/aslan_method_options":          {405, 0, "ErrBadRequest"},
	"v1.11.0/aslan_method_post":             {405, 0, "ErrBadRequest"},
	"v1.11.0/aslan_method_put":              {405, 0, "ErrBadRequest"},
	"v1.11.0/picket_method_head":            {405, 0, "ErrBadRequest"},
	"v1.11.0/picket_method_post":            {405, 0, "ErrBadRequest"},
	"v5.0.0/method_post":                    {405, 0, "ErrBadRequest"},
	// As they come; redirect_test.go follows them.
	"v1.11.0/picket_trailing_slash":   {301, 0, "ErrUnexpectedResponse"},
	"v1.11.0/release_trailing_slash":  {301, 0, "ErrUnexpectedResponse"},
	"v1.11.0/releases_trailing_slash": {301, 0, "ErrUnexpectedResponse"},
}

func TestEveryRecordedFailure(t *testing.T) {
	t.Parallel()
	rows := make(map[string]bool)
	for _, r := range recording.Load(t, "*/*") {
		row, found := recorded[r.Name]
		rows[r.Name] = found
		if !found && r.Response.Status == http.StatusOK {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			require.True(t, found, "this failure has no row in the table")
			assert.Equal(t, row.status, r.Response.Status)
			_ = checkOutcome(t, row, r)
		})
	}
	for name := range recorded {
		assert.True(t, rows[name], "the row %q has no recording", name)
	}
}

// failures are those of wire/README.md that are not among the recordings,
// with where they come from.
var failures = []struct {
	name    string // and the source: the section, and the versions it was seen on
	status  int
	body    string
	want    outcome
	because string // a part of the error's text
}{
	{"no, wrong or expired token (7, source)", 401, ``, outcome{401, 0, "ErrUnauthorized"}, "401: unauthorized: empty body"},
	{"token refused in Zadig's envelope", 401, `{"type":"error","message":"Unauthorized","code":401,"description":"","extra":{}}`, outcome{401, 401, "ErrUnauthorized"}, "401: unauthorized: Unauthorized"},
	{"not permitted, by a gateway with a page", 403, `<html>403</html>`, outcome{403, 0, "ErrForbidden"}, "an HTML page"},
	{"rate limit of a gateway", 429, ``, outcome{429, 0, "ErrRateLimited"}, "429: rate limited: empty body"},

	{"v1.7.1: taskId is no number (1.3, 8)", 400, `{"code":400,"description":"strconv.Atoi: parsing \"invalidTaskId\": invalid syntax","extra":{},"message":"Bad Request","type":"error"}`, outcome{400, 400, "ErrBadRequest"}, "invalid syntax"},
	{"v1.7.1: database down (8)", 400, `{"code":400,"description":"获取交付中心版本列表失败: ","extra":{},"message":"Bad Request","type":"error"}`, outcome{400, 400, "ErrServer"}, "获取交付中心版本列表失败"},
	{"v1.7.1: any release by id (8)", 400, `{"code":6563,"description":"","extra":{},"message":"查询交付中心版本失败","type":"error"}`, outcome{400, 6563, "ErrBadRequest"}, "(code 6563)"},
	{"v1.7.1: any product by id (8)", 400, `{"code":6078,"description":"","extra":{},"message":"获取集成环境失败","type":"error"}`, outcome{400, 6078, "ErrBadRequest"}, "(code 6078)"},
	{"v1.7.1: image taken for an id (5)", 400, `{"code":6662,"description":"","extra":{},"message":"获取交付物信息失败","type":"error"}`, outcome{400, 6662, "ErrBadRequest"}, "(code 6662)"},
	{"v1.7.1: no dc/artifact (4)", 404, `Invalid path: /public-api/v1/dc/artifact`, outcome{404, 0, "ErrNotFound"}, "Invalid path: /public-api/v1/dc/artifact"},
	{"v1.7.1: bad taskId behind dc/releases (4)", 500, `{"code":500,"description":"[400 BadRequest] {\"code\":400,\"description\":\"strconv.Atoi: parsing \\\"x\\\": invalid syntax\",\"extra\":{},\"message\":\"Bad Request\",\"type\":\"error\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrBadRequest"}, "[400 BadRequest]"},
	{"v1.7.1: database down behind dc/releases (4, 8)", 500, `{"code":500,"description":"[400 BadRequest] {\"code\":400,\"description\":\"获取交付中心版本列表失败: \",\"extra\":{},\"message\":\"Bad Request\",\"type\":\"error\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "[400 BadRequest]"},

	{"broken build, deploy, test or security record (6, source)", 400, `{"code":6571,"description":"","extra":{},"message":"x","type":"error"}`, outcome{400, 6571, "ErrServer"}, "(code 6571)"},
	{"broken deploy record (6, source)", 400, `{"code":6581,"description":"","extra":{},"message":"x","type":"error"}`, outcome{400, 6581, "ErrServer"}, "(code 6581)"},
	{"broken test record (6, source)", 400, `{"code":6601,"description":"","extra":{},"message":"x","type":"error"}`, outcome{400, 6601, "ErrServer"}, "(code 6601)"},
	{"broken security record (6, source)", 400, `{"code":6614,"description":"","extra":{},"message":"x","type":"error"}`, outcome{400, 6614, "ErrServer"}, "(code 6614)"},
	{"events of an artifact (6, source)", 400, `{"code":6665,"description":"","extra":{},"message":"获取交付事件列表失败","type":"error"}`, outcome{400, 6665, "ErrServer"}, "(code 6665)"},

	{"database down behind dc/artifact, no text of its own (4)", 500, `{"code":500,"description":"failed to get artifact by image err:[400 BadRequest] {\"code\":6662,\"description\":\"\",\"extra\":{},\"message\":\"获取交付物信息失败\",\"type\":\"error\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "6662"},
	{"database down behind dc/artifact, with the driver's text (4)", 500, `{"code":500,"description":"failed to get artifact by image err:[400 BadRequest] {\"code\":6662,\"description\":\"server selection error: server selection timeout\",\"extra\":{},\"message\":\"获取交付物信息失败\",\"type\":\"error\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "server selection"},
	{"the words of a missing image under another code (4)", 500, `{"code":500,"description":"failed to get artifact by image err:[400 BadRequest] {\"code\":6663,\"description\":\"mongo: no documents in result\",\"extra\":{},\"message\":\"x\",\"type\":\"error\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrBadRequest"}, "6663"},
	{"the words of a missing image, and a server error inside (4)", 500, `{"code":500,"description":"failed to get artifact by image err:[500 InternalError] {\"code\":6662,\"description\":\"mongo: no documents in result\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "6662"},
	{"a request for an image that has those words in its name", 500, `{"code":500,"description":"failed to get artifact by image err:Get \"http://aslan/?image=[400 BadRequest] {\"code\":6662} mongo: no documents\": refused","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "refused"},
	{"second step fails (4, source)", 500, `{"code":500,"description":"failed to unmarshal deliveryArtifactInfo err:unexpected end of JSON input","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "unexpected end of JSON"},
	{"not permitted behind dc/artifact (4, v1.18.0 to v5.0.0)", 500, `{"code":500,"description":"failed to get artifact by image err:[403 Forbidden] ","message":"Internal Error: "}`, outcome{500, 500, "ErrForbidden"}, "[403 Forbidden]"},
	{"user service fails behind dc/artifact (4, v1.18.0)", 500, `{"code":500,"description":"failed to get artifact by image err:[500 InternalError] ","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "[500 InternalError]"},
	{"no token behind dc/artifact", 500, `{"code":500,"description":"failed to get artifact by image err:[401 Unauthorized] ","message":"Internal Error: "}`, outcome{500, 500, "ErrUnauthorized"}, "[401 Unauthorized]"},
	{"no license behind dc/releases (4, v2.3.1 to v4.0.0)", 500, `{"code":500,"description":"[400 BadRequest] {\"code\":7050,\"description\":\"\",\"extra\":{},\"message\":\"用户许可证不可用，请检查许可证后重试\",\"type\":\"error\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrLicense"}, "7050"},
	{"database down behind dc/releases (4)", 500, `{"code":500,"description":"[400 BadRequest] {\"code\":6561,\"description\":\"\",\"extra\":{},\"message\":\"获取交付中心版本列表失败\",\"type\":\"error\"}","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "6561"},

	{"user service fails (7, v1.18.0)", 500, ``, outcome{500, 0, "ErrServer"}, "500: server error: empty body"},
	{"license service fails (8, v2.3.1 to v4.0.0)", 500, `{"code":500,"description":"failed to validate zadig license status, error: x","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "failed to validate"},
	{"no such version, by the OpenAPI (recorded on v5.0.0)", 500, `{"code":500,"description":"failed to get delivery version, projectName: shop, versionName: nope error: mongo: no documents in result","message":"Internal Error: "}`, outcome{500, 500, "ErrNotFound"}, "versionName: nope"},
	{"no such version, whose name has two lines", 500, `{"code":500,"description":"failed to get delivery version, projectName: shop, versionName: a\nb error: mongo: no documents in result","message":"Internal Error: "}`, outcome{500, 500, "ErrNotFound"}, "versionName: a"},
	{"a version named like that, and the database down", 500, `{"code":500,"description":"failed to get delivery version, projectName: shop, versionName: x error: mongo: no documents in result error: server selection error: x","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "server selection"},
	{"detail taken for an id (v2.3.1 to v3.4.1)", 500, `{"code":500,"description":"failed to get delivery version, ID: detail, error: 查询交付中心版本失败: ","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "ID: detail"},
	{"project deleted, by the OpenAPI by id (v2.3.1, v3.4.1)", 500, `{"code":500,"description":"failed to get delivery version, ID: 1, error: failed to find product template gone, err: mongo: no documents in result","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "product template"},
	{"project deleted (8, v2.3.1 to v4.0.0)", 500, `{"code":500,"description":"failed to find product template x, err: mongo: no documents in result","message":"Internal Error: "}`, outcome{500, 500, "ErrServer"}, "failed to find product template"},
	{"lone percent in label (8, v4.0.0)", 400, `{"code":400,"description":"invalid URL escape \"%\"","extra":{},"message":"Bad Request","type":"error"}`, outcome{400, 400, "ErrBadRequest"}, "invalid URL escape"},

	// 9: the description may belong to somebody else's request.
	{"left-over description: license", 400, `{"code":7050,"description":"mongo: no documents in result","extra":{},"message":"x","type":"error"}`, outcome{400, 7050, "ErrLicense"}, "(code 7050)"},
	{"left-over description: database down", 400, `{"code":6561,"description":"mongo: no documents in result","extra":{},"message":"x","type":"error"}`, outcome{400, 6561, "ErrServer"}, "(code 6561)"},
	{"left-over description that looks like picket's", 400, `{"code":6662,"description":"picket:mongo: no documents in result","extra":{},"message":"x","type":"error"}`, outcome{400, 6662, "ErrBadRequest"}, "(code 6662)"},

	{"proxy without Zadig behind it", 502, `<html><head><title>502 Bad Gateway</title></head></html>`, outcome{502, 0, "ErrServer"}, "502: server error: an HTML page (3 attempts)"},
	{"proxy that waits no longer", 504, `upstream request timeout`, outcome{504, 0, "ErrServer"}, "upstream request timeout (3 attempts)"},
	{"404 of something else", 404, `<!DOCTYPE html><title>Not Found</title>`, outcome{404, 0, "ErrNotFound"}, "404: not found: an HTML page"},
	{"404 in Zadig's envelope", 404, `{"code":404,"description":"","extra":{},"message":"Not Found","type":"error"}`, outcome{404, 404, "ErrNotFound"}, "404: not found: Not Found"},
	{"other 4xx", 418, `teapot`, outcome{418, 0, "ErrBadRequest"}, "418: bad request: teapot"},
	{"other 5xx", 599, ``, outcome{599, 0, "ErrServer"}, "599: server error"},
	{"status out of any class", 666, ``, outcome{666, 0, "ErrServer"}, "666"},
	{"304 that nobody asked for", 304, ``, outcome{304, 0, "ErrUnexpectedResponse"}, "304"},
	{"login page", 200, `<!DOCTYPE html><title>Sign in</title>`, outcome{200, 0, "ErrUnexpectedResponse"}, "an HTML page, perhaps of a login"},
	{"success that says nothing", 200, `{"message":"success"}`, outcome{200, 0, "ErrUnexpectedResponse"}, "got a JSON object"},
	{"failure in an envelope with 200", 200, `{"code":6561,"message":"x","type":"error"}`, outcome{200, 0, "ErrUnexpectedResponse"}, "got a JSON object"},
}

func TestFailuresOfTheWire(t *testing.T) {
	t.Parallel()
	for _, row := range failures {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			err := checkOutcome(t, row.want, servertest.Status(row.status, row.body))
			assert.ErrorContains(t, err, row.because)
		})
	}
}

// checkOutcome asks a server that answers with h for an array.
func checkOutcome(t *testing.T, want outcome, h http.Handler) error {
	t.Helper()
	raw := &http.Client{Transport: new(http.Transport), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client, s := clienttest.Serve(t, h, zadig.WithHTTPClient(raw))
	var out []any
	err := client.Get(t.Context(), "/api/aslan/some/thing?image=a%3A1", nil, &out)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "\n")
	assert.Equal(t, want.meaning, clienttest.Sentinel(err))
	if want.status == 0 { // no response, so no *Error
		var failure *zadig.Error
		assert.NotErrorAs(t, err, &failure)
		assert.Contains(t, err.Error(), s.URL+"/api/aslan/some/thing")
		return err
	}
	failure := clienttest.AsError(t, err)
	assert.Equal(t, want.status, failure.StatusCode)
	assert.Equal(t, want.code, failure.Code)
	assert.Same(t, failure, err, "the error itself, so that a type switch finds it too")
	assert.Equal(t, s.URL+"/api/aslan/some/thing?image=a%3A1", failure.URL)
	head := "GET " + servertest.BasePath + "/api/aslan/some/thing?image=a%3A1: " + strconv.Itoa(want.status)
	assert.True(t, strings.HasPrefix(err.Error(), head), err)
	return err
}

// Only Zadig's own texts say that this version does not have a path. No other 404
// says anything about a record.
func TestKindsOfMissingPaths(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status int
		body   string
		kind   errdef.Kind
	}{
		{404, "Invalid path: /api/delivery/nope", errdef.NoSuchEndpoint},
		{405, "Method not allowed: GET /openapi/delivery/releases/1", errdef.NoSuchEndpoint},
		{404, "404 page not found", errdef.ForeignNotFound},
		{404, "<html>Invalid path: </html>", errdef.ForeignNotFound},
		{404, "", errdef.ForeignNotFound},
		{404, `{"message":"no Route matched with those values"}`, errdef.ForeignNotFound},
		{404, `{"code":6563,"message":"not found"}`, errdef.ForeignNotFound},
		{404, `{"code":404,"message":"Not Found","description":"Invalid path: /x"}`, errdef.ForeignNotFound},
	} {
		client, _ := clienttest.Serve(t, servertest.Status(row.status, row.body))
		_, ok := errdef.AsAmbiguous(client.Get(t.Context(), "/api/x", nil, nil), row.kind)
		assert.True(t, ok, row.body)

		_, err := client.Artifact.Trace(t.Context(), "image:1")
		want := "ErrUnexpectedResponse"
		if row.kind == errdef.NoSuchEndpoint {
			want = "ErrUnsupported"
		}
		assert.Equal(t, want, clienttest.Sentinel(err), row.body)
		_, err = client.Artifact.Get(t.Context(), "619dbaa8c528010000010000")
		assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err), row.body)
	}
}
