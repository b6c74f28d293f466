package linking

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// longestName is how long a network's name may be before it is cut, so that
// it fits a line of a table beside the project's name.
const longestName = 60

// Names that the engine takes for a network, and what they are made of.
var (
	networkName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]*$`)
	notInNames  = regexp.MustCompile(`[^a-zA-Z0-9_.-]`)
)

// named returns a link network for every set of members, sorted by name.
func named(sets [][]string) []Network {
	var out []Network
	taken := make(map[string]bool)
	for _, members := range sets {
		name := networkNameOf(members, 8)
		for digits := 16; taken[name] && digits <= 2*sha256.Size; digits += 8 {
			name = networkNameOf(members, digits)
		}
		taken[name] = true
		n := split(members)
		n.Name, n.Kind = name, Linked
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Network) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// NetworkName is the name of a link network of these members, whatever other
// networks there are.
func NetworkName(members ...string) string {
	return networkNameOf(slices.Sorted(slices.Values(members)), 8)
}

// aloneName is the name of the network of a service without links. Where it is
// that of the network of isolation by project, it says what it is.
func aloneName(service string) string {
	if service == defaultNetwork {
		return networkNameOf([]string{service}, 16)
	}
	return NetworkName(service)
}

// networkNameOf joins the members with dots. The same members always have the
// same name, whatever other networks there are: a name that would not say for
// certain which they are (one has a dot itself, or is external), is too long,
// or is refused by the engine ends with so many digits of a hash over the
// members.
func networkNameOf(members []string, digits int) string {
	name := strings.Join(members, ".")
	plain := strings.Count(name, ".") == len(members)-1 && networkName.MatchString(name)
	if plain && len(name) <= longestName && digits == 8 {
		return name
	}
	sum := sha256.Sum256([]byte(strings.Join(members, "\n")))
	hash := "-" + hex.EncodeToString(sum[:])[:digits]
	name = strings.TrimLeft(notInNames.ReplaceAllString(name, "_"), "_.-")
	if room := longestName - len(hash); len(name) > room {
		name = name[:max(0, room)]
	}
	if name == "" {
		return "n" + hash
	}
	return name + hash
}
