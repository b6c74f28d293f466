package plugin

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// configFlags choose what config prints instead of the whole stack.
type configFlags struct {
	quiet    bool
	services bool
	images   bool
	volumes  bool
	hash     string
	format   string
}

func newConfigCommand(a *app) *cobra.Command {
	var f configFlags
	cmd := &cobra.Command{
		Use:   "config [OPTIONS]",
		Short: "Check the files and print the stack they describe",
		Long: `Check the files and print the stack they describe, with variables, extends and
overrides resolved. What is printed can be read again and means the same.

Notes on what was assumed or has no effect go to standard error, with the place
in the file. Mistakes are told all at once, and the exit code is 2 then.`,
		Example: `  docker stacklite config
  docker stacklite config --quiet && echo fine
  docker stacklite -f fig.yml -f test.yml config --format json
  docker stacklite config --hash=web`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.config(f) },
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "check only, print nothing")
	cmd.Flags().BoolVar(&f.services, "services", false, "print the services, one a line, in the order of starting")
	cmd.Flags().BoolVar(&f.images, "images", false, "print the images, one a line")
	cmd.Flags().BoolVar(&f.volumes, "volumes", false, "print the volumes with a name, one a line")
	cmd.Flags().StringVar(&f.hash, "hash", "", `print a hash of the settings of the services, or of those named, separated by commas`)
	cmd.Flags().Lookup("hash").NoOptDefVal = "*"
	cmd.Flags().StringVar(&f.format, "format", "yaml", "yaml or json")
	cmd.MarkFlagsMutuallyExclusive("quiet", "services", "images", "volumes", "hash")
	return cmd
}

func (a *app) config(f configFlags) error {
	p, err := a.load(false)
	if err != nil {
		return err
	}
	discovery, err := a.discovery()
	if err != nil {
		return err
	}
	t, err := linking.Resolve(p, linking.Options{NoDiscovery: discovery.Off})
	if err != nil {
		return err
	}
	view.PrintNotes(a.view(), slices.Concat(p.Notes, t.Notes, t.Discovered()))
	switch {
	case f.quiet:
		return nil
	case f.services:
		return printLines(a.out, t.Order())
	case f.images:
		return printLines(a.out, desired.ImageRefs(p))
	case f.volumes:
		return printLines(a.out, namedVolumes(p))
	case f.hash != "":
		return a.printHashes(p, f.hash)
	}
	marshal := compose.Marshal
	switch f.format {
	case "yaml":
	case "json":
		marshal = compose.MarshalJSON
	default:
		return usageError{msg: fmt.Sprintf("--format is yaml or json, not %s", f.format)}
	}
	text, err := marshal(p)
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

func (a *app) printHashes(p *compose.Project, which string) error {
	names := serviceNames(p)
	if which != "*" {
		var err error
		if names, err = chosen(p, strings.Split(which, ",")); err != nil {
			return err
		}
	}
	var lines []string
	for _, name := range names {
		lines = append(lines, name+" "+engine.Hash(p.Service(name)))
	}
	return printLines(a.out, lines)
}

// namedVolumes lists the volumes that have a name, each once, sorted.
func namedVolumes(p *compose.Project) []string {
	var names []string
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Named {
				names = append(names, v.Host)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func printLines(w io.Writer, lines []string) error {
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, l); err != nil {
			return err
		}
	}
	return nil
}
