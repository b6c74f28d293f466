package image

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/go-units"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

// add adds to a target of buildx what only files of the specification say of a build.
func (t *bakeTarget) add(spec desired.BuildSpec) {
	m := spec.More
	if m == nil {
		return
	}
	if m.Inline != "" {
		t.Inline, t.Dockerfile = literal(m.Inline), ""
	}
	t.Target, t.Network = literal(m.Target), literal(m.Network)
	t.CacheFrom, t.CacheTo, t.Platforms, t.Entitlements = literals(m.CacheFrom), literals(m.CacheTo), m.Platforms, m.Entitlements
	for _, tag := range m.Tags {
		t.Tags = append(t.Tags, literal(tag))
	}
	for name, context := range m.Contexts {
		if t.Contexts == nil {
			t.Contexts = map[string]string{}
		}
		t.Contexts[name] = literal(context)
	}
	for _, f := range m.Secrets {
		if f.Path != "" {
			t.Secret = append(t.Secret, literal("type=file,id="+f.Name+",src="+f.Path))
		} else {
			t.Secret = append(t.Secret, literal("type=env,id="+f.Name+",env="+f.Variable))
		}
	}
	t.SSH = append(t.SSH, literals(m.SSH)...)
	if m.ShmSize > 0 {
		t.ShmSize = strconv.FormatInt(m.ShmSize, 10)
	}
	for _, u := range m.Ulimits {
		t.Ulimits = append(t.Ulimits, fmt.Sprintf("%s=%d:%d", u.Name, u.Soft, u.Hard))
	}
	for _, h := range m.Hosts {
		if t.ExtraHosts == nil {
			t.ExtraHosts = map[string]string{}
		}
		t.ExtraHosts[h.Name] = *h.Value
	}
	if m.Privileged {
		t.Entitlements = append(slices.Clone(t.Entitlements), "security.insecure")
	}
	t.Attest = append(attestation("provenance", m.Provenance), attestation("sbom", m.SBOM)...)
}

// attestation is what buildx is told of one, which files say as true, false or settings.
func attestation(kind, value string) []string {
	switch value {
	case "":
		return nil
	case "true":
		return []string{"type=" + kind}
	case "false":
		return []string{"type=" + kind + ",disabled=true"}
	}
	return []string{literal("type=" + kind + "," + value)}
}

// allowed are the flags by which buildx lets builds do what their files ask for.
func allowed(file bakeFile) []string {
	var flags []string
	for _, t := range file.Target {
		asked := slices.Clone(t.Entitlements)
		if t.Network == "host" {
			asked = append(asked, "network.host")
		}
		for _, a := range asked {
			if flag := "--allow=" + a; !slices.Contains(flags, flag) {
				flags = append(flags, flag)
			}
		}
	}
	slices.Sort(flags)
	return flags
}

// secretVariables are the variables that secrets of builds are made of, with their values:
// they may come from an env file.
func secretVariables(batch []*baking) []string {
	var vars []string
	for _, b := range batch {
		if b.spec.More == nil {
			continue
		}
		for _, f := range b.spec.More.Secrets {
			if f.Path == "" {
				vars = append(vars, f.Variable+"="+string(f.Content))
			}
		}
	}
	return vars
}

func literals(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, literal(s))
	}
	return out
}

// addToCall adds it to the engine's build call, which knows less of it: see
// BuildSpec.NeedsBuildx.
func addToCall(o *build.ImageBuildOptions, spec desired.BuildSpec) {
	m := spec.More
	if m == nil {
		return
	}
	o.Target, o.NetworkMode, o.ShmSize, o.CacheFrom = m.Target, m.Network, m.ShmSize, m.CacheFrom
	o.Tags = append(slices.Clone(o.Tags), m.Tags...)
	o.Platform = spec.Platform()
	for _, h := range m.Hosts {
		o.ExtraHosts = append(o.ExtraHosts, h.Name+":"+*h.Value)
	}
	for _, u := range m.Ulimits {
		o.Ulimits = append(o.Ulimits, &units.Ulimit{Name: u.Name, Soft: u.Soft, Hard: u.Hard})
	}
}
