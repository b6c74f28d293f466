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
	for name, value := range map[string]string{"provenance": m.Provenance, "sbom": m.SBOM} {
		if value != "" {
			t.Attest = append(t.Attest, literal("type="+name+","+value))
		}
	}
	slices.Sort(t.Attest)
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
	for _, p := range m.Platforms {
		o.Platform = p
	}
	for _, h := range m.Hosts {
		o.ExtraHosts = append(o.ExtraHosts, h.Name+":"+*h.Value)
	}
	for _, u := range m.Ulimits {
		o.Ulimits = append(o.Ulimits, &units.Ulimit{Name: u.Name, Soft: u.Soft, Hard: u.Hard})
	}
}
