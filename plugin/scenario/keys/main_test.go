// Package keys_test brings up a service for each key of a file, in memory and
// on a real engine, and asks the engine what became of the key.
package keys_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
