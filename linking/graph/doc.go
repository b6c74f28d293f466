// Package graph shows the links of a project: which service links to which,
// under which names and on which network, and which reaches which.
//
// Of makes a Graph from the files. The same type holds what an engine has, with
// marks where the two differ, so that the same code writes both: as a tree for
// the terminal, as SVG, for Mermaid and Graphviz, or as JSON for programs. The
// same graph always gives the same bytes.
//
// Graph.Reaches is the one answer to whether the files let A reach B.
package graph
