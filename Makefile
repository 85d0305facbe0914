# The commands of a working day. .ci/run is all that must hold before a merge.
.PHONY: test lint cover bench fuzz

fuzztime = 10s

test:
	go test ./...

lint:
	GOWORK=off go tool -modfile=tools/go.mod golangci-lint run ./...

cover:
	go test -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -func=cover.out | tail -n 1

bench:
	go -C test/bench test -run '^$$' -bench .

# Up to Go 1.26 the end of -fuzztime can look like a failure (https://go.dev/issue/75804).
fuzz: export GOTOOLCHAIN = go1.27.4
fuzz:
	git grep -o '^func Fuzz[A-Za-z]*' -- '*_test.go' ':!test' | sed 's|^|./|; s|/[^/]*:func | |' | while read -r package name; do \
		go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(fuzztime) $$package || exit; done
