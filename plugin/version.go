package plugin

import (
	"fmt"
	"runtime"
	"runtime/debug"

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

// builtVersion is the version that go build and go install leave in a program:
// the module's, else the commit that was checked out. -dirty tells that files
// were changed.
func builtVersion(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "dev"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if revision == "" {
		return "dev"
	}
	if len(revision) > 12 {
		revision = revision[:12]
	}
	if settings["vcs.modified"] == "true" {
		revision += "-dirty"
	}
	return revision
}
