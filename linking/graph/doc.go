// Package graph is the picture of a project's links: who links to whom under
// which names, on which network, and who reaches whom.
//
// Of makes it from the files. The same type holds what an engine shows, with
// marks where the two differ, so that both are drawn by the same code: as a tree
// for the terminal, as a drawing (SVG), for other tools that draw (Mermaid,
// Graphviz), or as JSON for programs. The same graph always gives the same
// bytes.
//
// Graph.Reaches is the one answer to whether the files let A reach B.
package graph
