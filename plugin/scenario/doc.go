// Package scenario runs the whole program and says what must be true after it.
// Only tests import it.
//
// A [Scene] is an engine, in memory or real, and a project name that no other
// has. Scripts run on it ([Run]) in a language of their own, whose words
// testdata/scenarios/README.md lists; a test that needs more than a script can
// say has a [Stage], a scene with a project folder, and uses the same words. A
// word claims that something is so, which is waited for, or that something is
// not so, which is not: see words.go.
//
// [Main] makes the test binary the program under test.
package scenario
