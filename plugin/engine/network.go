package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// createNetwork makes a network, on the given subnet or on one that is free.
// Somebody else may take that at the same moment; then it is the next one's
// turn.
func (e *Engine) createNetwork(ctx context.Context, n plan.Network, subnet string) error {
	spec := n.Spec.(networkSpec)
	options := network.CreateOptions{Driver: "bridge", Labels: spec.labels}
	if spec.kind == linking.Isolated {
		options.Options = map[string]string{"com.docker.network.bridge.enable_icc": "false"}
	}
	for given := subnet != ""; ; {
		asked := !given && e.choosesSubnets(ctx)
		switch {
		case asked:
			subnet = fmt.Sprintf("0.0.0.0/%d", bitsFor(n.Size, 0))
		case !given:
			var err error
			if subnet, err = e.nextSubnet(n.Size, spec.labels[labels.Project]); err != nil {
				return err
			}
		}
		options.IPAM = &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet}}}
		_, err := e.client.NetworkCreate(ctx, n.Name, options)
		switch {
		case err == nil || given:
			return err
		case asked && exhausted(err):
			e.ownPool()
		case asked || !overlaps(err):
			return err
		}
	}
}

// choosesSubnets tells whether the engine can be asked for a subnet of a size
// (API 1.52; it looks at the engine's version, not at the one spoken, for the
// call is the same). Then it knows best what is free on its machine. A pool that
// the user names is ours to hand out all the same.
func (e *Engine) choosesSubnets(ctx context.Context) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.chooses == nil {
		answer := false
		if !e.poolGiven {
			ping, err := e.client.Ping(ctx)
			answer = err == nil && versions.GreaterThanOrEqualTo(ping.APIVersion, "1.52")
		}
		e.chooses = &answer
	}
	return *e.chooses
}

// ownPool makes the rest of the run take subnets from our pool, because those of
// the engine are used up.
func (e *Engine) ownPool() {
	e.mu.Lock()
	defer e.mu.Unlock()
	*e.chooses = false
}

func (e *Engine) nextSubnet(size int, user string) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, err := e.subnets.next(size)
	if err != nil {
		return "", err
	}
	e.subnets.use(p, user)
	return p.String(), nil
}

// overlaps tells whether the engine refused a subnet because it is in use. It
// has no other word for it than its text (libnetwork's ipam and bridge driver).
func overlaps(err error) bool {
	text := err.Error()
	return strings.Contains(text, "Pool overlaps") || strings.Contains(text, "conflicts with network")
}

// exhausted tells whether the engine has no subnet left to choose.
func exhausted(err error) bool {
	return strings.Contains(err.Error(), "address pools have been fully subnetted")
}
