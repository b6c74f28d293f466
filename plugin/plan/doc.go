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
// that depends on a failed step, every error reported. It knows no engine;
// apply is handed each Action in turn.
//
// Every action is safe to meet again. A run that was cut off anywhere leaves a
// Have from which the next Make continues, and converging twice plans nothing
// the second time.
package plan
