package classic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Images says how plans that pull and build are shown: which service an image
// is for on standard error, and what the engine says on standard output.
type Images struct {
	Project    *compose.Project
	QuietPulls bool
	Ignored    bool     // images that can't be pulled are no error: what the engine says of them is shown
	Lines      []string // services of which a line says that they are being built, and one that they are: those of build --parallel
}

// Progress makes what shows a plan; kind is one of view.NewProgress.
func (i Images) Progress(kind string, o view.Options) (view.Progress, error) {
	switch kind {
	case "quiet":
		return silence{}, nil
	case "", "auto":
		if o.Color == "never" { // which was to leave alone what there is on a terminal
			kind = "plain"
		}
	case "json":
		return view.NewProgress(kind, o)
	}
	inner, err := view.NewProgress(kind, o)
	shown := &progress{Images: i, o: o, inner: inner}
	if len(i.Lines) > 0 {
		return &failures{Progress: shown, o: o}, err
	}
	return shown, err
}

// silence shows nothing.
type silence struct{}

func (silence) Start(*plan.Plan) {}
func (silence) Event(plan.Event) {}
func (silence) End()             {}

// progress shows steps about images, and leaves all others to another.
type progress struct {
	Images
	o     view.Options
	inner view.Progress
	plan  *plan.Plan
	turns []*turn // in the order in which they began
	width int     // of the longest of Lines
}

// turn is what is to be said of a step. The lines of two builds would be of no
// use mixed, so the first that has begun is shown as it goes, and then the next.
type turn struct {
	index int    // of the step
	held  []line // until it is this one's turn
	ended bool
}

// line is one of a turn, for standard output or, with a level, standard error.
type line struct {
	text    string
	toErr   bool
	level   view.Level
	anyhow  bool // whatever level is wanted
	warning bool
}

func (p *progress) Start(of *plan.Plan) {
	p.plan, p.turns = of, nil
	if of != nil && slices.ContainsFunc(of.Steps, aboutImage) {
		// Lines of the engine amid it: no line can be drawn again in place.
		if plain, err := view.NewProgress("plain", p.o); err == nil {
			p.inner = plain
		}
	}
	p.inner.Start(of)
	for _, s := range p.Lines {
		p.width = max(p.width, len(s))
	}
	for _, s := range p.Lines {
		p.show(p.lineOf(s, ""))
	}
	debugPlan(p.o, of)
}

func (p *progress) End() { p.inner.End() }

func aboutImage(s plan.Step) bool {
	switch s.Action.(type) {
	case plan.PullImage, plan.BuildImage:
		return true
	}
	return false
}

func (p *progress) Event(e plan.Event) {
	debugEvent(p.o, e)
	if !aboutImage(e.Step) {
		p.inner.Event(e)
		return
	}
	if e.Phase == plan.Begun {
		p.turns = append(p.turns, &turn{index: e.Index})
	}
	at := slices.IndexFunc(p.turns, func(t *turn) bool { return t.index == e.Index })
	if at < 0 { // skipped
		return
	}
	t := p.turns[at]
	t.held = append(t.held, p.lines(e)...)
	t.ended = e.Phase == plan.Done || e.Phase == plan.Failed
	for len(p.turns) > 0 {
		first := p.turns[0]
		for _, l := range first.held {
			p.show(l)
		}
		if first.held = nil; !first.ended {
			return
		}
		p.turns = p.turns[1:]
	}
}

func (p *progress) show(l line) {
	switch {
	case !l.toErr:
		_ = view.Lines(p.o, l.text)
	case l.anyhow:
		view.PrintText(p.o, l.text)
	case l.warning:
		Warn(p.o, l.text)
	default:
		view.Print(p.o, l.level, l.text)
	}
}

// lines are what is said of an event.
func (p *progress) lines(e plan.Event) []line {
	pull, pulls := e.Step.Action.(plan.PullImage)
	build, _ := e.Step.Action.(plan.BuildImage)
	if pulls && p.QuietPulls {
		return nil
	}
	switch e.Phase {
	case plan.Begun:
		if pulls {
			return []line{{text: fmt.Sprintf("Pulling %s (%s)...", p.puller(e.Step, pull.Image.Ref), withColon(pull.Image.Ref)), toErr: true}}
		}
		return []line{{text: "Building " + serviceOf(build.Image), toErr: true}}
	case plan.Advanced:
		var list []line
		text, whole := engineText(e.Progress)
		switch {
		case !whole:
		case strings.HasPrefix(text, again):
			list = append(list, line{text: text, toErr: true})
		case pulls:
			list = append(list, line{text: text})
		default: // of what is carried out inside the build too
			for _, text := range strings.Split(text, "\n") {
				list = append(list, line{text: text})
			}
		}
		return list
	case plan.Done:
		service := serviceOf(build.Image)
		switch {
		case pulls:
		case slices.Contains(p.Lines, service):
			return []line{p.lineOf(service, "done")}
		case e.Step.Cause == "missing":
			return []line{{toErr: true, warning: true, text: "Image for service " + service + " was built because it did not already exist. " +
				"To rebuild this image you must use `docker-compose build` or `docker-compose up --build`."}}
		}
	case plan.Failed:
		if pulls && p.Ignored {
			return []line{{text: engineWords(e.Err), toErr: true, level: view.Error}}
		}
	}
	return nil
}

// lineOf is a line of a service's own, as several that are drawn at once are
// aligned.
func (p *progress) lineOf(service, word string) line {
	return line{text: aligned("Building", service, p.width, word), toErr: true, anyhow: true}
}

// aligned is a line of several that are about services.
func aligned(verb, service string, width int, word string) string {
	return fmt.Sprintf("%s %-*s ... %s", verb, width, service, word)
}

// puller is the service that an image is pulled for: the one whose pull step
// says so, else the first that is to get a container of it, else the first that
// has it.
func (p *progress) puller(s plan.Step, ref string) string {
	if s.Task.Kind == kindService {
		return s.Task.Name
	}
	var makes []string // services
	for _, other := range p.plan.Steps {
		if c, ok := other.Action.(plan.CreateContainer); ok && c.Container.Image == ref {
			makes = append(makes, c.Container.Service)
		}
	}
	name := ""
	if p.Project == nil {
		return ref
	}
	for _, service := range Order(p.Project) {
		switch {
		case slices.Contains(makes, service.Name):
			return service.Name
		case name == "" && desired.ImageOf(p.Project, service) == ref:
			name = service.Name
		}
	}
	return name
}

// serviceOf is the service that an image is built for.
func serviceOf(i plan.Image) string {
	if spec, ok := i.Spec.(desired.BuildSpec); ok {
		return spec.Service
	}
	return i.Ref
}

// again begins what is no word of the engine's: that a transfer is tried again.
const again = "trying again: "

// engineText is what an engine says of a pull or build as a whole, and false for
// what it says of single layers.
func engineText(p plan.Progress) (text string, whole bool) {
	text = strings.TrimSuffix(p.Text, "\n")
	switch {
	case p.Current > 0 || p.Total > 0, p.Text == "":
		return "", false
	case strings.HasPrefix(text, "Pulling from "): // Part is the tag
		return p.Part + ": " + text, true
	}
	return text, p.Part == ""
}

// withColon is an image's name as docker-compose wrote it: with a colon also
// where no tag follows.
func withColon(ref string) string {
	if strings.Contains(ref, "@") || strings.Contains(ref[strings.LastIndexByte(ref, '/')+1:], ":") {
		return ref
	}
	return ref + ":"
}

// debugPlan and debugEvent print what is going to be done and what is being
// done, where such lines are wanted.
func debugPlan(o view.Options, p *plan.Plan) {
	if p == nil || o.Level > view.Debug {
		return
	}
	for _, l := range p.Lines() {
		view.Print(o, view.Debug, "plan: "+strings.TrimLeft(l, " "))
	}
}

func debugEvent(o view.Options, e plan.Event) {
	if o.Level > view.Debug || e.Phase == plan.Advanced {
		return
	}
	text := fmt.Sprintf("%s: %s", e.Step.Action.Words(), e.Phase)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	view.Print(o, view.Debug, text)
}
