package desired

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Have is what there is, as one project sees it: what the planner compares, and
// what else its links may lead to.
type Have struct {
	plan.Have
	Snapshot observed.Snapshot

	// Facts are what images say that link variables are made of, by id, as far
	// as it is known.
	Facts map[string]ImageFacts

	// Same reports whether two paths lead to the same place; nil: equal ones do.
	Same func(a, b string) bool
}

func (h Have) same(a, b string) bool { return a == b || h.Same != nil && h.Same(a, b) }

// HaveOf separates what a project made from what is external in a snapshot.
func HaveOf(s *observed.Snapshot, project string) Have {
	have := Have{Snapshot: *s, Facts: map[string]ImageFacts{}}
	have.AttachAll, have.MACOnConnect, have.Images = s.AttachAll, s.MACOnConnect, s.Images
	for id, ports := range s.ImagePorts {
		have.Facts[id] = ImageFacts{ID: id, Ports: ports}
	}
	external := map[string]bool{} // names of networks that exist and are not the project's
	have.OtherNetworks = map[string]string{}
	for _, n := range s.Networks {
		if external[n.Name] = n.Project != project; external[n.Name] {
			have.OtherNetworks[n.Name] = n.Project
		}
	}
	var externals []*observed.Container
	for i := range s.Containers {
		if c := &s.Containers[i]; c.Project == project {
			of := haveContainer(c, external)
			for _, e := range Misnamed(s, c) {
				if e.ByHand { // what others made, as earlier versions, may have other names
					of.Misnamed = append(of.Misnamed, e.Network)
				}
			}
			have.Containers = append(have.Containers, of)
		} else {
			externals = append(externals, c)
		}
	}
	slices.SortFunc(externals, func(a, b *observed.Container) int { return a.Order - b.Order })
	for _, c := range externals {
		x := externalContainer(c)
		x.Hides = Finds(s, c)
		if c.Owner == project {
			x.CopyOf = c.CopyOf
		}
		have.Externals = append(have.Externals, x)
	}
	for _, n := range s.Networks {
		if n.Project == project {
			have.Networks = append(have.Networks, plan.HaveNetwork{
				Name: n.Name, ID: n.ID, Settings: settingsText(cmp.Or(n.Settings, string(n.Kind)), n.Externals), Wiring: n.Wiring,
				Size: n.Room, Subnet: n.Subnet, For: n.For, Externals: have.meant(n.Externals),
			})
		}
	}
	return have
}

// otherNetworks lists the networks that are not the project's.
func (h Have) otherNetworks(project string) []observed.Network {
	return slices.DeleteFunc(slices.Clone(h.Snapshot.Networks), func(n observed.Network) bool { return n.Project == project })
}

func haveContainer(c *observed.Container, external map[string]bool) plan.HaveContainer {
	h := plan.HaveContainer{
		ID: c.ID, Name: c.Name, Service: c.Service, Number: c.Number, OneOff: c.OneOff,
		Image: c.Image, ImageID: c.ImageID, Fingerprint: c.Fingerprint.Without(labels.RoleSetting()), State: c.State,
		After: c.After, Dir: c.Dir, LinkEnv: c.LinkEnv,
		Attached: map[string]string{}, Address: map[string]string{}, Private: private(c),
		Created: c.Created, Started: c.Started, MadeBy: c.MadeBy, Order: c.Order, LinkedBy: c.LinkedBy, Fronts: c.Fronts,
	}
	for _, m := range c.Mounts {
		if m.Anonymous() {
			if h.Anonymous == nil {
				h.Anonymous = map[string]string{}
			}
			h.Anonymous[m.Target] = m.Volume
		}
		if !m.ReadOnly && !linking.IsSocket(m.Source) {
			h.Data = append(h.Data, m.Volume+m.Source) // one of the two is empty
		}
	}
	for _, p := range c.Ports {
		if p.Public != 0 {
			h.HostPorts = append(h.HostPorts, plan.HostPort{IP: p.IP, First: int(p.Public), Last: int(p.Public), Proto: p.Protocol})
		}
	}
	for _, j := range c.Joined {
		h.Joined = append(h.Joined, plan.Joined(j))
	}
	if kind, id := c.ForeignNetwork(); kind == "container" {
		h.NetworkOf = id
		return h
	}
	if !external[c.CreatedOn] {
		h.CreatedOn, h.MAC = c.CreatedOn, c.MAC
	}
	for _, e := range c.Endpoints {
		if e.Address.IsValid() {
			h.Address[e.Network] = e.Address.String()
		}
		if external[e.Network] {
			h.OtherNetworks = append(h.OtherNetworks, e.Network)
		} else {
			h.Attached[e.Network] = e.NetworkID
		}
	}
	return h
}

func externalContainer(c *observed.Container) plan.External {
	x := plan.External{ID: c.ID, Name: c.Name, Owner: c.Owner, Attached: map[string]string{}, Address: map[string]string{}, Private: private(c)}
	if kind, id := c.ForeignNetwork(); kind == "container" && c.State.Up() {
		x.SharesOf = id
	}
	for _, e := range c.Endpoints {
		x.Attached[e.Network] = e.NetworkID
		if e.Address.IsValid() {
			x.Address[e.Network] = e.Address.String()
		}
	}
	return x
}

// settingsText is the settings of a network for a plan to compare: its kind and
// what else it is for.
func settingsText(kind string, externals []string) string {
	return strings.Join(append([]string{kind}, externals...), " ")
}

// kindOf and externalsOf read settingsText.
func kindOf(settings string) string {
	kind, _, _ := strings.Cut(settings, " ")
	kind, _, _ = strings.Cut(kind, ":") // what files say of it: see kindText
	return kind
}

func externalsOf(settings string) []string {
	_, externals, _ := strings.Cut(settings, " ")
	return strings.Fields(externals)
}
