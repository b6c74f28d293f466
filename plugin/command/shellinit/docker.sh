# "docker stack-lite ..." runs "docker stacklite ..."; all else goes to docker
# as it is. The Docker CLI has no room for a plugin with a hyphen in its name.
# The variables have long names because they hide those of the environment.
function docker {
  local __stack_lite_arg __stack_lite_at=0 __stack_lite_skip=
  for __stack_lite_arg in "$@"; do
    __stack_lite_at=$((__stack_lite_at + 1))
    if [ -n "$__stack_lite_skip" ]; then
      __stack_lite_skip=
      continue
    fi
    case $__stack_lite_arg in
      stack-lite)
        command docker "${@:1:__stack_lite_at-1}" stacklite "${@:__stack_lite_at+1}"
        return ;;
      # These come before a plugin's name, the last two when <TAB> is pressed.
      help | __complete | __completeNoDesc) ;;
      # Global flags with their value in the next argument.
      --config | --context | --host | --log-level | --tlscacert | --tlscert | --tlskey)
        __stack_lite_skip=1 ;;
      --*) ;;
      # The value of -c, -H or -l is the rest of the argument, if there is any.
      -*[!D]?*) ;;
      -*[cHl]) __stack_lite_skip=1 ;;
      -*) ;;
      *) break ;;
    esac
  done
  command docker "$@"
}
