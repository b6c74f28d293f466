// Package crowds_test has several commands at work on one engine at the same time, with
// a lock in common and, as of other users and from inside containers, without. However
// they meet, each has to end well, the stack has to be whole, and nothing may be lost.
package crowds_test

import (
	"os"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }

// slow reports whether all is tried, not a spread of it.
func slow() bool { return os.Getenv("STACKLITE_SLOW") != "" }
