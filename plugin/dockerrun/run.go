package dockerrun

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Run carries out docker run with its arguments, and turns every --link into a
// network of two. The streams are those of the user. The error is an exit.Status
// for an exit code of docker's, ErrHelp where help is asked for.
func Run(ctx context.Context, s *session.Session, docker Docker, streams follow.Terminal, args []string) error {
	flags, err := askFlags(ctx, docker)
	if err != nil {
		return err
	}
	line, err := parseLine(flags, args)
	if err != nil {
		return err
	}
	if err := line.checkLinks(); err != nil {
		return err
	}
	for _, name := range line.leftOut {
		s.Note(labels.LeftOut(name))
	}
	r := &linkedRun{session: s, docker: docker, terminal: streams, line: line, networks: map[string]plan.Network{}}
	if err := r.find(ctx); err != nil {
		return err
	}
	p, err := r.planner.Run(r.networks, r.targets, nil)
	if err != nil {
		return err
	}
	code := 0
	if err = s.RunSilently(ctx, p); err == nil {
		code, err = r.run(ctx)
	}
	switch swept := r.sweep(ctx); {
	case err != nil:
		return errors.Join(err, swept)
	case code == 0:
		return swept
	case swept != nil:
		view.PrintError(s.View, swept)
	}
	return exit.Status(code)
}

// linkedRun is one docker run with links.
type linkedRun struct {
	session  *session.Session
	docker   Docker
	terminal follow.Terminal
	line     line
	planner  adhoc.Planner
	targets  []adhoc.Target
	networks map[string]plan.Network // by the target's name
	cidfile  string
}

// find looks for the targets, and chooses the networks.
func (r *linkedRun) find(ctx context.Context) (err error) {
	image := r.line.rest[0]
	if r.planner, err = session.LinkPlanner(ctx, r.session.Engine, r.session.Version(), image); err != nil {
		return err
	}
	coming := adhoc.Made
	if r.planner.Snapshot.Images[image] == "" || r.line.pulls {
		coming = adhoc.Pulled
	}
	if err := r.line.checkNetworks(r.planner.Snapshot); err != nil {
		return err
	}
	consumer := r.line.name
	if consumer == "" { // docker chooses one, later
		var b [4]byte
		rand.Read(b[:])
		consumer = "run-" + hex.EncodeToString(b[:])
	}
	for _, link := range r.line.links {
		t, err := r.planner.FindTarget(link)
		if err != nil {
			return err
		}
		if err := adhoc.Linkable(t.Container); err != nil {
			return err
		}
		r.targets = append(r.targets, t)
		if _, known := r.networks[t.Container.Name]; !known {
			r.networks[t.Container.Name] = r.planner.RunNetwork(consumer, t.Container, coming)
		}
	}
	var same *adhoc.Unlinkable
	if errors.As(adhoc.CheckAliases(r.targets), &same) {
		return exit.Usage{Msg: "--link: " + same.Error(), Advice: same.Hints()}
	}
	return nil
}

// run leaves the container to docker. On one network docker run does all of it;
// several can be attached only between creating it and starting it.
func (r *linkedRun) run(ctx context.Context) (code int, err error) {
	dir, err := os.MkdirTemp("", "stacklite")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	ctx, give := interrupt.Pass(ctx)
	defer give()
	if r.cidfile = r.line.cidfile; r.cidfile == "" {
		r.cidfile = filepath.Join(dir, "cid")
	}
	if len(r.networks) == 1 && len(r.line.networks) == 0 {
		args := append([]string{"run"}, r.line.runWords()...)
		return runChild(ctx, r.docker(r.complete(args)...), nil, r.session.View)
	}
	create := append([]string{"create"}, r.line.createWords()...)
	if code, err := runChild(ctx, r.docker(r.complete(create)...), io.Discard, r.session.View); err != nil || code != 0 {
		return asRun(code), err
	}
	id := r.id()
	if err := r.join(ctx, id); err != nil {
		_ = r.session.Engine.Apply(context.WithoutCancel(ctx), plan.RemoveContainer{Container: id, Name: id, Volumes: true}, nil)
		return 0, err
	}
	return r.attached(ctx, id)
}

// complete adds what makes the link, and the image with its command. On a
// user-defined network docker turns --link into names that the consumer alone
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
				for _, n := range t.Names() {
					args = append(args, "--link="+n.Target+":"+n.Alias)
				}
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
	snapshot, err := r.session.Engine.Observe(ctx, observed.Claim{}, nil)
	if err != nil {
		return err
	}
	made := snapshot.Container("", id)
	if made == nil {
		return exit.Failure{Msg: "the container that docker made is gone"}
	}
	r.planner.Snapshot = snapshot
	p, err := r.planner.Run(r.networks, r.targets, made)
	if err != nil {
		return err
	}
	return r.session.RunSilently(ctx, p)
}

// sweep removes what is left of a run that has ended or never began.
func (r *linkedRun) sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(interrupt.After(ctx), 30*time.Second)
	defer cancel()
	planner, err := session.LinkPlanner(ctx, r.session.Engine, r.session.Version())
	if err != nil {
		return err
	}
	var names []string
	for _, n := range r.networks {
		names = append(names, n.Name)
	}
	return r.session.RunSilently(ctx, planner.SweepNetworks(names))
}
