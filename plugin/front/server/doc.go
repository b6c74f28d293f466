// Package server is a front that runs: it listens, finds the replicas by their
// name, passes connections and datagrams on, and drains. Whose turn it is package
// pool decides, and what the arguments mean package front says.
//
// Bytes are passed on by the program and not by the kernel (splice), which holds two
// pipes for each connection: four open files, and more memory than all else together
// where many are idle. Short messages are no faster by it. One long answer is, by half:
// where the network is no limit, some 500 megabytes a second become 700. A buffer is
// held only while there is something in it, so a connection on which nothing moves
// costs its two sockets and two small stacks.
package server
