package faults_test

import (
	"net/http"
	"sync"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

// serverVersion is the version of Zadig that fails by itself.
const serverVersion = "v5.0.0"

// ailing is a Zadig that fails by itself. The fault hits the requests that the
// stage chooses.
func ailing(f zadigtest.Fault) func(*stage) place {
	return func(s *stage) place {
		srv := zadigtest.NewServer(s.T, zadigtest.WithServerVersion(serverVersion), zadigtest.WithData(s.zadig.data))
		var (
			mu sync.Mutex
			n  int
		)
		srv.Inject(f.When(func(*http.Request) bool {
			mu.Lock()
			defer mu.Unlock()
			n++
			return s.hits == nil || s.hits(n)
		}))
		s.viewed = srv
		return place{srv.URL, []zadig.Option{zadig.WithToken(token)}, func() int64 { return int64(len(srv.Requests())) }, none}
	}
}

// missingOnceForAViewer is a Zadig whose user may read everything, but not list a
// project, while a record is missing once.
func missingOnceForAViewer(s *stage) place {
	p := ailing(zadigtest.RecordNotFound())(s)
	s.viewed.Inject(zadigtest.SystemViewer())
	return p
}
