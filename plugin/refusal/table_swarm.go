package refusal

import "slices"

// known are what engines say, as those and as managers of a swarm.
var known = slices.Concat(rows, swarmRows)

// swarmRows are what managers of a swarm say.
var swarmRows = []row{
	{
		kind:  NoNode,
		said:  said(`no suitable node(?: \((?P<why>.*)\))?`),
		text:  "no node of the swarm is suitable: ${why}",
		hints: []string{"to see the nodes: docker node ls"},
	},
	{
		kind: PortOfService, keys: []string{"ports"},
		said:  said(`port '(?P<port>\d+)' is already in use by service '(?P<name>[^']+)' \(\S*\) as an? (?:ingress|host-published) port`),
		text:  "port ${port} is published by the service ${name} of the swarm",
		hints: []string{"publish another port", "or remove that service: docker service rm ${name}"},
	},
	{
		kind:  NoDNSName,
		said:  said(`name must be valid as a DNS name component`),
		text:  "a swarm takes names of letters, digits, _ and -, of at most 63",
		hints: []string{"give the project, or the service, another name"},
	},
	{
		kind:  NetworkHeld,
		said:  said(`network (?P<network>\S+) is in use by (?P<what>service|task) `),
		text:  "a ${what} of the swarm is still on the network",
		hints: []string{"to see which there are: docker network inspect --verbose ${network}"},
	},
	{
		kind:  ChangedAgain,
		said:  said(`update out of sequence`),
		text:  "something else changes the service again and again",
		hints: []string{"type the same again"},
	},
	{
		kind:  SwarmLocked,
		said:  said(`Swarm is encrypted and needs to be unlocked`),
		text:  "the swarm is locked, as it is after a restart of its manager",
		hints: []string{"to unlock it: docker swarm unlock"},
	},
	{
		kind:  SwarmJoining,
		said:  said(`Manager is being prepared or has trouble connecting to the cluster`),
		text:  "the engine is about to become a manager of its swarm, or does not reach the others",
		hints: []string{"to see how far it is: docker info"},
	},
	{
		kind:  SwarmBroken,
		said:  said(`(?P<why>Swarm certificates have expired)`),
		text:  "the engine can't manage its swarm: ${why}",
		hints: []string{"leave the swarm and join it again: docker swarm leave --force, docker swarm join"},
	},
	{
		kind: NoLeader,
		said: said(`(?i)swarm does not have a leader`, `rpc error: code = (?:DeadlineExceeded|Unavailable) desc = `),
		text: "the swarm has no leader: too few of its managers reach each other",
		hints: []string{
			"start the others again; then: docker node ls",
			"if they are lost: docker swarm init --force-new-cluster",
		},
	},
}

// taskRows are what nodes of a swarm say of tasks, where that means something else than of
// a container.
var taskRows = []row{
	{
		kind: NotPulled, keys: []string{"image"},
		said: said(
			`No such image: (?P<image>\S+)`, `pull access denied for (?P<image>[^\s,]+)`, `manifest (?:for (?P<image>\S+) not found|unknown)`,
		),
		text: "the node does not have the image ${image}, and can't pull it",
		hints: []string{
			"push it to a registry that all nodes reach: docker push ${image}",
		},
	},
	{
		kind: NoSource, keys: []string{"volumes"},
		said: said(`bind source path does not exist: (?P<source>.+)$`),
		text: "the node has no ${source}",
		hints: []string{
			"make it on each node, or place the service on one that has it",
		},
	},
}
