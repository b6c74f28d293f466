# Debian's completion of docker asks a function that is named after the command.
# The one that docker prints asks the plugin, and does not use this.
# shellcheck disable=SC2154 # words, cword, cur and command_pos are of its caller
_docker_stacklite() {
  local __stack_lite_args=() __stack_lite_word __stack_lite_line __stack_lite_said __stack_lite_glue=
  for __stack_lite_word in "${words[@]:command_pos+1:cword-command_pos}"; do
    # bash has cut --flag=value at the sign.
    if [ -n "$__stack_lite_glue" ] || [ "$__stack_lite_word" = = ]; then
      __stack_lite_args[${#__stack_lite_args[@]}-1]+=$__stack_lite_word
    else
      __stack_lite_args+=("$__stack_lite_word")
    fi
    __stack_lite_glue=
    [ "$__stack_lite_word" != = ] || __stack_lite_glue=1
  done
  COMPREPLY=()
  __stack_lite_said=$(docker-stack-lite __completeNoDesc "${__stack_lite_args[@]}" 2>/dev/null) || return 0
  while IFS= read -r __stack_lite_line; do
    case $__stack_lite_line in
      :*) __stack_lite_word=${__stack_lite_line#:} ;;
      "${cur#=}"*) COMPREPLY+=("$__stack_lite_line") ;;
    esac
  done <<<"$__stack_lite_said"
  # The last line says by its bits: 2, no blank behind the word; 4, no files; 8 and
  # 16, files, of which the lines before are the extensions.
  if ((__stack_lite_word & 24)); then COMPREPLY=(); fi
  if ((__stack_lite_word & 2)); then compopt -o nospace 2>/dev/null; fi
  if ((!(__stack_lite_word & 4))); then compopt -o default 2>/dev/null; fi
  return 0
}
_docker_stack_lite() { _docker_stacklite; }
