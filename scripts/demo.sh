#!/bin/sh
# Bring up scripts/demo and show which service reaches which: demo.sh [PROGRAM]
#
# PROGRAM is bin/docker-stacklite if not given; "make demo" builds it first. The
# stack stays up; the last lines say how to remove it.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
project=${COMPOSE_PROJECT_NAME:-demo}

say() { printf '\n%s\n' "$*"; }
fail() {
  printf 'demo.sh: %s\n' "$*" >&2
  exit 1
}

# Shows a command as one would type it, and runs it.
run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

# The same for a command that must end with status $1: success would mean that
# the boundary is broken, another status that something else is wrong.
run_blocked() {
  want=$1
  shift
  printf '\n$ %s\n' "$*"
  status=0
  "$@" || status=$?
  [ "$status" -eq "$want" ] || fail "expected status $want, got $status"
  echo "... as it should be: there is no link between them"
}

if ! answer=$(docker version 2>&1 >/dev/null); then
  case $answer in *"permission denied"*)
    fail "no permission to use the engine: join the group docker, or run this as root" ;;
  esac
  echo "no Docker Engine answers"
  if [ ! -t 0 ]; then
    fail "start one first (on Debian: sudo sh scripts/engine.sh start)"
  fi
  printf "Install and start Debian's engine (sh scripts/engine.sh start)? [y/N] "
  read -r answer || answer=
  case $answer in
    [Yy]*) sh scripts/engine.sh start ;;
    *) fail "the demonstration needs an engine" ;;
  esac
fi

say "Installing the plugin (make uninstall removes it; no start-up file is changed)"
sh scripts/install.sh --shell-init=no "$@"

say "Building the program that is in all images, for the engine's processor"
arch=$(docker version --format '{{.Server.Arch}}')
CGO_ENABLED=0 GOOS=linux GOARCH="$arch" ${GO:-go} build -buildvcs=false -trimpath \
  -ldflags '-s -w' -o scripts/demo/probe ./plugin/engine/enginetest/probe

printf '\n$ cd %s\n' "$root/scripts/demo"
cd scripts/demo

run docker stacklite graph
run docker stacklite up -d
run docker stacklite ps

say "web reaches all services that it is linked to, by name:"
for service in redis mysql rabbit solr; do
  run docker exec "${project}_web_1" /probe ping -c 1 "$service"
done

say "redis and mysql are not linked. redis does not find mysql by name:"
run_blocked 2 docker exec "${project}_redis_1" /probe ping -c 1 mysql
say "and cannot reach its address either:"
addresses=$(docker inspect --format \
  '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "${project}_mysql_1")
[ -n "$addresses" ] || fail "mysql has no address"
for address in $addresses; do
  run_blocked 1 docker exec "${project}_redis_1" /probe ping -c 1 "$address"
done

say "Five replicas of web, each with its own address and its own port of this host:"
run docker stacklite scale web=5
run docker stacklite ps

# The ports are those of this host only if the engine is on it.
case $(docker context inspect --format '{{.Endpoints.docker.Host}}') in unix://*)
  get='./probe get'
  if command -v curl >/dev/null; then get='curl -sS'; fi
  for n in 1 2 3 4 5; do
    port=$(docker port "${project}_web_$n" 80 | sed -n '1s/.*://p')
    # shellcheck disable=SC2086 # two words
    run $get "http://127.0.0.1:$port/"
  done ;;
esac

say "Every pair is tried, from inside the containers:"
run docker stacklite check
say "And what the engine has, beside what the file says:"
run docker stacklite graph --live

cat <<END

The stack is up. In $root/scripts/demo:

  docker stacklite ps           the containers and their ports
  docker stacklite check        try every pair again, from inside
  docker stacklite logs         the output of the containers
  docker stacklite down         remove everything
END
