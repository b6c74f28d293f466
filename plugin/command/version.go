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
		RunE:    func(*cobra.Command, []string) error { return runVersion(c, short) },
	}
	cmd.Flags().BoolVar(&short, "short", false, "print only the version number")
	return cmd
}

func runVersion(c *cli, short bool) error {
	version := c.env.Version
	switch old := c.classic; {
	case old != nil && short:
		return view.Lines(c.view(), old.Version)
	case old != nil:
		return view.Lines(c.view(), fmt.Sprintf("%s version %s, build stack-lite-%s", old.Name, old.Version, version))
	case short:
		return view.Lines(c.view(), version)
	}
	return view.Lines(c.view(), fmt.Sprintf("stack-lite version %s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH))
}
