package command

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// checkFlags are the flags of check.
type checkFlags struct {
	format  string
	prober  string
	timeout time.Duration
}

func newCheckCommand(c *cli) *cobra.Command {
	f := checkFlags{}
	cmd := &cobra.Command{
		Use:   "check [OPTIONS] [SERVICE...]",
		Short: "Try out who reaches whom, from inside the running containers",
		Long: `Try out who reaches whom, from inside the running containers, and compare it
with the files: everybody with a link must find the other by all its names and
get an answer, everybody else must not, by any address. The exit status is 1
where a link is broken or two reach each other that should not.

Nothing is needed in the images. For the moment of the check this program itself
runs beside every container, in its network and with its name server; nothing
of it is left afterwards. Where nobody listens a refusal tells that packets go
there and back. Containers of others on the stack's networks are checked too.

A published port is a way round through the host that no network closes: it is
told, but no failure. Publish on 127.0.0.1 what only this machine needs.`,
		Example: `  docker stacklite check
  docker stacklite check web mysql
  docker stacklite check --format json | jq 'select(.Verdict != "ok")'`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.timeout <= 0 {
				return exit.Usage{Msg: "--timeout must be longer than nothing"}
			}
			if f.prober = cmp.Or(f.prober, c.env.Vars["STACKLITE_PROBER"]); f.prober == "" {
				var err error
				if f.prober, err = os.Executable(); err != nil {
					return err
				}
			}
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runCheck(ctx, s, args, f) })
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "matrix", "matrix, table, json or a template, with a row for every pair")
	cmd.Flags().StringVar(&f.prober, "prober", "", "the program to run beside containers, where this one can't run on the engine: a docker-stacklite for its kind of machine (default STACKLITE_PROBER, else this one)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", time.Second, "how long silence lasts before it counts")
	_ = cmd.MarkFlagFilename("prober")
	return cmd
}

func runCheck(ctx context.Context, s *session.Session, nodes []string, f checkFlags) error {
	v, err := look(ctx, s)
	if err != nil {
		return err
	}
	if err := knownNodes(v.File, nodes); err != nil {
		return err
	}
	if err := s.Engine.Names(ctx, reach.Checked(v)...); err != nil {
		return err
	}
	check := reach.NewCheck(v, nodes)
	if check.Empty() {
		return exit.Failure{Msg: "nothing to check: no two services of the stack run", Advice: []string{"to start them: up -d"}}
	}
	prober, err := s.Engine.NewProber(ctx, f.prober)
	if err != nil {
		return err
	}
	defer prober.Close(ctx)
	if err := check.Ask(ctx, prober, reach.Asking{Timeout: f.timeout, Parallel: s.Options.Parallel}); err != nil {
		return err
	}
	return report(s.View, check, f.format)
}

// report shows what came out, and makes it the exit status.
func report(o view.Options, c *reach.Check, format string) error {
	findings := c.Findings()
	bad := 0
	for _, f := range findings {
		if f.Verdict != reach.OK {
			bad++
		}
	}
	if format != "matrix" {
		columns := []string{"From", "To", "Want", "Got", "Verdict", "Evidence"}
		if err := view.Table(o.Out, format, columns, findings); err != nil {
			return err
		}
	} else if err := printMatrix(o, findings); err != nil {
		return err
	}
	var notes []compose.Note
	for _, n := range c.Notes {
		notes = append(notes, compose.Note{Text: n})
	}
	view.PrintNotes(o, notes)
	if bad > 0 {
		return exit.Status(1)
	}
	return nil
}

// printMatrix shows findings by service, the worst of their containers for each,
// and a line for whatever is not as it should be.
func printMatrix(o view.Options, findings []reach.Finding) error {
	var names []string
	worst := map[[2]string]reach.Finding{}
	for _, f := range findings {
		from, to := f.Nodes()
		at := [2]string{from, to}
		if was, seen := worst[at]; !seen || f.Rank() > was.Rank() {
			worst[at] = f
		}
		for _, name := range at {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	err := view.Matrix(o, "FROM \\ TO", names, names, func(i, j int) view.Cell {
		f, asked := worst[[2]string{names[i], names[j]}]
		if !asked {
			return view.Cell{}
		}
		return cell(f)
	})
	if err != nil {
		return err
	}
	return view.Lines(o, append([]string{""}, summary(findings)...)...)
}

// cell is a finding in the matrix.
func cell(f reach.Finding) view.Cell {
	switch {
	case f.Verdict == reach.Leaking:
		return view.Cell{Text: "LEAK", Style: view.Bad}
	case f.Verdict == reach.Broken:
		return view.Cell{Text: "BROKEN", Style: view.Bad}
	case f.Verdict == reach.Unknown:
		return view.Cell{Text: "?", Style: view.Bad}
	case f.Want == "yes":
		return view.Cell{Text: "yes", Style: view.Good}
	case len(f.Ports) > 0:
		return view.Cell{Text: "port", Style: view.Plain}
	}
	return view.Cell{Text: "-", Style: view.Faint}
}

// summary is a line for every finding that is not as it should be, one for
// every service with a way round to it, and the sum.
func summary(findings []reach.Finding) []string {
	var lines []string
	counts := map[reach.Verdict]int{}
	linked := 0
	for _, f := range findings {
		counts[f.Verdict]++
		if f.Want == "yes" {
			linked++
		}
		if f.Verdict != reach.OK {
			lines = append(lines, f.String())
		}
	}
	lines = append(lines, waysRound(findings)...)
	sum := fmt.Sprintf("%d pairs of containers, %d of them linked: ", len(findings), linked)
	if len(findings) == counts[reach.OK] {
		return append(lines, sum+"all as they should be")
	}
	var bad []string
	for _, v := range []reach.Verdict{reach.Leaking, reach.Broken, reach.Unknown} {
		if counts[v] > 0 {
			bad = append(bad, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return append(lines, sum+strings.Join(bad, ", "))
}

// waysRound tells of every service who gets to it through the host.
func waysRound(findings []reach.Finding) []string {
	var targets []string
	from, ports := map[string][]string{}, map[string][]string{}
	for _, f := range findings {
		if len(f.Ports) == 0 {
			continue
		}
		source, target := f.Nodes()
		if from[target] == nil {
			targets = append(targets, target)
		}
		from[target] = append(from[target], source)
		for _, p := range f.Ports {
			_, port, _ := net.SplitHostPort(p)
			ports[target] = append(ports[target], port)
		}
	}
	var lines []string
	for _, to := range targets {
		lines = append(lines, fmt.Sprintf("port: %s: published on the host at %s, where %s can reach it: no network closes that",
			to, join(ports[to]), join(from[to])))
	}
	return lines
}

// join lists words, each once.
func join(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}
