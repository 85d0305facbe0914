package jsontest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig/internal/testkit/jsontest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		want, got string
		merge     string // the path that may merge
		same      bool
	}{
		"order, spelling of numbers and strings": {`{"a":1.0,"b":"\u0041"}`, `{"b":"A","a":1}`, "", true},
		"a number's last digit":                  {`12345678901234567890`, `12345678901234567891`, "", false},
		"a number and its text":                  {`{"a":1}`, `{"a":"1"}`, "", false},
		"another element":                        {`[1,2]`, `[1,3]`, "", false},
		"a missing element":                      {`[""]`, `[]`, "[]", false},
		"zero and absent":                        {`[{"a":{"b":""}}]`, `[{"a":{}}]`, "[].a.b", true},
		"null and zero":                          {`{"a":null}`, `{"a":0.0}`, "a", true},
		"zero and absent, not there":             {`{"a":"","b":""}`, `{"b":""}`, "b", false},
		"a value and absent":                     {`{"a":"x"}`, `{}`, "a", false},
		"an empty list and absent":               {`{"a":[]}`, `{}`, "a", false},
		"one more member":                        {`{}`, `{"a":1}`, "a", false},
	} {
		diff := jsontest.Diff(t, []byte(row.want), []byte(row.got), func(path string) bool { return path == row.merge })
		assert.Equal(t, row.same, diff == "", "%s: %s", name, diff)
	}
	assert.NotEmpty(t, jsontest.Diff(t, []byte(`{"a":0}`), []byte(`{}`), nil), "nothing merges")
}
