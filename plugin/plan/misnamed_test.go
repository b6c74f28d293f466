package plan

import (
	"slices"
	"testing"
)

func TestNamesThatSomebodyTookAreGivenBackAtTheSameAddress(t *testing.T) {
	w := with(container("p_web_1"), func(c *Container) { c.Attach = []string{"p_n", "p_m"} })
	h := unchanged(running("p_web_1"))
	h.Attached = map[string]string{"p_n": "id-n", "p_m": "id-m"}
	h.Address = map[string]string{"p_n": "10.0.0.2", "p_m": "10.0.1.2"}
	h.Misnamed = []string{"p_n"}
	want, have := wanted(w), present(h)
	want.Networks = []Network{{Name: "p_n"}, {Name: "p_m"}}
	have.Networks = []HaveNetwork{{Name: "p_n", ID: "id-n"}, {Name: "p_m", ID: "id-m"}}
	p := planned(t, Goal{}, want, have)
	if len(p.Steps) != 2 {
		t.Fatalf("got\n%s", p)
	}
	off, offIs := p.Steps[0].Action.(Disconnect)
	on, onIs := p.Steps[1].Action.(Connect)
	if !offIs || !onIs || off.Network != "p_n" || on.Network.Name != "p_n" || on.Address != "10.0.0.2" || !slices.Equal(p.Steps[1].After, []int{0}) {
		t.Errorf("got\n%s%+v", p, on)
	}
}
