package compose

import (
	"fmt"
	"strconv"
	"strings"
)

var policies = []string{"no", "always", "unless-stopped", "on-failure"}

// readRestart reads restart: no, always, unless-stopped or on-failure[:TIMES].
func readRestart(s *scope, v value) Restart {
	const allowed = "write no, always, unless-stopped, on-failure or on-failure:TIMES"
	if v.kind == boolean {
		s.errorAt(v, fmt.Sprintf("no restart policy %q", v.text), allowed)
		return Restart{}
	}
	if !s.isText(v) {
		return Restart{}
	}
	policy, times, counted := strings.Cut(v.text, ":")
	for _, p := range policies {
		if p != policy {
			continue
		}
		r := Restart{Policy: p}
		if !counted {
			return r
		}
		if p != "on-failure" {
			s.errorAt(v, fmt.Sprintf("%s takes no number of times", p), fmt.Sprintf("write %s, or on-failure:%s", p, times)).Kind = KindBadRestart
			return r
		}
		n, err := strconv.ParseUint(times, 10, 31)
		if err != nil {
			s.errorAt(v, fmt.Sprintf("%q is not a number of times", times), "write on-failure:5 for five times, on-failure for any number")
		}
		r.Max = int(n)
		return r
	}
	s.errorAt(v, fmt.Sprintf("no restart policy %q%s", policy, DidYouMean(policy, policies)), allowed).Kind = KindBadRestart
	return Restart{}
}

// String is the policy as a file says it, empty where none is set.
func (r Restart) String() string {
	if r.Max > 0 {
		return fmt.Sprintf("%s:%d", r.Policy, r.Max)
	}
	return r.Policy
}
