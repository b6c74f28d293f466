
# What follows stack-lite is asked of the program.
function __stack_lite_after --description 'What was typed after docker stack-lite, if it was'
    set -l __stack_lite_words (commandline -opc)
    set -l __stack_lite_skip
    for __stack_lite_at in (seq 2 (count $__stack_lite_words))
        if set -q __stack_lite_skip[1]
            set -e __stack_lite_skip[1]
            continue
        end
        switch $__stack_lite_words[$__stack_lite_at]
            case stack-lite stacklite
                printf '%s\n' $__stack_lite_words[$__stack_lite_at..-1]
                return 0
            case --config --context --host --log-level --tlscacert --tlscert --tlskey -c -H -l
                set __stack_lite_skip 1
            case '-*'
            case '*'
                return 1
        end
    end
    return 1
end

function __stack_lite_offer --description 'What docker-stack-lite offers for the word at the cursor'
    set -l __stack_lite_words (__stack_lite_after)
    set -l __stack_lite_word (commandline -ct)
    # The last line says by its bits: 4, no files; 8 and 16, files, of which the
    # lines before are the extensions.
    set -l __stack_lite_said (docker-stack-lite __complete $__stack_lite_words[2..-1] "$__stack_lite_word" 2>/dev/null)
    set -l __stack_lite_flag (string match -r -- '^--[^=]+=' "$__stack_lite_word")
    set -l __stack_lite_bits (string sub -s 2 -- $__stack_lite_said[-1])
    if test (math "floor($__stack_lite_bits / 8) % 4") -ne 0
        __fish_complete_path "$__stack_lite_word"
        return
    end
    for __stack_lite_line in $__stack_lite_said
        if string match -q -- ':*' $__stack_lite_line
            if test (math "floor("(string sub -s 2 -- $__stack_lite_line)" / 4) % 2") -eq 0
                __fish_complete_path "$__stack_lite_word"
            end
        else
            printf '%s%s\n' "$__stack_lite_flag" $__stack_lite_line
        end
    end
end

complete -c docker -n '__stack_lite_after >/dev/null' -f -a '(__stack_lite_offer)'
