// Package composev1 does to an engine what docker-compose 1.29.2 does, in the
// same order and by the same requests, as far as the tests of taking over its
// stacks need it. They use it where that program is not installed, cannot speak
// to the engine, or must be cut off at one of its requests.
//
// testdata has the requests of the true one, which this one has to make as well.
// Unlike it, this one does one thing at a time, in the order in which services are
// started, and refuses what it does not know: verbs, flags, and keys of files.
package composev1
