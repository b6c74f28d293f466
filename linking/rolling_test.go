package linking_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

func TestHowManyAreReplacedAtOnceIsANumber(t *testing.T) {
	for value, want := range map[string]struct {
		n     int
		wrong string
	}{
		"1":    {n: 1},
		" 12 ": {n: 12},
		"":     {wrong: `fig.yml:4:3: web.labels.io.stack-lite.rolling: "" is not a number from 1 on`},
		"0":    {wrong: `fig.yml:4:3: web.labels.io.stack-lite.rolling: "0" is not a number from 1 on`},
		"-1":   {wrong: `fig.yml:4:3: web.labels.io.stack-lite.rolling: "-1" is not a number from 1 on`},
		"true": {wrong: `fig.yml:4:3: web.labels.io.stack-lite.rolling: "true" is not a number from 1 on`},
	} {
		svc := &compose.Service{Name: "web", Image: "i", Labels: []compose.Var{{Name: linking.RollingLabel, Value: &value, Pos: compose.Pos{File: "fig.yml", Line: 4, Column: 3}}}}
		p := &compose.Project{Name: "p", Services: []*compose.Service{svc}}
		_, err := linking.Resolve(p, linking.Options{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want.wrong || linking.Rolling(svc) != want.n {
			t.Errorf("%q: %d, %s; want %d, %s", value, linking.Rolling(svc), got, want.n, want.wrong)
		}
	}
}
