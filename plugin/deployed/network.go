package deployed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// networks are those that are made for the project.
func (w *wanted) networks() []plan.Network {
	byKey := map[string]linking.Network{}
	for _, n := range w.Topology.Networks {
		key := n.Name
		if n.Declared != nil {
			key = linking.SwarmName(w.Project.Name, n.Name)
		}
		byKey[key] = n
	}
	var list []plan.Network
	for _, key := range slices.Sorted(maps.Keys(w.stack.Networks)) {
		of := w.stack.Networks[key]
		if of.External {
			continue
		}
		n, known := byKey[key]
		if !known { // of one service, which is on none
			n = linking.Network{Name: key, Kind: linking.Isolated}
		}
		o := of.options()
		o.Labels[labels.ProjectOf], o.Labels[labels.Network], o.Labels[labels.Version] = w.Project.Name, n.Name, w.Options.Version
		o.Labels[labels.Settings] = string(n.Kind) + of.sum()
		if len(n.Externals) > 0 {
			o.Labels[labels.Externals] = labels.ListText(n.Externals)
		}
		list = append(list, plan.Network{Name: of.Name, Settings: overlay + of.sum(), Spec: NetworkSpec{o}})
	}
	return list
}

// overlay is the driver of networks over nodes.
const overlay = "overlay"

// sum stands for what is set on a network besides its driver; empty: nothing.
func (n net) sum() string {
	set := maps.Clone(n.said)
	delete(set, "name")
	if len(set) == 1 && n.Driver == overlay {
		return ""
	}
	text, err := json.Marshal(set)
	if err != nil {
		panic("a network has a value that JSON has no form for: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return settingsJoint + hex.EncodeToString(sum[:4])
}

// settingsJoint begins the sum behind what a network is for.
const settingsJoint = ":"

// settingsOf is the Settings of a network as it was made, by its label: what it was for does
// not matter.
func settingsOf(label string) string {
	if _, sum, set := strings.Cut(label, settingsJoint); set {
		return overlay + settingsJoint + sum
	}
	return overlay
}

// options is a network as the manager takes it, with the labels that users give.
func (n net) options() network.CreateOptions {
	o := network.CreateOptions{
		Driver: n.Driver, Internal: n.Internal, Attachable: n.Attachable, Options: texts(n.DriverOpts), Labels: usersOwn(n.Labels),
	}
	if n.IPAM.Driver == "" && len(n.IPAM.Config) == 0 && len(n.IPAM.Options) == 0 {
		return o
	}
	o.IPAM = &network.IPAM{Driver: n.IPAM.Driver, Options: texts(n.IPAM.Options)}
	for _, pool := range n.IPAM.Config {
		o.IPAM.Config = append(o.IPAM.Config, network.IPAMConfig{
			Subnet: pool.Subnet, Gateway: pool.Gateway, IPRange: pool.Range, AuxAddress: texts(pool.Reserved),
		})
	}
	return o
}
