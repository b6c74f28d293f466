package swarm

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// Failed is a service that will not be as it was asked to be.
type Failed struct {
	Service string // in the files
	Replica string // web.1; empty: it is about none alone
	Node    string // by name; empty likewise
	What    string // has become of it, beside the reason
	Said    string // by the manager
	Reason  reason // that its task gives
	Advice  []string
}

func (f *Failed) Error() string {
	who, why := f.Service, f.Reason.text()
	if f.Replica != "" {
		who = f.Replica
		if f.Node != "" && !f.Reason.isNoNode() {
			who += " on " + f.Node
		}
	}
	switch {
	case f.Said != "" && why != "": // it is about the service, because of one replica
		return fmt.Sprintf("%s: %s: %s %s", f.Service, f.What, who, why)
	case f.Said != "":
		return fmt.Sprintf("%s: %s: %s", f.Service, f.What, f.Said)
	case why == "":
		return who + " " + f.What
	case f.What == "":
		return who + " " + why
	}
	return who + " " + why + ", " + f.What
}

// Hints says where to look.
func (f *Failed) Hints() []string {
	hints := append(f.Reason.hints(), f.Advice...)
	if f.Service == "" {
		return hints
	}
	if f.Reason.ran() {
		hints = append(hints, "to see what it wrote: docker stacklite logs "+f.Service)
	}
	hints = append(hints, "to see its tasks: docker stacklite ps "+f.Service)
	return hints[:min(2, len(hints))]
}

// Refused is the refusal of the engine on the node of a task, for those who know where in
// the files it is about; nil: there is none.
func (f *Failed) Refused() *refusal.Refusal { return f.Reason.refused }

// reason is why a task does not run.
type reason struct {
	state   string
	code    int
	err     string
	refused *refusal.Refusal // of what the engine on its node said; nil: it said nothing
}

func reasonOf(t observed.Task) reason {
	r := reason{state: t.State, code: t.ExitCode, err: t.Err}
	if t.Err != "" {
		r.refused = refusal.OfTask(errors.New(t.Err), refusal.Facts{"image": t.Image})
	}
	return r
}

var exited = regexp.MustCompile(`^task: non-zero exit \((\d+)\)(?:: (.*))?$`)

// text says what has become of a task, for after its name; empty: nothing.
func (r reason) text() string {
	found := exited.FindStringSubmatch(r.err)
	switch {
	case strings.Contains(r.err, "unhealthy container"):
		return "is unhealthy"
	case found != nil && found[2] != "":
		return "exited with code " + found[1] + " (" + strings.TrimPrefix(found[2], "dockerexec: ") + ")"
	case found != nil:
		return "exited with code " + found[1]
	case r.isNoNode():
		return "waits: " + r.refused.Error()
	case r.state == "rejected":
		return "was rejected" + r.because()
	case r.state == "failed":
		return "failed" + r.because()
	case r.state == "complete":
		return "exited with code 0"
	}
	return strings.TrimPrefix(r.because(), ": ")
}

// because is what the engine on the node said, for after what it is about.
func (r reason) because() string {
	if r.refused == nil {
		return ""
	}
	return ": " + r.refused.Error()
}

// hints says what to do about it.
func (r reason) hints() []string {
	if r.refused == nil || r.refused.Kind == "" {
		return nil
	}
	return r.refused.Hints()
}

// isNoNode reports whether a task waits for a node that would be suitable.
func (r reason) isNoNode() bool { return r.refused != nil && r.refused.Kind == refusal.NoNode }

// ran reports whether there may be output of a task.
func (r reason) ran() bool { return exited.MatchString(r.err) || r.state == "complete" }

// stays reports whether the reason will be there when it is tried again, as far as its
// node goes.
func (r reason) stays() bool {
	return r.state == "rejected" || r.refused != nil && r.refused.Kind != "" && !r.ran() && !r.isNoNode()
}
