// Package faults_test lets any call of a command fail once, in every way, and kills
// commands after any of their changes, on engines in memory and on a real one: the same
// command has to finish the work.
package faults_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
