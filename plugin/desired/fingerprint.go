package desired

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/balance"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// notPrinted are the keys that are no settings of a container: links are on
// networks, a name can be changed, and what an image was built from shows in
// its id.
var notPrinted = map[string]bool{
	"build": true, "dockerfile": true, "links": true, "external_links": true, "container_name": true,
}

// fingerprint is the fingerprint of all keys of a service that only a new
// container can change.
func fingerprint(s *compose.Service) plan.Fingerprint { return plan.NewFingerprint(settings(s)) }

// printed is the fingerprint as a label has it: with the role in discovery, for
// which it vouches. The role is not compared. It follows from keys that are, and
// earlier versions left it out where discovery did not look beyond the project.
func (in Inputs) printed(s *compose.Service) plan.Fingerprint {
	all := settings(s)
	if role := labels.RoleText(in.roles.Of(s)); role != "" {
		all[labels.RoleSetting()] = labels.RoleSettingText(role, strings.Join(linking.ProjectsOf(in.Project, s), ","))
	}
	return plan.NewFingerprint(all)
}

func settings(s *compose.Service) map[string]string {
	settings := map[string]string{}
	// How containers are replaced is no setting of theirs, and how they are balanced one
	// of their front.
	is := func(l compose.Var) bool { return l.Name == linking.RollingLabel || balance.IsLabel(l.Name) }
	if slices.ContainsFunc(s.Labels, is) {
		without := *s
		without.Labels = slices.DeleteFunc(slices.Clone(s.Labels), is)
		s = &without
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
	maps.Copy(settings, s.Spec.Settings())
	if text := externalText(s); text != "" {
		settings["networks"] = text
	}
	return settings
}

// Hash stands for the settings of a service: it changes when a change of the
// file gives the service new containers.
func Hash(s *compose.Service) string {
	sum := sha256.Sum256([]byte(fingerprint(s)))
	return hex.EncodeToString(sum[:])
}

// Respell takes what containers mount for what a project wants to be mounted, where
// another path leads to the same place: a folder has several through symbolic links.
// Their fingerprints then count as those that are wanted.
func (h Have) Respell(p *compose.Project) {
	for i := range h.Containers {
		c := &h.Containers[i]
		s := p.Service(c.Service)
		if s == nil || c.OneOff {
			continue
		}
		want := fingerprint(s)
		if !slices.Equal(want.Differences(c.Fingerprint), []string{"volumes"}) {
			continue
		}
		spelled := *s
		spelled.Volumes = slices.Clone(s.Volumes)
		for i, v := range spelled.Volumes {
			for _, m := range h.Snapshot.ByID(c.ID).Mounts {
				if m.Target == v.Target && m.Source != "" && v.Host != "" && !v.Named && h.same(m.Source, v.Host) {
					spelled.Volumes[i].Host = m.Source
				}
			}
		}
		if len(fingerprint(&spelled).Differences(c.Fingerprint)) == 0 {
			c.Fingerprint = want
		}
	}
}
