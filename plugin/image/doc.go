// Package image gets the images that containers are made from: it builds them,
// fetches them from their registries and sends them there.
//
// An image is built by the Docker CLI's buildx plugin where there is one, all
// that are ready at the same moment in one call; else by the engine's build
// call, with BuildKit or with the classic builder. Whichever it is, the same
// image comes out, and the same progress and errors. What an image is built upon
// is taken from the engine where it is there, and else from its registry.
//
// Which images a project needs, and how each is built, is decided by package
// desired.
package image
