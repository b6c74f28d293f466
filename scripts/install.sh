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
# ask, the default, asks on a terminal and otherwise leaves the file alone. Of
# that file only what stands between the two marks of these lines is changed.
#
# Uninstalling also removes links named docker-compose and fig beside the
# command that lead to the plugin, and folders that were made for it.
set -eu

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "install.sh: $*"
  exit 1
}

# Sets absolute to a path that means the same in every folder, without slashes
# at its end. No $(...): it would take away line ends of the path.
absolute() {
  absolute=$1
  case $absolute in /*) ;; *) absolute=$PWD/$absolute ;; esac
  while :; do
    case $absolute in */) absolute=${absolute%/} ;; *) break ;; esac
  done
}

case $0 in */*) repository=${0%/*}/.. ;; *) repository=.. ;; esac
action=install
shell_init=ask
bin_dir=
program=$repository/bin/docker-stacklite
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

case ${HOME-} in
  '') fail "HOME is not set: it says for whom to install" ;;
  /*) ;;
  *) fail "HOME has to be an absolute path, not $HOME" ;;
esac
[ -d "$HOME" ] || fail "HOME is no folder: $HOME"
absolute "$HOME" && home=$absolute
absolute "${DOCKER_CONFIG:-$home/.docker}" && plugins=$absolute/cli-plugins
absolute "${ZDOTDIR:-$home}" && zdotdir=$absolute
config=$home/.config
case ${XDG_CONFIG_HOME-} in /*) absolute "$XDG_CONFIG_HOME" && config=$absolute ;; esac
plugin=$plugins/docker-stacklite

on_path() { case :$PATH: in *:"$1":*) ;; *) return 1 ;; esac; }

# The user's own folder if it is on PATH, else the machine's if it is on PATH and
# can be written to: a command on PATH works at once.
if [ -n "$bin_dir" ]; then
  absolute "$bin_dir" && bin_dir=$absolute
else
  bin_dir=$home/.local/bin
  if ! on_path "$bin_dir" && on_path /usr/local/bin && [ -w /usr/local/bin ]; then
    bin_dir=/usr/local/bin
  fi
fi
link=$bin_dir/docker-stack-lite

shell=${SHELL:-sh}
shell=${shell##*/}
case $shell in
  bash) rc=$home/.bashrc ;;
  zsh) rc=$zdotdir/.zshrc ;;
  fish) rc=$config/fish/config.fish ;;
  *) rc= ;;
esac
# Terminals of macOS start login shells, and bash reads another file for them.
if [ "$shell" = bash ] && [ "$(uname)" = Darwin ]; then rc=$home/.bash_profile; fi

block_begin='# >>> stack-lite >>>'
block_end='# <<< stack-lite <<<'
no_line_end='# The line above had no line end.'

# Folders that are made hold a file of this name, so that uninstalling knows them.
made=.made-by-stack-lite

make_folder() {
  [ ! -d "$1" ] || return 0
  case ${1%/*} in ?*) make_folder "${1%/*}" ;; esac
  mkdir "$1"
  : >"$1/$made"
}

# Removes a folder that was made here and is empty, and then the one it is in.
remove_folder() {
  [ -f "$1/$made" ] || return 0
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ "$entry" = "$1/$made" ] || { [ ! -e "$entry" ] && [ ! -L "$entry" ]; }; then continue; fi
    say "left $1: there is more in it"
    rm -f "$1/$made"
    return 0
  done
  rm -f "$1/$made"
  rmdir "$1"
  remove_folder "${1%/*}"
}

# What was begun and not finished goes away.
unfinished=
trap '[ -z "$unfinished" ] || rm -f "$unfinished"' EXIT
trap 'exit 1' HUP INT TERM

# Sets target to the file that a path leads to: of a link that is another one.
follow() {
  target=$1
  hops=0
  while [ -L "$target" ]; do
    hops=$((hops + 1))
    [ "$hops" -le 40 ] || return 1
    next=$(readlink "$target" && echo .)
    next=${next%?.}
    case $next in /*) target=$next ;; *) target=${target%/*}/$next ;; esac
  done
}

# Looks for our marks in $1. Sets begin and end to the numbers of their lines,
# empty where there are none; otherwise trouble says what is wrong with them.
# Editors add blanks and carriage returns to lines.
find_block() {
  begin='' end='' trouble=''
  [ -e "$1" ] || return 0
  if [ ! -f "$1" ]; then
    trouble="is no file"
  elif [ ! -r "$1" ]; then
    trouble="can't be read"
  else
    marks=$(LC_ALL=C awk -v b="$block_begin" -v e="$block_end" '
      { sub(/[ \t\r]+$/, "") }
      $0 == b { print NR ":begin" }
      $0 == e { print NR ":end" }' "$1")
    # shellcheck disable=SC2086 # a word for each mark
    check_marks $marks
  fi
  [ -z "$trouble" ]
}

check_marks() {
  for m in "$@"; do
    case $m in
      *:begin)
        if [ -n "$begin" ]; then
          trouble="has two lines \"$block_begin\", ${begin} and ${m%:*}: take one of them out"
        elif [ -n "$end" ]; then
          trouble="has \"$block_end\" in line $end, before \"$block_begin\" in line ${m%:*}: take both out"
        fi
        begin=${m%:*} ;;
      *:end)
        if [ -n "$end" ] && [ -z "$trouble" ]; then
          trouble="has two lines \"$block_end\", ${end} and ${m%:*}: take one of them out"
        fi
        end=${m%:*} ;;
    esac
    [ -z "$trouble" ] || return 0
  done
  if [ -n "$begin" ] && [ -z "$end" ]; then
    trouble="has \"$block_begin\" in line $begin, and no \"$block_end\" after it: take that line out, or put the other one in"
  elif [ -z "$begin" ] && [ -n "$end" ]; then
    trouble="has \"$block_end\" in line $end, and no \"$block_begin\" before it: take that line out"
  fi
}

# The program inside single quotes. In those of fish backslashes escape.
quoted() {
  case $shell in
    fish) printf "'%s'" "$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")" ;;
    *) printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;;
  esac
}

# Prints our lines. $1 is a line more, if there is one. Not by echo, which in some
# shells takes backslashes for more than they are.
block() {
  command=$(quoted "$link")
  printf '%s\n' "$block_begin"
  if [ -n "$1" ]; then printf '%s\n' "$1"; fi
  # shellcheck disable=SC2016 # it is the user's shell that runs it
  case $shell in
    fish) printf 'test -x %s; and %s shell-init fish | source\n' "$command" "$command" ;;
    *) printf 'if [ -x %s ]; then eval "$(%s shell-init %s)"; fi\n' "$command" "$command" "$shell" ;;
  esac
  printf '%s\n' "$block_end"
}

# Prints what is before and after our lines. head and tail pass on every byte,
# which sed and awk do not.
before() { if [ "$begin" -gt 1 ]; then head -n $((begin - 1)) "$target"; fi; }
after() { tail -n +$((end + 1)) "$target"; }

# Reports whether our lines say that the line above had no line end.
had_no_line_end() {
  [ "$begin" -gt 1 ] && sed -n "$begin,${end}p" "$target" | grep -qxF "$no_line_end"
}

# True if the file that find_block has looked into can be replaced.
writable() {
  if [ -e "$target" ] && [ ! -w "$target" ]; then
    trouble="can't be written to"
  elif [ -d "${target%/*}" ] && [ ! -w "${target%/*}" ]; then
    trouble="is in a folder that can't be written to"
  fi
  [ -z "$trouble" ]
}

# Puts what a command prints in the place of $target, whole or not at all: the new
# file gets the mode and the owner of the old one, and then its name.
replace() {
  new=$target.stack-lite.$$
  rm -f "$new"
  unfinished=$new
  if [ -e "$target" ]; then cp -p "$target" "$new"; fi
  "$@" >"$new"
  if [ -e "$target" ] && [ "$(owner "$target")" != "$(owner "$new")" ]; then
    cat "$new" >"$target" # it stays the owner's
    rm -f "$new"
  else
    mv -f "$new" "$target"
  fi
  unfinished=
}

# shellcheck disable=SC2012 # stat has other options on each system
owner() { ls -ln "$1" | awk 'NR == 1 { print $3, $4 }'; }

with_block() {
  if [ -n "$begin" ]; then
    before
    if had_no_line_end; then block "$no_line_end"; else block ''; fi
    after
  elif [ -s "$target" ] && [ -n "$(tail -c 1 "$target" | tr '\0' x)" ]; then
    cat "$target"
    echo
    block "$no_line_end"
  else
    if [ -e "$target" ]; then cat "$target"; fi
    block ''
  fi
}

without_block() {
  if had_no_line_end && [ "$(after | wc -c)" -eq 0 ]; then
    head -n $((begin - 1)) "$target" | head -c $(($(before | wc -c) - 1))
  else
    before
    after
  fi
}

# The lines are written anew: the program may have moved.
add_block() {
  make_folder "${target%/*}"
  replace with_block
  say "\"docker stack-lite\" works in new shells ($rc)"
}

# True if the link's name is free or holds a link to a plugin of ours.
link_is_free() {
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
  if [ "$shell_init" = ask ] && [ -n "$begin" ]; then
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

# Removes a command of ours from a folder: a link to the plugin. Another plugin
# may be somebody else's.
remove_link() {
  if [ -L "$1" ] && follow "$1"; then
    case $target in
      "$plugin")
        rm -f "$1"
        say "removed $1" ;;
      */cli-plugins/docker-stacklite) say "left $1: it leads to $target" ;;
    esac
  elif [ -e "$1" ] && [ "$1" = "$link" ]; then
    say "left $1: it is something else"
  fi
}

# Takes our lines out of a start-up file. What can't be mended here fails later.
clean_file() {
  if ! follow "$1"; then return 0; fi
  if ! find_block "$target" || { [ -n "$begin" ] && ! writable; }; then
    if [ ! -f "$target" ]; then return 0; fi # nor has it our lines
    say "left $1 as it is: it $trouble"
    status=1
    return 0
  fi
  [ -n "$begin" ] || return 0
  replace without_block
  say "took our lines out of $1"
  # Nothing else was in it: we made it.
  if [ ! -s "$target" ] && [ ! -L "$1" ]; then
    rm -f "$target"
    remove_folder "${target%/*}"
  fi
}

uninstall() {
  status=0
  for dir in "$bin_dir" "$home/.local/bin" /usr/local/bin; do
    for name in docker-compose fig docker-stack-lite; do remove_link "$dir/$name"; done
    remove_folder "$dir"
  done
  if [ -e "$plugin" ] || [ -L "$plugin" ]; then
    rm -f "$plugin"
    say "removed $plugin"
  fi
  remove_dead_plugin
  remove_folder "$plugins"
  for file in "$home/.bashrc" "$home/.bash_profile" "$zdotdir/.zshrc" "$home/.zshrc" \
    "$config/fish/config.fish" "$home/.config/fish/config.fish"; do
    clean_file "$file"
  done
  exit "$status"
}

if [ "$action" = uninstall ]; then uninstall; fi

[ -f "$program" ] || fail "no program at $program (make build makes it)"
absolute "$program" && program=$absolute
link_is_free || fail "$link is something else: choose a place with --bin-dir=DIR"
begin=
if [ -n "$rc" ] && [ "$shell_init" != no ]; then
  follow "$rc" || fail "$rc is a link that leads nowhere"
  find_block "$target" || fail "$rc $trouble"
  if [ "$shell_init" = yes ] || [ -n "$begin" ]; then
    writable || fail "$rc $trouble"
  fi
fi

make_folder "$plugins"
make_folder "$bin_dir"
# A new file under the old name: the old program may be running.
unfinished=$plugin.new
cp "$program" "$plugin.new"
chmod 755 "$plugin.new"
mv -f "$plugin.new" "$plugin"
unfinished=
remove_dead_plugin
ln -sf "$plugin" "$link"

say "installed $plugin: docker stacklite"
say "linked    $link: docker-stack-lite"
on_path "$bin_dir" || say "$bin_dir is not on PATH: add it to call docker-stack-lite by name"
offer_shell_init
