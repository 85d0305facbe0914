package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

func TestShowsTheDocumentedSamples(t *testing.T) {
	t.Setenv("ZADIG_URL", "")
	var out strings.Builder
	require.NoError(t, run(context.Background(), &out))
	for _, fact := range []string{
		"nginx2-ops-workflow", "20211116230712-1-master",
		"4b15c43b012e7a4a901fdcfe33736ad1c3b53f48", "#736", "user1",
		"errors.Is(err, zadig.ErrNotFound) is true",
	} {
		assert.Contains(t, out.String(), fact)
	}
}

func TestAsksTheServerOfTheEnvironment(t *testing.T) {
	srv := zadigtest.NewServer(t, zadigtest.WithToken("quickstart-token"), zadigtest.WithData(zadigtest.Generate(1, 50)))
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", "quickstart-token")
	var out strings.Builder
	require.NoError(t, run(context.Background(), &out))
	assert.Contains(t, out.String(), srv.URL)
	assert.Contains(t, out.String(), "Where does this image come from?")
	assert.Contains(t, out.String(), "  …", "not all of 50 releases")
	assert.NotContains(t, out.String(), "quickstart-token")
}

func TestSaysWhatIsWrong(t *testing.T) {
	srv := zadigtest.NewServer(t, zadigtest.WithToken("right-token"))
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", "wrong-token")
	err := run(context.Background(), &strings.Builder{})
	assert.ErrorContains(t, err, "401: unauthorized")
}
