package probe_test

import (
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

func TestTheLongestTimeGrowsWithWhatIsNotAskedAtOnce(t *testing.T) {
	for questions, want := range map[int]time.Duration{0: 0, 1: 3 * time.Second, 256: 3 * time.Second, 257: 6 * time.Second, 600: 9 * time.Second} {
		if got := probe.Longest(questions, 3*time.Second); got != want {
			t.Errorf("%d questions: got %s, want %s", questions, got, want)
		}
	}
}
