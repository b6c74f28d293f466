package engine

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Observe takes a snapshot of a project and looks up the images that refs
// name. It makes three calls, at the same time.
func (e *Engine) Observe(ctx context.Context, project string, refs []string) (plan.Have, error) {
	var (
		containers []container.Summary
		networks   []network.Summary
		images     []image.Summary
	)
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		containers, err = e.client.ContainerList(within, container.ListOptions{All: true})
		return err
	})
	group.Go(func() (err error) {
		networks, err = e.client.NetworkList(within, network.ListOptions{})
		return err
	})
	group.Go(func() (err error) {
		if len(refs) > 0 {
			images, err = e.client.ImageList(within, image.ListOptions{})
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return plan.Have{}, e.explain(err)
	}
	e.noteSubnets(networks)
	have := plan.Have{AttachAll: e.attachesAll(), Images: resolveImages(refs, images)}
	foreign := map[string]bool{} // names of networks that exist and are not the stack's
	others := beyond{exposes: map[string]string{}}
	for _, n := range networks {
		if settings, ours := n.Labels[labels.Settings]; ours && n.Labels[labels.Project] == project {
			have.Networks = append(have.Networks, plan.HaveNetwork{
				Name: n.Name, ID: n.ID, Settings: settingsText(settings, labels.ParseList(n.Labels[labels.Externals])),
				Wiring: labels.ParseWiring(n.Labels[labels.Wiring]), Size: room(n), Subnet: subnetOf(n), For: n.Labels[labels.For],
			})
		} else {
			foreign[n.Name] = true
			others.networks = append(others.networks, newOtherNetwork(n))
		}
	}
	slices.SortFunc(have.Networks, func(a, b plan.HaveNetwork) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range containers {
		if Ours(c.Labels, project) {
			have.Containers = append(have.Containers, haveContainer(c, foreign))
		} else {
			have.Externals = append(have.Externals, externalContainer(c))
		}
		if text, told := c.Labels[labels.Exposes]; told {
			others.exposes[c.ImageID] = text
		}
	}
	have.Spec = others
	for i, n := range have.Networks {
		have.Networks[i].Externals = meant(externalsOf(n.Settings), have.Externals)
	}
	slices.SortFunc(have.Containers, func(a, b plan.HaveContainer) int {
		if c := strings.Compare(a.Service, b.Service); c != 0 {
			return c
		}
		if a.Number != b.Number {
			return a.Number - b.Number
		}
		return strings.Compare(a.Name, b.Name)
	})
	return have, nil
}

// Ours tells whether labels are those of a container of the project that this
// tool made.
func Ours(of map[string]string, project string) bool {
	return labels.Ours(of) && of[labels.Project] == project
}

func haveContainer(c container.Summary, foreign map[string]bool) plan.HaveContainer {
	number, _ := strconv.Atoi(c.Labels[labels.Number])
	h := plan.HaveContainer{
		ID:          c.ID,
		Name:        containerName(c),
		Service:     c.Labels[labels.Service],
		Number:      number,
		OneOff:      c.Labels[labels.OneOff] == "True",
		Image:       c.Image,
		ImageID:     c.ImageID,
		Fingerprint: plan.Fingerprint(c.Labels[labels.Fingerprint]),
		State:       plan.State(c.State),
		After:       labels.ParseList(c.Labels[labels.After]),
		Dir:         c.Labels[labels.WorkingDir],
		LinkEnv:     labels.ParseLinkEnv(c.Labels[labels.LinkEnv]),
		Attached:    map[string]string{},
		Address:     map[string]string{},
	}
	switch mode := container.NetworkMode(c.HostConfig.NetworkMode); {
	case mode.IsContainer():
		h.NetworkOf = mode.ConnectedContainer()
		return h
	case mode.IsUserDefined() && !foreign[string(mode)]:
		h.CreatedOn = string(mode)
	}
	if c.NetworkSettings != nil {
		for name, endpoint := range c.NetworkSettings.Networks {
			if foreign[name] {
				h.OtherNetworks = append(h.OtherNetworks, name)
			} else if name != network.NetworkHost && name != network.NetworkNone {
				h.Attached[name] = endpoint.NetworkID
				if endpoint.IPAddress != "" {
					h.Address[name] = endpoint.IPAddress
				}
			}
		}
	}
	return h
}

func externalContainer(c container.Summary) plan.External {
	s := plan.External{
		ID: c.ID, Name: containerName(c), Owner: c.Labels[labels.Project], Spec: newExternal(c),
		Attached: map[string]string{}, Address: map[string]string{},
	}
	if c.NetworkSettings != nil {
		for name, endpoint := range c.NetworkSettings.Networks {
			s.Attached[name] = endpoint.NetworkID
			if endpoint.IPAddress != "" {
				s.Address[name] = endpoint.IPAddress
			}
		}
	}
	return s
}

// settingsText is the settings of a network for a plan to compare: its kind and
// who outside it is for.
func settingsText(kind string, outside []string) string {
	return strings.Join(append([]string{kind}, outside...), " ")
}

// externalsOf gives back who outside a network is for.
func externalsOf(settings string) []string {
	_, outside, _ := strings.Cut(settings, " ")
	return strings.Fields(outside)
}

// containerName is the name without the slash; names with a second slash are
// those of legacy links.
func containerName(c container.Summary) string {
	for _, n := range c.Names {
		if n = strings.TrimPrefix(n, "/"); !strings.Contains(n, "/") {
			return n
		}
	}
	return c.ID[:min(12, len(c.ID))]
}

// room is how many endpoints the subnets of a network have room for. What the
// engine chose without telling is big enough.
func room(n network.Summary) int {
	size := 0
	for _, c := range n.IPAM.Config {
		if p, err := netip.ParsePrefix(c.Subnet); err == nil && p.Addr().Is4() {
			size += capacity(p)
		}
	}
	if size == 0 {
		return 1 << 16
	}
	return size
}

// subnetOf is the one IPv4 subnet of a network; empty: it has none or several.
func subnetOf(n network.Summary) string {
	if len(n.IPAM.Config) != 1 {
		return ""
	}
	return n.IPAM.Config[0].Subnet
}

// noteSubnets remembers which subnets are in use.
func (e *Engine) noteSubnets(networks []network.Summary) {
	s := &subnets{pool: e.options.Pool, used: slices.Clone(e.options.Avoid)}
	for _, n := range networks {
		for _, c := range n.IPAM.Config {
			if p, err := netip.ParsePrefix(c.Subnet); err == nil && p.Addr().Is4() {
				s.use(p, cmp.Or(n.Labels[labels.Project], "network "+n.Name))
			}
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.subnets = s
}

// resolveImages finds the image that each reference names, as the engine would.
func resolveImages(refs []string, images []image.Summary) map[string]string {
	byName := map[string]string{}
	for _, i := range images {
		for _, name := range append(slices.Clone(i.RepoTags), i.RepoDigests...) {
			if named, err := reference.ParseDockerRef(name); err == nil {
				byName[named.String()] = i.ID
			}
		}
	}
	found := map[string]string{}
	for _, ref := range refs {
		if named, err := reference.ParseDockerRef(ref); err == nil {
			if id := byName[named.String()]; id != "" {
				found[ref] = id
				continue
			}
		}
		if id := byID(ref, images); id != "" {
			found[ref] = id
		}
	}
	return found
}

// byID finds an image by its id or the beginning of one; empty where none or
// several have it.
func byID(ref string, images []image.Summary) string {
	digits := strings.TrimPrefix(ref, "sha256:")
	if len(digits) < 4 {
		return ""
	}
	found := ""
	for _, i := range images {
		if strings.HasPrefix(strings.TrimPrefix(i.ID, "sha256:"), digits) {
			if found != "" {
				return ""
			}
			found = i.ID
		}
	}
	return found
}
