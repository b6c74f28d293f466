// Package realengine_test is what only a real engine can show: builders, registries,
// a proxy, terminals, and what docker-compose 1.29 prints and makes beside the program.
package realengine_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
