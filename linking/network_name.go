package linking

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
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
	return hashed(strings.TrimLeft(notInNames.ReplaceAllString(name, "_"), "_.-"), members, digits, longestName)
}

// hashed is the name, cut to a length, with digits of a hash over the members at its end.
func hashed(name string, members []string, digits, longest int) string {
	sum := sha256.Sum256([]byte(strings.Join(members, "\n")))
	hash := "-" + hex.EncodeToString(sum[:])[:digits]
	if room := longest - len(hash); len(name) > room {
		name = name[:max(0, room)]
	}
	if name == "" {
		return "n" + hash
	}
	return name + hash
}

// Names in a swarm are labels of DNS, with the name of the stack and an underscore in
// front. How long a stack's name will be nobody knows before it is deployed, so a
// network's leaves room for one.
const (
	longestLabel       = 63
	longestSwarmName   = 40
	longestStackPrefix = longestLabel - 14 // behind a longer one there is no room for a hash

	swarmJoint    = "-"
	swarmTrimming = "_-"
)

var (
	swarmLabel = regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?$`)
	notInSwarm = regexp.MustCompile(`[^a-zA-Z0-9_-]+`)
)

// InSwarm reports whether the manager of a swarm takes the name of a service or a network
// of that stack.
func InSwarm(stack, name string) bool {
	return swarmLabel.MatchString(name) && len(stack)+len("_")+len(name) <= longestLabel
}

// SwarmName is the name of a network of these members, or of one that files call so, in
// a stack. A name that would not say for certain which they are, or is too long, ends
// with digits of a hash.
func SwarmName(stack string, members ...string) string {
	longest := min(longestSwarmName, longestLabel-len("_")-min(len(stack), longestStackPrefix))
	certain := !slices.ContainsFunc(members, IsExternal)
	words := make([]string, len(members))
	for i, member := range members {
		words[i] = ExternalText(member)
	}
	name := strings.Join(words, swarmJoint)
	certain = certain && (len(members) == 1 || strings.Count(name, swarmJoint) == len(members)-1)
	if certain && swarmLabel.MatchString(name) && len(name) <= longest {
		return name
	}
	return hashed(strings.Trim(notInSwarm.ReplaceAllString(name, "_"), swarmTrimming), members, 8, longest)
}

// SwarmNetwork is the name on a swarm of a network of a stack, by the one that it has there
// and by its settings, where those are not what every network has. Networks of one name have
// the same settings, so that one with others can be made while this one is in use.
func SwarmNetwork(stack, name, settings string) string {
	full := stack + "_" + name
	if settings == "" && len(full) <= longestLabel {
		return full
	}
	if len(full)+len("-0000") <= longestLabel {
		return hashed(full, []string{settings}, 4, longestLabel)
	}
	return hashed(full, []string{full, settings}, 8, longestLabel)
}

// nameForSwarm gives the networks that no file declares names for a stack.
func nameForSwarm(p *compose.Project, list []Network) {
	taken := make(map[string]bool)
	for _, n := range list {
		if n.Declared != nil || n.Kind == Shared {
			taken[SwarmName(p.Name, n.Name)] = true
		}
	}
	for i, n := range list {
		if n.Declared != nil || n.Kind == Shared {
			continue
		}
		members := slices.Concat(n.Members, n.Externals)
		name := SwarmName(p.Name, members...)
		if name == defaultNetwork || taken[name] {
			name = SwarmName(p.Name, append(members, "links")...)
		}
		for more := 16; taken[name] && more <= 2*sha256.Size; more += 8 {
			name = hashed("n", members, more, longestLabel)
		}
		taken[name] = true
		list[i].Name = name
	}
}
