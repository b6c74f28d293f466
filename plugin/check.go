package plugin

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// checkFlags are the flags of check.
type checkFlags struct {
	format   string
	prober   string
	patience time.Duration
}

func newCheckCommand(a *app) *cobra.Command {
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
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.check(ctx, args, f)
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "matrix", "matrix, table, json or a template, with a row for every pair")
	cmd.Flags().StringVar(&f.prober, "prober", "", "the program to run beside containers, where this one can't run on the engine: a docker-stacklite for its kind of machine (default STACKLITE_PROBER, else this one)")
	cmd.Flags().DurationVar(&f.patience, "timeout", time.Second, "how long silence lasts before it counts")
	_ = cmd.MarkFlagFilename("prober")
	return cmd
}

func (a *app) check(ctx context.Context, args []string, f checkFlags) error {
	if f.patience <= 0 {
		return usageError{msg: "--timeout must be longer than nothing"}
	}
	l, err := a.look(ctx)
	if err != nil {
		return err
	}
	if err := knownNodes(l.file, args); err != nil {
		return err
	}
	c, err := newCheckup(ctx, l, args)
	if err != nil {
		return err
	}
	if len(c.pairs) == 0 {
		return failure{msg: "nothing to check: no two services of the stack run", hints: []string{"to start them: up -d"}}
	}
	program := firstOf(f.prober, a.env["STACKLITE_PROBER"])
	if program == "" {
		if program, err = os.Executable(); err != nil {
			return err
		}
	}
	prober, err := l.engine.NewProber(ctx, program)
	if err != nil {
		return err
	}
	defer prober.Close(ctx)
	if err := c.ask(ctx, prober, f.patience); err != nil {
		return err
	}
	return a.tell(c, f.format)
}

// tell shows what came out, and makes it the exit status.
func (a *app) tell(c *checkup, format string) error {
	findings := c.findings()
	bad := 0
	for _, f := range findings {
		if f.Verdict != ok {
			bad++
		}
	}
	if format != "matrix" {
		columns := []string{"From", "To", "Want", "Got", "Verdict", "Evidence"}
		if err := view.Table(a.out, format, columns, findings); err != nil {
			return err
		}
	} else if err := a.matrix(findings); err != nil {
		return err
	}
	var notes []compose.Note
	for _, n := range c.notes {
		notes = append(notes, compose.Note{Text: n})
	}
	view.PrintNotes(a.view(), notes)
	if bad > 0 {
		return status(1)
	}
	return nil
}

// matrix shows findings by service, the worst of their containers for each, and
// a line for whatever is not as it should be.
func (a *app) matrix(findings []finding) error {
	var names []string
	worst := map[[2]string]finding{}
	for _, f := range findings {
		at := [2]string{f.fromNode, f.toNode}
		if was, seen := worst[at]; !seen || f.rank() > was.rank() {
			worst[at] = f
		}
		for _, name := range at {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	err := view.Matrix(a.view(), "FROM \\ TO", names, names, func(i, j int) view.Cell {
		f, asked := worst[[2]string{names[i], names[j]}]
		if !asked {
			return view.Cell{}
		}
		return f.cell()
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "\n%s\n", strings.Join(summary(findings), "\n"))
	return err
}

// summary is a line for every finding that is not as it should be, one for
// every service with a way round to it, and the sum.
func summary(findings []finding) []string {
	var lines []string
	counts := map[verdict]int{}
	linked := 0
	for _, f := range findings {
		counts[f.Verdict]++
		if f.Want == "yes" {
			linked++
		}
		if f.Verdict != ok {
			lines = append(lines, f.String())
		}
	}
	lines = append(lines, waysRound(findings)...)
	sum := fmt.Sprintf("%d pairs of containers, %d of them linked: ", len(findings), linked)
	if len(findings) == counts[ok] {
		return append(lines, sum+"all as they should be")
	}
	var bad []string
	for _, v := range []verdict{leak, broken, unknown} {
		if counts[v] > 0 {
			bad = append(bad, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return append(lines, sum+strings.Join(bad, ", "))
}

// waysRound tells of every service who gets to it through the host.
func waysRound(findings []finding) []string {
	var targets []string
	from, ports := map[string][]string{}, map[string][]string{}
	for _, f := range findings {
		if len(f.Ports) == 0 {
			continue
		}
		if from[f.toNode] == nil {
			targets = append(targets, f.toNode)
		}
		from[f.toNode] = append(from[f.toNode], f.fromNode)
		for _, p := range f.Ports {
			_, port, _ := net.SplitHostPort(p)
			ports[f.toNode] = append(ports[f.toNode], port)
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
