package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// configFlags are the flags of config: what it prints instead of the whole stack.
type configFlags struct {
	quiet    bool
	services bool
	images   bool
	volumes  bool
	hash     string
	format   string
}

func newConfigCommand(c *cli) *cobra.Command {
	var f configFlags
	cmd := &cobra.Command{
		Use:   "config [OPTIONS]",
		Short: "Check the files and print the resulting stack",
		Long: `Check the files and print the resulting stack, with variables, extends and
overrides resolved. The output is a valid file that means the same.

Notes about assumptions, and about keys that have no effect, go to standard
error, with their place in the file. All mistakes are reported at once; the exit
code is then 2.`,
		Example: `  docker stacklite config
  docker stacklite config --quiet && echo valid
  docker stacklite -f fig.yml -f test.yml config --format json
  docker stacklite config --hash=web`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runConfig(c, f) },
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "only check, print nothing")
	cmd.Flags().BoolVar(&f.services, "services", false, "print the services, one per line, in the order in which they start")
	cmd.Flags().BoolVar(&f.images, "images", false, "print the images, one per line")
	cmd.Flags().BoolVar(&f.volumes, "volumes", false, "print the named volumes, one per line")
	cmd.Flags().StringVar(&f.hash, "hash", "", "print a hash of the settings of each service, or of a comma-separated list of services")
	cmd.Flags().Lookup("hash").NoOptDefVal = "*"
	cmd.Flags().StringVar(&f.format, "format", "yaml", "output format: yaml or json")
	cmd.MarkFlagsMutuallyExclusive("quiet", "services", "images", "volumes", "hash")
	return cmd
}

func runConfig(c *cli, f configFlags) error {
	o := c.options()
	o.Isolation = "" // what is printed does not depend on it
	s, err := session.OpenFiles(c.env, o, false)
	if err != nil {
		return err
	}
	p, t := s.Project, s.Topology
	view.PrintNotes(s.View, slices.Concat(p.Notes, desired.Notes(p), t.Notes, t.Discovered()))
	switch {
	case f.quiet:
		return nil
	case f.services:
		return view.Lines(s.View, t.Order()...)
	case f.images:
		return view.Lines(s.View, desired.ImageRefs(p)...)
	case f.volumes:
		return view.Lines(s.View, namedVolumes(p)...)
	case f.hash != "":
		return printHashes(s, f.hash)
	}
	marshal := compose.Marshal
	switch f.format {
	case "yaml":
	case "json":
		marshal = compose.MarshalJSON
	default:
		return exit.Usage{Msg: fmt.Sprintf("--format is yaml or json, not %s", f.format)}
	}
	text, err := marshal(p)
	if err != nil {
		return err
	}
	return view.Bytes(s.View, text)
}

func printHashes(s *session.Session, which string) error {
	names := s.FileServices()
	if which != "*" {
		var err error
		if names, err = session.Chosen(s.Project, strings.Split(which, ",")); err != nil {
			return err
		}
	}
	var lines []string
	for _, name := range names {
		lines = append(lines, name+" "+desired.Hash(s.Project.Service(name)))
	}
	return view.Lines(s.View, lines...)
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
