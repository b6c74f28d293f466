package view

import (
	"fmt"
	"time"

	"github.com/docker/go-units"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// plain writes a line for every change of a task's state, exactly as
// docker-compose 1.x wrote them to a file (except for the line ends), because
// scripts look for "Creating demo_web_1 ... done".
type plain struct {
	o        Options
	palette  palette // of what builds print: our own lines have no colours
	now      func() time.Time
	tracker  *tracker
	reported map[*task]time.Time // when a task's bytes were last reported
}

// reportInterval is how often a long transfer is reported. Build services end
// jobs that print nothing for minutes.
const reportInterval = 10 * time.Second

func newPlain(o Options) *plain {
	return &plain{o: o, palette: o.errPalette(), now: o.now, tracker: newTracker(nil, separateStop), reported: map[*task]time.Time{}}
}

// separateStop makes stopping a container that is to be removed a task of its
// own: docker-compose 1.x wrote a line for each, the plan has one task.
func separateStop(s plan.Step) plan.Task {
	_, stops := s.Action.(plan.StopContainer)
	hook, is := s.Action.(plan.RunHook)
	if stops = stops || is && hook.Event == plan.PreStop; stops && s.Task.Verb == plan.Remove {
		return plan.Task{Verb: plan.Stop, Kind: s.Task.Kind, Name: s.Task.Name}
	}
	return s.Task
}

func (p *plain) Start(of *plan.Plan) {
	p.tracker = newTracker(of, separateStop)
	p.reported = map[*task]time.Time{}
	printPlanNotes(p.o, of, false)
}

func (p *plain) Event(e plan.Event) {
	now := p.now()
	t, changed := p.tracker.event(e, now)
	switch {
	case e.Phase == plan.Advanced:
		p.advanced(t, e.Progress, now)
	case changed && t.phase == plan.Begun:
		p.reported[t] = now
		fmt.Fprintf(p.o.Err, "%s ... \n", label(t.Task))
	case changed:
		fmt.Fprintf(p.o.Err, "%s ... %s\n", label(t.Task), t.outcome())
	}
}

// advanced writes everything that a build prints, and the total of a transfer
// from time to time. Single layers are of no interest in a file.
func (p *plain) advanced(t *task, progress plan.Progress, now time.Time) {
	current, total := t.bytes()
	switch {
	case progress.Current > 0 || progress.Total > 0:
		if now.Sub(p.reported[t]) < reportInterval {
			return
		}
		p.reported[t] = now
		fmt.Fprintf(p.o.Err, "%s ... %s of %s\n", label(t.Task), units.HumanSize(float64(current)), units.HumanSize(float64(total)))
	case t.Verb == plan.Build || progress.Part == "":
		for _, line := range progressLines(progress) {
			fmt.Fprintf(p.o.Err, "%s | %s\n", sanitize(t.Name), p.output(line))
		}
	}
}

// output makes a line that a build has printed fit to be seen: with its colours
// where colours are wanted.
func (p *plain) output(line string) string {
	if p.palette {
		return printable.Coloured(line)
	}
	return sanitize(line)
}

func (p *plain) End() {}
