package enginetest_test

import (
	"fmt"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

func TestAProgramSeesWhatTheModelKnows(t *testing.T) {
	look := func(p *enginetest.Process) int {
		addrs := p.Resolve(p.Args[1])
		if len(addrs) == 0 {
			p.Complain("nobody")
			return 2
		}
		p.Print(fmt.Sprintln(len(addrs), p.Ping(addrs[0]), p.Dial(addrs[0], "80"), p.Dial(addrs[0], "81")))
		return 0
	}
	for _, version := range engineVersions {
		e := enginetest.New(t, enginetest.Options{
			APIVersion: version,
			Images:     []enginetest.Image{enginetest.Probe("probe"), enginetest.Probe(contractImage)},
			Programs:   map[string]enginetest.Program{"look": look},
		})
		s := session{t, connect(t, e.Host())}
		s.network("front", nil)
		s.run("web", "front", nil)
		s.run("db", "front", nil)
		s.expect("web", []string{"/bin/look", "db"}, "1 true true false\n", 0)
		s.expect("web", []string{"/bin/look", "nobody"}, "", 2)

		id := s.run("looker", "front", nil, "/look", "web")
		if code := s.exited(id); code != 0 {
			t.Errorf("as a main process it ends with %d", code)
		}
		if out, _ := s.logs(id, container.LogsOptions{ShowStdout: true}); out != "1 true true false\n" {
			t.Errorf("as a main process it prints %q", out)
		}
	}
}
