// Package probe holds the questions that are asked from inside a container's
// network, and the answers, as they are written and read on both sides. It is
// pure: who asks needs nothing else, and package prober, which finds the answers
// out, is only for the program inside.
//
// The program is its own tool: put into an image that has nothing else in it
// and run in the network of a container, it is given questions as arguments and
// writes an answer a line. So nothing is needed in the images that are asked
// about, and no container is touched.
//
//	docker-stacklite __probe 1s name/db tcp/10.222.0.3:5432 echo/10.222.0.3
//
//	{"question":"name/db","result":"found","addresses":["10.222.0.3"]}
//	{"question":"tcp/10.222.0.3:5432","result":"connected"}
//	{"question":"echo/10.222.0.3","result":"silent"}
//
// A port on which nothing listens answers too, by refusing: packets go there
// and back. Only silence, or no route at all, is isolation.
package probe
