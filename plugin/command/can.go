package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// canFlags are the flags of can.
type canFlags struct {
	format    string
	live      bool
	liveGiven bool // else the engine is asked where both run
}

func newCanCommand(c *cli) *cobra.Command {
	var f canFlags
	cmd := &cobra.Command{
		Use:   "can [OPTIONS] FROM TO",
		Short: "Say whether one service or container can reach another",
		Long: `Say whether one service or container can reach another: through which network
and under which names, or why not. Published ports that open a path through the
host are mentioned, too. The exit code is 0 for yes, 1 for no, and 2 if there is
no such service or container.

FROM and TO are services, or any containers: web, web_2, demo_web_2. If both are
running, the answer comes from the engine, otherwise from the files. --live
always asks the engine, --live=false the files. No connection is tried: check
does that.`,
		Example: `  docker stacklite can web mysql
  docker stacklite can --live=false redis mysql
  docker stacklite can web_2 some-container && echo yes`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: c.completeMembers(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f := f // what is parsed into stays as it is
			f.liveGiven = cmd.Flags().Changed("live")
			return runCan(cmd.Context(), c, f, args[0], args[1])
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "text", "output format: text or json")
	cmd.Flags().BoolVar(&f.live, "live", false, "ask the engine (default if both are running)")
	return cmd
}

func runCan(ctx context.Context, c *cli, f canFlags, from, to string) error {
	if f.format != "text" && f.format != "json" {
		return exit.Usage{Msg: fmt.Sprintf("--format can be text or json, not %q", f.format)}
	}
	answer, err := c.can(ctx, from, to, f.live, f.liveGiven)
	if err != nil {
		return err
	}
	if err := printAnswer(c.view(), answer, f.format); err != nil {
		return err
	}
	if !answer.Reaches {
		return exit.Status(1)
	}
	return nil
}

func printAnswer(o view.Options, a reach.Answer, format string) error {
	if format == "json" {
		return view.JSON(o, a)
	}
	return view.Lines(o, a.Lines()...)
}

// can answers from the engine or from the files.
func (c *cli) can(ctx context.Context, from, to string, live, asked bool) (reach.Answer, error) {
	if asked && !live {
		return c.canByFiles(from, to)
	}
	project, _, unread := session.Load(c.env, c.options(), false)
	s, v, refused, err := c.lookFor(ctx, unread != nil && c.general.Project == "")
	if err != nil {
		var gone engine.Unreachable
		if asked || unread != nil || !errors.As(err, &gone) {
			return reach.Answer{}, err
		}
		view.PrintNotes(c.view(), []compose.Note{{Text: err.Error() + ", so this is what the files say"}})
		return c.canByFiles(from, to)
	}
	byFiles := fmt.Sprintf("docker stacklite can --live=false %s %s", from, to)
	toStart := func(word string) []string {
		mine := slices.DeleteFunc(slices.Clone(refused), func(r observed.Refusal) bool { return r.Service != word })
		return append(session.ToStart(s, mine, "to start it: docker stacklite up -d "+word), "to ask the files instead: "+byFiles)
	}
	x, errX := runningMember(v, from, toStart)
	y, errY := runningMember(v, to, toStart)
	switch {
	case errX == nil && errY == nil:
		return canOnEngine(ctx, s, v, x, y)
	case unread != nil && v.Project == "":
		return reach.Answer{}, errors.Join(cmp.Or(errX, errY), unread)
	case !asked && project != nil && project.Service(from) != nil && project.Service(to) != nil:
		return c.canByFiles(from, to)
	default:
		return reach.Answer{}, cmp.Or(errX, errY)
	}
}

// lookFor takes a snapshot of the engine, next to the files of the project or,
// with anybody, for containers of any project: there may be no files then.
func (c *cli) lookFor(ctx context.Context, anybody bool) (*session.Session, reach.View, []observed.Refusal, error) {
	if anybody {
		s, err := session.Connect(c.env, c.options())
		if err != nil {
			return nil, reach.View{}, nil, err
		}
		snapshot, err := s.Engine.Observe(ctx, s.Claim, nil)
		return s, reach.View{Snapshot: snapshot}, nil, err
	}
	s, err := session.Find(c.env, c.options())
	if err != nil {
		return nil, reach.View{}, nil, err
	}
	v, refused, err := look(ctx, s)
	return s, v, refused, err
}

// canByFiles answers for two services from what the files say.
func (c *cli) canByFiles(from, to string) (reach.Answer, error) {
	s, err := session.OpenFiles(c.env, c.options(), false)
	if err != nil {
		return reach.Answer{}, err
	}
	for _, name := range []string{from, to} {
		if s.Project.Service(name) == nil {
			return reach.Answer{}, session.NoSuchService([]string{name}, s.FileServices())
		}
	}
	return reach.AskFiles(s.Project, s.Topology, from, to), nil
}

// canOnEngine answers from what is on the engine, and notes where the files say
// something else.
func canOnEngine(ctx context.Context, s *session.Session, v reach.View, x, y reach.Member) (reach.Answer, error) {
	asked := reach.WithOwners(v.Snapshot, slices.Concat(x.Containers, y.Containers))
	asked = slices.DeleteFunc(asked, (*observed.Container).Named) // as those of a swarm are
	if err := s.Engine.Names(ctx, asked...); err != nil {
		return reach.Answer{}, err
	}
	a := reach.Ask(v.Snapshot, x, y)
	if v.Loaded != nil && v.Loaded.Service(x.Word) != nil && v.Loaded.Service(y.Word) != nil {
		a.Compare(v.ByFiles(x, y))
	}
	return a, nil
}

// runningMember finds the containers that run of what a user names: a service,
// or any container. toStart is what to do where a service does not run.
func runningMember(v reach.View, word string, toStart func(string) []string) (reach.Member, error) {
	found := v.Snapshot.Replicas(v.Project, word)
	known := len(found) > 0 || v.Loaded != nil && v.Loaded.Service(word) != nil
	if !known {
		c := v.Snapshot.Container(v.Project, word)
		if c == nil {
			return reach.Member{}, noSuchMember(v, word)
		}
		found = []*observed.Container{c}
	}
	found = slices.DeleteFunc(found, func(c *observed.Container) bool { return !c.State.Up() })
	switch {
	case len(found) > 0:
		return reach.Member{Word: word, Containers: found}, nil
	case known:
		return reach.Member{}, exit.Failure{Msg: word + " does not run", Advice: toStart(word)}
	}
	return reach.Member{}, exit.Failure{Msg: word + " does not run", Advice: []string{"to start it: docker start " + word}}
}

// noSuchMember is the error for a word that is neither a service nor a
// container.
func noSuchMember(v reach.View, word string) error {
	var services, containers []string
	if v.Loaded != nil {
		services = session.ServiceNames(v.Loaded)
	}
	for _, c := range v.Snapshot.Containers {
		if c.Project == "" || c.Project != v.Project {
			containers = append(containers, c.Name)
		}
	}
	return exit.Usage{Msg: fmt.Sprintf("no such service or container: %s", word), Advice: meantContainers(word, services, containers)}
}
