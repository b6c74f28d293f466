package scenario

import (
	"os"
	"testing"
)

// Part reports whether a test that repeats something many times, or asks
// docker-compose again what is recorded, does a part of that: it does all with
// STACKLITE_ALL=1.
func Part() bool { return testing.Short() || os.Getenv("STACKLITE_ALL") == "" }
