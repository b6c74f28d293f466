package view

import (
	"encoding/json"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// events writes an object an event, one a line, for programs.
type events struct{ enc *json.Encoder }

// event is one line. Fields that say nothing are left out.
type event struct {
	Note     string    `json:"note,omitempty"`   // of the plan as a whole; all else is missing then
	Step     int       `json:"step,omitempty"`   // number in the plan, from 1
	Phase    string    `json:"phase,omitempty"`  // begun, advanced, done, failed or skipped
	Verb     string    `json:"verb,omitempty"`   // of the task: create, recreate, …
	Kind     string    `json:"kind,omitempty"`   // of the task: container, network or image
	Name     string    `json:"name,omitempty"`   // of the task
	Action   string    `json:"action,omitempty"` // what the step does: start container demo_web_1
	Cause    string    `json:"cause,omitempty"`  // why
	Progress *progress `json:"progress,omitempty"`
	Error    string    `json:"error,omitempty"`
}

type progress struct {
	Part    string `json:"part,omitempty"`
	Text    string `json:"text,omitempty"`
	Current int64  `json:"current,omitempty"` // bytes
	Total   int64  `json:"total,omitempty"`   // bytes
}

func newJSON(o Options) *events {
	return &events{newEncoder(o.Err)}
}

func (j *events) Start(p *plan.Plan) {
	if p == nil {
		return
	}
	for _, n := range p.Notes {
		_ = j.enc.Encode(event{Note: n})
	}
}

func (j *events) Event(e plan.Event) {
	s := e.Step
	line := event{
		Step: e.Index + 1, Phase: string(e.Phase),
		Verb: string(s.Task.Verb), Kind: s.Task.Kind, Name: s.Task.Name,
		Action: s.Action.Words(), Cause: s.Cause,
	}
	if e.Phase == plan.Advanced {
		p := progress(e.Progress)
		line.Progress = &p
	}
	if e.Err != nil {
		line.Error = e.Err.Error()
	}
	_ = j.enc.Encode(line)
}

func (j *events) End() {}
