package command

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/suggest"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
	"github.com/stack-lite/stack-lite/plugin/watch"
)

// suggestFlags are the flags of suggest.
type suggestFlags struct {
	format string
	live   bool
	period time.Duration
	write  string
	tight  bool
	level  string
	prober string
}

func newSuggestCommand(c *cli) *cobra.Command {
	var f suggestFlags
	cmd := &cobra.Command{
		Use:   "suggest [OPTIONS]",
		Short: "Find out who talks to whom, and which links are missing",
		Long: `Find out which services talk to each other, and the links that are missing.

By the files: values of environment, command, entrypoint, health check and
labels, and small files that services mount, which name another service. That
is a hint, not a list: a name can be built into an image, and what is named
need not be used.

  sure    in a URL or with a port (db:5432; DB_HOST beside DB_PORT), one that
          the service exposes, publishes, or that its image is known for; with
          --live, seen
  likely  the same with another port or none; alone in a variable, flag or
          setting with the name of a host (DB_HOST=db, --host=db); in
          depends_on, unless it has to have ended by then or no network is of
          both; as the host that an image asks for by itself (wordpress: mysql);
          with --live, its name was asked for, and it was not reached
  maybe   alone in another variable, or as a word of a command; with --live,
          tried and never answered

With --live the running containers are watched: who begins connections with
whom, however short. Ctrl-C ends that early and shows what was seen. The
containers may be those of docker-compose 1.x and docker compose, too; they are
not touched. Images need no extra programs: this program itself runs next to
each container, in its network, and leaves nothing behind. Of packets it looks
at addresses and ports alone, and counts who asks for the names of services.
Links that are not used meanwhile are listed too.

What happens once a month is not seen in a minute. Services that links keep
apart do not talk: of them it only shows that a name is asked for. To see more,
watch the stack while it runs with docker compose, or with --isolation project.

--write has links. With --tighten it has networks, for files of today: it takes
services off the networks that they share with others than those they talk to,
also those that the files declare, and puts them on new ones. It says how many
pairs of services could talk before, and can then. External networks and those
with addresses, drivers or options stay. docker compose keeps to that file, too.
Whoever talks and was not found can't any more: watch it with --live before.
Name the profiles that are in use: services of others stay where they are.

The files can declare a link (declared) or not (missing), or a network of both
(network). Links that they declare may not be seen (unseen), or no value may
name the service (silent).`,
		Example: `  docker stacklite suggest
  docker stacklite suggest --live --for 10m
  docker stacklite suggest --live -p blog
  docker stacklite suggest --live --write links.yml
  docker stacklite suggest --live --for 10m --tighten --write tight.yml
  docker stacklite suggest --format json | jq 'select(.state == "missing")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("for") {
				_ = cmd.Flags().Set("live", "true")
			}
			f := f // what is parsed into stays as it is
			if f.period <= 0 {
				return exit.Usage{Msg: "--for must be longer than nothing"}
			}
			if err := oneOf("--level", f.level, suggest.Levels()); err != nil {
				return err
			}
			if err := f.check(); err != nil {
				return err
			}
			if !f.live {
				return suggestByFiles(c, f)
			}
			program, err := proberProgram(f.prober, c.env.Vars)
			if err != nil {
				return err
			}
			return found(c, cmd, session.Find, func(ctx context.Context, s *session.Session) error {
				if done, err := inSwarm(ctx, s, tasks.Unwatched); done {
					return err
				}
				return suggestLive(ctx, c, s, f, program)
			})
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "table", "output format: table, json or a Go template")
	cmd.Flags().BoolVar(&f.live, "live", false, "watch the running containers, too")
	cmd.Flags().DurationVar(&f.period, "for", defaultPeriod, "how long to watch; implies --live")
	cmd.Flags().StringVar(&f.write, "write", "", "file to write the missing links into, to be read beside the project's files")
	cmd.Flags().BoolVar(&f.tight, "tighten", false, "write networks in place of links: only services that talk share one")
	cmd.Flags().StringVar(&f.level, "level", string(suggest.Likely), "how sure a link must be that --write writes: sure, likely or maybe")
	cmd.Flags().StringVar(&f.prober, "prober", "", "docker-stacklite program to run next to containers, if this one cannot run on the engine's machine (default STACKLITE_PROBER, else this one)")
	_ = cmd.MarkFlagFilename("write", "yml", "yaml")
	_ = cmd.MarkFlagFilename("prober")
	return cmd
}

// defaultPeriod is how long is watched where nobody says how long.
const defaultPeriod = time.Minute

// linkColumns are those of the table.
func linkColumns() []string { return []string{"From", "To", "State", "Level", "Why"} }

// check finds out, before anything is watched, whether what comes out can be shown and
// written.
func (f suggestFlags) check() error {
	if err := view.Table(view.Options{Out: io.Discard}, f.format, linkColumns(), make([]suggest.Link, 1)); err != nil {
		return err
	}
	if f.write == "" {
		return nil
	}
	if dir := filepath.Dir(f.write); !isFolder(dir) {
		return exit.Failure{Msg: f.write + " can't be written: there is no directory " + dir}
	}
	return ownFile(f.write, f.header())
}

// suggestByFiles goes by the files alone.
func suggestByFiles(c *cli, f suggestFlags) error {
	s, err := session.OpenFiles(c.env, c.options(), false)
	if err != nil {
		return err
	}
	if err := f.checkTight(s); err != nil {
		return err
	}
	return reportLinks(s, f, byFiles(s), nil)
}

// byFiles is what the files tell.
func byFiles(s *session.Session) suggest.Known {
	return suggest.Known{
		Project: s.Project, Declared: suggest.Linked(s.Project, s.Topology),
		Mentions: suggest.FromProject(s.Project, session.MountedFiles(s.Project)),
	}
}

// suggestLive goes by what is seen, and by the files where they can be read.
func suggestLive(ctx context.Context, c *cli, s *session.Session, f suggestFlags, program string) error {
	snapshot, members, err := session.Watched(ctx, s)
	if err != nil {
		return err
	}
	hasFiles := s.Project != nil
	if len(members) == 0 && s.Project != nil && s.Options.Project != "" { // it may be named from anywhere
		s.Project, s.Topology = nil, nil
		if snapshot, members, err = session.Watched(ctx, s); err != nil {
			return err
		}
		if len(members) > 0 {
			printTexts(s.View, []string{"the files here are not those that project " + s.Name + " was made from, and do not count"})
		}
	}
	if len(members) == 0 {
		advice := []string{"to see which projects there are: docker stacklite ls"}
		if hasFiles {
			advice = session.ToStart(s, s.Claim.Refused(snapshot.Containers), "to start them: docker stacklite up -d")
		}
		return exit.Failure{Msg: "nothing to watch: no container of project " + s.Name + " runs", Advice: advice}
	}
	if err := f.checkTight(s); err != nil {
		return err
	}
	prober, err := s.Engine.NewProber(ctx, program)
	if err != nil {
		return err
	}
	result, err := watched(ctx, c, s, f, prober, suggest.Names(s.Project, members))
	if err != nil {
		return err
	}
	known := suggest.Known{}
	if s.Project != nil {
		known = byFiles(s)
	} else {
		for _, e := range reach.Recorded(snapshot, s.Name).Edges {
			known.Declared = append(known.Declared, [2]string{e.From, e.To})
		}
	}
	known.Traffic = result.Traffic
	return reportLinks(s, f, known, result.Notes)
}

// watched watches, until the time is over or the first Ctrl-C; the second one gives it
// up. Nothing of it is left then.
func watched(ctx context.Context, c *cli, s *session.Session, f suggestFlags, prober *engine.Prober, names []string) (watch.Result, error) {
	defer prober.Close(ctx)
	times, give := interrupt.Take(ctx)
	defer give()
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	enough, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for n := range times {
			if stop(); n > 1 {
				giveUp()
			}
		}
	}()
	return watch.Run(ctx, enough, watch.Options{
		Watchers: prober, For: f.period, Names: names, Parallel: s.Options.Parallel,
		Observe: func(ctx context.Context) (*observed.Snapshot, []suggest.Member, error) {
			return session.Watched(ctx, s)
		},
		Changes: func(ctx context.Context, begun func(), each func(engine.Happened)) error {
			return engine.Changes(ctx, s.Engine, begun, each)
		},
		Begun: func(containers []string) {
			what := "1 container"
			if len(containers) > 1 {
				what = fmt.Sprintf("%d containers", len(containers))
			}
			view.PrintAmid(c.view(), fmt.Sprintf("watching %s for %s; Ctrl-C ends that early", what, shortTime(f.period)))
		},
	})
}

// shortTime is a time without the parts of it that are zero: 10m.
func shortTime(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// reportLinks shows what came out, and writes what is missing where that is asked for.
func reportLinks(s *session.Session, f suggestFlags, known suggest.Known, notes []string) error {
	links := suggest.Links(known)
	if err := view.Table(s.View, f.format, linkColumns(), links); err != nil {
		return err
	}
	if known.Traffic != nil {
		notes = append(notes, outside(known.Traffic)...)
	}
	missing, not := suggest.Writable(s.Project, links, suggest.Level(f.level))
	notes = append(notes, not...)
	if len(links) == 0 {
		notes = append(notes, nothingFound(known))
	}
	printTexts(s.View, notes)
	if f.tight {
		return reportTight(s, f, links)
	}
	if f.write != "" {
		return writeLinks(s, f, missing)
	}
	if len(missing) > 0 && f.format == "table" {
		view.PrintHints(s.View, []string{fmt.Sprintf("to write the missing links into a file, %d of them: %s", len(missing), f.again(s, "--write", "links.yml"))})
	}
	return nil
}

// nothingFound says that there is neither a link nor evidence of one.
func nothingFound(known suggest.Known) string {
	if known.Traffic != nil {
		return "no service was seen to talk to another, and there are no links"
	}
	return "no service names another one, and there are no links; to see which talk to each other when they run: docker stacklite suggest --live"
}

// outside says which services talk with containers that are not the project's.
func outside(t *suggest.Traffic) []string {
	var notes []string
	_, pairs := t.Pairs()
	for _, p := range pairs {
		from, to := linking.ExternalText(p.From), linking.ExternalText(p.To)
		if from != p.From {
			notes = append(notes, fmt.Sprintf("%s, a container outside of the project, asks %s: %s", from, to, joined(p.Asked)))
			continue
		}
		notes = append(notes, fmt.Sprintf("%s asks %s, a container outside of the project, for which there is external_links: %s", from, to, joined(p.Asked)))
	}
	return notes
}

// joined is what was seen of a pair, in few words.
func joined(asked []suggest.Asked) string {
	var words []string
	for _, a := range asked[:min(len(asked), mostNamed)] {
		words = append(words, a.String())
	}
	if more := len(asked) - mostNamed; more > 0 {
		words = append(words, fmt.Sprintf("and %d more ports", more))
	}
	return strings.Join(words, ", ")
}

func printTexts(o view.Options, texts []string) {
	var notes []compose.Note
	for _, text := range texts {
		notes = append(notes, compose.Note{Text: text})
	}
	view.PrintNotes(o, notes)
}
