#!/bin/sh
# Build docker compose v5 from the Go module proxy, on a machine that has none, for
# "make bench", which compares with it.
#
#   compose_v5.sh FILE     build it as FILE: takes several minutes
set -eu

version=v5.6.0

[ $# -eq 1 ] || {
  echo 'usage: compose_v5.sh FILE' >&2
  exit 2
}
mkdir -p "$(dirname "$1")"
file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

# "go install" refuses modules that exclude others, as this one does.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
sources=$(go mod download -json "github.com/docker/compose/v5@$version" | sed -n 's/.*"Dir": "\(.*\)",*$/\1/p')
cp -R "$sources" compose
chmod -R u+w compose
cd compose
CGO_ENABLED=0 go build -mod=mod -buildvcs=false -trimpath \
  -ldflags "-s -w -X github.com/docker/compose/v5/internal.Version=$version" -o "$file.new" ./cmd
mv "$file.new" "$file"
