// Package swarm_test is what only several engines can show: stacks whose services are
// spread over the nodes of a swarm, asked from inside their containers whom they find and
// reach, with nodes that are cut off and killed.
//
// Its tests need what scripts/swarm.sh starts: make swarm does that.
package swarm_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
