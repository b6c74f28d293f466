package swarm_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestLinksHoldWhereANodeIsCutOff takes the cable out of a node in the middle. What runs
// there runs on, as long as nobody can tell it to end: it must still reach nobody.
func TestLinksHoldWhereANodeIsCutOff(t *testing.T) {
	n := connect(t)
	s := newSite(n, fmt.Sprintf("cut%d", os.Getpid()), []string{"fig.yml"}, map[string]string{
		"fig.yml": strings.ReplaceAll("web: {image: IMAGE, restart: always, links: [db]}\ndb: {image: IMAGE, restart: always}\nlone: {image: IMAGE, restart: always}\n",
			"IMAGE", n.pushed("first")),
	})
	links := finds{"web": {"db": "db"}, "db": {"web": "web"}, "lone": {}}
	replicas := map[string]int{"web": 3, "db": 1, "lone": 1}
	s.lite("up", "-d", "--swarm", "--scale", "web=3")
	s.keptApart(links, replicas)

	lost := n.all[len(n.all)-1]
	n.cut(lost)
	n.wait(time.Minute, func(ctx context.Context) error {
		states, err := nodeList(ctx, n.manager())
		if err == nil && states[lost.name] != "down" {
			err = fmt.Errorf("%s is %s", lost.name, states[lost.name])
		}
		return err
	})
	s.movedFrom(lost, replicas)
	met := map[string]bool{}
	n.wait(2*time.Minute, func(ctx context.Context) error {
		all, err := s.replicas(ctx)
		if err != nil {
			return err
		}
		here, there := sides(all, lost)
		if len(there) == 0 {
			return fmt.Errorf("nothing runs on %s, which knows of nothing", lost.name)
		}
		cutOff, err := look(ctx, links, there, all)
		if err != nil {
			return err
		}
		s.noLeak(links, cutOff)
		return s.see(ctx, links, here, all, met)
	})
	s.lite("ps")

	n.join(lost)
	n.wait(time.Minute, n.allReady)
	s.keptApart(links, replicas) // what ran there has been ended
	s.lite("down")
	n.wait(30*time.Second, s.nothingLeft)
}

// sides are the replicas on other nodes than one, and on that.
func sides(all []replica, away node) (here, there []replica) {
	for _, r := range all {
		if r.node.name == away.name {
			there = append(there, r)
		} else {
			here = append(here, r)
		}
	}
	return here, there
}
