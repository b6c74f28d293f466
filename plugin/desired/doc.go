// Package desired says what a project wants of an engine: the images that its
// containers are made from, and how they are got. It calls nothing and reads no
// file; what has to be looked up is handed in.
package desired
