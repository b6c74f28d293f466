// Package linking turns the links of a project into networks: who links to
// whom may talk, nobody else can.
//
// It is pure. Resolve takes a compose.Project and returns a Topology: the
// networks, who sits on them under which names, and who starts after whom.
// Nothing here knows an engine, a container or a replica.
//
// # Why an edge clique cover
//
// On a bridge network everybody reaches everybody. Two services must
// therefore share a network exactly where one links to the other (they are
// neighbours), and a network may have those members only that are all
// neighbours of each other: a clique. So the networks of a project are sets of
// services, each a clique, that together have every pair of neighbours inside:
// an edge clique cover of the graph of links.
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
//	cache.disk             cache sits on two, and web cannot reach disk
//
// Simpler rules leak. A network per target puts all consumers of db together,
// a network per consumer all its targets: in the files of real projects,
// hundreds of pairs could talk that no link joins.
//
// Every network costs time to make and every endpoint time to start, so that
// the cover with the fewest networks is taken, and among those one with the
// fewest endpoints. Package cover finds it. The services' names decide between
// equals, not their order in the file.
//
// # Networks that exist
//
// A container's connections break when it leaves a network. Options.Keep
// therefore names the networks there are: while their members are neighbours
// still they stay, whatever a fresh start would do, and only what they leave
// over gets new ones. Resolving the same project again with the networks of
// the first time kept gives the same networks.
//
// # Services without links
//
// They share one network, Apart, which gives them the internet and published
// ports but no way to each other. A service with neighbours is not on it: its
// container's name would lead there, to an address that does not answer.
//
// With Options.Isolation ByProject there is one network for everybody in place
// of all this, as in Compose.
//
// # Who is outside
//
// A container that external_links names is a member of the graph like a
// service, under an outside name that no service can have ("/redis_1"), and so
// is what discovery joins with the project ("shop/web": all containers of a
// service of another project). Two of them are never neighbours. Network.Outside
// lists them. By project only their ties have networks besides the one.
//
// Discovery ties a proxy, which mounts the engine's socket and publishes a
// port, to every service with VIRTUAL_HOST, unless a link does already. Whom it
// may find outside the caller has to say: Options.Outside.
//
// # Names
//
// A service answers to its own name on each of its link networks, with all
// replicas. A name that a link makes up (db:database) is the consumer's alone:
// it is in the Links of one of its endpoints, where it hides a service that
// happens to have the same name, or a container outside that is called like a
// service. Of several links with one alias the last wins, as it always did. DNS knows no case, so two services whose names
// differ in nothing else must not be in sight of one service.
//
// # net
//
// A service with net: host, none or container:NAME has no endpoints, and links
// from or to it are errors, except that a link to a service with net:
// container:SERVICE leads to that SERVICE. A named network stands beside the
// link networks.
//
// # Order
//
// Links may go in circles; only the start order has to leave one out. Of a
// circle the service that stands first in the file starts first, unless it
// needs volumes, a network or a process namespace of another in the circle:
// After lists what is waited for, Uses all there is. A circle of such needs
// alone cannot be made and is an error.
package linking
