package engine

import (
	"errors"
	"io"
	"net"
	"regexp"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// explain makes the client's error one that a user can act on.
func (e *Engine) explain(err error) error { return Explain(err, e.Host()) }

// BrokenLink is a link of the default bridge, as docker-compose 1.x made them, to a
// container that does not run: the engine neither starts its consumer nor runs
// anything in it.
type BrokenLink struct {
	Target string // the container's name
	Err    error
}

func (b *BrokenLink) Error() string { return b.Err.Error() }

// Unwrap gives the client's error.
func (b *BrokenLink) Unwrap() error { return b.Err }

// brokenLink is what the engine says of one.
var brokenLink = regexp.MustCompile(`[Cc]annot link to a non running container: /?(\S+) AS`)

// explainLink makes of an error of the engine a BrokenLink, if it is one.
func explainLink(err error) error {
	if err != nil {
		if found := brokenLink.FindStringSubmatch(err.Error()); found != nil {
			return &BrokenLink{Target: found[1], Err: err}
		}
	}
	return err
}

// Garbled is an answer that no engine gives.
type Garbled struct {
	Host string
	Err  error
}

func (g *Garbled) Error() string { return g.why().Msg }

// Hints says what to try.
func (g *Garbled) Hints() []string { return g.why().Advice }

// Unwrap gives the client's error.
func (g *Garbled) Unwrap() error { return g.Err }

func (g *Garbled) why() *refusal.Refusal { return refusal.Answer(g.Err, refusal.Facts{"host": g.Host}) }

// errNoID is an answer that does not say what was made.
var errNoID = errors.New("an answer without an id")

// isGarbled reports whether an error is that of an answer that no engine gives.
func isGarbled(err error) bool { return err != nil && refusal.Answer(err, nil).Kind != "" }

// Explain makes of a client's error that the connection to host failed an
// Unreachable, of that of a link that leads to nothing that runs a BrokenLink, of one
// that is no engine's Garbled, and leaves others as they are.
func Explain(err error, host string) error {
	if err == nil {
		return nil
	}
	if client.IsErrConnectionFailed(err) || brokeOff(err) {
		return Unreachable{Host: host, Err: err}
	}
	if isGarbled(err) {
		return &Garbled{Host: host, Err: err}
	}
	return explainLink(err)
}

// brokeOff reports whether an error is that of an answer that ended in the middle,
// or of no engine.
func brokeOff(err error) bool {
	var network *net.OpError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "HTTP request to an HTTPS server") || errors.As(err, &network)
}

// Words are what an engine itself says of a call that failed, without what the
// client puts in front.
func Words(err error) string { return strings.TrimPrefix(err.Error(), refusal.Daemon) }

// IsUnreadable reports whether an error says that a log driver can only be
// written to.
func IsUnreadable(err error) bool { return errdefs.IsNotImplemented(err) }

// IsGone reports whether an error says that a container, image or network does
// not exist, or no longer, or not for long.
func IsGone(err error) bool {
	return errdefs.IsNotFound(err) || err != nil && strings.Contains(err.Error(), "dead or marked for removal")
}

// stillRuns is what engines say where a container is to be removed that runs.
var stillRuns = regexp.MustCompile(`cannot remove (?:a (?:running|restarting) container|container .*: container is (?:running|restarting))`)

// IsRunning reports whether an error says that a container was not removed because
// it runs.
func IsRunning(err error) bool {
	return errdefs.IsConflict(err) && stillRuns.MatchString(err.Error())
}

// failedLook is an engine's answer to a look at it, which is none.
type failedLook struct {
	at  string
	err error
}

func (f *failedLook) Error() string {
	return "the engine does not list " + f.at + ": " + Words(f.err)
}

func (f *failedLook) Unwrap() error { return f.err }

// explainLook is explain for a look at the engine, which is no step of which the
// name stands before the error: what the engine says alone does not tell what failed.
func explainLook(e *Engine, at string, err error) error {
	if err = e.explain(err); err == nil || !strings.HasPrefix(err.Error(), refusal.Daemon) {
		return err
	}
	return &failedLook{at, err}
}
