// Package commandline_test types commands, mostly at an engine in memory, and reads
// what they print: completion, tables, and how engines are reached.
package commandline_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
