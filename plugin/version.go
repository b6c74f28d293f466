package plugin

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func newVersionCommand(a *app) *cobra.Command {
	var short bool
	cmd := &cobra.Command{
		Use:     "version [OPTIONS]",
		Short:   "Show the version",
		Example: "  docker stacklite version --short",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if c := a.classic; c != nil {
				words := fmt.Sprintf("%s version %s, build stack-lite-%s", c.name, c.version, a.version)
				if short {
					words = c.version
				}
				_, err := fmt.Fprintln(a.out, words)
				return err
			}
			if short {
				_, err := fmt.Fprintln(a.out, a.version)
				return err
			}
			_, err := fmt.Fprintf(a.out, "stack-lite version %s, %s, %s/%s\n", a.version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	cmd.Flags().BoolVar(&short, "short", false, "the number alone")
	return cmd
}
