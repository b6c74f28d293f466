package enginetest

import (
	"net/http"
	"slices"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/swarm"
)

// taskLogs lets clients read what the tasks of a service print, on whatever node.
type taskLogs struct {
	base
	logs   *containerLogs
	member *membership
}

func (s *taskLogs) routes() api.Routes {
	return api.Routes{Open: map[string]api.Handler{
		"GET /services/{id}/logs": func(w http.ResponseWriter, r *http.Request) error { return s.getLogs("services", w, r) },
		"GET /tasks/{id}/logs":    func(w http.ResponseWriter, r *http.Request) error { return s.getLogs("tasks", w, r) },
	}}
}

// taskLine is a line of a task, with where it comes from.
type taskLine struct {
	logLine
	from swarm.Source
}

func (s *taskLogs) getLogs(kind string, w http.ResponseWriter, r *http.Request) error {
	tty := false
	err := s.lock.Hold(func() error {
		sources, err := s.member.sourcesOf(kind, r.PathValue("id"))
		tty = slices.ContainsFunc(sources, func(from swarm.Source) bool { return from.TTY })
		return err
	})
	if err != nil {
		return err
	}
	q, err := s.logs.parseLogQuery(r)
	if !q.stdout && !q.stderr {
		return s.release.refusals.noTaskStream.about()
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", streamType(tty, versionOf(r)))
	w.WriteHeader(http.StatusOK)
	api.Flush(w)
	out := newLineWriter(w, tty, q.timestamps)
	details := api.BoolParam(r, "details")
	seen := map[string]int{}
	api.Stream(s.lock, r, func() (batch []taskLine, last bool) {
		sources, err := s.member.sourcesOf(kind, r.PathValue("id"))
		for _, from := range sources {
			batch = append(batch, q.newLines(from, seen)...)
		}
		slices.SortStableFunc(batch, func(a, b taskLine) int { return a.at.Compare(b.at) })
		return batch, !q.follow || err != nil
	}, func(l taskLine) error {
		defer api.Flush(w)
		if details {
			l.text = "com.docker.swarm.node.id=" + l.from.Node + ",com.docker.swarm.service.id=" + l.from.Service +
				",com.docker.swarm.task.id=" + l.from.Task + " " + l.text
		}
		return out.write(l.logLine)
	})
	return nil
}

// newLines are those of a task that have not been seen; of one that is new, only as
// many as are wanted.
func (q logQuery) newLines(from swarm.Source, seen map[string]int) (lines []taskLine) {
	m, ok := from.Engine.(*membership)
	if !ok {
		return nil
	}
	c, err := m.lifecycle.containers.find(from.Container)
	if err != nil {
		return nil
	}
	next, known := seen[c.id]
	for _, l := range c.log[next:] {
		if q.wants(l) {
			lines = append(lines, taskLine{l, from})
		}
	}
	seen[c.id] = len(c.log)
	if !known && q.tail >= 0 && len(lines) > q.tail {
		lines = lines[len(lines)-q.tail:]
	}
	return lines
}

// sourcesOf are the containers of the tasks that are meant.
func (m *membership) sourcesOf(kind, ref string) ([]swarm.Source, error) {
	if err := m.checkManager(); err != nil {
		return nil, err
	}
	return m.cluster.SourcesOf(kind, ref)
}
