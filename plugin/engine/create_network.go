package engine

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// createNetwork makes a network, on the given subnet or on one that is free.
// Something else may take that at the same moment; then the next free one is
// tried. Containers get other addresses then than they had on the given one.
func (s *subnetSource) createNetwork(ctx context.Context, n plan.Network, subnet string) error {
	spec := n.Spec.(desired.NetworkSpec)
	options := network.CreateOptions{Driver: "bridge", Labels: spec.Labels}
	if spec.Like != nil {
		desired.DeclareNetwork(&options, spec.Like)
	}
	if spec.Kind == linking.Isolated {
		if options.Options == nil {
			options.Options = map[string]string{}
		}
		options.Options[desired.OptionICC] = "false"
	}
	if d := spec.Declared; d != nil {
		desired.DeclareNetwork(&options, d)
		if len(d.Pools) > 0 || options.Driver != "bridge" { // the addresses are the files', or the driver's
			_, err := s.client.NetworkCreate(ctx, n.Name, options)
			return err
		}
	}
	ipam := options.IPAM
	for given := subnet != ""; ; {
		asked := false
		if !given {
			var err error
			if subnet, asked, err = s.next(ctx, n.Size, labels.NetworkProject(spec.Labels)); err != nil {
				return err
			}
		}
		options.IPAM = &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet}}}
		if ipam != nil {
			options.IPAM.Driver, options.IPAM.Options = ipam.Driver, ipam.Options
		}
		made, err := s.client.NetworkCreate(ctx, n.Name, options)
		if err == nil && made.ID == "" {
			err = errNoID
		}
		switch {
		case err == nil:
			return nil
		case given && overlaps(err):
			given = false
			s.move(n.Name)
		case asked && exhausted(err):
			s.usePool()
		case given || asked || !overlaps(err):
			return err
		}
	}
}

// overlaps reports whether the engine refused a subnet because it is in use.
// There is no code for it but the text (libnetwork's ipam and bridge driver).
func overlaps(err error) bool {
	text := err.Error()
	return strings.Contains(text, "Pool overlaps") || strings.Contains(text, "conflicts with network")
}

// exhausted reports whether the engine has no subnet left to choose.
func exhausted(err error) bool {
	return strings.Contains(err.Error(), "address pools have been fully subnetted")
}
