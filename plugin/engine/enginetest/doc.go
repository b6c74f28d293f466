// Package enginetest is a Docker Engine in memory, as net/http/httptest is an
// HTTP server in memory. It speaks the Engine API on a unix socket, so the true
// client and the docker command drive it, and no code under test knows that
// nothing is ever run.
//
//	e := enginetest.New(t, enginetest.Options{
//		APIVersion: "1.51",
//		Images:     []enginetest.Image{enginetest.Probe("probe:latest")},
//	})
//	cli, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithAPIVersionNegotiation())
//
// A container "runs" the program of folder probe: serve and sleep go on until
// stopped, say prints and exits, resolve, dial, ping and get answer from a model
// of the engine's bridges and of its name server. Any other command is taken
// for a server that runs until stopped and listens on its exposed TCP ports. A front of
// the program (package front) passes connections on to the replicas in turn. What
// programs do is in package process, what a build reads and writes in package
// build; package realengine is for tests on an engine that is not in memory.
//
// Answers, status codes and error texts are those of Engine 20.10 for API 1.41, of
// Engine 28 from API 1.44 and of Engine 29 from API 1.52 on, as far as a program
// under test can be expected to look; contract tests compare them with what a real
// 20.10 and a real 29 answered.
// A call the package does not know is answered with 501, never with a guess.
//
// Not modelled: image layers and the files in them, IPv6, the variables of links of the default
// bridge, and traffic through ports published on the host.
//
// # Swarms
//
// Options.Swarm makes the engine the first manager of a swarm, and an engine of each other
// node: [Engine.Node]. Tasks are containers of these, so commands run in them there, and
// each engine lists its own alone. The manager is package swarm: no time passes until
// services have their tasks, but a task that has ended is started again after the pause
// of its policy, or by [Engine.EndPauses]. [Engine.KillNode] and [Engine.CutNode] lose a
// node, whose tasks others get at once. Its old tasks are still listed as running, and
// counted, as long as nobody hears of it, as on real swarms.
//
// Without that option the engine is in no swarm, until a client makes one of it alone.
//
// # Stores
//
// An engine is made of stores, each with its data, its operations and the
// handlers of the calls about it; [Engine] itself routes calls to them, notes
// the calls and injects faults. Handlers are named after their method: getX,
// postX, deleteX. What else a store has is for other stores. These may call, of
// each other's methods:
//
//	files                           no other
//	volumes                         files
//	images, volumes, networks       none besides but those of the interfaces by which
//	                                they see containers, and networks the ports of
//	                                the host, declared beside each
//	containers                      images, volumes; networks and execs by an interface
//	reachability (who finds whom)   containers, networks; only asks
//	processes (what programs do)    reachability, files; containers to print
//	execs                           containers, processes
//	lifecycle (starts, stops)       containers, networks, volumes, processes and
//	                                the ports of the host
//	logs, system                    containers; system images as well
//	membership (of a swarm)         containers, networks, images, lifecycle of its own
//	                                engine; those of the other nodes' engines through
//	                                the cluster, which also holds the overlays
//	events                          no other; all stores write events
//
// What all of them share, and package swarm, is package api.
//
// One thing in which releases of the engine differ is one field of release; one
// in which versions of the API differ, whatever the engine, of apiVersion. No
// store asks for the number of a version.
//
// # Lock
//
// One lock guards the data of all stores. It is taken for a call, by the router
// for atomic handlers and by the others for each look (see api.Routes), and for a
// timer (see api.Lock.After). Everything else expects it to be held and never
// takes it, so no call sees half of another. The engines of a swarm have one
// together. Code that holds it waits for nothing but the writing of an answer. The
// list of calls and the function that chooses faults have a lock of their own,
// which is never held together with this one.
package enginetest
