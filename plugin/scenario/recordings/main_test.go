// Package recordings_test compares what the program does now with what was recorded:
// its output and its requests, and the stacks that earlier versions made.
package recordings_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
