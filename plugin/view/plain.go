package view

import (
	"fmt"
	"io"
	"time"

	"github.com/docker/go-units"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// plain writes a line a state, byte for byte what docker-compose 1.x wrote to
// a file but for the line ends (compose-v1.md 3.7): scripts look for
// "Creating demo_web_1 ... done".
type plain struct {
	w     io.Writer
	now   func() time.Time
	board *board
	told  map[*job]time.Time // when the bytes of a job were last told
}

// pulse is how often a long transfer gives a sign of life. Build services
// end jobs that say nothing for minutes.
const pulse = 10 * time.Second

func newPlain(o Options) *plain {
	return &plain{w: o.Err, now: o.now, board: newBoard(nil, finerTask), told: map[*job]time.Time{}}
}

// finerTask tells stopping from removing, which the plan takes for one task
// and docker-compose 1.x wrote as two lines.
func finerTask(s plan.Step) plan.Task {
	if _, stops := s.Action.(plan.StopContainer); stops && s.Task.Verb == plan.Remove {
		return plan.Task{Verb: plan.Stop, Kind: s.Task.Kind, Name: s.Task.Name}
	}
	return s.Task
}

func (p *plain) Start(pl *plan.Plan) {
	p.board = newBoard(pl, finerTask)
	p.told = map[*job]time.Time{}
	printPlanNotes(p.w, pl, false)
}

func (p *plain) Event(e plan.Event) {
	now := p.now()
	j, changed := p.board.event(e, now)
	switch {
	case e.Phase == plan.Advanced:
		p.advanced(j, e.Progress, now)
	case changed && j.phase == plan.Begun:
		p.told[j] = now
		fmt.Fprintf(p.w, "%s ... \n", label(j.task))
	case changed:
		fmt.Fprintf(p.w, "%s ... %s\n", label(j.task), j.outcome())
	}
}

// advanced tells all that a build prints and, of a transfer, the total from
// time to time. What single layers do is of no interest in a file.
func (p *plain) advanced(j *job, progress plan.Progress, now time.Time) {
	current, total := j.bytes()
	switch {
	case progress.Current > 0 || progress.Total > 0:
		if now.Sub(p.told[j]) < pulse {
			return
		}
		p.told[j] = now
		fmt.Fprintf(p.w, "%s ... %s of %s\n", label(j.task), units.HumanSize(float64(current)), units.HumanSize(float64(total)))
	case j.task.Verb == plan.Build || progress.Part == "":
		for _, line := range said(progress) {
			fmt.Fprintf(p.w, "%s | %s\n", clean(j.task.Name), line)
		}
	}
}

func (p *plain) End() {}
