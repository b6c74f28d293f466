package plugin

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image"
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

func newBuildCommand(a *app) *cobra.Command {
	var f buildFlags
	cmd := &cobra.Command{
		Use:   "build [OPTIONS] [SERVICE...]",
		Short: "Build the images of services",
		Long: `Build the images of services that have a build directory, also when they exist.

A service can be built upon the image of another: "FROM PROJECT_SERVICE". That
one is built first, and built when it is missing even if it was not named.
Containers that run keep the image that they were made from until the next up.

Images are built by the docker command's buildx plugin where there is one, else
by the engine, with BuildKit where it has that. --builder chooses.`,
		Example: `  docker stacklite build
  docker stacklite build --no-cache web
  docker stacklite build --pull --build-arg VERSION=2 web worker
  docker stacklite --builder classic build --memory 512m`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return f.run(ctx, a, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.noCache, "no-cache", false, "build every step anew")
	flags.BoolVar(&f.pull, "pull", false, "look for newer base images")
	flags.StringArrayVar(&f.args, "build-arg", nil, "NAME=VALUE for an ARG of the Dockerfiles, or NAME to take it from the environment; may be repeated")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	flags.StringVar(&f.parallel, "parallel", "", "how many images to build at once; without a number, as is the rule, all that can be")
	flags.Lookup("parallel").NoOptDefVal = "all"
	flags.BoolVar(&f.serial, "no-parallel", false, "build one image after another")
	flags.StringVarP(&f.memory, "memory", "m", "", "how much memory a step may use, such as 512m (classic builder)")
	flags.BoolVar(&f.compress, "compress", false, "send the build directory compressed")
	flags.BoolVar(&f.noRm, "no-rm", false, "keep the containers that steps ran in (classic builder)")
	flags.BoolVar(&f.forceRm, "force-rm", false, "remove the containers of failed steps too; this is always done")
	cmd.MarkFlagsMutuallyExclusive("no-rm", "force-rm")
	cmd.MarkFlagsMutuallyExclusive("parallel", "no-parallel")
	return cmd
}

func (f buildFlags) run(ctx context.Context, a *app, args []string) error {
	o, err := f.options(a.env)
	if err != nil {
		return err
	}
	switch {
	case f.serial:
		a.flags.parallel, o.Alone = 1, true
	case f.parallel != "" && f.parallel != "all":
		if a.flags.parallel, err = strconv.Atoi(f.parallel); err != nil || a.flags.parallel < 1 {
			return usageError{msg: fmt.Sprintf("--parallel %s is no number from 1", f.parallel), hints: []string{"write it like --parallel=4"}}
		}
		o.Alone = true
	}
	if f.quiet {
		a.flags.progress = "quiet"
	}
	s, err := a.stack(ctx, true)
	if err != nil {
		return err
	}
	services, err := chosen(s.project, args)
	if err != nil {
		return err
	}
	return s.build(ctx, services, o)
}

// build builds the images of services, or of all where services is nil.
func (s *stack) build(ctx context.Context, services []string, o desired.BuildOptions) error {
	have, err := s.engine.Observe(ctx, s.project.Name, desired.ImageRefs(s.project))
	if err != nil {
		return err
	}
	p := desired.Builds(s.project, services, have, o, image.Bases)
	if p.Empty() {
		s.note("nothing to build: no service that is meant has a build directory")
	}
	return s.run(ctx, s.engine, p)
}

// options makes what the engine is to be asked for of the flags.
func (f buildFlags) options(env map[string]string) (desired.BuildOptions, error) {
	o := desired.BuildOptions{NoCache: f.noCache, Pull: f.pull, Keep: f.noRm, Compress: f.compress, Args: map[string]string{}}
	for _, arg := range f.args {
		name, value, given := strings.Cut(arg, "=")
		if name == "" {
			return o, usageError{msg: fmt.Sprintf("--build-arg %q is not NAME=VALUE", arg)}
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
			return o, usageError{msg: fmt.Sprintf("--memory %s is no amount of memory", f.memory), hints: []string{"write it like 512m"}}
		}
		o.Memory = bytes
	}
	return o, nil
}

// parseBuilder reads the name of a builder.
func parseBuilder(s string) (image.Builder, error) {
	switch b := image.Builder(s); b {
	case "":
		return image.AutoBuilder, nil
	case image.AutoBuilder, image.Buildx, image.BuildKit, image.Classic:
		return b, nil
	}
	return "", usageError{msg: fmt.Sprintf("--builder %s is neither auto nor buildx, buildkit or classic", s)}
}
