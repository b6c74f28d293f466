#!/bin/sh
# Start a Docker Engine on a machine that has none.
#
#   engine.sh start    install Debian's engine if there is none, start it and
#                      wait until it answers
#   engine.sh stop     stop the engine that start started
#   engine.sh status   say whether an engine answers; exit 1 if none does
#
#   engine.sh start|stop|kill current
#                      the same with a current engine beside it, for tests of what
#                      differs: see engine_beside.sh
#   engine.sh start|stop|kill [debian] --private
#                      the same with the machine's own engine once more, for tests
#                      that would harm one that is in use; "private" alone does too
#
# An engine that answers is left alone, however it was started. Needs root; no
# systemd is needed.
set -eu

pid_file=/run/stack-lite-engine.pid
log=/var/log/stack-lite-engine.log

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "engine.sh: $*"
  exit 1
}

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

status() {
  if answers; then
    say "an engine answers: version $(docker version --format '{{.Server.Version}}, API {{.Server.APIVersion}}')"
  elif command -v docker >/dev/null; then
    say "no engine answers"
    return 1
  else
    say "there is no docker command here"
    return 1
  fi
}

# The process id in a file, if it is that of a running dockerd.
dockerd_in() {
  pid=$(cat "$1" 2>/dev/null) && grep -qx dockerd "/proc/$pid/comm" 2>/dev/null && echo "$pid"
}

install_engine() {
  command -v apt-get >/dev/null ||
    fail "there is no apt-get: install an engine as https://docs.docker.com/engine/install/ says"
  say "installing Debian's docker.io with apt-get"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null >/dev/null
  # The other two are for pulling over HTTPS and for kernels with AppArmor.
  apt-get install -y -qq --no-install-recommends docker.io ca-certificates apparmor </dev/null >/dev/null
}

# Without a service manager the control groups are not mounted.
mount_cgroups() {
  if ! grep -q ' /sys/fs/cgroup' /proc/mounts; then
    say "mounting /sys/fs/cgroup"
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
  fi
}

wait_for_engine() {
  tries=0
  until answers; do
    tries=$((tries + 1))
    [ "$tries" -le 60 ] || fail "the engine does not answer after a minute; its log is $log"
    if [ -n "${1-}" ] && ! kill -0 "$1" 2>/dev/null; then
      tail -n 20 "$log" >&2
      fail "the engine ended at once; its log is $log"
    fi
    sleep 1
  done
}

start() {
  if answers; then
    status
    say "nothing to do"
    return
  fi
  if [ -n "${DOCKER_HOST-}" ]; then
    fail "DOCKER_HOST is $DOCKER_HOST: start the engine there, or unset it"
  fi
  [ "$(id -u)" = 0 ] || fail "starting an engine needs root: sudo sh $0 start"
  # Two daemons on one host would delete each other's bridge.
  if running=$(dockerd_in /var/run/docker.pid); then
    fail "dockerd is running (process $running) but does not answer: look at its log"
  fi
  if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
    install_engine
  fi
  if running=$(dockerd_in /var/run/docker.pid); then
    say "the package has started dockerd (process $running)"
    wait_for_engine
  elif [ -d /run/systemd/system ]; then
    say "starting the service docker"
    systemctl start docker
    wait_for_engine
  else
    mount_cgroups
    say "starting dockerd (log: $log)"
    setsid dockerd </dev/null >"$log" 2>&1 &
    echo $! >"$pid_file"
    wait_for_engine $!
  fi
  status
}

stop() {
  pid=$(dockerd_in "$pid_file") || {
    say "no engine that this script started is running"
    return
  }
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 1; done
  rm -f "$pid_file"
  say "stopped the engine (process $pid); what was installed stays"
}

beside() { exec sh "$(dirname "$0")/engine_beside.sh" "$@"; }

case ${*} in
  start | 'start debian') start ;;
  stop | 'stop debian') stop ;;
  status) status ;;
  # A current engine is never the machine's own.
  'start current' | 'stop current' | 'kill current') beside "$1" current ;;
  'start current --private' | 'stop current --private' | 'kill current --private') beside "$1" current ;;
  'start private' | 'stop private' | 'kill private') beside "$1" private ;;
  'start --private' | 'stop --private' | 'kill --private') beside "$1" private ;;
  'start debian --private' | 'stop debian --private' | 'kill debian --private') beside "$1" private ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    exit 2 ;;
esac
