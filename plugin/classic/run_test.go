package classic

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/view"
)

func TestAFailedStartInTheBackgroundIsToldAsTheOldToolsDid(t *testing.T) {
	for _, c := range []struct{ err, want, said string }{
		{"Error response from daemon: no such program", "Cannot start service web: no such program", ""},
		{"Error response from daemon: driver failed programming external connectivity on x", "Cannot start service web: driver failed programming external connectivity on x",
			"Host is already in use by another container\n"},
		{"the engine can't be reached", "the engine can't be reached", ""},
	} {
		var errs bytes.Buffer
		got := CannotStart(view.Options{Err: &errs}, "web", errors.New(c.err))
		if got.Error() != c.want || errs.String() != c.said {
			t.Errorf("%s: got %q, and %q", c.err, got, errs.String())
		}
	}
	if err := CannotStart(view.Options{}, "web", nil); err != nil {
		t.Errorf("a start that worked: %v", err)
	}
}
