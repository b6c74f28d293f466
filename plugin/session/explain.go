package session

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
	"github.com/stack-lite/stack-lite/plugin/swarm"
)

// Explain puts what an engine refused into words that a user can act on, with the
// place in the file that it is about. One refusal that several steps met is told
// once. service is what the error is about where no step tells; empty: not known.
// What is not the engine's stays as it is, and all does where the words of engines
// are wanted.
func Explain(ctx context.Context, s *Session, err error, service, container string) error {
	if err == nil || s.Options.EngineWords {
		return err
	}
	x := explaining{s: s, ctx: context.WithoutCancel(ctx)}
	var list []error
	for _, one := range exit.Parts(err) {
		list = x.add(list, one, target{service: service, container: container})
	}
	slices.SortStableFunc(list, byPlace)
	return errors.Join(list...)
}

// byPlace orders errors by the place in the files that they are about; those that
// are about none come last.
func byPlace(a, b error) int {
	var at [2]compose.Pos
	for i, err := range []error{a, b} {
		if r, is := err.(*refusal.Refusal); is {
			at[i] = r.Pos
		}
	}
	switch {
	case at[0].IsZero() != at[1].IsZero() && at[0].IsZero():
		return 1
	case at[0].IsZero() != at[1].IsZero():
		return -1
	}
	return cmp.Or(cmp.Compare(at[0].File, at[1].File), at[0].Line-at[1].Line, at[0].Column-at[1].Column)
}

// explaining looks at the engine at most once, and only if that helps.
type explaining struct {
	s      *Session
	ctx    context.Context
	looked bool
	seen   []observed.Container
	ports  *hostPorts // nil: not needed yet
}

// target is what an error is about, as far as that is known.
type target struct{ service, container string }

// add explains an error and adds it to those that are explained, to the one that
// says the same where there is one.
func (x *explaining) add(list []error, err error, of target) []error {
	r := x.explain(err, of)
	if r == nil {
		return append(list, err)
	}
	for i, one := range list {
		if earlier, ok := one.(*refusal.Refusal); ok && sameRefusal(earlier, r) {
			list[i] = merge(x.s.Project, earlier, r)
			return list
		}
	}
	return append(list, r)
}

// explain explains one error; nil where there is nothing to explain.
func (x *explaining) explain(err error, of target) *refusal.Refusal {
	var (
		known    *refusal.Refusal
		step     *plan.StepError
		registry *image.RegistryError
		gone     engine.Unreachable
		failed   *swarm.Failed
	)
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return nil
	}
	if errors.As(err, &gone) { // for each step alike
		return &refusal.Refusal{Msg: gone.Error(), Advice: gone.Hints(), Errs: []error{err}}
	}
	if errors.As(err, &failed) {
		return x.failed(err, failed)
	}
	if errors.As(err, &step) {
		of = targetOf(step.Step)
		if pull, is := step.Step.Action.(plan.PullImage); is && errors.As(err, &registry) {
			return x.pull(err, registry, pull.Image.Ref)
		}
		if a, is := step.Step.Action.(plan.RunHook); is {
			return x.hook(err, step.Err, a)
		}
	}
	if !refusal.Said(err) {
		return nil
	}
	said := err
	if step != nil {
		said = step.Err
	}
	if of.container == "" {
		of.container = refusal.Read(said, nil).Facts["id"]
	}
	if of.service == "" && of.container != "" {
		of = x.find(of)
	}
	service := x.service(of.service)
	facts := refusal.Facts{"service": of.service, "container": of.container}
	shared := x.otherThan(of, refusal.Read(said, nil).Facts["id"])
	if shared != (target{}) {
		facts["service"], facts["container"] = shared.service, shared.container
		if shared.service == "" {
			facts["stranger"] = shared.container
		}
	}
	if service != nil {
		facts["image"] = desired.ImageOf(x.s.Project, service)
	}
	r := refusal.Read(said, facts)
	if r.Kind == refusal.PortInUse {
		x.findHolder(facts, r.Facts, service)
		r = refusal.Read(said, facts)
	}
	if r.Kind == refusal.NotRunning && shared != (target{}) {
		r.Kind = refusal.NetworkOfDead
	}
	r.Errs = []error{err}
	place(r, of, service, step)
	return r
}

// place says where in the file a refusal is about, or of which step.
func place(r *refusal.Refusal, of target, service *compose.Service, step *plan.StepError) {
	switch {
	case r.Kind == "" && step == nil:
		r.Msg = refusal.Without(r.Errs[0])
	case r.Kind == "":
		r.Msg = step.Step.Action.Words() + ": " + r.Msg
	case service != nil:
		if r.Pos = service.Pos; !strings.Contains(r.Msg, of.container) {
			r.Path = service.Name
		}
		if key, pos := r.PlaceIn(service, step != nil); key != "" {
			r.Path, r.Pos = service.Name+"."+key, pos
		} else if step == nil {
			r.Pos = compose.Pos{} // of what was typed
		}
	case step != nil && of.container == "":
		r.Msg = step.Step.Action.Words() + ": " + r.Msg
	case of.container != "" && r.Facts["who"] != "" && !strings.Contains(r.Msg, of.container):
		r.Path = of.container
	}
}

// failed says at its place in the file why a service of a swarm will not run.
func (x *explaining) failed(err error, f *swarm.Failed) *refusal.Refusal {
	r := &refusal.Refusal{Msg: f.Error(), Advice: f.Hints(), Errs: []error{err}}
	service := x.service(f.Service)
	if service == nil {
		return r
	}
	r.Pos = service.Pos
	if of := f.Refused(); of != nil {
		if _, pos := of.PlaceIn(service, true); !pos.IsZero() {
			r.Pos = pos
		}
	}
	return r
}

// targetOf is the container, or the service of a swarm, that a step is about.
func targetOf(s plan.Step) target {
	switch a := s.Action.(type) {
	case plan.CreateContainer:
		return target{a.Container.Service, a.Container.Name}
	case plan.StartContainer:
		return target{a.Service, a.Name}
	case plan.RestartContainer:
		return target{"", a.Name}
	case plan.RunHook:
		return target{a.Service, a.Name}
	case plan.StopContainer:
		return target{"", a.Name}
	case plan.KillContainer:
		return target{"", a.Name}
	case plan.PauseContainer:
		return target{"", a.Name}
	case plan.UnpauseContainer:
		return target{"", a.Name}
	case plan.Connect:
		return target{a.Service, a.Name}
	case plan.CreateManaged:
		return target{a.Managed.Service, a.Managed.Name}
	case plan.UpdateManaged:
		return target{a.Managed.Service, a.Managed.Name}
	}
	return target{}
}

func (x *explaining) service(name string) *compose.Service {
	if x.s.Project == nil || name == "" {
		return nil
	}
	return x.s.Project.Service(name)
}

// look gives the containers that there are on the engine, none where it does not
// say.
func (x *explaining) look() []observed.Container {
	if !x.looked {
		x.looked = true
		if seen, err := x.s.Engine.Observe(x.ctx, x.s.Claim, nil); err == nil {
			x.seen = seen.Containers
		}
	}
	return x.seen
}

// find looks a container of the project up by its name or id.
func (x *explaining) find(of target) target {
	for _, c := range x.look() {
		if c.Project == x.s.Name && (c.Name == of.container || strings.HasPrefix(c.ID, of.container)) {
			return target{service: c.Service, container: c.Name}
		}
	}
	return of
}

// otherThan is the container of an id where it is another than the one that an error
// is about, such as that whose processes this one shares.
func (x *explaining) otherThan(of target, id string) target {
	if id == "" || of.container == "" || id == of.container {
		return target{}
	}
	for _, c := range x.look() {
		if (c.ID == id || c.Name == id) && c.Name != of.container {
			other := target{container: c.Name}
			if c.Project == x.s.Name {
				other.service = c.Service
			}
			return other
		}
	}
	return target{}
}

// hostPorts knows who has the ports of the host.
func (x *explaining) hostPorts() *hostPorts {
	if x.ports == nil {
		x.ports = &hostPorts{s: x.s, containers: x.look()}
	}
	return x.ports
}

// findHolder says who has a port of the host that was refused, and what to publish
// instead.
func (x *explaining) findHolder(facts, said refusal.Facts, service *compose.Service) {
	n, _ := strconv.Atoi(said["port"])
	var published []desired.Publishing
	if service != nil {
		published = slices.DeleteFunc(desired.PublishedBy(service, ""), func(p desired.Publishing) bool { return n < p.First || n > p.Last })
	}
	protocols := []string{"tcp", "udp", "sctp"}
	if len(published) > 0 {
		protocols = []string{published[0].Proto}
	}
	itself := func(c *observed.Container) bool { return c.Name == facts["container"] }
	var by *portHolder
	for _, proto := range protocols {
		if by == nil {
			by = x.hostPorts().holder(desired.HostPorts{First: n, Last: n, Proto: proto}, itself)
		}
	}
	facts["port"] = said["port"]
	by.facts(facts, x.s.Name)
	if len(published) > 0 {
		x.another(facts, n, published[0].Port)
	}
}
