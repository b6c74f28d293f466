package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/plugin/classic"
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
	profiles bool
	hash     string
	format   string
	literal  bool // variables stay as they are
	digests  bool
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
code is then 2.

Build directories, Dockerfiles and env files have to be there, as for up; lists
such as --services can do without build directories.

With --no-interpolate variables stay as they are, and values that have one are
not checked.`,
		Example: `  docker stacklite config
  docker stacklite config --quiet && echo valid
  docker stacklite -f fig.yml -f test.yml config --format json
  docker stacklite config --resolve-image-digests
  docker stacklite config --hash=web`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runConfig(cmd.Context(), c, f) },
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "only check, print nothing")
	cmd.Flags().BoolVar(&f.services, "services", false, "print the services, one per line, in the order in which they start")
	cmd.Flags().BoolVar(&f.images, "images", false, "print the images, one per line")
	cmd.Flags().BoolVar(&f.volumes, "volumes", false, "print the named volumes, one per line")
	cmd.Flags().StringVar(&f.hash, "hash", "", "print a hash of the settings of each service, or of a comma-separated list of services")
	cmd.Flags().BoolVar(&f.literal, "no-interpolate", false, "leave variables as they are")
	cmd.Flags().BoolVar(&f.digests, "resolve-image-digests", false, "name images by their digests")
	cmd.Flags().BoolVar(&f.profiles, "profiles", false, "print the profiles, which files of Fig have none of")
	cmd.Flags().StringVar(&f.format, "format", "yaml", "output format: yaml or json")
	_ = cmd.Flags().MarkHidden("profiles")
	if c.classic == nil { // there one went before another, and the value of --hash could be a word of its own
		cmd.Flags().Lookup("hash").NoOptDefVal = "*"
		cmd.MarkFlagsMutuallyExclusive("quiet", "services", "images", "volumes", "profiles", "hash")
	}
	return cmd
}

func runConfig(ctx context.Context, c *cli, f configFlags) error {
	env, err := c.rereadable()
	if err != nil {
		return err
	}
	if f.literal && c.classic == nil {
		isJSON, err := f.isJSON()
		if err != nil {
			return err
		}
		if text, ok, err := session.Written(env, c.options(), isJSON); ok || err != nil {
			if err != nil {
				return err
			}
			return view.Bytes(env.View(c.general.Color), text)
		}
	}
	if c.classic != nil || f.literal {
		return printWritten(ctx, c, env, f)
	}
	o := c.options()
	o.Isolation, o.WithoutFronts = "", true // what is printed does not depend on them
	o.Dockerfiles = true
	s, err := session.OpenFiles(env, o, f.whole())
	if err != nil {
		return err
	}
	session.LookBeyond(ctx, s)
	p, t := s.Project, s.Topology
	view.PrintNotes(s.View, slices.Concat(p.Notes, desired.Notes(p), desired.PortNotes(p), takeWords(p), t.Notes, t.Discovered()))
	if f.digests {
		digests, err := imageDigests(ctx, env, o, p, nil)
		if err != nil {
			return err
		}
		for _, s := range p.Services {
			s.Image = cmp.Or(digests[s.Name], s.Image)
		}
	}
	switch {
	case f.profiles && s.Model != nil:
		return view.Lines(s.View, s.Model.Profiles()...)
	case f.quiet, f.profiles:
		return nil
	case f.services:
		return view.Lines(s.View, t.Order()...)
	case f.images:
		return view.Lines(s.View, desired.ImageRefs(p)...)
	case f.volumes:
		return view.Lines(s.View, namedVolumes(p)...)
	case f.hash != "":
		names, err := session.Chosen(p, f.hashed())
		if err != nil {
			return err
		}
		if names == nil {
			names = session.ServiceNames(p)
		}
		return printHashes(s.View, p, names)
	}
	isJSON, err := f.isJSON()
	if err != nil {
		return err
	}
	text, err := marshal(s, p, isJSON)
	if err != nil {
		return err
	}
	return view.Bytes(s.View, text)
}

// marshal prints a project as a file in which everything is resolved.
func marshal(s *session.Session, p *compose.Project, isJSON bool) ([]byte, error) {
	switch {
	case s.Model != nil && isJSON:
		return s.Model.JSON()
	case s.Model != nil:
		return s.Model.YAML()
	case isJSON:
		return compose.MarshalJSON(p)
	}
	return compose.Marshal(p)
}

// whole reports whether the stack as it would be made is asked for, which takes
// directories to build from, and no list of what the files say.
func (f configFlags) whole() bool {
	return !f.services && !f.images && !f.volumes && !f.profiles && f.hash == ""
}

// isJSON reads --format.
func (f configFlags) isJSON() (bool, error) {
	if f.format != "yaml" && f.format != "json" {
		return false, exit.Usage{Msg: fmt.Sprintf("--format is yaml or json, not %s", f.format)}
	}
	return f.format == "json", nil
}

// rereadable is the environment with a standard input that can be read more than
// once, where a file is to be read from it.
func (c *cli) rereadable() (*session.Environment, error) {
	if c.env.In == nil || !slices.Contains(c.general.Files, "-") && c.env.Vars["COMPOSE_FILE"] != "-" {
		return c.env, nil
	}
	data, err := io.ReadAll(c.env.In)
	env := *c.env
	env.In = bytes.NewReader(data)
	return &env, err
}

// printWritten is config of the old tools, and config where variables stay as they
// are: what is printed is how the files say it.
func printWritten(ctx context.Context, c *cli, env *session.Environment, f configFlags) error {
	o := c.options()
	var notes []compose.Note
	if !f.literal {
		o.Isolation, o.WithoutFronts = "", true
		s, err := session.OpenFiles(env, o, c.classic != nil)
		if err != nil {
			return err
		}
		notes = slices.Concat(desired.Notes(s.Project), takeWords(s.Project), s.Topology.Notes, s.Topology.Discovered())
	}
	p, written, err := loadWritten(env, o, f.literal, c.classic != nil)
	if err != nil {
		return err
	}
	show := env.View(o.Color)
	view.PrintNotes(show, slices.Concat(p.Notes, notes))
	d := classic.Document{Project: p, Written: written, Home: env.Vars["HOME"], Literal: f.literal}
	if f.digests {
		if d.Images, err = imageDigests(ctx, env, o, p, c.classic); err != nil {
			return err
		}
	}
	if printed, err := printWrittenList(show, d, f, c.classic); printed || err != nil {
		return err
	}
	isJSON, err := f.isJSON()
	switch {
	case err != nil:
		return err
	case isJSON:
		text, err := json.MarshalIndent(d.JSON(), "", "  ")
		if err != nil {
			return err
		}
		return view.Text(show, printable.Escape(string(text))+"\n")
	case c.classic != nil:
		return view.Text(show, d.Print()+"\n")
	}
	return view.Text(show, d.YAML())
}

// printWrittenList prints what is asked for in place of the whole stack, and
// reports whether that is so. The old tools had an order in which flags go before
// others, and no volumes and profiles in these files.
func printWrittenList(show view.Options, d classic.Document, f configFlags, old *classic.Tool) (bool, error) {
	order := classic.ServiceNames(d.Project)
	switch {
	case f.quiet:
		return true, nil
	case old != nil && f.profiles:
		return true, classic.PrintLines(show, nil)
	case f.services:
		return true, view.Lines(show, order...)
	case old != nil && f.volumes:
		return true, classic.PrintLines(show, nil)
	case old != nil && f.hash != "":
		names, err := session.Chosen(d.Project, f.hashed())
		if err != nil {
			return true, err
		}
		if names != nil {
			order = slices.DeleteFunc(order, func(n string) bool { return !slices.Contains(names, n) })
		}
		return true, printHashes(show, d.Project, order)
	case f.images && !f.literal:
		return true, view.Lines(show, desired.ImageRefs(d.Project)...)
	case f.images || f.volumes || f.profiles || f.hash != "":
		return true, exit.Usage{Msg: "--no-interpolate is for the whole stack and for --services"}
	}
	return false, nil
}

// loadWritten loads the project together with how its files say it.
func loadWritten(env *session.Environment, o session.Options, literal, checkBuilds bool) (*compose.Project, []compose.Written, error) {
	dir, err := session.WorkingDir()
	if err != nil {
		return nil, nil, err
	}
	if all, ok := env.In.(*bytes.Reader); ok { // rereadable has read it
		_, _ = all.Seek(0, io.SeekStart)
	}
	return compose.LoadWritten(compose.Options{
		Names: o.FileNames, Files: o.Files, Dir: dir, ProjectDir: o.ProjectDir, ProjectName: o.Project, EnvFile: o.EnvFile,
		Env: env.Vars, Stdin: env.In, SkipBuildCheck: !checkBuilds, Literal: literal, Strict: o.Strict, Directories: o.Directories,
	})
}

// hashed names the services that --hash names; none: all.
func (f configFlags) hashed() []string {
	if f.hash == "*" {
		return nil
	}
	return strings.Split(f.hash, ",")
}

func printHashes(o view.Options, p *compose.Project, names []string) error {
	var lines []string
	for _, name := range names {
		lines = append(lines, name+" "+desired.Hash(p.Service(name)))
	}
	return view.Lines(o, lines...)
}

// imageDigests finds the digests by which the images of services are known, by
// service.
func imageDigests(ctx context.Context, env *session.Environment, o session.Options, p *compose.Project, old *classic.Tool) (map[string]string, error) {
	s, err := session.ConnectProject(env, o)
	if err != nil {
		return nil, err
	}
	digests := classic.Digests{View: s.View, Find: func(ref string) (string, bool, error) { return s.Images.Digest(ctx, ref) }}
	if old != nil {
		return digests.Of(p)
	}
	found := map[string]string{}
	for _, s := range p.Services {
		if s.Image == "" || strings.Contains(s.Image, "@") {
			continue
		}
		digest, known, err := digests.Find(s.Image)
		switch {
		case err != nil:
			return nil, err
		case !known:
			return nil, exit.Failure{Msg: fmt.Sprintf("the image %s of %s is neither on the engine nor in a registry that can be asked", s.Image, s.Name),
				Advice: []string{"to pull it: docker stacklite pull " + s.Name}}
		case digest == "":
			return nil, exit.Failure{Msg: fmt.Sprintf("the image %s of %s has no digest: it was neither pulled nor pushed", s.Image, s.Name)}
		}
		found[s.Name] = digest
	}
	return found, nil
}

// namedVolumes lists the volumes that have a name, each once, sorted.
func namedVolumes(p *compose.Project) []string {
	var names []string
	for _, v := range p.Volumes { // of files that declare them
		names = append(names, v.Name)
	}
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Named && p.Format == compose.V1 {
				names = append(names, v.Host)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// takeWords decides how words in volumes are taken as far as files say it, for no
// engine is asked which volumes it has, and notes that.
func takeWords(p *compose.Project) []compose.Note {
	notes := desired.TakeWords(p, desired.Have{}, nil)
	return compose.SortNotes(append(notes, desired.MissingWords(p)...))
}
