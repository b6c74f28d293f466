package composev1

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/compose"
)

// Version is that of the docker-compose which this is the equal of.
const Version = "1.29.2"

// Options are where a command is typed.
type Options struct {
	Client *client.Client
	Dir    string
	Env    map[string]string
}

// Run carries out a command line, without the name of the program.
func Run(ctx context.Context, o Options, args ...string) error {
	var files words
	name := ""
	args, err := parse(args, func(flags *flag.FlagSet) {
		flags.Var(&files, "f", "")
		flags.StringVar(&name, "p", "", "")
	})
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return fmt.Errorf("no verb")
	}
	p, err := compose.Load(compose.Options{Dir: o.Dir, Files: files, ProjectName: name, Env: o.Env})
	if err != nil {
		return err
	}
	s := &stack{Project: p, api: api{o.Client}, prefix: strings.TrimLeft(p.Name, "-_")}
	if err := knowsAll(p); err != nil {
		return err
	}
	verbs := map[string]func(context.Context, *stack, []string) error{
		"up": up, "scale": scale, "run": run, "stop": stop, "start": start, "rm": rm, "down": down,
	}
	verb := verbs[args[0]]
	if verb == nil {
		return fmt.Errorf("the equal of docker-compose has no verb %s", args[0])
	}
	return verb(ctx, s, args[1:])
}

// parse reads flags in front of other words.
func parse(args []string, define func(*flag.FlagSet)) (rest []string, err error) {
	flags := flag.NewFlagSet("docker-compose", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	define(flags)
	err = flags.Parse(args)
	return flags.Args(), err
}

// words are a flag that may be given several times.
type words []string

func (w *words) String() string { return strings.Join(*w, " ") }

func (w *words) Set(word string) error {
	*w = append(*w, word)
	return nil
}

// seconds is the flag by which all verbs say how long a container may take to stop.
func seconds(flags *flag.FlagSet) *int { return flags.Int("t", 10, "") }

func up(ctx context.Context, s *stack, args []string) error {
	plan := goal{scale: map[string]int{}, start: true, rescale: true}
	var scales words
	var noStart, noDeps, orphans bool
	var detached *bool
	args, err := parse(args, func(flags *flag.FlagSet) {
		detached = flags.Bool("d", false, "")
		flags.BoolVar(&plan.always, "force-recreate", false, "")
		flags.BoolVar(&plan.never, "no-recreate", false, "")
		flags.BoolVar(&noStart, "no-start", false, "")
		flags.BoolVar(&noDeps, "no-deps", false, "")
		flags.BoolVar(&orphans, "remove-orphans", false, "")
		flags.Var(&scales, "scale", "")
		plan.timeout = seconds(flags)
	})
	if err != nil {
		return err
	}
	if noStart == *detached {
		return fmt.Errorf("up needs one of -d and --no-start")
	}
	plan.start = !noStart
	for _, word := range scales {
		if err := plan.addScale(word); err != nil {
			return err
		}
	}
	if orphans {
		if err := s.removeOrphans(ctx); err != nil {
			return err
		}
	}
	services, err := s.chosen(args, !noDeps)
	if err != nil {
		return err
	}
	return s.converge(ctx, services, plan)
}

// addScale reads SERVICE=N.
func (g *goal) addScale(word string) error {
	service, number, _ := strings.Cut(word, "=")
	n, err := strconv.Atoi(number)
	g.scale[service] = n
	return err
}

func scale(ctx context.Context, s *stack, args []string) error {
	plan := goal{scale: map[string]int{}}
	args, err := parse(args, func(flags *flag.FlagSet) { plan.timeout = seconds(flags) })
	if err != nil {
		return err
	}
	for _, word := range args {
		if err := plan.addScale(word); err != nil {
			return err
		}
	}
	for _, service := range s.Services {
		n, named := plan.scale[service.Name]
		if !named {
			continue
		}
		if err := s.scaleTo(ctx, service, n, plan); err != nil {
			return err
		}
	}
	return nil
}

func run(ctx context.Context, s *stack, args []string) error {
	noDeps := false
	args, err := parse(args, func(flags *flag.FlagSet) {
		flags.Bool("d", false, "") // it never waits
		flags.BoolVar(&noDeps, "no-deps", false, "")
	})
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return fmt.Errorf("run takes a service")
	}
	service := s.Service(args[0])
	if service == nil {
		return fmt.Errorf("no such service: %s", args[0])
	}
	if !noDeps {
		services, err := s.chosen(args[:1], true)
		if err != nil {
			return err
		}
		services = slices.DeleteFunc(services, func(o *compose.Service) bool { return o == service })
		if err := s.converge(ctx, services, goal{never: true, start: true}); err != nil {
			return err
		}
	}
	made, err := s.createOneOff(ctx, service, args[1:])
	if err != nil {
		return err
	}
	return s.startOne(ctx, made)
}

func stop(ctx context.Context, s *stack, args []string) error {
	var timeout *int
	args, err := parse(args, func(flags *flag.FlagSet) { timeout = seconds(flags) })
	if err != nil {
		return err
	}
	return s.forEach(ctx, args, false, func(c container) error { return s.stopOne(ctx, c, timeout) })
}

func start(ctx context.Context, s *stack, args []string) error {
	return s.forEach(ctx, args, true, func(c container) error {
		if c.running {
			return nil
		}
		return s.startOne(ctx, c.ID)
	})
}

func rm(ctx context.Context, s *stack, args []string) error {
	volumes := false
	args, err := parse(args, func(flags *flag.FlagSet) {
		flags.Bool("f", false, "")
		flags.BoolVar(&volumes, "v", false, "")
	})
	if err != nil {
		return err
	}
	return s.forEach(ctx, args, true, func(c container) error {
		if c.running {
			return nil
		}
		return s.removeOne(ctx, c, volumes)
	})
}

func down(ctx context.Context, s *stack, args []string) error {
	volumes := false
	var timeout *int
	if _, err := parse(args, func(flags *flag.FlagSet) {
		flags.BoolVar(&volumes, "v", false, "")
		timeout = seconds(flags)
	}); err != nil {
		return err
	}
	list, err := s.list(ctx, selection{all: true, oneOffs: true})
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.running {
			if err := s.stopOne(ctx, c, timeout); err != nil {
				return err
			}
		}
	}
	for _, c := range list {
		if err := s.removeOne(ctx, c, volumes); err != nil {
			return err
		}
	}
	return nil
}

// forEach does something to each container of some services; none means all.
func (s *stack) forEach(ctx context.Context, names []string, all bool, do func(container) error) error {
	services, err := s.chosen(names, false)
	if err != nil {
		return err
	}
	for _, service := range services {
		list, err := s.list(ctx, selection{service: service.Name, all: all})
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := do(c); err != nil {
				return err
			}
		}
	}
	return nil
}
