package dockerrun

import (
	"strings"
	"testing"
)

func TestAChildOfDockerGetsTheFlagsBeforeThePluginsName(t *testing.T) {
	c := child{vars: map[string]string{"DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND": "/opt/docker"}}
	for text, want := range map[string]string{
		"docker-stacklite stacklite link run -H x":                     "/opt/docker run",
		"docker-stacklite -H tcp://x stacklite link":                   "/opt/docker -H tcp://x run",
		"docker-stacklite --context=remote --debug stacklite link":     "/opt/docker --context=remote --debug run",
		"docker-stacklite --config /c --tlsverify stacklite link -c x": "/opt/docker --config /c --tlsverify run",
		"x -D stacklite link":                                          "/opt/docker -D run",
	} {
		cmd := c.command(strings.Fields(text), "run")
		if got := strings.Join(cmd.Args, " "); got != want || cmd.Path != "/opt/docker" {
			t.Errorf("%s: %s with %q", text, cmd.Path, got)
		}
	}
}
