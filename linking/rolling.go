package linking

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// RollingLabel is the label by which a service is always replaced rolling: each new
// container is up before the one that it replaces goes. Its value is how many go at once.
const RollingLabel = "io.stack-lite.rolling"

// Rolling is how many containers of a service are replaced rolling at once; 0: none.
func Rolling(svc *compose.Service) int {
	n, _ := parseRolling(*label(svc, RollingLabel).Value)
	return n
}

// parseRolling reads a number from 1 on; false, and 0: it is none.
func parseRolling(text string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 {
		return 0, false
	}
	return n, true
}

// checkRolling finds the services whose label says no such number.
func checkRolling(p *compose.Project) compose.Errors {
	var errs compose.Errors
	for _, svc := range p.Services {
		for _, l := range svc.Labels {
			if l.Name != RollingLabel || l.Value == nil {
				continue
			}
			if _, ok := parseRolling(*l.Value); !ok {
				errs = append(errs, &compose.Error{
					Pos: l.Pos, Path: svc.Name + ".labels." + RollingLabel,
					Msg:   fmt.Sprintf("%q is not a number from 1 on", *l.Value),
					Hints: []string{"it is how many containers of the service are replaced at once, each while the old one runs: \"1\" is the most careful"},
				})
			}
		}
	}
	return errs
}
