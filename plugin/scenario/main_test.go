package scenario_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
