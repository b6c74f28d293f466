package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// buildFlags are those of build.
type buildFlags struct {
	noCache  bool
	pull     bool
	args     []string
	forceRm  bool
	noRm     bool
	memory   string
	parallel string
	serial   bool
	quiet    bool
	compress bool
}

func newBuildCommand(c *cli) *cobra.Command {
	var f buildFlags
	cmd := &cobra.Command{
		Use:   "build [OPTIONS] [SERVICE...]",
		Short: "Build the images of services",
		Long: `Build the images of services that have a build directory, including those that
already exist.

A service can be built from the image of another: "FROM PROJECT_SERVICE". That
image is built first; if it is missing it is built even if its service was not
named. Running containers keep the image that they were created from until the
next up.

Images are built with the docker command's buildx plugin if it is installed,
otherwise by the engine, with BuildKit if the engine has it and builds upon
the images that are there. --builder chooses; without it STACKLITE_BUILDER does,
and then DOCKER_BUILDKIT, where 0 means the classic builder and 1 BuildKit, and
COMPOSE_DOCKER_CLI_BUILD, where 0 means the classic builder.`,
		Example: `  docker stacklite build
  docker stacklite build --no-cache web
  docker stacklite build --pull --build-arg VERSION=2 web worker
  docker stacklite --builder classic build --memory 512m`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.general(c.options())
			if err != nil {
				return err
			}
			build, err := f.options(c.env.Vars)
			if err != nil {
				return err
			}
			if c.classic != nil {
				return c.buildByService(cmd, o, f, build, args)
			}
			return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error {
				services, err := session.Chosen(s.Project, args)
				if err != nil {
					return err
				}
				return runBuild(ctx, s, services, build)
			})
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.noCache, "no-cache", false, "do not use the cache")
	flags.BoolVar(&f.pull, "pull", false, "pull newer versions of the base images")
	flags.StringArrayVar(&f.args, "build-arg", nil, "build argument NAME=VALUE, or NAME to take its value from the environment; can be repeated")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only errors")
	flags.StringVar(&f.parallel, "parallel", "", "maximum number of images built at once (default all)")
	flags.Lookup("parallel").NoOptDefVal = "all"
	flags.BoolVar(&f.serial, "no-parallel", false, "build one image after another")
	flags.StringVarP(&f.memory, "memory", "m", "", "memory limit for a step, such as 512m (classic builder)")
	flags.BoolVar(&f.compress, "compress", false, "compress the build directory before sending it")
	flags.BoolVar(&f.noRm, "no-rm", false, "keep the intermediate containers (classic builder)")
	forceRm := "remove the intermediate containers of failed steps too"
	if c.classic == nil {
		forceRm += ": always done"
	}
	flags.BoolVar(&f.forceRm, "force-rm", false, forceRm)
	if c.classic == nil {
		cmd.MarkFlagsMutuallyExclusive("no-rm", "force-rm")
	}
	cmd.MarkFlagsMutuallyExclusive("parallel", "no-parallel")
	return cmd
}

// general is the general options with what build has flags of its own for.
func (f buildFlags) general(o session.Options) (session.Options, error) {
	switch {
	case f.serial:
		o.Parallel = 1
	case f.parallel != "" && f.parallel != "all":
		n, err := strconv.Atoi(f.parallel)
		if err != nil || n < 1 {
			return o, exit.Usage{Msg: fmt.Sprintf("--parallel %s is no number from 1", f.parallel), Advice: []string{"write it like --parallel=4"}}
		}
		o.Parallel = n
	}
	if f.quiet {
		o.Progress = "quiet"
	}
	return o, nil
}

// buildByService is build as the old tools did it: one image after the other, in
// the order of the services, until one fails.
func (c *cli) buildByService(cmd *cobra.Command, o session.Options, f buildFlags, build desired.BuildOptions, args []string) error {
	parallel := cmd.Flags().Changed("parallel")
	if o.Progress != "quiet" && o.Progress != "json" {
		o.Progress = "auto" // --progress was for docker build
	}
	o.Habits.KeepFailed = !f.forceRm
	shown := &classic.Images{}
	o.Show = func(s *session.Session, kind string) (view.Progress, error) { return shown.Progress(kind, s.View) }
	build.Alone = true
	return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error {
		services, err := session.Chosen(s.Project, args)
		if err != nil {
			return err
		}
		shown.Project = s.Project
		builds := classic.Builds{Project: s.Project, Services: services}
		if !f.quiet {
			builds.NoteSkipped(s.View)
		}
		have, err := s.Observe(ctx, true)
		if err != nil {
			return err
		}
		p := desired.Builds(s.Project, services, have.Have, build, image.Bases)
		if parallel {
			shown.Lines = builds.Names(p)
			return s.Run(ctx, p)
		}
		return s.Run(ctx, builds.OneByOne(p))
	})
}

// runBuild builds the images of services, or of all where services is nil.
func runBuild(ctx context.Context, s *session.Session, services []string, o desired.BuildOptions) error {
	have, err := s.Observe(ctx, true)
	if err != nil {
		return err
	}
	p := desired.Builds(s.Project, services, have.Have, o, image.Bases)
	if p.Empty() {
		s.Note("nothing to build: no service that is meant has a build directory")
	}
	return s.Run(ctx, p)
}

// options turns the flags into what the engine is asked for.
func (f buildFlags) options(env map[string]string) (desired.BuildOptions, error) {
	o := desired.BuildOptions{
		NoCache: f.noCache, Pull: f.pull, Keep: f.noRm, Compress: f.compress, Args: map[string]string{},
		Alone: f.serial || f.parallel != "" && f.parallel != "all",
	}
	for _, arg := range f.args {
		name, value, given := strings.Cut(arg, "=")
		if name == "" {
			return o, exit.Usage{Msg: fmt.Sprintf("--build-arg %q is not NAME=VALUE", arg)}
		}
		if !given {
			if value, given = env[name]; !given {
				continue // as docker has it: the default of the Dockerfile holds
			}
		}
		o.Args[name] = value
	}
	if f.memory != "" {
		bytes, err := units.RAMInBytes(f.memory)
		if err != nil || bytes <= 0 {
			return o, exit.Usage{Msg: fmt.Sprintf("--memory %s is no amount of memory", f.memory), Advice: []string{"write it like 512m"}}
		}
		o.Memory = bytes
	}
	return o, nil
}
