package bench_test

import (
	"testing"

	"github.com/go-resty/resty/v2"

	"github.com/zadig-go/zadig/artifact"
)

// restyClient is what many programs use in place of net/http.
func restyClient() *resty.Client { return resty.New().SetAuthToken("benchmark") }

func listByResty(b *testing.B, client *resty.Client, srv *benchServer) []*plainRelease {
	b.Helper()
	var releases []*plainRelease
	_, err := client.R().SetContext(b.Context()).SetResult(&releases).
		SetQueryParams(map[string]string{"page": "1", "per_page": "100000"}).Get(srv.url + "/api/aslan/delivery/releases")
	if err != nil {
		b.Fatal(err)
	}
	return releases
}

func traceByResty(b *testing.B, client *resty.Client, srv *benchServer) {
	b.Helper()
	var a artifact.Artifact
	_, err := client.R().SetContext(b.Context()).SetResult(&a).SetQueryParam("image", benchImage).Get(srv.url + "/api/directory/dc/artifact")
	if err != nil || a.Name != "picket" {
		b.Error(a.Name, err)
	}
}
