// Package labels names the labels that containers, networks and images of a
// project carry, and writes and reads their values. What a stack is can be read
// from them alone, after its files have changed or are gone.
package labels

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/balance"
)

// The labels that docker-compose 1.29 wrote on containers and images
// (compose-v1.md 3.5), except its config-hash, by which docker compose would
// take a container for its own. Networks have none of them: docker compose
// takes each that has Project for its own, puts containers on it and removes it.
const (
	Project        = "com.docker.compose.project"
	Service        = "com.docker.compose.service"
	Number         = "com.docker.compose.container-number"
	OneOff         = "com.docker.compose.oneoff"  // True or False
	ComposeVersion = "com.docker.compose.version" // of docker-compose: see ActsAs
	WorkingDir     = "com.docker.compose.project.working_dir"
	Files          = "com.docker.compose.project.config_files" // a list
)

// volumeName has, on a volume that files declare, its name there: docker compose finds it
// by that.
const volumeName = "com.docker.compose.volume"

// OfVolume are the labels of a volume that the files of a project declare, with those that
// they give it.
func OfVolume(project, name string, more map[string]string) map[string]string {
	all := map[string]string{}
	for label, value := range more {
		if !Reserved(label) {
			all[label] = value
		}
	}
	all[Project], all[volumeName] = project, name
	return all
}

// ActsAs is the ComposeVersion of what this tool makes: docker-compose 1.x reads
// it as a version number, and goes on with the containers that have it.
const ActsAs = "1.29.2"

// Labels that docker-compose 1.x writes and this tool does not.
const (
	configHash = "com.docker.compose.config-hash" // not on one-off containers
	slug       = "com.docker.compose.slug"        // of one-off containers, from 1.23 on
)

// Our own state. A container without Fingerprint, or a network without Settings,
// is external, whatever its other labels say. Blank says which a container has.
const (
	Fingerprint = "io.stack-lite.print"     // plan.Fingerprint of a container
	Version     = "io.stack-lite.version"   // of what made it
	Container   = "io.stack-lite.container" // the name that a container was made for: see ContainerText
	After       = "io.stack-lite.after"     // services started before, a list
	Settings    = "io.stack-lite.settings"  // what can't be changed on a network: its linking.Kind
	For         = "io.stack-lite.for"       // the one-off container that a network is for, by name
	ProjectOf   = "io.stack-lite.project"   // of a network, as Project is of a container
	Network     = "io.stack-lite.network"   // the name of a network without the project
	Wiring      = "io.stack-lite.wiring"    // which services are on a network under which names: see WiringText
	Externals   = "io.stack-lite.outside"   // what else a network is for: external names, a list; of one with Link the consumer and the target

	Discovery = "io.stack-lite.discovery" // what a container is to discovery, whatever was asked for when it was made: see RoleText
	LinkEnv   = "io.stack-lite.variables" // what its link variables say: see LinkEnvText
	Exposes   = "io.stack-lite.exposes"   // ports that a container's image exposes; empty: none. See PortsText

	// MACAddress is the one that a container was asked to have on the network
	// that it was made on. Without it, it can't be told from one that the engine
	// chose, and of a container that does not run it can't be asked for.
	MACAddress = "io.stack-lite.mac-address"
)

const (
	// Front is, on a container that is a front and on its network, the service whose ports
	// it publishes, and where a command asked for it how it spreads connections: see
	// FrontText.
	Front = "io.stack-lite.front"

	// Link marks a network that joins two containers by hand: link add and link
	// run. Which containers are on it, and what each calls the other, is read
	// from their endpoints, which can change; a label can't. Its value is the
	// time (RFC 3339) until which a container that is still to be made may be
	// waited for; empty where both were there. Once a container is gone, Externals
	// says which two they were.
	Link = "io.stack-lite.link"

	// Prober marks the containers and the image that check makes for a moment.
	// Its value is the sum of the program in the image.
	Prober = "io.stack-lite.prober"
)

// ownPrefix is what the names of the labels of our own begin with.
const ownPrefix = "io.stack-lite."

// All lists the labels that are written by this tool alone.
func All() []string {
	return []string{
		Project, Service, Number, OneOff, ComposeVersion, WorkingDir, Files,
		Fingerprint, Version, Container, After, Settings, For, ProjectOf, Network, Wiring, Externals, Discovery, LinkEnv, Exposes, MACAddress,
		Link, Prober, Front,
	}
}

// NetworkProject is the project that a network was made for, by its labels.
// Earlier versions gave networks the label of containers.
func NetworkProject(of map[string]string) string { return cmp.Or(of[ProjectOf], of[Project]) }

// Blank has an empty value for each of All. Every container that is made has
// them all, so that nothing of what its image has under these names shows
// through: a label of an image can be overridden, but not taken away. To a
// reader an empty value is none.
func Blank() map[string]string {
	blank := map[string]string{}
	for _, name := range All() {
		blank[name] = ""
	}
	return blank
}

// Own reports whether a label is of our own and not one that users are to write.
func Own(name string) bool {
	for _, written := range []string{linking.DiscoverLabel, linking.RollingLabel, balance.Label} {
		if name == written || strings.HasPrefix(name, written+".") {
			return false
		}
	}
	return strings.HasPrefix(name, ownPrefix)
}

// Reserved reports whether a container can't be given a label by a file or a
// command line: it is Own or one of All.
func Reserved(name string) bool { return Own(name) || slices.Contains(All(), name) }

// LeftOut says that a label was not given to a container.
func LeftOut(name string) string {
	return fmt.Sprintf("label %q is written by Stack Lite itself and was left out", name)
}

// Ours reports whether labels are such as this tool writes on a container. Whether
// it made that container is another question: see IdentityOf.
func Ours(of map[string]string) bool { return of[Fingerprint] != "" }

// ByCompose reports whether labels are such as docker-compose 1.x writes on a
// container: docker compose, which came after it, writes 2 and more. Anybody may
// write a project and a service by hand; what docker-compose itself relies on has
// to be there too. It numbers replicas from 1, a one-off container has a number or,
// from 1.23 on, a slug, and 1.26 and later always say the directory.
func ByCompose(of map[string]string) bool {
	if Ours(of) || of[Project] == "" || of[Service] == "" || !isCompose1(of) {
		return false
	}
	number, err := strconv.Atoi(of[Number])
	numbered := err == nil && number >= 1 && of[Number] == strconv.Itoa(number)
	if !numbered && !(IsOneOff(of) && of[slug] != "") {
		return false
	}
	_, rest, _ := strings.Cut(of[ComposeVersion], ".")
	minor, _, _ := strings.Cut(rest, ".")
	release, err := strconv.Atoi(minor)
	return err == nil && (release < 26 || of[WorkingDir] != "")
}

// isCompose1 reports whether a version is one of docker-compose 1.x.
func isCompose1(of map[string]string) bool { return strings.HasPrefix(of[ComposeVersion], "1.") }

// ByCompose2 reports whether labels are such as docker compose writes.
func ByCompose2(of map[string]string) bool {
	return !Ours(of) && of[Project] != "" && of[Service] != "" && of[ComposeVersion] != "" && !isCompose1(of)
}

// IsOneOff reports whether labels are those of a one-off container.
func IsOneOff(of map[string]string) bool { return of[OneOff] == "True" }

// ListText writes a list of words without commas in them.
func ListText(words []string) string { return strings.Join(words, ",") }

// ParseList reads ListText. Words that are empty nobody wrote.
func ParseList(text string) []string {
	if text == "" {
		return nil
	}
	return slices.DeleteFunc(strings.Split(text, ","), func(word string) bool { return word == "" })
}
