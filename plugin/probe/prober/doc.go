// Package prober finds the answers to the questions of package probe out: it
// looks up names, opens connections and sends echo requests. It is what the
// program does inside a container's network, where nothing else of it is used.
package prober
