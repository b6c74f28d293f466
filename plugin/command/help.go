package command

import "github.com/spf13/cobra"

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show help for a command",
		Long:    `Show what a command does and which options it has, like --help.`,
		Example: "  docker stacklite help up",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Parent().Find(args)
			if err != nil || len(rest) > 0 {
				return noSuchCommand(cmd.Parent(), args)
			}
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				for _, c := range cmd.Parent().Commands() {
					if c.IsAvailableCommand() {
						names = append(names, c.Name())
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}
