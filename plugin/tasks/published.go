package tasks

import (
	"cmp"
	"net"
	"strconv"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// published gives the addresses at which a port of a service is reached: one that every
// node publishes at any, else at those of the nodes whose tasks publish it.
func published(seen *observed.Swarm, service string, index int, port uint16, protocol string) []string {
	var list []string
	for _, s := range ofService(seen, service) {
		for _, p := range s.Ports {
			if p.Mode != "host" && p.Target == port && cmp.Or(p.Protocol, "tcp") == protocol && p.Published != 0 {
				list = append(list, address("0.0.0.0", p.Published))
			}
		}
	}
	for _, t := range running(seen, service, index) {
		at := cmp.Or(t.NodeName, t.Node)
		if n := nodeOf(seen, t); n != nil && n.Address != "" {
			at = n.Address
		}
		for _, p := range t.Ports {
			if p.Target == port && cmp.Or(p.Protocol, "tcp") == protocol && p.Published != 0 {
				list = append(list, address(at, p.Published))
			}
		}
	}
	return list
}

func address(host string, port uint16) string { return net.JoinHostPort(host, strconv.Itoa(int(port))) }
