package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// model is an engine of the least kind: it carries actions out on a Have and
// refuses what a real one would refuse.
type model struct {
	have      Have
	serial    int
	made      map[string]string   // ids of containers made in this run, by the name they were made under
	beside    map[string]bool     // ids of those that were started while another of their replica ran, with whether they were waited for
	externals map[string][]string // the words for the externals of each network, by its id: see externalsNamed
}

func newModel(attachAll bool) *model {
	return &model{have: Have{Images: map[string]string{}, AttachAll: attachAll}, externals: map[string][]string{}, beside: map[string]bool{}}
}

// snapshot is a copy that later actions don't touch.
func (m *model) snapshot() Have {
	h := m.have
	h.Images = maps.Clone(h.Images)
	h.Networks = slices.Clone(h.Networks)
	h.Containers = slices.Clone(h.Containers)
	for i := range h.Containers {
		h.Containers[i].Attached = maps.Clone(h.Containers[i].Attached)
		h.Containers[i].Address = maps.Clone(h.Containers[i].Address)
		h.Containers[i].OtherNetworks = slices.Clone(h.Containers[i].OtherNetworks)
	}
	h.Externals = slices.Clone(h.Externals)
	for i := range h.Externals {
		h.Externals[i].Attached = maps.Clone(h.Externals[i].Attached)
		h.Externals[i].Address = maps.Clone(h.Externals[i].Address)
	}
	for i, n := range h.Networks {
		h.Networks[i].Externals = externalsNamed(h, m.externals[n.ID])
	}
	return h
}

// externalsNamed names the externals that words mean: a name, or the beginning of
// several as of the replicas of a service.
func externalsNamed(h Have, words []string) []string {
	var names []string
	for _, s := range h.Externals {
		for _, w := range words {
			if s.Name == w || strings.HasPrefix(s.Name, w+"_") {
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// external finds an external of that id, running or not.
func (m *model) external(id string) *External {
	for i := range m.have.Externals {
		if s := &m.have.Externals[i]; s.ID == id {
			return s
		}
	}
	return nil
}

func (m *model) id() string { m.serial++; return fmt.Sprintf("id%d", m.serial) }

func (m *model) container(address string) (*HaveContainer, error) {
	if id, ok := m.made[address]; ok {
		address = id
	}
	for i := range m.have.Containers {
		if c := &m.have.Containers[i]; c.ID == address || c.Name == address {
			return c, nil
		}
	}
	return nil, fmt.Errorf("no such container: %s", address)
}

func (m *model) network(name string) *HaveNetwork {
	for i := range m.have.Networks {
		if n := &m.have.Networks[i]; n.Name == name || n.ID == name {
			return n
		}
	}
	return nil
}

func (m *model) apply(a Action) error {
	switch a := a.(type) {
	case PullImage:
		m.have.Images[a.Image.Ref] = m.id()
	case BuildImage:
		m.have.Images[a.Image.Ref] = m.id()
	case CreateNetwork:
		if m.network(a.Network.Name) != nil {
			return fmt.Errorf("network %s exists", a.Network.Name)
		}
		n := a.Network
		subnet := a.Subnet
		if subnet == "" {
			subnet = "subnet of " + m.id()
		}
		for _, h := range m.have.Networks {
			if h.Subnet == subnet {
				return fmt.Errorf("network %s: subnet overlaps with that of %s", n.Name, h.Name)
			}
		}
		words, _ := n.Spec.([]string)
		defer func() { m.externals[m.network(n.Name).ID] = words }()
		m.have.Networks = append(m.have.Networks, HaveNetwork{Name: n.Name, ID: m.id(), Settings: n.Settings, Wiring: n.Wiring, Size: max(n.Size, 13), Subnet: subnet})
	case RemoveNetwork:
		return m.removeNetwork(a)
	case CreateContainer:
		return m.create(a)
	case RenameContainer:
		c, err := m.container(a.Container)
		if err != nil {
			return err
		}
		if m.taken(a.To) {
			return fmt.Errorf("name %s is taken", a.To)
		}
		c.Name = a.To
	case Connect:
		return m.connect(a)
	case Disconnect:
		if s := m.external(a.Container); s != nil {
			if !s.on(a.Network) {
				return fmt.Errorf("%s is not connected to %s", s.Name, a.Network)
			}
			delete(s.Attached, a.Network)
			delete(s.Address, a.Network)
			return nil
		}
		c, err := m.container(a.Container)
		if err != nil {
			return err
		}
		if !attached(c, a.Network) || c.State == StateRestarting {
			return fmt.Errorf("%s is not connected to %s", c.Name, a.Network)
		}
		c.Misnamed = slices.DeleteFunc(slices.Clone(c.Misnamed), func(name string) bool { return name == a.Network })
		delete(c.Attached, a.Network)
		delete(c.Address, a.Network)
	case StartContainer:
		return m.start(a)
	case AwaitContainer:
		c, err := m.container(a.Container)
		if err != nil {
			return err
		}
		if !c.State.Up() {
			return fmt.Errorf("%s does not run", c.Name)
		}
		m.beside[c.ID] = true
	case StopContainer:
		c, err := m.container(a.Container)
		if err != nil {
			return err
		}
		for _, other := range m.have.Containers {
			if awaited, is := m.beside[other.ID]; is && !awaited && other.Service == c.Service && other.Number == c.Number {
				return fmt.Errorf("stop %s: it is not known whether %s is up", c.Name, other.Name)
			}
		}
		c.State = StateExited
		clear(c.Address)
	case RunHook:
		c, err := m.container(a.Container)
		if err != nil {
			return err
		}
		if c.State != StateRunning {
			return fmt.Errorf("%s: container %s is %s", a.Words(), c.Name, c.State)
		}
	case RestartContainer:
		c, err := m.container(a.Container)
		if err != nil {
			return err
		}
		c.State = StateRunning
	case RemoveContainer:
		c, err := m.container(a.Container)
		if err != nil {
			return err
		}
		if c.State.Up() {
			return fmt.Errorf("%s is running", c.Name)
		}
		m.have.Containers = slices.DeleteFunc(m.have.Containers, func(h HaveContainer) bool { return h.ID == c.ID })
	default:
		return fmt.Errorf("unknown action %T", a)
	}
	return nil
}

func (m *model) removeNetwork(a RemoveNetwork) error {
	n := m.network(a.ID)
	if n == nil {
		return fmt.Errorf("no such network: %s", a.Name)
	}
	for _, c := range m.have.Containers {
		if c.State.Up() && c.Attached[n.Name] == n.ID {
			return fmt.Errorf("network %s has active endpoints: %s", n.Name, c.Name)
		}
	}
	for _, s := range m.have.Externals {
		if s.on(n.Name) {
			return fmt.Errorf("%s could not start any more without network %s", s.Name, n.Name)
		}
	}
	m.have.Networks = slices.DeleteFunc(m.have.Networks, func(h HaveNetwork) bool { return h.ID == a.ID })
	return nil
}

func (m *model) create(a CreateContainer) error {
	w := a.Container
	if m.taken(a.As) {
		return fmt.Errorf("name %s is taken", a.As)
	}
	var data map[string]string
	if a.Replaces != "" {
		replaced, err := m.container(a.Replaces)
		if err != nil {
			return err
		}
		data = replaced.Anonymous
	}
	if m.have.Images[w.Image] == "" {
		return fmt.Errorf("no such image: %s", w.Image)
	}
	c := HaveContainer{ID: m.id(), Name: a.As, Service: w.Service, Number: w.Number, Image: w.Image, ImageID: m.have.Images[w.Image],
		Fingerprint: w.Fingerprint, State: StateCreated, After: w.After, Anonymous: data, Attached: map[string]string{}, Address: map[string]string{}}
	for i, n := range w.Attach {
		if i == 0 || m.have.AttachAll {
			c.Attached[n] = ""
		}
	}
	c.CreatedOn = w.createdOn()
	for _, name := range a.SharesWith {
		t, err := m.container(name)
		if err != nil {
			return err
		}
		c.NetworkOf = t.ID
	}
	m.have.Containers = append(m.have.Containers, c)
	m.made[a.As] = c.ID
	return nil
}

func (m *model) taken(name string) bool {
	return slices.ContainsFunc(m.have.Containers, func(c HaveContainer) bool { return c.Name == name })
}

func (m *model) connect(a Connect) error {
	if s := m.external(a.Container); s != nil {
		return m.connectExternal(a, s)
	}
	c, err := m.container(a.Container)
	if err != nil {
		return err
	}
	if err := m.checkCreatedOn(c); err != nil {
		return err
	}
	if c.State == StateRestarting {
		return fmt.Errorf("%s restarts: its endpoint may be left on %s for good", c.Name, a.Network.Name)
	}
	if strings.HasPrefix(a.Network.Name, "q_") { // a network of another stack
		if slices.Contains(c.OtherNetworks, a.Network.Name) {
			return fmt.Errorf("%s is already attached to %s", c.Name, a.Network.Name)
		}
		c.OtherNetworks = append(c.OtherNetworks, a.Network.Name)
		return nil
	}
	n := m.network(a.Network.Name)
	if n == nil {
		return fmt.Errorf("no such network: %s", a.Network.Name)
	}
	if attached(c, n.Name) {
		return fmt.Errorf("%s is already attached to %s", c.Name, n.Name)
	}
	if a.Address != "" && m.holder(n.Name, a.Address) != "" {
		return fmt.Errorf("address %s of %s is in use by %s", a.Address, n.Name, m.holder(n.Name, a.Address))
	}
	c.Attached[n.Name] = n.ID
	if c.State.Up() {
		c.Address[n.Name] = a.Address
		if a.Address == "" {
			c.Address[n.Name] = m.free(n.Name)
		}
	}
	return nil
}

// connectExternal attaches an external; it has an address while it runs, which
// those in the model do that have a name of even length.
func (m *model) connectExternal(a Connect, s *External) error {
	n := m.network(a.Network.Name)
	switch {
	case n == nil:
		return fmt.Errorf("no such network: %s", a.Network.Name)
	case s.on(n.Name):
		return fmt.Errorf("%s is already attached to %s", s.Name, n.Name)
	case a.Address != "" && m.holder(n.Name, a.Address) != "":
		return fmt.Errorf("address %s of %s is in use by %s", a.Address, n.Name, m.holder(n.Name, a.Address))
	}
	s.Attached[n.Name] = n.ID
	if len(s.Name)%2 == 0 {
		s.Address[n.Name] = a.Address
		if a.Address == "" {
			s.Address[n.Name] = m.free(n.Name)
		}
	}
	return nil
}

// holder returns the container that has an address.
func (m *model) holder(network, address string) string {
	for _, c := range m.have.Containers {
		if c.Address[network] == address {
			return c.Name
		}
	}
	for _, s := range m.have.Externals {
		if s.Address[network] == address {
			return s.Name
		}
	}
	return ""
}

// free returns the lowest address that is not in use.
func (m *model) free(network string) string {
	for i := 2; ; i++ {
		if a := fmt.Sprint(".", i); m.holder(network, a) == "" {
			return a
		}
	}
}

func (m *model) start(a StartContainer) error {
	c, err := m.container(a.Container)
	if err != nil {
		return err
	}
	if err := m.checkCreatedOn(c); err != nil {
		return err
	}
	for _, other := range m.have.Containers {
		if other.Service != c.Service || other.Number != c.Number || !other.State.Up() || other.OneOff {
			continue
		}
		// The two may run at once only where the plan says that they are to, and have
		// neither a network nor data that is one container's.
		if !a.Beside || other.MadeBy != "" || len(other.Anonymous) > 0 || c.NetworkOf != "" {
			return fmt.Errorf("start %s: %s runs, in whose place it is", c.Name, other.Name)
		}
		m.beside[c.ID] = false
	}
	for name, id := range c.Attached {
		n := m.network(name)
		if n == nil || id != "" && id != n.ID {
			return fmt.Errorf("start %s: network %s not found", c.Name, name)
		}
		c.Attached[name] = n.ID
		if c.Address[name] == "" {
			c.Address[name] = m.free(name)
		}
	}
	if c.NetworkOf != "" {
		if t, err := m.container(c.NetworkOf); err != nil || !t.State.Up() {
			return fmt.Errorf("start %s: joins a container that does not run", c.Name)
		}
	}
	c.State = StateRunning
	return nil
}

// checkCreatedOn refuses as engines of API 1.44 do that look for the network mode.
func (m *model) checkCreatedOn(c *HaveContainer) error {
	if m.have.AttachAll && c.CreatedOn != "" && m.network(c.CreatedOn) == nil {
		return fmt.Errorf("could not find a network matching network mode %s", c.CreatedOn)
	}
	return nil
}
