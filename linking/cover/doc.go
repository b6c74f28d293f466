// Package cover finds edge clique covers: sets of vertices of an undirected
// graph, all neighbours of each other, such that every edge is inside one.
//
// Finding the fewest is NP-hard, and yet quick for the graphs of real files:
// they fall into parts of a few edges, most of which only one clique can
// cover. What is left is searched with a budget that counts steps, not time,
// so that a result is the same on every machine.
//
//	Find          the cliques to keep, then part by part:
//	  cliques     the maximal cliques of a connected component
//	  edge_index  the edges that still need one, by number
//	  part        the edges that compete for cliques
//	  fewest      the smallest number of them that covers the part
//	  slimmest    the fewest members in that many cliques
//
// Sets are bitsets of github.com/bits-and-blooms/bitset.
package cover
