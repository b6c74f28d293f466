package command

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
)

// checkFlags are the flags of check.
type checkFlags struct {
	format  string
	prober  string
	timeout time.Duration
	running bool
}

func newCheckCommand(c *cli) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [OPTIONS] [SERVICE...]",
		Short: "Test who can reach whom, from inside the running containers",
		Long: `Test who can reach whom, from inside the running containers, and compare the
result with the files: linked services must find each other's names and get an
answer; all others must not be reachable, by any address. A name must not lead
to anybody else. The exit code is 1 if a link is broken, if services reach each
other that are not linked, or if something could not be tested.

What does not run can't be tested: a service that has no container (also one
that was scaled to 0) or whose container has exited, is paused, or was never
started. It is listed, with the reason. --running checks only what runs, and
mentions the rest. Services with net: host or net: none in the file need no
test.

Images need no extra programs for this. During the check this program itself
runs next to every container, in its network and with its name server, and
leaves nothing behind. A port need not be open: a refused connection shows that
packets pass. Other containers on the stack's networks are checked too, and
those that use the network of one of its containers. Where a network has IPv6,
both addresses are tried.

A published port can be reached through the host, whatever the networks. Such
ports are listed and do not count as failures. To publish a port for this
machine only, publish it on 127.0.0.1.`,
		Example: `  docker stacklite check
  docker stacklite check web mysql
  docker stacklite check --running
  docker stacklite check --format json | jq 'select(.Verdict != "ok")'`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.timeout <= 0 {
				return exit.Usage{Msg: "--timeout must be longer than nothing"}
			}
			prober, err := proberProgram(f.prober, c.env.Vars)
			if err != nil {
				return err
			}
			return found(c, cmd, session.Find, func(ctx context.Context, s *session.Session) error { return runCheck(ctx, s, f, prober, args) })
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "matrix", "output format: matrix, or table, json or a Go template with a row for each pair")
	cmd.Flags().StringVar(&f.prober, "prober", "", "docker-stacklite program to run next to containers, if this one cannot run on the engine's machine (default STACKLITE_PROBER, else this one)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", time.Second, "how long to wait for an answer")
	cmd.Flags().BoolVar(&f.running, "running", false, "check only the services that run")
	_ = cmd.MarkFlagFilename("prober")
	return cmd
}

// proberProgram is the program that runs beside containers: this one, unless a flag
// or a variable names another.
func proberProgram(flag string, vars map[string]string) (string, error) {
	if named := cmp.Or(flag, vars["STACKLITE_PROBER"]); named != "" {
		return named, nil
	}
	return os.Executable()
}

func runCheck(ctx context.Context, s *session.Session, f checkFlags, program string, nodes []string) error {
	if done, err := inSwarm(ctx, s, tasks.Unchecked); done {
		return err
	}
	v, refused, err := look(ctx, s)
	if err != nil {
		return err
	}
	if err := knownNodes(v.File, nodes); err != nil {
		return err
	}
	if err := s.Engine.Names(ctx, reach.Checked(v)...); err != nil {
		return err
	}
	check := reach.NewCheck(v, reach.Scope{Nodes: nodes, Running: f.running})
	if check.Empty() && len(v.File.Nodes) == 1 {
		return exit.Failure{Msg: "nothing to check: the stack has one service, " + v.File.Nodes[0].Name + ", which has nobody to reach or to be kept from"}
	}
	if check.Empty() {
		for _, u := range check.Untested {
			check.Notes = append(check.Notes, "not tested: "+u.String())
		}
		printNotes(s.View, check)
		return exit.Failure{Msg: "nothing to check: no two services of the stack run", Advice: session.ToStart(s, refused, "to start them: docker stacklite up -d")}
	}
	prober, err := s.Engine.NewProber(ctx, program)
	if err != nil {
		return err
	}
	defer prober.Close(ctx)
	if err := check.Ask(ctx, prober, reach.Asking{Timeout: f.timeout, Parallel: s.Options.Parallel, Limit: context.WithTimeout, Pause: session.Pause(s)}); err != nil {
		return err
	}
	if note := takeOver(v); note != "" {
		check.Notes = append(check.Notes, note)
	}
	if s.Project != nil {
		unreached, err := session.Unreached(ctx, s)
		if err != nil {
			return err
		}
		if note := unreachedNote(unreached, "; "); note != "" {
			check.Notes = append(check.Notes, note)
		}
	}
	return report(s.View, check, f.format)
}

// takeOver says why a stack that another tool made is not as the files want it:
// its links were no boundary there.
func takeOver(v reach.View) string {
	var names []string
	by := ""
	for _, c := range v.Snapshot.Containers {
		if c.Project == v.Project && c.MadeBy != "" && !c.OneOff && c.State.Up() {
			names, by = append(names, c.Name), c.MadeBy
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("made by %s, where links were no boundary: %s; to take them over: docker stacklite up -d", by, strings.Join(names, ", "))
}
