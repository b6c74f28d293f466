package realengine_test

import (
	"maps"
	"regexp"
	"slices"
	"sync"
	"testing"
)

// difference is something in which the stacks of the two tools differ, and has to stay so.
// It is known by what is seen of which stack, what it is with docker compose and what it is
// with ours: ID/PATH/THEIRS/OURS.
type difference struct {
	what *regexp.Regexp
	why  string
}

var knownDifferences = []difference{
	{regexp.MustCompile(`^\d+/from [^/]+/the name [^/]+_\d+/unknown/.* on `),
		"SERVICE_1 leads to one container of a service, in files of today as in those of Fig"},
	{regexp.MustCompile(`^043/container [^/]+/Networks/[^/]+/Aliases/\["[^"]+"\]/\["[^"]+","[^"]+_[23]"\]$`),
		"SERVICE_2 is such a name; that of the first container is left out everywhere"},
	{regexp.MustCompile(`^(004|016|042|077)/from [^/]+/the name [^/]+-1/.* on [^/]*/unknown$`),
		"beside what its documentation promises of links docker compose gives their targets two names with the number of the container " +
			"that links; names that others do not see are a service's here, and to add some would attach all containers that run anew"},
}

// differencesSeen are the known ones, and which of them there have been.
type differencesSeen struct {
	mu   sync.Mutex
	used map[string]bool
}

// compare reports what differs and is not known to.
func (d *differencesSeen) compare(t *testing.T, id string, want, got seen) {
	t.Helper()
	keys := maps.Clone(want)
	maps.Copy(keys, got)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		theirs, there := want[key]
		ours, here := got[key]
		if there == here && theirs == ours || d.known(id+"/"+key+"/"+theirs+"/"+ours) {
			continue
		}
		t.Errorf("%s\n  docker compose: %s\n  ours:           %s", key, shown(theirs, there), shown(ours, here))
	}
}

func shown(value string, there bool) string {
	if !there {
		return "(nothing)"
	}
	return value
}

func (d *differencesSeen) known(what string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := false
	for _, k := range knownDifferences {
		if k.what.MatchString(what) {
			d.used[k.what.String()] = true
			found = true
		}
	}
	return found
}

// allNeeded reports the known differences that there no longer are.
func (d *differencesSeen) allNeeded(t *testing.T) {
	t.Helper()
	for _, k := range knownDifferences {
		if !d.used[k.what.String()] {
			t.Errorf("no stack differs any longer in %s: %s", k.what, k.why)
		}
	}
}
