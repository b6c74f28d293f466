package command

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/view"
)

func newVersionCommand(c *cli) *cobra.Command {
	var short bool
	cmd := &cobra.Command{
		Use:     "version [OPTIONS]",
		Short:   "Show the version",
		Example: "  docker stacklite version --short",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if old := c.classic; old != nil {
				words := fmt.Sprintf("%s version %s, build stack-lite-%s", old.Name, old.Version, c.env.Version)
				if short {
					words = old.Version
				}
				return view.Lines(c.view(), words)
			}
			if short {
				return view.Lines(c.view(), c.env.Version)
			}
			return view.Lines(c.view(), fmt.Sprintf("stack-lite version %s, %s, %s/%s", c.env.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH))
		},
	}
	cmd.Flags().BoolVar(&short, "short", false, "the number alone")
	return cmd
}
