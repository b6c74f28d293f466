package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stack-lite/stack-lite/compose"
)

// build takes over how an image is built.
func (m *mapper) build(s types.ServiceConfig, out *compose.Service, at pathOf) {
	b := s.Build
	m.uncarried("services.*.build.", *b, at("build")...)
	out.Build, out.Dockerfile = b.Context, b.Dockerfile
	to := &compose.Build{
		Inline: b.DockerfileInline, Target: b.Target, Labels: b.Labels, CacheFrom: b.CacheFrom, CacheTo: b.CacheTo,
		Args: m.variables(b.Args, at("build", "args")...), NoCache: b.NoCache, Pull: b.Pull, Network: b.Network, ShmSize: int64(b.ShmSize),
		Tags: b.Tags, Platforms: b.Platforms, Contexts: b.AdditionalContexts, Ulimits: m.ulimits(b.Ulimits, at("build", "ulimits")...),
		Privileged: b.Privileged, Entitlements: b.Entitlements, Provenance: b.Provenance, SBOM: b.SBOM,
	}
	for _, host := range slices.Sorted(maps.Keys(b.ExtraHosts)) {
		for _, address := range b.ExtraHosts[host] {
			to.Hosts = append(to.Hosts, compose.Var{Name: host, Value: &address})
		}
	}
	for _, key := range b.SSH {
		to.SSH = append(to.SSH, sshText(key))
	}
	files := &compose.Service{Spec: &compose.ServiceSpec{}}
	for _, f := range b.Secrets {
		m.file(types.FileReferenceConfig(f), types.FileObjectConfig(m.model.Secrets[f.Source]), true, files, func(path ...string) []string { return at(append([]string{"build"}, path...)...) })
	}
	for _, f := range files.Spec.Files {
		if f.External != "" {
			m.fail(fmt.Sprintf("%q is external: a build has no swarm that keeps it", f.Name), at("build", "secrets", f.Name)...).Hints = []string{"write file: or environment: for it under secrets: at the top"}
		}
	}
	to.Secrets = files.Spec.Files
	out.Spec.Build = to
}

// sshText is a key of build.ssh as files have it: ID or ID=PATH.
func sshText(key types.SSHKey) string {
	if key.Path == "" {
		return key.ID
	}
	return key.ID + "=" + key.Path
}
