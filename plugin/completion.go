package plugin

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
)

// newCompletionCommand prints what teaches a shell to complete the stand-alone
// command. Through docker, docker's own completion does it.
func newCompletionCommand(name string) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print what completes this command in a shell",
		Long: `Print what makes a shell complete commands, flags, services, projects and the
numbers of replicas of docker-stack-lite.

"docker stacklite" needs none of it: docker's own completion asks the plugin.`,
		Example: `  # bash: at the end of ~/.bashrc
  eval "$(docker-stack-lite completion bash)"

  # zsh: at the end of ~/.zshrc, behind compinit
  eval "$(docker-stack-lite completion zsh)"

  # fish: at the end of ~/.config/fish/config.fish
  docker-stack-lite completion fish | source`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: shellNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			// The scripts ask the command that they are made for by its name
			// alone, so one without verbs makes them.
			bare, out := &cobra.Command{Use: name}, cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return bare.GenBashCompletionV2(out, true)
			case "zsh":
				if err := bare.GenZshCompletion(out); err != nil {
					return err
				}
				_, err := fmt.Fprintf(out, "compdef _%s %s\n", name, name)
				return err
			case "fish":
				return bare.GenFishCompletion(out, true)
			}
			return usageError{msg: fmt.Sprintf("no completion for %q", args[0]), hints: []string{"shells are bash, zsh and fish"}}
		},
	}
}

// completeFlags offers values for the flags that all commands have.
func (a *app) completeFlags(root *cobra.Command) {
	words := func(list ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
	}
	for name, complete := range map[string]cobra.CompletionFunc{
		"project-name": a.completeProjects,
		"progress":     words("auto", "tty", "plain", "json", "quiet"),
		"ansi":         words("auto", "never", "always"),
		"isolation":    words("link", "project"),
	} {
		_ = root.RegisterFlagCompletionFunc(name, complete)
	}
}

// completeOwnFlags offers values for flags of single commands, whichever have
// them.
func (a *app) completeOwnFlags(cmd *cobra.Command) {
	for name, complete := range map[string]cobra.CompletionFunc{
		"index": a.completeIndexes, "exit-code-from": a.completeServices, "attach": a.completeServices, "no-attach": a.completeServices,
	} {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, complete)
		}
	}
}

// completeProjects offers the stacks of the engine.
func (a *app) completeProjects(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if e, err := a.engine(cmd.Context()); err == nil {
		stacks, _ := e.Stacks(cmd.Context()) // an engine that does not answer has none to offer
		for _, s := range stacks {
			names = append(names, s.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeIndexes offers the numbers of the replicas of the service that is
// named already, or of all.
func (a *app) completeIndexes(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var numbers []string
	if s, err := a.scope(cmd.Context()); err == nil {
		list, _ := s.list(cmd.Context(), args[:min(1, len(args))])
		for _, r := range list {
			if n := strconv.Itoa(r.Number); !r.OneOff && !slices.Contains(numbers, n) {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers, cobra.ShellCompDirectiveNoFileComp
}
