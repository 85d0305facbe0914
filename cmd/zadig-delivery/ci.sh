#!/usr/bin/env bash
# What must hold for this module: its tests, go.mod and the report in Chromium. Needs Go, chromium and npm.
set -euo pipefail
cd "$(dirname "$0")"
export GOWORK=$PWD/../../go.work # the SDK of this clone
go vet ./...
go test ./...

# go.mod is tidy. It requires a release of the SDK, which may not be there yet.
tidy=$(mktemp -d)
trap 'rm -rf "$tidy"' EXIT
cp go.mod "$tidy/go.mod"
cp go.sum "$tidy/go.sum"
go mod edit -replace "github.com/zadig-go/zadig=$(cd ../.. && pwd)" "$tidy/go.mod"
GOWORK=off go mod tidy -diff -modfile="$tidy/go.mod"

# axe-core checks the accessibility of the page.
(cd "$tidy" && npm pack --silent axe-core@4.14.1 | xargs tar xzf)
ZADIG_BROWSER_TEST=1 ZADIG_AXE=$tidy/package/axe.min.js go test -count=1 -timeout 30m -run Browser ./internal/report
