// Package random_test brings up stacks and projects made by chance on engines in
// memory, and claims of every pair of containers what their links promise.
package random_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
