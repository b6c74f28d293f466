#!/bin/sh
# A Docker Engine beside the one of the machine, which it leaves alone.
#
#   engine_beside.sh start KIND   start it and print its DOCKER_HOST
#   engine_beside.sh build KIND   only make its programs, where that has not been done,
#                                 and print their folder, which private has none of
#   engine_beside.sh stop KIND    stop it; images and programs of a current one stay
#   engine_beside.sh kill KIND    kill it as the kernel does; its containers run on
#
# KIND is current, an engine 29, for tests of what differs: it is built from the Go
# module proxy into the user's cache, which takes some minutes. Or it is private,
# the machine's own programs a second time, for tests that kill engines and fill
# them with work; STACKLITE_PRIVATE=NAME gives it a name, for more than one.
#
# It has a network namespace of its own, because two engines in one would delete
# each other's bridge: ports that it publishes are reached from there, and it
# reaches no registry. Needs root and, on Debian, apt-get; current needs Go.
set -eu

version=29.8.1
moby=github.com/moby/moby/v2
moby_version=v2.0.0-beta.24
containerd=github.com/containerd/containerd/v2
containerd_version=v2.4.2
runc=github.com/opencontainers/runc@v1.5.2

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "engine_beside.sh: $*"
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

# build DIRECTORY: the programs of the current engine.
build() {
  bin=$1
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

# settings makes the programs of a kind available and sets where its files are.
settings() {
  programs=
  containerd_config=2
  case $1 in
  current)
    name=stack-lite-current
    programs=${XDG_CACHE_HOME:-$HOME/.cache}/stack-lite/engine-$version
    containerd_config=3 ;;
  private) name=stack-lite-private${STACKLITE_PRIVATE:+-$STACKLITE_PRIVATE} ;;
  *) fail 'usage: engine_beside.sh build|start|stop|kill current|private' ;;
  esac
  run=/run/$name
  data=/var/lib/$name
  socket=$run/docker.sock
  log=/var/log/$name.log
}

# made makes the programs that are not there.
made() {
  if [ -n "$programs" ]; then
    build "$programs"
  else
    command -v dockerd >/dev/null || fail "there is no dockerd here: sh scripts/engine.sh start"
  fi
}

start() {
  [ "$(id -u)" = 0 ] || fail "starting an engine needs root"
  command -v docker >/dev/null || fail "there is no docker command: sh scripts/engine.sh start"
  if ! answers; then
    made
    end TERM # of what was killed, its files are here still
    mkdir -p "$run" "$data"
    [ -e "/run/netns/$name" ] || ip netns add "$name"
    ip -n "$name" link set lo up
    cat >"$run/containerd.toml" <<TOML
version = $containerd_config
root = "$data/containerd"
state = "$run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images"]
[grpc]
  address = "$run/containerd.sock"
[ttrpc]
  address = "$run/containerd.sock.ttrpc"
TOML
    echo '{}' >"$run/daemon.json"
    export PATH="${programs:+$programs:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    unset DOCKER_HOST
    : >"$log"
    # Not "ip netns exec", which hides the control groups. containerd too: the host's
    # network, for a container that uses it, is the one that containerd is in.
    launch containerd nsenter --net="/run/netns/$name" containerd --config "$run/containerd.toml"
    await containerd test -S "$run/containerd.sock"
    launch dockerd nsenter --net="/run/netns/$name" dockerd --host "unix://$socket" --config-file "$run/daemon.json" \
      --containerd "$run/containerd.sock" --data-root "$data/docker" --exec-root "$run/docker" --pidfile "$run/docker.pid"
    await dockerd answers
  fi
  say "engine $(DOCKER_HOST=unix://$socket docker version --format '{{.Server.Version}}') answers; its network namespace is $name: nsenter --net=/run/netns/$name COMMAND"
  echo "DOCKER_HOST=unix://$socket"
}

# end SIGNAL: end its programs, the engine first.
end() {
  for program in dockerd containerd; do
    pid=$(running "$program") || continue
    kill "-$1" "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    say "sent $1 to $program (process $pid): it has ended"
  done
  rm -f "$run"/*.pid "$run"/*.sock "$run"/*.ttrpc
}

# What a private engine had goes with it.
stop() {
  end TERM
  [ -z "$programs" ] || return 0
  ! ip netns delete "$name" 2>/dev/null || say "removed its network namespace"
  # An engine mounts its own folders, and one that was killed leaves them mounted.
  awk -v data="$data/" -v run="$run/" 'index($2, data) == 1 || index($2, run) == 1 { print $2 }' /proc/mounts |
    sort -r | while read -r mounted; do umount "$mounted"; done
  rm -rf --one-file-system "$run" "$data"
}

[ $# = 2 ] || fail 'usage: engine_beside.sh build|start|stop|kill current|private'
settings "$2"
case $1 in
build)
  made
  echo "$programs" ;;
start) start ;;
stop) stop ;;
kill) end KILL ;;
*) fail 'usage: engine_beside.sh build|start|stop|kill current|private' ;;
esac
