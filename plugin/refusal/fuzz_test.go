package refusal

import (
	"errors"
	"testing"
)

// Whatever an engine says, something is told of it, and with at most two hints.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", Daemon, Daemon + "Conflict. The container name \"/x\" is already in use by container \"y\".", "driver failed programming external connectivity on endpoint x (y): Bind for 0.0.0.0:80 failed: port is already allocated",
		"OCI runtime create failed: runc create failed: : unknown", "no such image: \x1b[2J\x00\xff", "unexpected EOF", "network x is ambiguous (2 matches found on name)",
	} {
		f.Add(s, "web")
	}
	f.Fuzz(func(t *testing.T, said, container string) {
		for _, r := range []*Refusal{Read(errors.New(said), Facts{"container": container}), Way(errors.New(said), Facts{"host": container})} {
			if len(r.Hints()) > 2 || r.Msg == "" && Words(said) != "" {
				t.Errorf("%q: %q, %q", said, r.Msg, r.Hints())
			}
			if len(r.Error()) > 4096+2*len(said)+8*len(container) {
				t.Errorf("%d bytes became %d", len(said), len(r.Error()))
			}
		}
	})
}
