package zadig_test

import (
	"fmt"
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

// outcome is the error of Client.Get. If only a service can determine what a response
// means, it is the default meaning; the services' tests check the rest.
type outcome struct {
	status, code int
	meaning      string
}

// recorded has a row for each recorded failure, and for each 200 that is not what was
// requested.
var recorded = map[string]outcome{
	// Releases. 6561 means that the database is down, and so can 6563 by id.
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

	// Artifacts. 6662 can mean a missing artifact or a database that is down. Its
	// description may be left over from another request.
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

	// picket returns 500 for everything; aslan's response is in the description.
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

	// Paths and methods that do not exist.
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
	// Redirects that are not followed; redirect_test.go follows them.
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

// envelope returns Zadig's envelope; internal returns the envelope of its 500.
func envelope(code int, description string) string {
	return fmt.Sprintf(`{"code":%d,"description":%q,"extra":{},"message":"m","type":"error"}`, code, description)
}

func internal(description string) string {
	return fmt.Sprintf(`{"code":500,"description":%s,"message":"Internal Error: "}`, quote(description))
}

// image returns picket's 500 for an image, which quotes aslan.
func image(aslan string) string { return internal("failed to get artifact by image err:" + aslan) }

const (
	noDocuments = "mongo: no documents in result"
	noVersion   = "failed to get delivery version, projectName: shop, versionName: "
)

// failures are failures that are not among the recordings, with the versions on which
// they were seen, or "source".
var failures = []struct {
	name    string
	status  int
	body    string
	want    outcome
	because string // a part of the error's text
}{
	{"no, wrong or expired token (source)", 401, ``, outcome{401, 0, "ErrUnauthorized"}, "401: unauthorized: empty body"},
	{"token refused in Zadig's envelope", 401, envelope(401, ""), outcome{401, 401, "ErrUnauthorized"}, "401: unauthorized: m"},
	{"not permitted, by a gateway with a page", 403, `<html>403</html>`, outcome{403, 0, "ErrForbidden"}, "an HTML page"},
	{"idle timeout of a gateway", 408, ``, outcome{408, 0, "ErrServer"}, "408: server error: empty body"},
	{"rate limit of a gateway", 429, ``, outcome{429, 0, "ErrRateLimited"}, "429: rate limited: empty body"},

	{"taskId is not a number (v1.7.1)", 400, envelope(400, "strconv.Atoi: x"), outcome{400, 400, "ErrBadRequest"}, "strconv.Atoi: x"},
	{"database down (v1.7.1)", 400, envelope(400, "获取交付中心版本列表失败: "), outcome{400, 400, "ErrServer"}, "获取交付中心版本列表失败"},
	{"product by id (v1.7.1)", 400, envelope(6078, ""), outcome{400, 6078, "ErrBadRequest"}, "(code 6078)"},
	{"no dc/artifact (v1.7.1)", 404, `Invalid path: /x`, outcome{404, 0, "ErrNotFound"}, "Invalid path: /x"},
	{"bad taskId behind dc/releases (v1.7.1)", 500, internal("[400 BadRequest] " + envelope(400, "strconv.Atoi: x")),
		outcome{500, 500, "ErrBadRequest"}, "[400 BadRequest]"},
	{"database down behind dc/releases (v1.7.1)", 500, internal("[400 BadRequest] " + envelope(400, "获取交付中心版本列表失败: ")),
		outcome{500, 500, "ErrServer"}, "[400 BadRequest]"},

	{"broken build record (source)", 400, envelope(6571, ""), outcome{400, 6571, "ErrServer"}, "(code 6571)"},
	{"broken deploy record (source)", 400, envelope(6581, ""), outcome{400, 6581, "ErrServer"}, "(code 6581)"},
	{"broken test record (source)", 400, envelope(6601, ""), outcome{400, 6601, "ErrServer"}, "(code 6601)"},
	{"broken security record (source)", 400, envelope(6614, ""), outcome{400, 6614, "ErrServer"}, "(code 6614)"},
	{"events of an artifact (source)", 400, envelope(6665, ""), outcome{400, 6665, "ErrServer"}, "(code 6665)"},

	{"database down, image", 500, image("[400 BadRequest] " + envelope(6662, "")), outcome{500, 500, "ErrServer"}, "6662"},
	{"database down, image, with the driver's text", 500, image("[400 BadRequest] " + envelope(6662, "server selection error")),
		outcome{500, 500, "ErrServer"}, "server selection"},
	{"the words of a missing image with another code", 500, image("[400 BadRequest] " + envelope(6663, noDocuments)),
		outcome{500, 500, "ErrBadRequest"}, "6663"},
	{"the words of a missing image with another status", 500, image("[500 InternalError] " + envelope(6662, noDocuments)),
		outcome{500, 500, "ErrServer"}, "6662"},
	{"an image that has those words in its name", 500,
		image(`Get "http://aslan/?image=[400 BadRequest] {"code":6662} ` + noDocuments + `": refused`),
		outcome{500, 500, "ErrServer"}, "refused"},
	{"second step fails (source)", 500, internal("failed to unmarshal deliveryArtifactInfo err:unexpected end of JSON input"),
		outcome{500, 500, "ErrServer"}, "unexpected end of JSON"},
	{"not permitted, image (v1.18.0 to v5.0.0)", 500, image("[403 Forbidden] "), outcome{500, 500, "ErrForbidden"}, "[403 Forbidden]"},
	{"user service fails, image (v1.18.0)", 500, image("[500 InternalError] "), outcome{500, 500, "ErrServer"}, "[500 InternalError]"},
	{"no token, image", 500, image("[401 Unauthorized] "), outcome{500, 500, "ErrUnauthorized"}, "[401 Unauthorized]"},
	{"no license behind dc/releases (v2.3.1 to v4.0.0)", 500, internal("[400 BadRequest] " + envelope(7050, "")),
		outcome{500, 500, "ErrLicense"}, "7050"},
	{"database down behind dc/releases", 500, internal("[400 BadRequest] " + envelope(6561, "")), outcome{500, 500, "ErrServer"}, "6561"},

	{"user service fails (v1.18.0)", 500, ``, outcome{500, 0, "ErrServer"}, "500: server error: empty body"},
	{"license service fails (v2.3.1 to v4.0.0)", 500, internal("failed to validate zadig license status, error: x"),
		outcome{500, 500, "ErrServer"}, "failed to validate"},
	{"no such task (source)", 500, internal(noDocuments), outcome{500, 500, "ErrNotFound"}, noDocuments},
	{"no such version, OpenAPI (v5.0.0)", 500, internal(noVersion + "nope error: " + noDocuments), outcome{500, 500, "ErrNotFound"}, "nope"},
	{"no such version, with a line break", 500, internal(noVersion + "a\nb error: " + noDocuments), outcome{500, 500, "ErrNotFound"},
		"a b error"},
	{"a version named like that, and the database down", 500,
		internal(noVersion + "x error: " + noDocuments + " error: server selection error: x"),
		outcome{500, 500, "ErrServer"}, "server selection"},
	{"detail taken for an id (v2.3.1 to v3.4.1)", 500, internal("failed to get delivery version, ID: detail, error: 查询交付中心版本失败: "),
		outcome{500, 500, "ErrServer"}, "ID: detail"},
	{"project deleted, OpenAPI by id (v2.3.1, v3.4.1)", 500,
		internal("failed to get delivery version, ID: 1, error: failed to find product template gone, err: " + noDocuments),
		outcome{500, 500, "ErrServer"}, "product template"},
	{"project deleted (v2.3.1 to v4.0.0)", 500, internal("failed to find product template x, err: " + noDocuments),
		outcome{500, 500, "ErrServer"}, "failed to find product template"},
	{"lone percent in label (v4.0.0)", 400, envelope(400, `invalid URL escape "%"`), outcome{400, 400, "ErrBadRequest"}, "invalid URL escape"},

	// The description may belong to another request.
	{"left-over description: license", 400, envelope(7050, noDocuments), outcome{400, 7050, "ErrLicense"}, "(code 7050)"},
	{"left-over description: database down", 400, envelope(6561, noDocuments), outcome{400, 6561, "ErrServer"}, "(code 6561)"},
	{"left-over description: artifact", 400, envelope(6662, noDocuments), outcome{400, 6662, "ErrBadRequest"}, "(code 6662)"},

	{"proxy without Zadig behind it", 502, `<html>502</html>`, outcome{502, 0, "ErrServer"}, "502: server error: an HTML page (3 attempts)"},
	{"proxy that waits no longer", 504, `upstream request timeout`, outcome{504, 0, "ErrServer"}, "upstream request timeout (3 attempts)"},
	{"404 of something else", 404, `<!DOCTYPE html>`, outcome{404, 0, "ErrNotFound"}, "404: not found: an HTML page"},
	{"404 in an envelope", 404, envelope(404, ""), outcome{404, 404, "ErrNotFound"}, "404: not found: m"},
	{"other 4xx", 418, `teapot`, outcome{418, 0, "ErrBadRequest"}, "418: bad request: teapot"},
	{"other 5xx", 599, ``, outcome{599, 0, "ErrServer"}, "599: server error"},
	{"304 that was not requested", 304, ``, outcome{304, 0, "ErrUnexpectedResponse"}, "304"},
	{"login page", 200, `<!DOCTYPE html><title>Sign in</title>`, outcome{200, 0, "ErrUnexpectedResponse"}, "an HTML page, perhaps of a login"},
	{"success that says nothing", 200, `{"message":"success"}`, outcome{200, 0, "ErrUnexpectedResponse"}, "got a JSON object"},
	{"failure in an envelope with 200", 200, envelope(6561, ""), outcome{200, 0, "ErrUnexpectedResponse"}, "got a JSON object"},
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

// checkOutcome requests an array from a server that responds with h.
func checkOutcome(t *testing.T, want outcome, h http.Handler) error {
	t.Helper()
	raw := &http.Client{Transport: new(http.Transport),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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
// proves that a record is missing.
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
		{404, `{"code":6563,"message":"not found","type":"error"}`, errdef.ForeignNotFound},
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
