#!/bin/sh
# Build Docker's buildx plugin from the Go module proxy, on a machine that has
# none, for the tests that build images with it.
#
#   buildx.sh FILE     build it as FILE: takes several minutes and 200 modules
set -eu

version=v0.37.2

[ $# -eq 1 ] || {
  echo 'usage: buildx.sh FILE' >&2
  exit 2
}
mkdir -p "$(dirname "$1")"
file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
GOBIN=$work CGO_ENABLED=0 GOFLAGS=-trimpath go install \
  -ldflags "-s -w -X github.com/docker/buildx/version.Version=$version" "github.com/docker/buildx/cmd/buildx@$version"
mv "$work/buildx" "$file"
