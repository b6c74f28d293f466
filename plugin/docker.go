package plugin

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli-plugins/manager"
	"github.com/docker/cli/cli-plugins/metadata"
	cliplugin "github.com/docker/cli/cli-plugins/plugin"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"
	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/view"
	"go.opentelemetry.io/otel"
)

// pluginName is what the Docker CLI knows the plugin by. It allows no hyphen.
const pluginName = "stacklite"

// standaloneName is what the program is called without the docker command.
const standaloneName = "docker-stack-lite"

// runDocker runs the command inside the shell that the Docker CLI's library
// gives its plugins: global flags, contexts, TLS, credentials and the plugin
// contract are its. It gives the exit code.
func runDocker(args []string) int {
	// The library measures itself; what goes wrong with that is no news.
	otel.SetErrorHandler(debug.OTELErrorHandler)
	docker, err := command.NewDockerCli()
	if err != nil {
		return exitCode(err, view.Options{Err: os.Stderr})
	}
	standalone := cliplugin.RunningStandalone()
	a := newApp(docker.In(), docker.Out(), docker.Err())
	if standalone {
		a.classic = classicOf(args[0])
		os.Args = standaloneArgs(args, a.classic)
	}
	a.version = version
	a.connect = func() (engine.Client, error) {
		// Where contexts or TLS files are wrong Client would exit the process.
		if _, err := docker.ContextStore().GetMetadata(docker.CurrentContext()); err != nil {
			return nil, failure{msg: err.Error(), hints: []string{"to see which contexts there are: docker context ls"}}
		}
		return docker.Client(), nil
	}
	a.host = func() string { return docker.DockerEndpoint().Host }
	a.registryAuth = func(ref string) (string, error) {
		return command.RetrieveAuthTokenFromImage(docker.ConfigFile(), ref)
	}
	root := newRoot(a)
	a.buildx = func() *image.BuildxPlugin { return findBuildx(docker, root, os.Args[1:]) }
	if standalone {
		name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: name}
	}
	err = cliplugin.RunPlugin(docker, root, metadata.Metadata{
		SchemaVersion:    "0.1.0",
		Vendor:           "Stack Lite",
		Version:          version,
		ShortDescription: root.Short,
	})
	if a.classic != nil {
		return a.classic.exitCode(err, a.view())
	}
	return exitCode(err, a.view())
}

// findBuildx looks where the Docker CLI does for its plugin for builds. Calls
// of it get the same global flags as this process did.
func findBuildx(docker *command.DockerCli, root *cobra.Command, args []string) *image.BuildxPlugin {
	found, err := manager.GetPlugin("buildx", docker, root)
	if err != nil || found.Err != nil {
		return nil
	}
	globals, _ := cutGlobals(args)
	p := &image.BuildxPlugin{Version: found.Version}
	if os.Getenv("BUILDX_BUILDER") == "" {
		// The builder that is named after the context is the engine's own: any
		// other knows none of the engine's images.
		p.Builder = docker.CurrentContext()
	}
	p.Command = func(ctx context.Context, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, found.Path, slices.Concat(globals, []string{"buildx"}, args)...)
		cmd.Env = append(os.Environ(), metadata.ReexecEnvvar+"="+os.Args[0])
		return cmd
	}
	return p
}

// cutGlobals parts the global flags at the beginning from the rest.
func cutGlobals(args []string) (globals, rest []string) {
	for rest = args; len(rest) > 0; {
		name, _, hasValue := strings.Cut(rest[0], "=")
		takesValue, known := globalFlags[name]
		if !known {
			break
		}
		n := 1
		if takesValue && !hasValue && len(rest) > 1 {
			n = 2
		}
		rest = rest[n:]
	}
	return slices.Clone(args[:len(args)-len(rest)]), rest
}

// globalFlags are the Docker CLI's flags that stand before a plugin's name,
// with whether they take a value.
var globalFlags = map[string]bool{
	"--config": true, "--context": true, "-c": true, "--host": true, "-H": true, "--log-level": true, "-l": true,
	"--tlscacert": true, "--tlscert": true, "--tlskey": true,
	"--debug": false, "-D": false, "--tls": false, "--tlsverify": false,
}

// standaloneArgs makes of "docker-stack-lite -H x up" what the Docker CLI would
// have made of "docker -H x stacklite up".
func standaloneArgs(args []string, old *classic) []string {
	out := []string{args[0]}
	rest := args[1:]
	if len(rest) > 0 && (rest[0] == metadata.MetadataSubcommandName || strings.HasPrefix(rest[0], "__complete")) {
		if rest[0] == metadata.MetadataSubcommandName {
			return args
		}
		return append(append(out, rest[0], pluginName), rest[1:]...)
	}
	if old != nil {
		return old.args(args)
	}
	globals, rest := cutGlobals(rest)
	out = append(out, globals...)
	return append(append(out, pluginName), slices.Clone(rest)...)
}
