package probe_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

func TestWhatIsNoAnswerIsAnError(t *testing.T) {
	answers, err := probe.Parse([]byte("{\"question\":\"name/a\",\"result\":\"unknown\"}\nexec format error\n"))
	if err == nil || len(answers) != 1 {
		t.Errorf("got %v, %v", answers, err)
	}
}
