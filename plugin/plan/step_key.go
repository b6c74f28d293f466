package plan

import "strings"

// stepKey names a step while a plan is being built, because steps are found in
// another order than the one in which they are done. A step and those that wait
// for it get the key from the same function of this file, so that the two can't
// differ.
type stepKey struct {
	verb    keyVerb
	kind    string // as Task has it
	subject string // the id of what exists, the name or reference of what is made
	network string // by name, where a container is attached to one or detached
}

// keyVerb is what a step does. Getting an image is one verb, whether it is
// pulled, built or pushed on its own: a plan does one of them to an image. That an
// image which was got is pushed for others is another.
type keyVerb string

const (
	getStep        keyVerb = "get"
	pushStep       keyVerb = "push"
	createStep     keyVerb = "create"
	renameStep     keyVerb = "rename"
	connectStep    keyVerb = "connect"
	disconnectStep keyVerb = "disconnect"
	startStep      keyVerb = "start"
	awaitStep      keyVerb = "await"
	healthyStep    keyVerb = "healthy"
	completedStep  keyVerb = "completed"
	drainStep      keyVerb = "drain"
	stopStep       keyVerb = "stop"
	restartStep    keyVerb = "restart"
	killStep       keyVerb = "kill"
	pauseStep      keyVerb = "pause"
	unpauseStep    keyVerb = "unpause"
	removeStep     keyVerb = "remove"
)

// The kinds of what steps and tasks are about.
const (
	kindContainer = "container"
	kindNetwork   = "network"
	kindImage     = "image"
	kindVolume    = "volume"
	kindService   = "service" // that the engine manages
)

// String is the key as an internal error shows it.
func (k stepKey) String() string {
	return strings.TrimSpace(string(k.verb) + " " + k.kind + " " + k.subject + " " + k.network)
}

// Images, by reference.

func imageKey(ref string) stepKey {
	return stepKey{verb: getStep, kind: kindImage, subject: ref}
}

// pushKey is of what others pull under a reference.
func pushKey(as string) stepKey {
	return stepKey{verb: pushStep, kind: kindImage, subject: as}
}

func removeImageKey(ref string) stepKey {
	return stepKey{verb: removeStep, kind: kindImage, subject: ref}
}

func removeVolumeKey(name string) stepKey {
	return stepKey{verb: removeStep, kind: kindVolume, subject: name}
}

// Networks: made by name, removed by id, because one may replace another of its
// name.

func networkKey(name string) stepKey {
	return stepKey{verb: createStep, kind: kindNetwork, subject: name}
}

func removeNetworkKey(id string) stepKey {
	return stepKey{verb: removeStep, kind: kindNetwork, subject: id}
}

// Containers that are wanted, by the name that they have in the end.

func createKey(name string) stepKey {
	return stepKey{verb: createStep, kind: kindContainer, subject: name}
}

func renameKey(name string) stepKey {
	return stepKey{verb: renameStep, kind: kindContainer, subject: name}
}

func startKey(name string) stepKey {
	return stepKey{verb: startStep, kind: kindContainer, subject: name}
}

func awaitKey(name string) stepKey {
	return stepKey{verb: awaitStep, kind: kindContainer, subject: name}
}

// conditionKey is of the wait for what another container depends on.
func conditionKey(name string, until Until) stepKey {
	verb := healthyStep
	if until == UntilCompleted {
		verb = completedStep
	}
	return stepKey{verb: verb, kind: kindContainer, subject: name}
}

// connectKey is for externals by their name too, and for other containers on
// which there is no decision by id.
func connectKey(container, network string) stepKey {
	return stepKey{verb: connectStep, kind: kindContainer, subject: container, network: network}
}

// Containers that exist, by id.

func disconnectKey(id, network string) stepKey {
	return stepKey{verb: disconnectStep, kind: kindContainer, subject: id, network: network}
}

func drainKey(id string) stepKey {
	return stepKey{verb: drainStep, kind: kindContainer, subject: id}
}

func stopKey(id string) stepKey {
	return stepKey{verb: stopStep, kind: kindContainer, subject: id}
}

func restartKey(id string) stepKey {
	return stepKey{verb: restartStep, kind: kindContainer, subject: id}
}

func killKey(id string) stepKey {
	return stepKey{verb: killStep, kind: kindContainer, subject: id}
}

func pauseKey(id string) stepKey {
	return stepKey{verb: pauseStep, kind: kindContainer, subject: id}
}

func unpauseKey(id string) stepKey {
	return stepKey{verb: unpauseStep, kind: kindContainer, subject: id}
}

func removeKey(id string) stepKey {
	return stepKey{verb: removeStep, kind: kindContainer, subject: id}
}

// Services that the engine manages: made, updated and scaled by name, removed by id.

func managedKey(name string) stepKey {
	return stepKey{verb: createStep, kind: kindService, subject: name}
}

func awaitManagedKey(name string) stepKey {
	return stepKey{verb: awaitStep, kind: kindService, subject: name}
}

func removeManagedKey(id string) stepKey {
	return stepKey{verb: removeStep, kind: kindService, subject: id}
}
