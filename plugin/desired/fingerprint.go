package desired

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// notPrinted are the keys that are no settings of a container: links are on
// networks, a name can be changed, and what an image was built from shows in
// its id.
var notPrinted = map[string]bool{
	"build": true, "dockerfile": true, "links": true, "external_links": true, "container_name": true,
}

// fingerprint is the fingerprint of all keys of a service that only a new
// container can change, and of its role in discovery.
func fingerprint(s *compose.Service, role string) plan.Fingerprint {
	settings := map[string]string{}
	if role != "" {
		settings["discovery"] = role
	}
	for _, entry := range s.Entries() {
		if notPrinted[entry.Key] {
			continue
		}
		b, err := json.Marshal(entry.Value)
		if err != nil {
			panic("compose gave a value that JSON has no form for: " + entry.Key)
		}
		settings[entry.Key] = string(b)
	}
	return plan.NewFingerprint(settings)
}

// Hash stands for the settings of a service: it changes when a change of the
// file gives the service new containers.
func Hash(s *compose.Service) string {
	sum := sha256.Sum256([]byte(fingerprint(s, "")))
	return hex.EncodeToString(sum[:])
}
