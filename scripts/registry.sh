#!/bin/sh
# Start an image registry on loopback, where engines need no TLS, to pull from and
# push to.
#
#   registry.sh start DIR                 keep the images in DIR; print the address
#   registry.sh start DIR USER PASSWORD   the same, with a login
#   registry.sh stop DIR                  stop it; DIR stays
#
# STACKLITE_LISTEN=ADDRESS:PORT has it listen there instead, for engines that are told
# to do without TLS.
#
# Debian's docker-registry is installed if there is none, and apache2-utils for
# passwords; that needs root.
set -eu

fail() {
  echo "registry.sh: $*" >&2
  exit 1
}

# need COMMAND PACKAGE
need() {
  command -v "$1" >/dev/null && return
  command -v apt-get >/dev/null || fail "there is no $1, and no apt-get to install $2 with"
  echo "installing Debian's $2 with apt-get" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "$2" </dev/null >/dev/null || {
    apt-get update -qq </dev/null >/dev/null
    apt-get install -y -qq --no-install-recommends "$2" </dev/null >/dev/null
  }
}

start() {
  dir=$1
  need docker-registry docker-registry
  mkdir -p "$dir"
  {
    echo 'version: 0.1'
    echo "storage: {filesystem: {rootdirectory: $dir/images}, delete: {enabled: true}}"
    echo "http: {addr: \"${STACKLITE_LISTEN:-127.0.0.1:0}\"}" # 0: any port that is free
    if [ $# -eq 3 ]; then
      need htpasswd apache2-utils
      htpasswd -Bbn "$2" "$3" >"$dir/passwords"
      echo "auth: {htpasswd: {realm: registry.sh, path: $dir/passwords}}"
    fi
  } >"$dir/config.yml"
  docker-registry serve "$dir/config.yml" >"$dir/log" 2>&1 </dev/null &
  echo $! >"$dir/pid"
  tries=0
  while ! address=$(sed -n 's/.*listening on \([0-9.]*:[0-9]*\).*/\1/p' "$dir/log" | grep .); do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
      fail "docker-registry did not start: $(tail -n 1 "$dir/log")"
    fi
    sleep 0.1
  done
  echo "$address"
}

stop() {
  pid=$(cat "$1/pid" 2>/dev/null) || return 0
  grep -qx docker-registry "/proc/$pid/comm" 2>/dev/null && kill "$pid"
  rm -f "$1/pid"
}

case "${1-} $#" in
'start 2' | 'start 4') shift && start "$@" ;;
'stop 2') stop "$2" ;;
*) fail 'usage: registry.sh start DIR [USER PASSWORD] | stop DIR' ;;
esac
