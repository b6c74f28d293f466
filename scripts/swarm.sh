#!/bin/sh
# Several Docker Engines on one machine, as the nodes of a swarm.
#
#   swarm.sh start N [current]   bring up N nodes, with Debian's engine or an engine 29,
#                                and print DOCKER_HOST, REGISTRY and a line for each node
#   swarm.sh status              say which nodes run, and what the first one sees
#   swarm.sh cut K               take the cable out of node K
#   swarm.sh join K              and put it in again
#   swarm.sh kill-node K         switch node K off in the middle; start switches it on
#   swarm.sh stop                end all of it, and remove all it had
#
# STACKLITE_MANAGERS=M makes the first M nodes managers, otherwise the first one.
# STACKLITE_PRIVATE=NAME gives the swarm a name, for more than one at a time.
#
# A node is a network, host name, processes and mounts of its own, and no more: what is
# killed with its first process is gone as if the power were. Their cables end at a
# bridge in one more network, the hub, where a registry listens that all of them reach;
# nothing else is reached from there. What a node publishes is reached from its network
# or the hub: nsenter --net=/run/netns/stack-lite-swarm-NAME-hub COMMAND. On a kernel
# without IP_VS neither virtual addresses nor the routing mesh pass a packet.
#
# Needs root, a docker command and Debian's engine: sh scripts/engine.sh start; current
# needs what engine_beside.sh does.
set -eu

here=$(dirname "$0")
swarm=stack-lite-swarm-${STACKLITE_PRIVATE:-swarm}
run=/run/$swarm
data=/var/lib/$swarm
hub=$swarm-hub
registry=10.98.0.1:5000

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "swarm.sh: $*"
  exit 1
}
usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

# Of node $1.
network() { echo "$swarm-node$1"; }
address() { echo "10.98.0.$((10 + $1))"; }
engine() {
  of=$1
  shift
  docker --host "unix://$run/node$of/docker.sock" "$@"
}

# nodes: the numbers of all that there are.
nodes() {
  for net in "/run/netns/$swarm"-node*; do
    [ ! -e "$net" ] || echo "${net##*-node}"
  done | sort -n
}

# processes K: what runs on a node, but for what is in containers.
processes() { ip netns pids "$(network "$1")" 2>/dev/null || true; }

# on K: whether its engine runs.
on() {
  for pid in $(processes "$1"); do
    ! grep -qsx dockerd "/proc/$pid/comm" || return 0
  done
  return 1
}

there() {
  case $1 in *[!0-9]* | '') usage ;; esac
  [ -e "/run/netns/$(network "$1")" ] || fail "there is no node $1"
}

# lay_hub makes the bridge that cables end at.
lay_hub() {
  [ ! -e "/run/netns/$hub" ] || return 0
  ip netns add "$hub"
  ip -n "$hub" link add hub type bridge
  ip -n "$hub" address add "${registry%:*}/24" dev hub
  ip -n "$hub" link set lo up
  ip -n "$hub" link set hub up
}

# lay_cable K: a network for a node, and its cable. That of a node that was switched off
# still has what its engine made there.
lay_cable() {
  net=$(network "$1")
  [ ! -e "/run/netns/$net" ] || ip netns delete "$net"
  # It goes with the network that is its other end, but not at once.
  ! ip -n "$hub" link delete "node$1" 2>/dev/null || true
  ip netns add "$net"
  ip -n "$hub" link add "node$1" type veth peer name eth0 netns "$net"
  ip -n "$hub" link set "node$1" master hub up
  ip -n "$net" address add "$(address "$1")/24" dev eth0
  ip -n "$net" link set lo up
  ip -n "$net" link set eth0 up
}

# first is what the first process of a node does. It lets go of the mounts of other
# engines, which it has a copy of and would keep from ending, and ends with its engine.
# shellcheck disable=SC2016 # expanded by the shell that runs it
first='
awk "\$3 == \"nsfs\" || \$3 == \"overlay\" && \$2 != \"/\" { print \$2 }" /proc/self/mounts | while read -r at; do umount -l "$at"; done
mount -t proc proc /proc
hostname "$0"
"$@" &
wait $!
'

# switch_on K: the engine of a node, which may take a while to answer.
switch_on() {
  k=$1 folder=$run/node$1
  lay_cable "$k"
  rm -rf --one-file-system "$folder"
  mkdir -p "$folder" "$data/node$k"
  echo '{}' >"$folder/daemon.json"
  # Control groups by the file system, even where there is systemd, which knows
  # nothing of the processes of a node. Names are asked of the hub, which refuses at
  # once: nobody else answers here, and each would be waited for.
  setsid nsenter --net="/run/netns/$(network "$k")" unshare --mount --uts --pid --fork \
    sh -c "$first" "node$k" \
    dockerd --host "unix://$folder/docker.sock" --config-file "$folder/daemon.json" \
    --data-root "$data/node$k" --exec-root "$folder/docker" --pidfile "$folder/docker.pid" \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$swarm/node$k" \
    --bip "10.99.$k.1/24" --default-address-pool "base=10.$((100 + k)).0.0/16,size=24" \
    --insecure-registry "${registry%:*}/24" --dns "${registry%:*}" </dev/null >>"$folder/log" 2>&1 &
}

# switch_off K, and wait until nothing is left that ran on it: its first process ends
# when all others have, those in containers too.
switch_off() {
  running=$(processes "$1")
  for pid in $running; do kill -KILL "$pid" 2>/dev/null || true; done
  for pid in $running; do
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  done
}

await_engine() {
  tries=0
  until engine "$1" version >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || { [ "$tries" -gt 20 ] && ! on "$1"; }; then
      tail -n 20 "$run/node$1/log" >&2
      fail "the engine of node $1 did not start; its log is $run/node$1/log"
    fi
    sleep 0.1
  done
}

member() { [ "$(engine "$1" info --format '{{.Swarm.LocalNodeState}}' 2>/dev/null)" != inactive ]; }

# Subnets of overlays are none of those that the engines use themselves.
found() {
  engine 1 swarm init --advertise-addr "$(address 1)" --listen-addr "$(address 1):2377" \
    --default-addr-pool 10.32.0.0/11 --default-addr-pool-mask-length 24 >/dev/null
}

# enlist K ROLE
enlist() {
  engine "$1" swarm join --advertise-addr "$(address "$1")" --listen-addr "$(address "$1"):2377" \
    --token "$(engine 1 swarm join-token --quiet "$2")" "$(address 1):2377" >/dev/null
}

form() {
  if ! member 1; then
    found
    # They were of an earlier one.
    for k in $(nodes); do
      [ "$k" = 1 ] || ! member "$k" || engine "$k" swarm leave --force >/dev/null
    done
  fi
  # Managers one after another: a swarm counts the votes of those it has.
  for k in $(nodes); do
    [ "$k" -gt "${STACKLITE_MANAGERS:-1}" ] || member "$k" || enlist "$k" manager
  done
  joining=
  for k in $(nodes); do
    member "$k" || {
      enlist "$k" worker &
      joining="$joining $!"
    }
  done
  for pid in $joining; do wait "$pid" || true; done
  for k in $(nodes); do
    member "$k" || fail "node $k did not join the swarm"
  done
}

about() {
  echo "DOCKER_HOST=unix://$run/node1/docker.sock"
  echo "REGISTRY=$registry"
  for k in $(nodes); do
    echo "node$k unix://$run/node$k/docker.sock $(address "$k") $(network "$k")"
  done
}

# start N KIND
start() {
  [ "$(id -u)" = 0 ] || fail "it needs root"
  for program in docker dockerd; do
    command -v "$program" >/dev/null || fail "there is no $program here: sh $here/engine.sh start"
  done
  programs=
  [ "$2" = debian ] || programs=$(sh "$here/engine_beside.sh" build "$2")
  export PATH="${programs:+$programs:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  unset DOCKER_HOST DOCKER_CONTEXT
  mkdir -p "$run" "$data"
  [ "$(cat "$run/kind" 2>/dev/null || echo "$2")" = "$2" ] || fail "a swarm of $(cat "$run/kind") engines runs; stop it first"
  echo "$2" >"$run/kind"
  lay_hub
  open_registry
  started=
  for k in $(seq "$1"); do
    on "$k" || {
      switch_off "$k" # what a start that was interrupted left
      switch_on "$k"
      started="$started $k"
    }
  done
  for k in $started; do await_engine "$k"; done
  form
  about >"$run/about"
  cat "$run/about"
}

open_registry() {
  pid=$(cat "$data/registry/pid" 2>/dev/null) && grep -qx docker-registry "/proc/$pid/comm" 2>/dev/null && return 0
  STACKLITE_LISTEN=$registry nsenter --net="/run/netns/$hub" sh "$here/registry.sh" start "$data/registry" >/dev/null
}

status() {
  [ -d "$run" ] || fail "there is no swarm: $0 start 3"
  seer=
  for k in $(nodes); do
    if on "$k"; then
      seer=${seer:-$k} power=on
    else
      power=off
    fi
    ip -n "$hub" link show "node$k" up 2>/dev/null | grep -q . && cable=in || cable=out
    echo "node$k: power $power, cable $cable, unix://$run/node$k/docker.sock"
  done
  [ -z "$seer" ] || engine "$seer" node ls
}

# remove_groups removes control groups, which processes that were killed leave.
remove_groups() {
  for groups in "/sys/fs/cgroup/$swarm" /sys/fs/cgroup/*/"$swarm"; do
    [ ! -d "$groups" ] || find "$groups" -depth -type d -exec rmdir {} +
  done
}

stop() {
  [ "$(id -u)" = 0 ] || fail "it needs root"
  for k in $(nodes); do switch_off "$k" & done
  wait
  sh "$here/registry.sh" stop "$data/registry"
  for net in "/run/netns/$swarm"-*; do
    [ ! -e "$net" ] || ip netns delete "${net##*/}"
  done
  remove_groups
  rm -rf --one-file-system "$run" "$data"
}

case "${1-} $#" in
'start 2') start "$2" debian ;;
'start 3') case $3 in debian | current) start "$2" "$3" ;; *) usage ;; esac ;;
'status 1') status ;;
'cut 2') there "$2" && ip -n "$hub" link set "node$2" down ;;
'join 2') there "$2" && ip -n "$hub" link set "node$2" up ;;
'kill-node 2') there "$2" && switch_off "$2" ;;
'stop 1') stop ;;
*) usage ;;
esac
