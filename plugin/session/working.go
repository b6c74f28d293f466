package session

import (
	"fmt"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// workingAfter is after how long it is told that networks and steps are still being
// worked out: a stack has to be very big for that.
const workingAfter = 2 * time.Second

// working tells, once a command, that working out what a project wants takes long,
// in which the engine is not asked. Call what it returns when that is done.
func working(s *Session) (end func()) {
	if s.Project == nil || s.slow {
		return func() {}
	}
	told := make(chan struct{})
	of := workingOn(s.Project)
	timer := time.AfterFunc(workingAfter, func() {
		defer close(told)
		s.slow = true
		view.PrintAmid(s.View, of)
	})
	return func() {
		if !timer.Stop() {
			<-told // no line comes amid what is written next
		}
	}
}

// workingOn says what is being worked out.
func workingOn(p *compose.Project) string {
	links := 0
	for _, svc := range p.Services {
		links += len(svc.Links)
	}
	return fmt.Sprintf("the %d links of %d services take a while to work out; Ctrl-C ends", links, len(p.Services))
}
