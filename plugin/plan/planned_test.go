package plan

import "testing"

// planned is the plan for a goal, which has to be one that Make does not refuse.
func planned(t *testing.T, goal Goal, want Want, have Have) *Plan {
	t.Helper()
	p, err := Make(goal, want, have)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sound gives a plan back that comes from elsewhere than Make, whose steps have
// to find all that they must wait for.
func sound(t *testing.T, p *Plan) *Plan {
	t.Helper()
	if p.unmet != nil {
		t.Fatal(p.unmet)
	}
	return p
}
