#!/bin/sh
# Run every fuzz function of the repository for a while, one after the other:
#
#   fuzz.sh [TIME]
#
# TIME, as go test takes it, is for each of them (default 30s). An input that
# fails is kept in testdata/fuzz of its package, where go test tries it from then
# on; the other functions are run all the same.
set -eu
cd "$(dirname "$0")/.."

time=${1:-30s}

# go test -list prints the names of a package, then a line of the package.
tests=$(go test -list '^Fuzz' ./...)
list=$(echo "$tests" | awk '/^Fuzz/ { names[n++] = $1 }
  $1 == "ok" { for (i = 0; i < n; i++) print $2, names[i]; n = 0 }')
[ -n "$list" ] || {
  echo 'fuzz.sh: there is no fuzz function' >&2
  exit 1
}

failed=
while read -r package name; do
  echo "== $name in $package"
  go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$package" </dev/null || failed="$failed $name"
done <<END
$list
END

[ -z "$failed" ] || {
  echo "failed:$failed" >&2
  exit 1
}
