package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// Replica is a container of a stack as ps shows it.
type Replica struct {
	ID       string
	Name     string
	Service  string
	Number   int
	OneOff   bool
	Image    string
	ImageID  string
	Command  string
	State    string // the engine's word: running, exited, …
	Status   string // "Up 3 minutes", "Exited (1) 2 days ago"
	Ports    []string
	Networks []string
}

// List gives the containers of a project, stopped ones too, by service and
// number. It makes one call.
func (e *Engine) List(ctx context.Context, project string) ([]Replica, error) {
	found, err := e.client.ContainerList(ctx, container.ListOptions{
		All:     true,
		Filters: filters.NewArgs(filters.Arg("label", labels.Project+"="+project), filters.Arg("label", labels.Fingerprint)),
	})
	if err != nil {
		return nil, e.explain(err)
	}
	var list []Replica
	for _, c := range found {
		h := haveContainer(c, nil)
		r := Replica{
			ID: c.ID, Name: h.Name, Service: h.Service, Number: h.Number, OneOff: h.OneOff,
			Image: c.Image, ImageID: c.ImageID, Command: c.Command, State: c.State, Status: c.Status, Ports: portWords(c.Ports),
		}
		for name := range h.Attached {
			r.Networks = append(r.Networks, name)
		}
		slices.Sort(r.Networks)
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Replica) int {
		if c := strings.Compare(a.Service, b.Service); c != 0 {
			return c
		}
		if a.Number != b.Number {
			return a.Number - b.Number
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list, nil
}

// portWords writes ports as docker ps does: "0.0.0.0:32768->80/tcp", "53/udp",
// by container port.
func portWords(ports []container.Port) []string {
	slices.SortFunc(ports, func(a, b container.Port) int {
		if a.PrivatePort != b.PrivatePort {
			return int(a.PrivatePort) - int(b.PrivatePort)
		}
		if c := strings.Compare(a.Type, b.Type); c != 0 {
			return c
		}
		if c := strings.Compare(a.IP, b.IP); c != 0 {
			return c
		}
		return int(a.PublicPort) - int(b.PublicPort)
	})
	var words []string
	for _, p := range ports {
		word := strconv.Itoa(int(p.PrivatePort)) + "/" + p.Type
		if p.PublicPort != 0 {
			ip := p.IP
			if strings.Contains(ip, ":") {
				ip = "[" + ip + "]"
			}
			word = fmt.Sprintf("%s:%d->%s", ip, p.PublicPort, word)
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}
