package command

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// newCompletionCommand prints what teaches a shell to complete the stand-alone
// command. Through docker, docker's own completion does it.
func newCompletionCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print the completion script for a shell",
		Long: `Print the script that makes a shell complete commands, flags, services, projects
and replica numbers of docker-stack-lite.

"docker stacklite" does not need it: docker's own completion asks the plugin.`,
		Example: `  # bash: at the end of ~/.bashrc
  eval "$(docker-stack-lite completion bash)"

  # zsh: at the end of ~/.zshrc, after compinit
  eval "$(docker-stack-lite completion zsh)"

  # fish: at the end of ~/.config/fish/config.fish
  docker-stack-lite completion fish | source`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: shellNames(),
		RunE:      func(_ *cobra.Command, args []string) error { return runCompletion(c, args[0]) },
	}
}

// runCompletion makes the script of a command without verbs: it asks the command
// that it is made for by its name alone.
func runCompletion(c *cli, shell string) error {
	bare := &cobra.Command{Use: StandaloneName}
	var out bytes.Buffer
	var err error
	switch shell {
	case "bash":
		err = bare.GenBashCompletionV2(&out, true)
	case "zsh":
		err = bare.GenZshCompletion(&out)
		fmt.Fprintf(&out, "compdef _%s %s\n", bare.Use, bare.Use)
	case "fish":
		err = bare.GenFishCompletion(&out, true)
	default:
		return exit.Usage{Msg: fmt.Sprintf("no completion for %q", shell), Advice: []string{"known shells: " + strings.Join(shellNames(), ", ")}}
	}
	if err != nil {
		return err
	}
	return view.Bytes(c.view(), out.Bytes())
}
