package desired

import (
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// maxEnvironment is how much room Linux has for a program's arguments and
// environment, where its stack is of the usual size: a quarter of 8 MiB.
const maxEnvironment = 2 << 20

// TooManyVariables are links that give a container more variables than a program
// can be started with.
type TooManyVariables struct{ compose.Errors }

// Unwrap gives the places in the files.
func (v *TooManyVariables) Unwrap() error { return v.Errors }

// CheckLinkEnv looks for links that give more variables than a program can be
// started with, by what is known of images, for the services given; nil: for all.
// The error is a *TooManyVariables.
func (in Inputs) CheckLinkEnv(services []string) error {
	if in.Options.LinkEnv == linking.EnvNone {
		return nil
	}
	var errs compose.Errors
	in = lookUp(in)
	replicas := in.replicas()
	for _, svc := range in.Project.Services {
		if services != nil && !slices.Contains(services, svc.Name) {
			continue
		}
		sources := in.linkSources(svc, replicas)
		facts := make([]ImageFacts, len(sources))
		for i, src := range sources {
			facts[i], _ = in.factsOf(src)
		}
		errs = append(errs, checkLinkEnv(in.Project.Name, svc, sources, facts, in.Options.LinkEnv)...)
	}
	if len(errs) == 0 {
		return nil
	}
	errs.Sort()
	return &TooManyVariables{errs}
}

// CheckLinkEnv is that of Inputs for a container that is about to be made, when
// all images are known.
func (s ContainerSpec) CheckLinkEnv(links []ImageFacts) error {
	if errs := checkLinkEnv(s.project, s.service, s.links, links, s.linkEnv); len(errs) > 0 {
		return &TooManyVariables{errs}
	}
	return nil
}

// checkLinkEnv says which link has the greatest part in an environment that is too
// large. A service that asks for another size of the stack may know better.
func checkLinkEnv(project string, svc *compose.Service, sources []LinkSource, facts []ImageFacts, mode linking.EnvMode) compose.Errors {
	if slices.ContainsFunc(svc.Ulimits, func(u compose.Ulimit) bool { return u.Name == "stack" }) {
		return nil
	}
	sum, greatest := 0, 0
	var worst LinkSource
	for i, src := range sources {
		size := linking.VariablesSize(src.variableLinks(project, facts[i]), mode)
		if sum += size; size > greatest {
			greatest, worst = size, src
		}
	}
	if sum <= maxEnvironment {
		return nil
	}
	return compose.Errors{{
		Pos: worst.pos, Path: svc.Name + ".links",
		Msg: fmt.Sprintf("%q would get %.1f MB of link variables, most of them for the ports of %q, and Linux starts no program with more than %d MB",
			svc.Name, float64(sum)/(1<<20), worst.target, maxEnvironment>>20),
		Hints: []string{fmt.Sprintf("%q finds %q by name without them; to do without: echo STACKLITE_LINK_ENV=none >>.env", svc.Name, worst.target)},
	}}
}
