// Package linking turns the links of a project into networks: services that are
// linked can talk to each other, and no others can.
//
// It is pure. Resolve takes a compose.Project and returns a Topology: the
// networks, which services are on them under which names, and which service
// starts after which. Nothing here knows an engine, a container or a replica.
//
// # Why an edge clique cover
//
// On a bridge network every container reaches every other. Two services must
// therefore share a network exactly where one links to the other (they are
// neighbours), and all members of a network must be neighbours of each other: a
// clique. So the networks of a project are sets of services, each a clique,
// that together have every pair of neighbours inside: an edge clique cover of
// the graph of links.
//
//	 web ──▶ worker        the links of a file
//	  │ ╲      │
//	  │  ╲     ▼
//	  │   └──▶ db
//	  ▼
//	cache ──▶ disk
//
//	db.web.worker          a triangle is one network of three,
//	cache.web              a lone edge is a network of two;
//	cache.disk             cache is on two, and web cannot reach disk
//
// Simpler rules leak. A network per target puts all consumers of db together, a
// network per consumer all its targets: in the files of real projects, hundreds
// of pairs without a link could then talk.
//
// Every network costs time to make and every endpoint time to start, so the
// cover with the fewest networks is taken, and among those one with the fewest
// endpoints. Package cover finds it. The services' names decide between equals,
// not their order in the file.
//
// # Networks that exist
//
// A container's connections break when it leaves a network. Options.Keep
// therefore lists the networks that exist: while their members are still
// neighbours they stay, even where fewer networks would do, and only links that
// none of them carries get new ones. Resolving the same project again with the
// networks of the first time kept gives the same networks.
//
// # Services without links
//
// Each has a network of the kind Isolated to itself, which gives it the internet
// and published ports but does not let its replicas reach each other. A network
// that several such services shared would be one segment of Ethernet, where
// forged frames pass.
//
// With Options.Isolation ByProject there is one network for all services in
// place of all this, as in Compose.
//
// # Externals
//
// A container that external_links names is a member of the graph like a
// service, under an external name, which no service can have ("/redis_1"). So
// is what discovery finds in other projects ("shop/web": all containers of a
// service). Two externals are never neighbours. Network.Externals lists them.
// Each edge with one has a network of just these two, with isolation by project
// too: names of services are on no network where somebody outside is.
//
// Discovery makes an edge from a proxy, which mounts the engine's socket and
// publishes a port on more than loopback, to every service with VIRTUAL_HOST,
// unless they have one already. A proxy may be in two containers: GeneratorsOf
// finds the one that has the socket, and all three are on one network. Options.Externals says what there is in other
// projects, and what of it the proxy's side allows to be joined; the rest is in
// Topology.Withheld.
//
// # Names
//
// A service answers to its own name on each network that it shares with services
// alone, with all replicas. The names of links (db, or db:database) belong to the
// consumer besides: they are in the Links of one of its endpoints, where they hide
// whoever else has them. On its other endpoints a name that somebody else may have
// is hidden (Hidden), so that it leads nowhere while its target does not run.
// Of several links with one alias the last counts.
// VisibleNames says under which names a consumer finds a target. DNS ignores
// case, so two services whose names differ in case alone must not both be
// neighbours of one service.
//
// In a swarm there are no private names. With Options.Swarm the name of a link is an
// alias of its target, on a network where all others mean the target by it: where the
// fewest networks have none such, the two who are linked get one of their own. A name
// by which one of the two finds somebody else already is left out, and a note says so.
//
// # net
//
// A service with net: host, none or container:NAME has no endpoints, and links
// from or to it are errors, except that a link to a service with net:
// container:SERVICE leads to that SERVICE. With a named network the service has
// that and its link networks.
//
// # Order
//
// Links may form circles; only the start order has to leave one out. In a
// circle the service that comes first in the file starts first, unless it needs
// volumes, a network or a process namespace of another in the circle: After
// lists the services that are waited for, Uses all that a service needs or
// links to. Circles of such needs are refused by compose.Check.
package linking
