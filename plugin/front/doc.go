// Package front holds the command line of a front: the program that stands
// before the replicas of a service, takes connections to the ports which the
// service publishes, and spreads them over the replicas. It is pure; package
// pool decides who gets a connection, and package server is what runs.
//
// The program is its own front: in an image that has nothing else in it, it is
// told the name under which the replicas are found and the ports.
//
//	docker-stacklite __front serve --algorithm round-robin web tcp:80:8080 udp:53:53
//
// Within a front that runs, the program tells it to give a replica nothing new,
// and waits until nothing old is left there:
//
//	docker-stacklite __front drain 10.222.0.5 10s
//
// # Which connections are over for a drain
//
// A front passes bytes on and does not read them, so it can't see where a request
// ends. A connection counts as idle once nothing has been passed on for a second
// ([Idle]) and the last bytes came from the replica, or the client has sent none: who
// has asked and waits for an answer is never idle, however long the replica takes.
// While a replica is drained, its idle connections are closed, the client's side
// first. To an HTTP client that is a server that ends a keep-alive connection, which it
// has to expect at any time; it makes another one, which goes to another replica.
// Left open they would end a moment later, with the replica, and perhaps with a
// request under way. That is what awaits those that are still open after the timeout.
// So in its last quarter a shorter and shorter silence is enough ([Silence]), and a
// client that asks all the time is sent away between two requests. The price: a
// replica that sends the parts of one answer more than a second apart is cut while it
// is drained, and in that last quarter one that pauses for less. Without a drain, and
// before a front is stopped, idle connections stay as long as both ends want.
package front
