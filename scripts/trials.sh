#!/bin/sh
# Try everything that goes wrong in the middle, on an engine of its own, and count.
#
#   trials.sh [PATTERN]
#
# Each call of each command fails once in every way, commands are killed, many run at
# once, other people's hands come between. It takes hours; PATTERN is of tests as
# "go test -run" takes it, STACKLITE_EVERY=N tries one fault of N only.
# Where DOCKER_HOST and STACKLITE_NETNS are set, that engine and network namespace are
# used, and left as they are. Otherwise a private one is started beside the machine's,
# which is not touched, and stopped in the end: needs root.
set -eu
cd "$(dirname "$0")/.."

go=${GO:-go}
pattern=${1:-'OnTheEngine|TheRealEngine'}

# What is about failures, of what there is.
packages=
for name in faults kills crowds hands hostile; do
  [ ! -d "plugin/scenario/$name" ] || packages="$packages ./plugin/scenario/$name"
done

within=
if [ -n "${STACKLITE_NETNS-}" ]; then
  within="nsenter --net=$STACKLITE_NETNS"
elif [ -z "${DOCKER_HOST-}" ]; then
  STACKLITE_PRIVATE=${STACKLITE_PRIVATE:-trials}
  export STACKLITE_PRIVATE
  host=$(sh scripts/engine.sh start private)
  trap 'sh scripts/engine.sh stop private' EXIT
  DOCKER_HOST=${host#DOCKER_HOST=}
  export DOCKER_HOST
  within="nsenter --net=/run/netns/stack-lite-private-$STACKLITE_PRIVATE"
fi

log=$(mktemp)
echo "trials:$packages on the engine at ${DOCKER_HOST}"
status=0
# One package at a time: some kill the engine.
# shellcheck disable=SC2086 # lists of words
STACKLITE_SLOW=1 STACKLITE_ENGINE=required $within $go test -p 1 -count=1 -timeout 24h -v -run "$pattern" $packages >"$log" 2>&1 || status=$?

# A test that has others within is no trial, nor is one that counts.
awk '
  $1 == "---" && $3 ~ /\// && $3 !~ /\/count$/ {
    result[$3] = $2
    for (within = $3; sub(/\/[^\/]*$/, "", within);) outer[within] = 1
  }
  $1 == "---" && $3 !~ /\// { result[$3] = $2 }
  END {
    for (name in result) {
      if (name in outer) continue
      what = name
      way = ""
      if (sub(/\/[0-9]+_.*$/, "", what)) {
        way = substr(name, length(what) + 2)
        sub(/^[0-9]+_/, "", way)
        gsub(/_/, " ", way)
      } else sub(/\/[^\/]*$/, "", what)
      sub(/^Test/, "", what)
      tried[what]++
      if (way != "") ways[what, way] = 1
      if (result[name] == "FAIL:") failed[what]++
      if (result[name] == "SKIP:") skipped[what]++
    }
    for (pair in ways) { split(pair, at, SUBSEP); kinds[at[1]]++ }
    for (what in tried) {
      line = sprintf("%6d tried, %d failed", tried[what], failed[what])
      if (skipped[what]) line = line sprintf(", %d skipped", skipped[what])
      if (kinds[what]) line = line sprintf(", in %d ways", kinds[what])
      print line "  " what | "sort -k 5"
      all += tried[what]; bad += failed[what]
    }
    close("sort -k 5")
    printf "%6d tried in all, %d failed\n", all, bad
  }' "$log"

if [ "$status" != 0 ]; then
  sed -n 's/^ *--- FAIL: \([^ ]*\) .*/failed: \1/p' "$log"
  tail -n 3 "$log"
  echo "the whole output is in $log"
  exit 1
fi
rm -f "$log"
