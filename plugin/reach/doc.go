// Package reach answers which containers reach which: by which networks, under
// which names, and what a check of it is to find. It is the only place that
// knows paths and names, for the files and for an engine alike: Planned makes
// of the files the snapshot that an engine would show, and all else is asked of
// a snapshot.
//
//	Paths(snapshot, a, b)        networks, names and addresses on which a reaches b
//	Compare(snapshot, graph)     the graph as it is, with what differs from the files
//	NewCheck(view, scope)        pairs, what to ask about them, and verdicts
//
// It is pure but for Check.Ask, which passes questions to an interface of one
// method.
package reach
