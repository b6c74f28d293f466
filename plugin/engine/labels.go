package engine

import (
	"encoding/json"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// The labels that docker-compose 1.29 wrote (compose-v1.md 3.5), except its
// config-hash, by which docker compose would take a container for its own.
const (
	labelProject    = "com.docker.compose.project"
	labelService    = "com.docker.compose.service"
	labelNumber     = "com.docker.compose.container-number"
	labelOneOff     = "com.docker.compose.oneoff" // True or False
	labelVersion    = "com.docker.compose.version"
	labelWorkingDir = "com.docker.compose.project.working_dir"
	labelFiles      = "com.docker.compose.project.config_files" // separated by commas
	labelNetwork    = "com.docker.compose.network"
)

// Our own state. A container or network without labelFingerprint or labelSettings is
// a stranger's, whatever its other labels say.
const (
	labelFingerprint = "io.stack-lite.print"    // plan.Fingerprint of a container
	labelAfter       = "io.stack-lite.after"    // services started before, separated by commas
	labelSettings    = "io.stack-lite.settings" // what can't be changed on a network: its linking.Kind
	labelFor         = "io.stack-lite.for"      // the one-off container that a network is for, by name
	labelWiring      = "io.stack-lite.wiring"   // JSON: by service, its endpoint as endpointText
	labelExternals   = "io.stack-lite.outside"  // who else a network is for: outside names, separated by commas

	labelDiscovery = "io.stack-lite.discovery" // what a container is to discovery: see roleText
	labelLinkEnv   = "io.stack-lite.variables" // what its link variables say: see toldText
	labelExposes   = "io.stack-lite.exposes"   // ports that a container's image exposes: 5432/tcp 53/udp
)

// endpointText is a service's place on a network in a form that can be kept
// and compared: its aliases, then the names that it alone sees.
func endpointText(e linking.Endpoint) string {
	words := append([]string{}, e.Aliases...)
	for _, l := range e.Links {
		words = append(words, l.Alias+"="+l.Target)
	}
	return strings.Join(words, " ")
}

func wiringText(w map[string]string) string {
	b, err := json.Marshal(w)
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	return string(b)
}

func parseWiring(s string) map[string]string {
	w := map[string]string{}
	_ = json.Unmarshal([]byte(s), &w) // what can't be read differs from anything wanted
	return w
}

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
