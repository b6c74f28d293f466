#!/bin/sh
# Build Docker's buildx plugin from the Go module proxy, on a machine that has
# none, for the tests that build images with it.
#
#   buildx.sh FILE     build it as FILE: takes several minutes and 200 modules
set -eu

version=v0.23.0

[ $# -eq 1 ] || {
  echo 'usage: buildx.sh FILE' >&2
  exit 2
}
mkdir -p "$(dirname "$1")"
file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

# "go install" refuses modules that exclude others, as this one does.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
sources=$(go mod download -json "github.com/docker/buildx@$version" | sed -n 's/.*"Dir": "\(.*\)",*$/\1/p')
cp -R "$sources" buildx
chmod -R u+w buildx
cd buildx
CGO_ENABLED=0 go build -mod=mod -buildvcs=false -trimpath \
  -ldflags "-s -w -X github.com/docker/buildx/version.Version=$version" -o "$file.new" ./cmd/buildx
mv "$file.new" "$file"
