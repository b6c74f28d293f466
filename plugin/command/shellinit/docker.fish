# "docker stack-lite ..." runs "docker stacklite ..."; all else goes to docker
# as it is. The Docker CLI has no room for a plugin with a hyphen in its name.
# The variables have long names because they hide those of the environment.
function docker --description 'The Docker CLI, where stack-lite is a command too'
    set -l __stack_lite_at 0
    set -l __stack_lite_skip
    for __stack_lite_arg in $argv
        set __stack_lite_at (math $__stack_lite_at + 1)
        if set -q __stack_lite_skip[1]
            set -e __stack_lite_skip[1]
            continue
        end
        switch $__stack_lite_arg
            case stack-lite
                set argv[$__stack_lite_at] stacklite
                break
            # These come before a plugin's name, the last two when <TAB> is pressed.
            case help __complete __completeNoDesc
            # Global flags with their value in the next argument.
            case --config --context --host --log-level --tlscacert --tlscert --tlskey
                set __stack_lite_skip 1
            case '--*'
            # The value of -c, -H or -l is the rest of the argument, if there is any.
            case '-*'
                if string match -qr -- '^-D*[cHl]$' $__stack_lite_arg
                    set __stack_lite_skip 1
                end
            case '*'
                break
        end
    end
    command docker $argv
end
