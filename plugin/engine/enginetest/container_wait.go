package enginetest

import (
	"net/http"

	containertypes "github.com/docker/docker/api/types/container"
)

// postWait answers once the condition holds, but sends its header at
// once, so that the client knows that the wait began.
func (l *lifecycle) postWait(w http.ResponseWriter, r *http.Request) error {
	condition := containertypes.WaitCondition(r.FormValue("condition"))
	switch condition {
	case "", containertypes.WaitConditionNotRunning, containertypes.WaitConditionNextExit, containertypes.WaitConditionRemoved:
	default:
		return badRequest("invalid condition: %q", condition)
	}
	exits := 0
	c, err := firstLook(l.lock, r, l.containers.find, func(c *container) error {
		exits = c.exits
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	flush(w)
	code := 0
	met := l.lock.await(r, func() bool {
		code = c.exitCode
		switch condition {
		case containertypes.WaitConditionNextExit:
			return c.exits > exits || c.removed
		case containertypes.WaitConditionRemoved:
			return c.removed
		}
		return !c.alive() || c.removed
	})
	if !met {
		return nil
	}
	return writeJSON(discardStatus{w}, http.StatusOK, containertypes.WaitResponse{StatusCode: int64(code)})
}

// discardStatus is for an answer whose status has been sent.
type discardStatus struct{ http.ResponseWriter }

func (discardStatus) WriteHeader(int) {}
