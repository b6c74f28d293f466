package plugin

import (
	"fmt"
	"path"
	"strings"

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
func (a *app) discovery() (engine.Discovery, error) {
	said := firstOf(a.flags.links.discovery, a.env["STACKLITE_DISCOVERY"])
	switch said {
	case "", "on":
		return engine.Discovery{}, nil
	case "project":
		return engine.Discovery{Within: true}, nil
	case "off":
		return engine.Discovery{Off: true}, nil
	}
	d := engine.Discovery{Among: strings.Split(said, ",")}
	for _, pattern := range d.Among {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			return d, usageError{
				msg:   fmt.Sprintf("--discovery %s: %q is no name of a project", said, pattern),
				hints: []string{"write on, project, off, or names such as proxy,shop*"},
			}
		}
	}
	return d, nil
}
