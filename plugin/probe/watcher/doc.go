// Package watcher sees who talks to whom in the network of a container. It is what the
// program does there while docker stacklite suggest --live watches: it opens a packet
// socket, which takes the capability NET_RAW and nothing else, has the kernel pass on the
// beginnings of connections and datagrams alone, and writes every second what it counted,
// as package probe says. Nothing is sent, and of a packet only the addresses, ports and
// flags are looked at; of a question to the engine's name server the name, to
// count those for the names of services.
//
// What was open before it began it reads in the kernel's tables of connections.
//
// Only packets between an address of the container and one on a network of the container
// count: not those of the container with itself, its name server, or the world. It ends
// when its standard input does, so that it does not outlive who asked for it, or when its
// time is over.
package watcher
