#!/bin/sh
# Look for problems that the compiler does not find. Tools come from the module
# proxy, at fixed versions; shellcheck is used where it is installed.
set -eu
cd "$(dirname "$0")/.."

staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2
gocognit=github.com/uudashr/gocognit/cmd/gocognit@v1.3.0

failed=
check() {
  echo "== $1"
  shift
  "$@" || failed=yes
}

folders='cmd compose linking plugin scripts'

# shellcheck disable=SC2086 # several words
formatted() {
  files=$(gofmt -l $folders)
  [ -z "$files" ] || {
    echo "$files"
    return 1
  }
}

check gofmt formatted
check 'go vet' go vet ./...

# All checks, so ST1000 and ST1020 to ST1022 too: packages and what they export
# have comments. Except SA1019: engines of API 1.41 need what the client library
# calls deprecated.
check staticcheck go run "$staticcheck" -checks all,-SA1019 ./...

# Cognitive, not cyclomatic, complexity: a flat switch over many kinds is easy
# to read, a loop in a condition in a loop is not. Tests are left out: they
# may be long.
# shellcheck disable=SC2086 # several words
check gocognit go run "$gocognit" -test=false -over 30 $folders

if command -v shellcheck >/dev/null; then
  check shellcheck shellcheck .ci/run scripts/*.sh
  check 'shellcheck (shell-init)' shellcheck --shell=bash plugin/command/shellinit/docker.sh plugin/command/shellinit/complete.bash
else
  echo '== shellcheck is not installed: shell scripts were not checked'
fi

[ -z "$failed" ]
