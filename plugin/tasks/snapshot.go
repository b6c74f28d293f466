package tasks

import (
	"cmp"
	"context"
	"net/netip"
	"strings"

	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// Look gives the project of a session in a swarm as one engine would show it.
func Look(ctx context.Context, s *session.Session) (*observed.Snapshot, error) {
	seen, _, err := look(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	return Snapshot(seen), nil
}

// Snapshot is a swarm as one engine would show it: with the containers of the tasks
// that are to run, whichever node they are on, and the networks that they share. Who
// reaches whom follows from it as it does on one engine.
func Snapshot(seen *observed.Swarm) *observed.Snapshot {
	s := &observed.Snapshot{AttachAll: true}
	byID := map[string]observed.Network{}
	for _, n := range seen.Networks {
		n.Traffic = true
		s.Networks = append(s.Networks, n)
		byID[n.ID] = n
		byID[n.Name] = n
	}
	for _, r := range replicas(seen, seen.Services) {
		for _, t := range r.current() {
			s.Containers = append(s.Containers, container(seen, r.service, t, byID))
		}
	}
	s.Sort()
	return s
}

// WithNodes is a graph of a Snapshot whose containers are called like tasks, with their
// nodes. Others it leaves as they are.
func WithNodes(g graph.Graph, s *observed.Snapshot) graph.Graph {
	names := map[string]string{}
	for _, c := range s.Containers {
		if node, ok := strings.CutPrefix(c.Status, onNodePrefix); ok {
			names[c.Name] = c.Name[:max(0, strings.LastIndexByte(c.Name, '.'))] + " on " + node
		}
	}
	for i := range g.Nodes {
		for j, c := range g.Nodes[i].Containers {
			if name, is := names[c.Name]; is {
				g.Nodes[i].Containers[j].Name = name
			}
		}
	}
	return g
}

// onNodePrefix begins the status of a container of a Snapshot, before the name of its
// node.
const onNodePrefix = "task on "

// container is a task as a container, with the name that it has on its node.
func container(seen *observed.Swarm, s observed.Service, t observed.Task, networks map[string]observed.Network) observed.Container {
	c := observed.Container{
		ID: cmp.Or(t.Container, t.ID), Name: containerName(t), Owner: s.Project, Project: s.Project, Service: s.Service, Number: t.Slot, OneOff: s.OneOff,
		Fingerprint: s.Fingerprint, After: s.After, Dir: s.Dir, Files: s.Files, Image: t.Image, State: plan.StateCreated, Status: onNodePrefix + cmp.Or(t.NodeName, t.Node, "no node yet"), Created: t.Created,
		Legacy: map[string]string{},
	}
	switch {
	case runs(seen, t):
		c.State = plan.StateRunning
	case t.Over():
		c.State = plan.StateExited
	}
	for _, a := range s.Attached {
		n, known := networks[a.Network]
		if !known {
			continue
		}
		e := observed.Endpoint{Network: n.Name, NetworkID: n.ID, Aliases: append([]string{s.Name}, a.Aliases...)}
		if in, err := netip.ParsePrefix(n.Subnet); err == nil {
			for _, text := range t.Addresses {
				if at, err := netip.ParsePrefix(text); err == nil && in.Contains(at.Addr()) {
					e.Address = at.Addr()
				}
			}
		}
		c.Endpoints = append(c.Endpoints, e)
	}
	for _, p := range s.Ports {
		if p.Published != 0 && p.Mode != "host" {
			c.Ports = append(c.Ports, observed.Port{IP: "0.0.0.0", Private: p.Target, Public: p.Published, Protocol: cmp.Or(p.Protocol, "tcp")})
		}
	}
	for _, p := range t.Ports {
		if n := nodeOf(seen, t); n != nil {
			c.Ports = append(c.Ports, observed.Port{IP: n.Address, Private: p.Target, Public: p.Published, Protocol: cmp.Or(p.Protocol, "tcp")})
		}
	}
	return c
}
