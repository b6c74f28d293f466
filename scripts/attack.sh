#!/bin/sh
# Attack stacks on your engine, the one that the docker command uses, and say
# what held. Takes some minutes; with STACKLITE_SLOW=1 it also counts what passes
# while networks are made and removed. Nothing but what it makes is touched.
set -eu
cd "$(dirname "$0")/.."

folder=plugin/scenario/testdata/scenarios
names='attack_.*|names_stay.*|links|unlinked|two_projects|discovery_withheld|external_projects'
moment=TestWhatPassesWhileNetworksChangeOnTheEngine

log=$(mktemp)
echo "attacking stacks on the engine at ${DOCKER_HOST:-the default socket}: some minutes"
status=0
STACKLITE_ALL=1 STACKLITE_ENGINE=required ${GO:-go} test ./plugin/scenario -count=1 -timeout 30m -v \
  -run "^(TestScenariosOnTheEngine|$moment)\$//^($names)\$" >"$log" 2>&1 || status=$?

# purpose prints the first sentence of a scenario, which says what must hold.
purpose() {
  sed -n '/^#/!q; s/^# *//p' "$1" | tr '\n' ' ' | sed 's/\. .*//; s/[. ]*$//'
}

results=$(sed -n 's|^ *--- \([A-Z]*\): TestScenariosOnTheEngine/scripts/\([a-z_]*\) .*|\1 \2|p' "$log" | sort -k 2)
[ -z "$results" ] || echo "$results" | while read -r result name; do
  case $result in
    PASS) word=held ;;
    FAIL) word=FAILED ;;
    *) word=skipped ;;
  esac
  printf '%-8s %-24s %s\n' "$word" "$name" "$(purpose "$folder/$name.txtar")"
done
sed -n 's/^ *moment_test.go:[0-9]*: \(Engine\)/\1/p' "$log"

if [ "$status" != 0 ] || [ -z "$results" ]; then
  [ -n "$results" ] || tail -5 "$log"
  sed -n 's/^ *FAIL: /  /p' "$log"
  echo "not all held; the whole output is in $log"
  exit 1
fi
rm -f "$log"
echo "all $(echo "$results" | wc -l | tr -d ' ') held"
