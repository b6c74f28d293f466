package command

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

func TestWhyOneIsADiscoveryProxyIsSaidAsItIs(t *testing.T) {
	for want, f := range map[string]desired.Finding{
		"a mounts the docker socket and publishes 80, 443":                                     {Proxy: "a", Socket: true, Ports: []string{"80", "443"}},
		"a mounts the docker socket and publishes a port":                                      {Proxy: "a", Socket: true},
		"a is a discovery proxy, by its label or by what configures it":                        {Proxy: "a"},
		"a is a discovery proxy, by its label or by what configures it, and publishes 80, 443": {Proxy: "a", Ports: []string{"80", "443"}},
	} {
		if got := whyProxy(f); got != want {
			t.Errorf("%s\nnot %s", got, want)
		}
	}
}
