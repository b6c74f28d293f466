//go:build !windows

// Package kills_test ends commands in the middle of their work: by signals, by closing
// what they write to, by killing them, and by taking the engine away. Whatever happens
// the same command has to finish the work, and nothing may be lost.
package kills_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }
