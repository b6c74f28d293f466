package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strings"
)

// Fingerprint stands for the settings of a container: a short hash of each, by
// name, so that a difference can be named without keeping values. Its text is
// kept in a label. A setting that is not used has no entry, so that a release
// which knows more settings replaces no container.
type Fingerprint string

// fingerprintVersion says how values were hashed. Prints of another version
// can't be compared and count as equal: an upgrade replaces nothing.
const fingerprintVersion = "1"

// NewFingerprint makes the fingerprint of settings, given as text by name.
func NewFingerprint(settings map[string]string) Fingerprint {
	words := make([]string, 0, len(settings)+1)
	for name, value := range settings {
		sum := sha256.Sum256([]byte(value))
		words = append(words, name+"="+hex.EncodeToString(sum[:4]))
	}
	sort.Strings(words)
	return Fingerprint(strings.Join(append([]string{fingerprintVersion}, words...), " "))
}

// Differences names the settings in which two fingerprints differ, sorted.
func (f Fingerprint) Differences(other Fingerprint) []string {
	a, b := f.entries(), other.entries()
	if a == nil || b == nil {
		return nil
	}
	var names []string
	for name, hash := range a {
		if b[name] != hash {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// Without is the fingerprint without the setting of a name, in which two then do
// not differ.
func (f Fingerprint) Without(name string) Fingerprint {
	words := strings.Fields(string(f))
	return Fingerprint(strings.Join(slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, name+"=") }), " "))
}

// Holds reports whether the setting of a name has a value.
func (f Fingerprint) Holds(name, value string) bool {
	got, ok := f.entries()[name]
	return ok && got == NewFingerprint(map[string]string{name: value}).entries()[name]
}

// Has reports whether there is a setting of a name.
func (f Fingerprint) Has(name string) bool {
	_, ok := f.entries()[name]
	return ok
}

func (f Fingerprint) entries() map[string]string {
	words := strings.Fields(string(f))
	if len(words) == 0 || words[0] != fingerprintVersion {
		return nil
	}
	entries := make(map[string]string, len(words))
	for _, w := range words[1:] {
		name, hash, _ := strings.Cut(w, "=")
		entries[name] = hash
	}
	return entries
}
