package observed

import (
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Status is what a container is doing, in more detail than a list has.
type Status struct {
	State    plan.State
	ExitCode int       // of the last run
	Started  time.Time // when the last run began; zero: it never has
	Finished time.Time // when the last run ended; zero: it never has
	Health   string    // starting, healthy or unhealthy; empty: the image has no health check
	Terminal bool      // it was made with a terminal
	Driver   string    // of its log
	Command  []string  // what it runs, with the entrypoint
}

// ImageUse is an image that a container was made from.
type ImageUse struct {
	Container  Container
	ID         string // sha256:…
	Repository string // <none> where the image has lost its name
	Tag        string // likewise
	Size       int64  // bytes
}
