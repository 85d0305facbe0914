#!/usr/bin/env bash
# What must hold for the modules that require a release of the SDK and are developed with go.work: this one and the lessons.
# Needs Go, chromium and npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOWORK=$PWD/go.work
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for module in cmd/zadig-delivery examples/otel examples/testing-a-service; do
  go -C "$module" vet ./...
  go -C "$module" test ./...
  # go.mod is tidy; the release that it requires may not be there yet.
  cp "$module/go.mod" "$module/go.sum" "$work/"
  go mod edit -replace "github.com/zadig-go/zadig=$PWD" "$work/go.mod"
  GOWORK=off go -C "$module" mod tidy -diff -modfile="$work/go.mod"
done
# The report in a browser; axe-core checks that it is accessible.
(cd "$work" && npm pack --silent axe-core@4.14.1 | xargs tar xzf)
export ZADIG_BROWSER_TEST=1 ZADIG_AXE=$work/package/axe.min.js
go -C cmd/zadig-delivery test -count=1 -timeout 30m -run Browser ./internal/report
