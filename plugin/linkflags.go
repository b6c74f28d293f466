package plugin

import (
	"fmt"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/engine"
)

// linkFlags are the flags that say what links mean beyond networks.
type linkFlags struct {
	env       string
	discovery string
}

// linkOptions sets what links mean beyond networks, from the flags and the
// environment.
func (a *app) linkOptions(o *engine.Options) (err error) {
	if o.LinkEnv, err = parseLinkEnv(firstOf(a.flags.links.env, a.env["STACKLITE_LINK_ENV"])); err != nil {
		return err
	}
	o.Discovery, err = a.discovery()
	return err
}

func parseLinkEnv(s string) (linking.EnvMode, error) {
	switch s {
	case "", "ports":
		return linking.EnvPorts, nil
	case "full":
		return linking.EnvFull, nil
	case "none":
		return linking.EnvNone, nil
	}
	return 0, usageError{msg: fmt.Sprintf("--link-env %s is none of none, ports and full", s)}
}

// discovery says how far discovery proxies look.
func (a *app) discovery() (engine.Reach, error) {
	switch s := firstOf(a.flags.links.discovery, a.env["STACKLITE_DISCOVERY"]); s {
	case "", "on":
		return engine.Everywhere, nil
	case "project":
		return engine.WithinProject, nil
	case "off":
		return engine.Nowhere, nil
	default:
		return 0, usageError{msg: fmt.Sprintf("--discovery %s is none of on, project and off", s)}
	}
}
