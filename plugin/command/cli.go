package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/profile"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// cli is what all verbs are made with.
type cli struct {
	env      *session.Environment
	general  session.Options   // as the flags before the verb say; verbs change copies of it
	profiles []string          // values of --profile: see splitProfiles
	recorder *profile.Recorder // that notes it; nil: nobody does
	classic  *classic.Tool     // the old tool that this is called as; nil: none
	level    string            // of what an old tool is to say; empty: as verbose says
	verbose  bool
	typed    []string // the verb with its own flags and arguments
	version  bool     // the version is asked for, in place of a verb
}

// options are the general options, for a verb to change.
func (c *cli) options() session.Options {
	o := c.general
	o.Profile = c.recorder
	o.Profiles, _ = splitProfiles(c.profiles)
	if c.classic == nil {
		o.Again, o.Typed = again(o), c.typed
		if c.verbose {
			o.Level = view.Debug
		}
	} else {
		o.FileNames, o.Note, o.Planned = c.classic.Files, classic.Note, noteUnchanged()
		o.Strict, o.Directories, o.EngineWords = true, c.classic.Directories, true
		o.Habits = image.Habits{AsDocker: true, KeepFailed: true, Words: true}
		o.Show = func(s *session.Session, kind string) (view.Progress, error) {
			return classic.Images{Project: s.Project, QuietPulls: s.Options.QuietPull}.Progress(kind, s.View)
		}
		o.Level, _ = classic.Level(c.level, c.verbose) // checked has refused what is none
	}
	return o
}

// view says how results are shown, for verbs without a session.
func (c *cli) view() view.Options {
	v := c.env.View(c.general.Color)
	o := c.options()
	v.Level, v.Again, v.Later = o.Level, o.Again, c.env.Later()
	return v
}

// again are the flags that say which project a command is about.
func again(o session.Options) []string {
	var flags []string
	for _, file := range o.Files {
		flags = append(flags, "-f", file)
	}
	for _, f := range [][2]string{{"-p", o.Project}, {"--project-directory", o.ProjectDir}, {"--env-file", o.EnvFile}} {
		if f[1] != "" {
			flags = append(flags, f[:]...)
		}
	}
	if o.Adopt {
		flags = append(flags, "--adopt")
	}
	return flags
}

// terminal is the user's streams, for a process in a container.
func (c *cli) terminal() follow.Terminal {
	return follow.Terminal{In: c.env.In, Out: c.env.Out, Err: c.env.Err}
}

// withFiles runs a verb that needs the files. Build directories have to be there
// where checkBuilds is set.
func (c *cli) withFiles(cmd *cobra.Command, o session.Options, checkBuilds bool, run func(context.Context, *session.Session) error) error {
	ctx := cmd.Context()
	s, err := session.Open(c.env, o, checkBuilds)
	if err != nil {
		return err
	}
	err = run(ctx, s)
	session.TellOfFiles(s)
	return session.Explain(ctx, s, err, "", "")
}

// withProject runs a verb that needs to know which project is meant, and of the
// files the names of services.
func (c *cli) withProject(cmd *cobra.Command, run func(context.Context, *session.Session) error) error {
	return found(c, cmd, session.FindServices, run)
}

// found runs a verb that needs to know which project is meant, which find finds out.
func found(c *cli, cmd *cobra.Command, find func(*session.Environment, session.Options) (*session.Session, error), run func(context.Context, *session.Session) error) error {
	ctx := cmd.Context()
	s, err := find(c.env, c.options())
	if err != nil {
		return withoutFiles(c, cmd, err)
	}
	return session.Explain(ctx, s, run(ctx, s), "", "")
}

// withoutFiles adds to the last mistake of files, for a verb that can do without
// them, that the project's name is enough.
func withoutFiles(c *cli, cmd *cobra.Command, err error) error {
	var mistakes compose.Errors
	if !errors.As(err, &mistakes) || c.classic != nil {
		return err
	}
	name := cmp.Or(session.NameOf(c.env, c.options()), "NAME")
	out := slices.Clone(mistakes)
	last := *out[len(out)-1]
	verb := cmd.Name()
	if live := cmd.Flags().Lookup("live"); live != nil && live.Value.String() == "true" {
		verb += " --live"
	}
	last.Hints = append(slices.Clone(last.Hints[:min(len(last.Hints), 1)]), fmt.Sprintf("%s needs no files where the project is named: docker stacklite -p %s %s", verb, name, verb))
	out[len(out)-1] = &last
	return out
}

// withEngine runs a verb that is about no project.
func (c *cli) withEngine(cmd *cobra.Command, run func(context.Context, *session.Session) error) error {
	ctx := cmd.Context()
	s, err := session.Connect(c.env, c.options())
	if err != nil {
		return err
	}
	return run(ctx, s)
}

// act does something to containers as they are, which is called verb. That there
// is nothing to do it to is an error.
func (c *cli) act(cmd *cobra.Command, goal plan.Goal, args []string, verb string) error {
	return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
		return toldExits(ctx, s, session.Act(ctx, s, goal, args, func(f session.Found) error {
			if c.classic != nil {
				return exit.Failure{Msg: "no containers to " + verb}
			}
			return nothingTo(verb, goal.State, f, args)
		}))
	})
}

// nothingTo says why there is nothing to act on, and what to type.
func nothingTo(verb string, state plan.Target, f session.Found, args []string) error {
	why, hint := "there is no container "+f.Whose, "to create them: docker stacklite up -d"
	switch {
	case f.There == 0:
	case state == plan.Unpaused:
		why, hint = "no container "+f.Whose+" is paused", ""
	case f.Paused > 0:
		why, hint = "what runs "+f.Whose+" is paused already", "to resume it: docker stacklite unpause"
	default:
		why, hint = "no container "+f.Whose+" runs", "to start them: docker stacklite start"
	}
	e := exit.Failure{Msg: "nothing to " + verb + ": " + why}
	if hint != "" {
		e.Advice = []string{hint + typedAgain(args)}
	}
	return e
}

// typedAgain are arguments as they are typed behind a command.
func typedAgain(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return " " + strings.Join(shellWords(args), " ")
}

// interruptible lets Ctrl-C end the command of a verb, and of those below it. See
// package interrupt.
func interruptible(c *cli, cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		interruptible(c, child)
	}
	run := cmd.RunE
	if run == nil {
		return
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o := interrupt.Options{Waiting: func(steps []string) { waiting(c, steps) }, Cause: func(s os.Signal) error {
			if s == os.Interrupt {
				return nil
			}
			return exit.Terminated{}
		}}
		return profiled(c, cmd, func() error {
			return interrupt.Run(cmd.Context(), o, func(ctx context.Context) error {
				cmd.SetContext(ctx)
				return run(cmd, args)
			})
		})
	}
}

// splitProfiles splits the values of --profile: a name is that of a profile of the files,
// and one with a dot or a slash is a file for a trace.
func splitProfiles(values []string) (names []string, trace string) {
	for _, v := range values {
		if strings.ContainsAny(v, `./\`) {
			trace = v
		} else {
			names = append(names, v)
		}
	}
	return names, trace
}

// profiled runs a command and then writes, where --profile asks for it, what its time
// went into, however it has ended.
func profiled(c *cli, cmd *cobra.Command, run func() error) error {
	_, file := splitProfiles(c.profiles)
	if file == "" {
		return run()
	}
	r, err := profile.Open(file, cmd.CommandPath())
	if err != nil {
		return err
	}
	c.recorder = r
	cmd.SetContext(r.Context(cmd.Context()))
	err = run()
	unwritten := r.Close()
	if err == nil {
		return unwritten
	}
	if unwritten != nil { // the command ends as it would without
		view.PrintError(c.view(), unwritten)
	}
	return err
}

// mostNamed is how many of the calls that are waited for are named.
const mostNamed = 3

// waiting says what an interrupted command waits for.
func waiting(c *cli, steps []string) {
	text := "waiting for the engine to " + strings.Join(steps[:min(len(steps), mostNamed)], ", ")
	if more := len(steps) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	view.PrintAmid(c.view(), text+"; press Ctrl-C again to stop waiting")
}

// noteUnchanged prints, as the old tools did, which containers a command leaves as
// they are. Where images are built first that is known of the second plan.
func noteUnchanged() func(view.Options, session.Planned) {
	var first []string // unchanged by the plan that builds
	building := false
	return func(o view.Options, p session.Planned) {
		names := classic.Unchanged(p.Goal, p.Want, p.Have, p.Plan)
		if building {
			names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(first, n) })
		}
		if building = p.Goal.Build; building {
			first = names
			return
		}
		for _, name := range names {
			view.Print(o, view.Info, name+" is up-to-date")
		}
	}
}

// meant are the services that a command is about: those named, or all.
func meant(s *session.Session, services []string) []string {
	if services == nil {
		return s.FileServices()
	}
	return services
}
