// Package plan decides what has to be done to a stack, and does it in order.
//
// Want is the stack as the files describe it, Have is the stack as the engine
// shows it. Make compares the two under a Goal and returns a Plan: steps, each
// one call to the engine, each with its cause and with the steps it must come
// after. The decision is pure: the same values give the same plan, byte for
// byte, and printing it is a dry run that cannot lie.
//
//	want, have ──▶ Make(goal) ──▶ Plan ──▶ Run(apply, emit) ──▶ events
//
// Run carries a plan out: as many steps at once as their order allows, nothing
// that depends on a failed step, every error reported.
//
// Every action is safe to meet again. A run that was cut off anywhere leaves a
// Have from which the next Make continues, and converging twice plans nothing
// the second time.
//
// # Inside
//
// What becomes of each wanted container is decided first, by decide, which
// plans nothing. Images, containers, networks and starts are planned after it,
// each in a file of its own, from those decisions. They find steps in another
// order than the one in which these are done, so steps wait for each other by
// stepKey, and a builder puts them in order. A wait for a step that has to be in
// the plan and is not is a mistake here, and makes the plan unusable.
//
// # Replacing
//
// A new container is made, and attached where that can be, while the old one
// runs. Then the old one is stopped, the new one started, the old one removed and
// the new one renamed. What the plan stops is stopped before anything starts that
// takes its place, its ports or its data, and consumers before their targets.
// Replicas of one service go in turn, so that others of them run: see turns.go.
// Where a service is replaced rolling, the old one runs on until the new one is up: see
// rolling.go.
// Containers that another tool made are replaced with more care: see takeover.go.
//
// # Engines
//
// Nothing here knows which engine it plans for. An engine gives three things:
// Want, the files in its own terms; Have, one observation of what there is;
// and Apply, which carries one Action out. The actions are a set that an
// engine's Want and its Apply agree upon: what Want never asks for, Apply never
// meets. The Spec fields carry settings of the engine's own from Want to Apply;
// they are never looked into here. Where engines differ in what a step has to
// wait for, Have says so, as AttachAll does.
package plan
