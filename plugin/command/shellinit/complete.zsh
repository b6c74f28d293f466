# Completion of docker goes through here: what follows stack-lite is asked of the
# program, all else of the completion that was there before.
__stack_lite_complete() {
  local __stack_lite_at __stack_lite_line __stack_lite_bits=4
  local -a __stack_lite_list __stack_lite_more
  for ((__stack_lite_at = 2; __stack_lite_at < CURRENT; __stack_lite_at++)); do
    case $words[__stack_lite_at] in
      stack-lite | stacklite) break ;;
      --config | --context | --host | --log-level | --tlscacert | --tlscert | --tlskey | -c | -H | -l)
        ((__stack_lite_at++)) ;;
      -*) ;;
      *) __stack_lite_at=$CURRENT ;;
    esac
  done
  if ((__stack_lite_at >= CURRENT)); then
    $__stack_lite_before "$@"
    return
  fi
  for __stack_lite_line in "${(@f)$(docker-stack-lite __complete "${(@Q)words[__stack_lite_at+1,CURRENT]}" 2>/dev/null)}"; do
    case $__stack_lite_line in
      :*) __stack_lite_bits=${__stack_lite_line#:} ;;
      ?*) __stack_lite_line=${__stack_lite_line//:/\\:}
        __stack_lite_list+=("${__stack_lite_line/$'\t'/:}") ;;
    esac
  done
  # The last line says by its bits: 2, no blank behind the word; 4, no files; 8 and
  # 16, files, of which the lines before are the extensions.
  if ((__stack_lite_bits & 24)); then __stack_lite_list=(); fi
  if ((__stack_lite_bits & 2)); then __stack_lite_more=(-S ''); fi
  if [[ $words[CURRENT] == --*=* ]]; then compset -P '*='; fi
  if ((${#__stack_lite_list})); then
    _describe -t stack-lite stack-lite __stack_lite_list "${__stack_lite_more[@]}"
  elif ((!(__stack_lite_bits & 4))); then
    _files
  fi
}
if typeset -f compdef >/dev/null && [ "${_comps[docker]-}" != __stack_lite_complete ]; then
  __stack_lite_before=${_comps[docker]-_files}
  compdef __stack_lite_complete docker
fi
