package plugin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newLinkRunCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "run --link TARGET[:ALIAS]... [OPTIONS] IMAGE [COMMAND] [ARG...]",
		Short: "Run docker run, and make of every --link a network of two",
		Long: `Run docker run, and make of every --link a network of two. All arguments are
those of docker run, and docker itself does the rest.

The container is not on the default bridge: it reaches those that it is linked
to and the internet, and publishes ports, and nobody else reaches it. Two that it
links to do not reach each other by that.`,
		Example: `  docker stacklite link run -it --name web --link mysql:mysql IMAGE /run.sh
  docker stacklite link run -d --rm -p 80:80 --link mysql --link redis:cache IMAGE`,
		DisableFlagParsing: true,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 && args[len(args)-1] == "--link" {
				return a.completeContainers(cmd, nil, word)
			}
			return []string{"--link"}, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "--help" {
				return cmd.Help()
			}
			return a.linkRun(cmd.Context(), args)
		},
	}
}

func (a *app) linkRun(ctx context.Context, args []string) error {
	flags, err := a.dockerRunFlags(ctx)
	if err != nil {
		return err
	}
	line, err := flags.parse(args)
	if err != nil {
		return err
	}
	if err := line.check(); err != nil {
		return err
	}
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	r := &linkedRun{app: a, line: line, engine: e, networks: map[string]plan.Network{}}
	if err := r.find(ctx); err != nil {
		return err
	}
	defer r.sweep(ctx)
	if err := r.apply(ctx, e.PlanRun(r.scene, r.networks, r.targets, nil)); err != nil {
		return err
	}
	code, err := r.run(ctx)
	if err == nil && code != 0 {
		return status(code)
	}
	return err
}

// dockerRunFlags asks docker which flags its run has.
func (a *app) dockerRunFlags(ctx context.Context) (dockerFlags, error) {
	cmd := a.dockerChild(os.Args, "run", "--help")
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := cmd.Run(); err != nil {
		return nil, noDocker(err)
	}
	flags := parseRunHelp(out.String())
	if !flags["--link"] {
		return nil, failure{msg: "docker run --help of this docker can't be read"}
	}
	return flags, nil
}

// linkedRun is one docker run with links.
type linkedRun struct {
	*app
	line     runLine
	engine   *engine.Engine
	scene    *engine.Snapshot
	targets  []engine.HandTarget
	networks map[string]plan.Network // by the target's name
	cidfile  string
}

// find looks for the targets, and chooses the networks.
func (r *linkedRun) find(ctx context.Context) (err error) {
	if r.scene, err = r.engine.HandScene(ctx); err != nil {
		return err
	}
	consumer := r.line.name
	if consumer == "" { // docker chooses one, later
		var b [4]byte
		rand.Read(b[:])
		consumer = "run-" + hex.EncodeToString(b[:])
	}
	names := map[string]*engine.Container{} // by alias
	for _, link := range r.line.links {
		t, err := handTarget(r.scene, link)
		if err != nil {
			return err
		}
		if err := engine.Linkable(t.Container); err != nil {
			return err
		}
		if other := names[t.Alias]; other != nil && other != t.Container {
			return usageError{msg: fmt.Sprintf("--link: %s and %s are both to be called %q", other.Name, t.Container.Name, t.Alias),
				hints: []string{"choose another name: --link " + t.Container.Name + ":NAME"}}
		}
		names[t.Alias] = t.Container
		r.targets = append(r.targets, t)
		if _, known := r.networks[t.Container.Name]; !known {
			r.networks[t.Container.Name] = r.engine.HandNetwork(r.scene, consumer, t.Container.Name, true)
		}
	}
	return nil
}

// apply carries out a plan without a word: docker run says none of it either.
func (r *linkedRun) apply(ctx context.Context, p *plan.Plan) error {
	return p.Run(ctx, max(1, r.flags.parallel), r.engine.Apply, func(plan.Event) {})
}

// run leaves the container to docker. On one network docker run does all of it;
// several can be attached only between creating it and starting it.
func (r *linkedRun) run(ctx context.Context) (code int, err error) {
	dir, err := os.MkdirTemp("", "stacklite")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if r.cidfile = r.line.cidfile; r.cidfile == "" {
		r.cidfile = filepath.Join(dir, "cid")
	}
	if len(r.networks) == 1 && len(r.line.networks) == 0 {
		args := append([]string{"run"}, r.line.words()...)
		return r.hand(ctx, r.dockerChild(os.Args, r.complete(args)...), os.Stdout)
	}
	create := append([]string{"create"}, r.line.words(startOnly()...)...)
	if code, err := r.hand(ctx, r.dockerChild(os.Args, r.complete(create)...), io.Discard); err != nil || code != 0 {
		return asRun(code), err
	}
	id := r.id()
	if err := r.join(ctx, id); err != nil {
		_ = r.engine.Apply(context.WithoutCancel(ctx), plan.RemoveContainer{Container: id, Name: id, Volumes: true}, nil)
		return 0, err
	}
	return r.attend(ctx, id)
}

// complete adds what makes the link, and the image with its command. docker
// makes of --link on a network of one's own the names that the consumer alone
// sees.
func (r *linkedRun) complete(args []string) []string {
	args = append(args, "--cidfile="+r.cidfile)
	for _, n := range r.line.networks {
		args = append(args, "--network="+n)
	}
	if len(r.line.networks) == 0 {
		first := r.targets[0].Container
		args = append(args, "--network="+r.networks[first.Name].Name)
		if r.line.name != "" { // what it answers to, also when it is called something else later
			args = append(args, "--network-alias="+r.line.name)
		}
		for _, t := range r.targets {
			if t.Container == first {
				args = append(args, "--link="+t.Container.Name+":"+t.Alias)
			}
		}
	}
	return append(append(args, "--"), r.line.rest...)
}

// asRun is the exit code of docker run for one of docker create.
func asRun(code int) int {
	if code == 0 {
		return 0
	}
	return 125
}

func (r *linkedRun) id() string {
	b, err := os.ReadFile(r.cidfile)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// join attaches the created container to the networks that it is not on yet.
func (r *linkedRun) join(ctx context.Context, id string) error {
	s, err := r.engine.Snapshot(ctx)
	if err != nil {
		return err
	}
	made := s.Container("", id)
	if made == nil {
		return failure{msg: "the container that docker made is gone"}
	}
	return r.apply(ctx, r.engine.PlanRun(s, r.networks, r.targets, made))
}

// sweep takes away what a run that has ended, or never came about, has left.
func (r *linkedRun) sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	s, err := r.engine.HandScene(ctx)
	if err != nil {
		return
	}
	var names []string
	for _, n := range r.networks {
		names = append(names, n.Name)
	}
	_ = r.apply(ctx, r.engine.PlanSweepNetworks(s, names))
}
