#!/bin/sh
# Install Stack Lite for one user, or uninstall it.
#
#   install.sh [--shell-init=yes|no|ask] [--bin-dir=DIR] [PROGRAM]
#   install.sh --uninstall [--bin-dir=DIR]
#
# PROGRAM (default: bin/docker-stacklite of this repository) is copied to
# ${DOCKER_CONFIG:-~/.docker}/cli-plugins, where "docker stacklite" finds it. A
# link on PATH makes the command docker-stack-lite. With --shell-init=yes the
# start-up file of $SHELL gets three lines that make "docker stack-lite" work;
# ask, the default, asks on a terminal and otherwise leaves the file alone.
set -eu

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "install.sh: $*"
  exit 1
}

action=install
shell_init=ask
bin_dir=
program=$(cd "$(dirname "$0")/.." && pwd)/bin/docker-stacklite
for arg in "$@"; do
  case $arg in
    --uninstall) action=uninstall ;;
    --shell-init=yes | --shell-init=no | --shell-init=ask) shell_init=${arg#*=} ;;
    --bin-dir=?*) bin_dir=${arg#*=} ;;
    --help | -h)
      sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
      exit 0 ;;
    -*) fail "no such option: $arg (see --help)" ;;
    *) program=$arg ;;
  esac
done

plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
plugin=$plugins/docker-stacklite

on_path() { case :$PATH: in *:"$1":*) ;; *) return 1 ;; esac; }

# The user's own folder if it is on PATH, else the machine's if it is on PATH and
# can be written to: a command on PATH works at once.
if [ -z "$bin_dir" ]; then
  bin_dir=$HOME/.local/bin
  if ! on_path "$bin_dir" && on_path /usr/local/bin && [ -w /usr/local/bin ]; then
    bin_dir=/usr/local/bin
  fi
fi
link=$bin_dir/docker-stack-lite

shell=$(basename "${SHELL:-sh}")
case $shell in
  bash) rc=$HOME/.bashrc ;;
  zsh) rc=${ZDOTDIR:-$HOME}/.zshrc ;;
  fish) rc=${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish ;;
  *) rc= ;;
esac
# Terminals of macOS start login shells, and bash reads another file for them.
if [ "$shell" = bash ] && [ "$(uname)" = Darwin ]; then rc=$HOME/.bash_profile; fi

block_begin='# >>> stack-lite >>>'
block_end='# <<< stack-lite <<<'

has_block() { grep -qxF "$block_begin" "$1" 2>/dev/null; }

# Rewrites $1 without our block. The file is written to, not replaced: it may be
# a link to another folder.
remove_block() {
  has_block "$1" || return 1
  grep -qxF "$block_end" "$1" || fail "$1 has our first line but not our last: $block_end"
  rest=$(sed "/^$block_begin\$/,/^$block_end\$/d" "$1" && echo .)
  printf '%s' "${rest%.}" >"$1"
}

# The program inside single quotes, for bash, zsh and fish alike.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

add_block() {
  mkdir -p "$(dirname "$rc")"
  remove_block "$rc" || true
  # The block must begin on a line of its own.
  if [ -s "$rc" ] && [ -n "$(tail -c 1 "$rc")" ]; then echo >>"$rc"; fi
  {
    echo "$block_begin"
    case $shell in
      fish) echo "test -x $(quoted "$link"); and $(quoted "$link") shell-init fish | source" ;;
      *) echo "if [ -x $(quoted "$link") ]; then eval \"\$($(quoted "$link") shell-init $shell)\"; fi" ;;
    esac
    echo "$block_end"
  } >>"$rc"
  say "\"docker stack-lite\" works in new shells ($rc)"
}

# True if the link's name is free or holds a link to a plugin of ours.
link_is_ours() {
  if [ -L "$link" ]; then
    case $(readlink "$link") in */cli-plugins/docker-stacklite) ;; *) return 1 ;; esac
  elif [ -e "$link" ]; then
    return 1
  fi
}

# In cli-plugins a name with a hyphen never runs, and docker info warns of it.
remove_dead_plugin() {
  if [ -e "$plugins/docker-stack-lite" ] || [ -L "$plugins/docker-stack-lite" ]; then
    rm -f "$plugins/docker-stack-lite"
    say "removed $plugins/docker-stack-lite, which docker never runs"
  fi
}

offer_shell_init() {
  if [ -z "$rc" ]; then
    say "\"docker stack-lite\" needs bash, zsh or fish: docker-stack-lite shell-init --help"
    return
  fi
  if [ "$shell_init" = ask ] && has_block "$rc"; then
    shell_init=yes # the question has been answered
  fi
  if [ "$shell_init" = ask ] && [ -t 0 ] && [ -t 2 ]; then
    printf 'Make "docker stack-lite" work too, by three lines in %s? [y/N] ' "$rc" >&2
    read -r answer || answer=
    case $answer in [Yy]*) shell_init=yes ;; esac
  fi
  case $shell_init in
    yes) add_block ;;
    *) say "to make \"docker stack-lite\" work as well: make install SHELL_INIT=yes" ;;
  esac
}

if [ "$action" = uninstall ]; then
  rm -f "$plugin"
  remove_dead_plugin
  if [ -L "$link" ] && link_is_ours; then rm -f "$link"; fi
  for file in "$HOME/.bashrc" "$HOME/.bash_profile" "${ZDOTDIR:-$HOME}/.zshrc" \
    "${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish"; do
    remove_block "$file" || continue
    say "took our lines out of $file"
    # Nothing else was in it: we made it.
    if [ ! -s "$file" ] && [ ! -L "$file" ]; then rm -f "$file"; fi
  done
  say "uninstalled $plugin and $link"
  exit 0
fi

[ -f "$program" ] || fail "no program at $program (make build makes it)"
link_is_ours || fail "$link is something else: choose a place with --bin-dir=DIR"

mkdir -p "$plugins" "$bin_dir"
# A new file under the old name: the old program may be running.
cp "$program" "$plugin.new"
chmod 755 "$plugin.new"
mv -f "$plugin.new" "$plugin"
remove_dead_plugin
ln -sf "$plugin" "$link"

say "installed $plugin: docker stacklite"
say "linked    $link: docker-stack-lite"
on_path "$bin_dir" || say "$bin_dir is not on PATH: add it to call docker-stack-lite by name"
offer_shell_init
