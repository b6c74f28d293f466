package enginetest

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// logLine is one line a process printed, without its end.
type logLine struct {
	stderr bool
	at     time.Time
	text   string
}

// containerLogs lets clients read what containers print.
type containerLogs struct {
	base
	containers *containerStore
}

func (s *containerLogs) routes() api.Routes {
	return api.Routes{Open: map[string]api.Handler{
		"GET /containers/{id}/logs":    s.getLogs,
		"POST /containers/{id}/attach": s.postAttach,
	}}
}

// logQuery is what a client wants to see of a log.
type logQuery struct {
	stdout, stderr, follow, timestamps bool
	since, until                       time.Time
	tail                               int // negative: everything
}

func (s *containerLogs) parseLogQuery(r *http.Request) (logQuery, error) {
	q := logQuery{
		stdout:     api.BoolParam(r, "stdout"),
		stderr:     api.BoolParam(r, "stderr"),
		follow:     api.BoolParam(r, "follow"),
		timestamps: api.BoolParam(r, "timestamps"),
		tail:       -1,
	}
	if !q.stdout && !q.stderr {
		return q, s.release.refusals.noStream.about()
	}
	var err error
	if q.since, err = eventTime(r.FormValue("since")); err != nil {
		return q, api.BadRequest("%v", err)
	}
	if q.until, err = eventTime(r.FormValue("until")); err != nil {
		return q, api.BadRequest("%v", err)
	}
	if n, err := strconv.Atoi(r.FormValue("tail")); err == nil {
		q.tail = n // as in the engine, what is no number means all
	}
	return q, nil
}

func (q logQuery) wants(l logLine) bool {
	if l.stderr && !q.stderr || !l.stderr && !q.stdout {
		return false
	}
	return !l.at.Before(q.since) && (q.until.IsZero() || !l.at.After(q.until))
}

func (s *containerLogs) getLogs(w http.ResponseWriter, r *http.Request) error {
	c, err := api.FirstLook(s.lock, r, s.containers.find, func(*container) error { return nil })
	if err != nil {
		return err
	}
	q, err := s.parseLogQuery(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", streamType(c.config.Tty, versionOf(r)))
	w.WriteHeader(http.StatusOK)
	api.Flush(w)
	out := newLineWriter(w, c.config.Tty, q.timestamps)
	next, first := 0, true
	api.Stream(s.lock, r, func() (batch []logLine, last bool) {
		for ; next < len(c.log); next++ {
			if q.wants(c.log[next]) {
				batch = append(batch, c.log[next])
			}
		}
		if first && q.tail >= 0 && len(batch) > q.tail {
			batch = batch[len(batch)-q.tail:]
		}
		first = false
		return batch, !q.follow || !c.alive() || c.removed
	}, func(l logLine) error {
		defer api.Flush(w)
		return out.write(l)
	})
	return nil
}

func streamType(tty bool, version apiVersion) string {
	if !tty && version.multiplexedStreams {
		return "application/vnd.docker.multiplexed-stream"
	}
	return "application/vnd.docker.raw-stream"
}

// lineWriter writes lines in the framing of the engine: two streams in one, or
// as a terminal shows them.
type lineWriter struct {
	stdout, stderr io.Writer
	end            string
	timestamps     bool
}

func newLineWriter(w io.Writer, tty, timestamps bool) lineWriter {
	if tty {
		return lineWriter{w, w, "\r\n", timestamps}
	}
	return lineWriter{
		stdcopy.NewStdWriter(w, stdcopy.Stdout), stdcopy.NewStdWriter(w, stdcopy.Stderr), "\n", timestamps,
	}
}

func (o lineWriter) write(l logLine) error {
	to, text := o.stdout, l.text+o.end
	if l.stderr {
		to = o.stderr
	}
	if o.timestamps {
		text = l.at.Format("2006-01-02T15:04:05.000000000Z07:00") + " " + text
	}
	_, err := io.WriteString(to, text)
	return err
}

// postAttach streams what the container prints from now on, until it exits. What
// the client sends is read and dropped: no modelled program reads its input.
func (s *containerLogs) postAttach(w http.ResponseWriter, r *http.Request) error {
	next, exits := 0, 0
	c, err := api.FirstLook(s.lock, r, s.containers.find, func(c *container) error {
		if c.status == containertypes.StatePaused {
			return api.Conflict("container %s is paused, unpause the container before attach", r.PathValue("id"))
		}
		if !api.BoolParam(r, "logs") {
			next = len(c.log)
		}
		exits = c.exits
		s.containers.emit(c, events.ActionAttach)
		return nil
	})
	if err != nil {
		return err
	}
	q := logQuery{stdout: api.BoolParam(r, "stdout"), stderr: api.BoolParam(r, "stderr"), tail: -1}
	follow := api.BoolParam(r, "stream")
	conn, err := hijack(w, r, c.config.Tty)
	if err != nil {
		return err
	}
	defer conn.Close()
	out := newLineWriter(conn, c.config.Tty, false)
	api.Stream(s.lock, r, func() (batch []logLine, last bool) {
		for ; next < len(c.log); next++ {
			if q.wants(c.log[next]) {
				batch = append(batch, c.log[next])
			}
		}
		return batch, !follow || c.exits > exits || c.removed
	}, out.write)
	return nil
}

// hijack turns a call into a connection both ways. Input is dropped.
func hijack(w http.ResponseWriter, r *http.Request, tty bool) (net.Conn, error) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	head := "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
	if r.Header.Get("Upgrade") != "" {
		head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: " + streamType(tty, versionOf(r)) +
			"\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
	}
	if _, err := io.WriteString(conn, head); err != nil {
		conn.Close()
		return nil, err
	}
	// Not through the server's buffer: reading the end of the input there
	// would cancel the request, and a client that has no more input still
	// wants its output.
	go io.Copy(io.Discard, conn)
	return conn, nil
}
