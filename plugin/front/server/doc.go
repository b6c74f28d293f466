// Package server is a front that runs: it listens, finds the replicas by their
// name, passes connections and datagrams on, and drains. Whose turn it is package
// pool decides, and what the arguments mean package front says.
//
// Bytes are passed on by the program and not by the kernel (splice): that takes two
// pipes for each connection, which are four open files and more of the kernel's memory
// than all else together, and saves nothing where messages are short. A buffer is held
// only while there is something in it, so a connection on which nothing moves costs
// its two sockets and two small stacks.
package server
