#!/bin/sh
# A current Docker Engine beside the one of the machine, for tests of what differs.
#
#   current_engine.sh start   build it once, start it, print its DOCKER_HOST
#   current_engine.sh stop    stop it; its images and programs stay
#
# It is built from the Go module proxy into the user's cache, which takes some
# minutes. It has a network namespace of its own, because two engines in one
# would delete each other's bridge: ports that it publishes are reached from
# there, and it reaches no registry. Needs root, Go and, on Debian, apt-get.
set -eu

version=29.8.1
moby=github.com/moby/moby/v2
moby_version=v2.0.0-beta.24
containerd=github.com/containerd/containerd/v2
containerd_version=v2.4.2
runc=github.com/opencontainers/runc@v1.5.2

name=stack-lite-current
bin=${XDG_CACHE_HOME:-$HOME/.cache}/stack-lite/engine-$version
run=/run/$name
data=/var/lib/$name
socket=$run/docker.sock
log=/var/log/$name.log

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "current_engine.sh: $*"
  exit 1
}

answers() { DOCKER_HOST=unix://$socket docker version >/dev/null 2>&1; }

install_packages() {
  command -v apt-get >/dev/null || fail "there is no apt-get: install gcc, libseccomp's headers and tini"
  say "installing what it is built with, with apt-get"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null >/dev/null
  apt-get install -y -qq --no-install-recommends gcc libc6-dev libseccomp-dev pkg-config tini iproute2 iptables </dev/null >/dev/null
}

build() {
  [ ! -e "$bin/complete" ] || return 0
  command -v go >/dev/null || fail "there is no go command"
  install_packages
  say "building engine $version into $bin"
  mkdir -p "$bin"
  GOBIN=$bin CGO_ENABLED=0 go install -ldflags "-X $moby/dockerversion.Version=$version" \
    "$moby/cmd/dockerd@$moby_version" "$moby/cmd/docker-proxy@$moby_version"
  GOBIN=$bin CGO_ENABLED=0 go install -tags no_btrfs \
    "$containerd/cmd/containerd@$containerd_version" "$containerd/cmd/containerd-shim-runc-v2@$containerd_version"
  GOBIN=$bin CGO_ENABLED=1 go install -tags seccomp "$runc"
  # It runs in containers, so it must not need a library.
  cp /usr/bin/tini-static "$bin/docker-init"
  touch "$bin/complete"
}

# running NAME: the process that start wrote down, if it is that program.
running() {
  pid=$(cat "$run/$1.pid" 2>/dev/null) && grep -qx "$1" "/proc/$pid/comm" 2>/dev/null && echo "$pid"
}

# launch NAME COMMAND...
launch() {
  program=$1
  shift
  setsid "$@" </dev/null >>"$log" 2>&1 &
  echo $! >"$run/$program.pid"
}

# await PROGRAM COMMAND...: wait until the command succeeds.
await() {
  program=$1
  shift
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 60 ] || ! kill -0 "$(cat "$run/$program.pid")" 2>/dev/null; then
      tail -n 20 "$log" >&2
      fail "$program did not start; its log is $log"
    fi
    sleep 1
  done
}

start() {
  [ "$(id -u)" = 0 ] || fail "starting an engine needs root"
  command -v docker >/dev/null || fail "there is no docker command: sh scripts/engine.sh start"
  if ! answers; then
    build
    stop
    mkdir -p "$run" "$data"
    [ -e "/run/netns/$name" ] || ip netns add "$name"
    ip -n "$name" link set lo up
    cat >"$run/containerd.toml" <<TOML
version = 3
root = "$data/containerd"
state = "$run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images"]
[grpc]
  address = "$run/containerd.sock"
[ttrpc]
  address = "$run/containerd.sock.ttrpc"
TOML
    echo '{}' >"$run/daemon.json"
    export PATH="$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    unset DOCKER_HOST
    : >"$log"
    launch containerd containerd --config "$run/containerd.toml"
    await containerd test -S "$run/containerd.sock"
    # Not "ip netns exec", which hides the control groups.
    launch dockerd nsenter --net="/run/netns/$name" dockerd --host "unix://$socket" --config-file "$run/daemon.json" \
      --containerd "$run/containerd.sock" --data-root "$data/docker" --exec-root "$run/docker" --pidfile "$run/docker.pid"
    await dockerd answers
  fi
  say "engine $version answers; its network namespace is $name: nsenter --net=/run/netns/$name COMMAND"
  echo "DOCKER_HOST=unix://$socket"
}

stop() {
  for program in dockerd containerd; do
    pid=$(running "$program") || continue
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 1; done
    say "stopped $program (process $pid)"
  done
  rm -f "$run"/*.pid "$run"/*.sock "$run"/*.ttrpc
}

case "${1-} $#" in
'start 1') start ;;
'stop 1') stop ;;
*) fail 'usage: current_engine.sh start | stop' ;;
esac
