package view

import (
	"context"
	"encoding/json"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// jsonProgress writes one object for each event, one a line, for programs.
type jsonProgress struct{ enc *json.Encoder }

// jsonEvent is one line. Fields without a value are left out.
type jsonEvent struct {
	Note     string       `json:"note,omitempty"`   // of the whole plan; all other fields are missing then
	Step     int          `json:"step,omitempty"`   // number in the plan, from 1
	Phase    string       `json:"phase,omitempty"`  // begun, advanced, done, failed or skipped
	Verb     string       `json:"verb,omitempty"`   // of the task: create, recreate, …
	Kind     string       `json:"kind,omitempty"`   // of the task: container, network or image
	Name     string       `json:"name,omitempty"`   // of the task
	Action   string       `json:"action,omitempty"` // what the step does: start container demo_web_1
	Cause    string       `json:"cause,omitempty"`  // why
	Progress *jsonAdvance `json:"progress,omitempty"`
	Error    string       `json:"error,omitempty"`
}

// jsonAdvance is how far a step has come.
type jsonAdvance struct {
	Part    string `json:"part,omitempty"`
	Text    string `json:"text,omitempty"`
	Current int64  `json:"current,omitempty"` // bytes
	Total   int64  `json:"total,omitempty"`   // bytes
}

func newJSON(o Options) *jsonProgress { return &jsonProgress{newEncoder(o.Err)} }

func (j *jsonProgress) Start(p *plan.Plan) {
	if p == nil {
		return
	}
	for _, n := range p.Notes {
		_ = j.enc.Encode(jsonEvent{Note: n})
	}
}

func (j *jsonProgress) Event(e plan.Event) {
	s := e.Step
	line := jsonEvent{
		Step: e.Index + 1, Phase: string(e.Phase),
		Verb: string(s.Task.Verb), Kind: s.Task.Kind, Name: s.Task.Name,
		Action: s.Action.Words(), Cause: s.Cause,
	}
	if e.Phase == plan.Advanced {
		p := jsonAdvance(e.Progress)
		line.Progress = &p
	}
	if e.Err != nil {
		line.Error = e.Err.Error()
		if line.Error == context.Canceled.Error() {
			line.Error = "interrupted"
		}
	}
	_ = j.enc.Encode(line)
}

func (j *jsonProgress) End() {}
