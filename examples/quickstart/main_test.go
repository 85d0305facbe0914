package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// quickstart runs the program and returns what it writes.
func quickstart(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, complaints strings.Builder
	code = exit(run(t.Context(), args, &out), &complaints)
	return out.String(), complaints.String(), code
}

func setEnv(t *testing.T, url, token string) {
	t.Helper()
	t.Setenv("ZADIG_URL", url)
	t.Setenv("ZADIG_TOKEN", token)
	t.Setenv("ZADIG_CA_FILE", "")
}

// checkWidth is for text without wide characters.
func checkWidth(t *testing.T, output string) {
	t.Helper()
	for line := range strings.Lines(output) {
		assert.LessOrEqual(t, len([]rune(line)), columns+1, line)
	}
}

// The release, its image, the build and its commit are one story.
func TestTheStory(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	setEnv(t, "", "")
	stdout, stderr, code := quickstart(t)
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	checkWidth(t, stdout)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, shown, found := strings.Cut(string(readme), "```console\n$ go run ./examples/quickstart\n")
	require.True(t, found)
	shown, _, _ = strings.Cut(shown, "```")
	assert.Equal(t, shown, stdout)
	for _, fact := range []string{"nginx2-ops-workflow", sampleImage, "4b15c43b012e7a4a901fdcfe33736ad1c3b53f48", "/pull/736", "user1", "no record"} {
		assert.Contains(t, stdout, fact)
	}
}

func TestAsksTheServerOfTheEnvironment(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	for _, version := range []string{"v1.11.0", "v4.0.0", "v5.0.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithToken("quickstart-token"), zadigtest.WithData(zadigtest.Generate(1, 50)))
		setEnv(t, srv.URL, "quickstart-token")
		stdout, stderr, code := quickstart(t)
		assert.Zero(t, code, stderr)
		assert.Contains(t, stdout, "Zadig: "+srv.URL+"\n")
		assert.Contains(t, stdout, "\n   commit   ")
		assert.NotContains(t, stdout, "quickstart-token")
	}
}

// Chinese characters take two columns; control characters none at all, because
// they are left out.
func TestFits80Columns(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	long := strings.Repeat("修复并发下库存扣减错误", 10)
	release, made := *sampleRelease, *sampleArtifact
	release.VersionInfo = &delivery.VersionInfo{
		ID: sampleRelease.VersionInfo.ID, Version: long, ProductName: "商城", CreatedBy: "韩梅梅\x1b[31m\n", CreatedAt: 1637726888,
	}
	made.Activities = []*artifact.Activity{{Type: artifact.ActivityBuild, Commits: []*artifact.Commit{{CommitID: "c", CommitMessage: "a\n" + long}}}}
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(&release), zadigtest.WithArtifacts(&made))
	setEnv(t, srv.URL, "")
	stdout, _, code := quickstart(t)
	assert.Zero(t, code)
	assert.NotContains(t, stdout, "\x1b")
	assert.Contains(t, stdout, "\n   2021-11-24  "+strings.Repeat("修复并发下库存扣减错误", 2)+"修复并发下库存扣减错…\n")
	assert.Contains(t, stdout, "\n   message  a 修复")
	for line := range strings.Lines(stdout) {
		wide := 0
		for _, r := range line {
			if r >= 0x1100 && r != '…' {
				wide++
			}
		}
		assert.LessOrEqual(t, len([]rune(line))+wide, columns+1, line)
	}
}

func TestNothingToTrace(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(sampleRelease), zadigtest.WithArtifacts())
	setEnv(t, srv.URL, "")
	stdout, _, code := quickstart(t)
	assert.Zero(t, code)
	assert.Contains(t, stdout, "No image of these releases can be traced.")
	assert.Contains(t, stdout, "4. An image that somebody else built")
}

func TestHelpAndWrongUse(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	setEnv(t, "http://127.0.0.1:1", "")
	stdout, stderr, code := quickstart(t, "-h")
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	assert.Equal(t, usage, stdout)
	checkWidth(t, usage)
	stdout, _, code = quickstart(t, "-version")
	assert.Zero(t, code)
	assert.Equal(t, "quickstart v"+zadig.Version+"\n", stdout)
	for _, arg := range []string{"-nope", "x"} {
		stdout, stderr, code := quickstart(t, arg)
		assert.Equal(t, 2, code)
		assert.Empty(t, stdout)
		assert.Equal(t, "quickstart: it takes no arguments, and no flags but -version and -h\n", stderr)
	}
}

func TestSaysWhatIsWrong(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	setEnv(t, "", "a-token")
	stdout, stderr, code := quickstart(t)
	assert.Equal(t, 1, code)
	assert.Empty(t, stdout)
	assert.Equal(t, "quickstart: ZADIG_TOKEN is set, but ZADIG_URL is not: whose token is it?\n", stderr)

	srv := zadigtest.NewServer(t, zadigtest.WithToken("right-token"))
	setEnv(t, srv.URL, "wrong-token")
	_, stderr, code = quickstart(t)
	assert.Equal(t, 1, code)
	assert.True(t, strings.HasPrefix(stderr, "quickstart: Zadig does not accept the API token: check ZADIG_TOKEN; the token is in Zadig's user settings\n  GET /api/"), stderr)
	assert.NotContains(t, stderr, "wrong-token")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestFullDisk(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	setEnv(t, "", "")
	for _, args := range [][]string{nil, {"-h"}, {"-version"}} {
		assert.EqualError(t, run(t.Context(), args, full{}), "no space left on device")
	}
}

func TestInterrupt(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	srv := zadigtest.NewServer(t)
	setEnv(t, srv.URL, "")
	ctx, interrupt := context.WithCancel(t.Context())
	srv.Inject(zadigtest.Hook(func(*http.Request) { interrupt() }))
	srv.Inject(zadigtest.Delay(time.Hour))
	var stderr strings.Builder
	err := run(ctx, nil, new(strings.Builder))
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 130, exit(err, &stderr))
	assert.Equal(t, "quickstart: interrupted\n", stderr.String())
}
