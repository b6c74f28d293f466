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
	dockercommand "github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"
	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/command"
	"github.com/stack-lite/stack-lite/plugin/dockerrun"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// runDocker runs the command inside the shell that the Docker CLI's library
// gives its plugins: global flags, contexts, TLS, credentials and the plugin
// contract are its. It gives the exit code.
func runDocker(args []string) int {
	// The library collects metrics of itself; an error in that does not concern
	// the user.
	otel.SetErrorHandler(debug.OTELErrorHandler)
	docker, err := dockercommand.NewDockerCli()
	if err != nil {
		return exit.Code(err, view.Options{Err: os.Stderr})
	}
	env := environment(docker)
	var old *classic.Tool
	standalone := cliplugin.RunningStandalone()
	if standalone {
		old = classic.Of(args[0])
		os.Args = standaloneArgs(args, old)
	}
	root, view := command.New(env, old)
	env.Buildx = func() *image.BuildxPlugin { return findBuildx(docker, root, os.Args[1:]) }
	if standalone {
		name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: name}
	}
	err = cliplugin.RunPlugin(docker, root, metadata.Metadata{
		SchemaVersion:    "0.1.0",
		Vendor:           "Stack Lite",
		Version:          env.Version,
		ShortDescription: root.Short,
	})
	if old != nil {
		return classic.ExitCode(err, view())
	}
	return exit.Code(err, view())
}

// environment is what the Docker CLI's library and this process give to
// commands.
func environment(docker *dockercommand.DockerCli) *session.Environment {
	env := &session.Environment{
		In: docker.In(), Out: docker.Out(), Err: docker.Err(), Vars: map[string]string{}, Version: version, Hints: command.Hints,
	}
	for _, entry := range os.Environ() {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env.Vars[name] = value
		}
	}
	env.Connect = func() (engine.Client, error) {
		// Where contexts or TLS files are wrong Client would exit the process.
		if _, err := docker.ContextStore().GetMetadata(docker.CurrentContext()); err != nil {
			return nil, exit.Failure{Msg: err.Error(), Advice: []string{"to see which contexts there are: docker context ls"}}
		}
		return docker.Client(), nil
	}
	env.Host = func() string { return docker.DockerEndpoint().Host }
	env.RegistryAuth = func(ref string) (string, error) {
		return dockercommand.RetrieveAuthTokenFromImage(docker.ConfigFile(), ref)
	}
	return env
}

// findBuildx looks where the Docker CLI does for its plugin for builds. Calls
// of it get the same global flags as this process did.
func findBuildx(docker *dockercommand.DockerCli, root *cobra.Command, args []string) *image.BuildxPlugin {
	found, err := manager.GetPlugin("buildx", docker, root)
	if err != nil || found.Err != nil {
		return nil
	}
	globals, _ := dockerrun.CutGlobals(args)
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

// standaloneArgs turns "docker-stack-lite -H x up" into what the Docker CLI
// makes of "docker -H x stacklite up".
func standaloneArgs(args []string, old *classic.Tool) []string {
	out := []string{args[0]}
	rest := args[1:]
	if len(rest) > 0 && (rest[0] == metadata.MetadataSubcommandName || strings.HasPrefix(rest[0], "__complete")) {
		if rest[0] == metadata.MetadataSubcommandName {
			return args
		}
		return append(append(out, rest[0], command.Name), rest[1:]...)
	}
	if old != nil {
		return old.Args(args, command.Name)
	}
	globals, rest := dockerrun.CutGlobals(rest)
	out = append(out, globals...)
	return append(append(out, command.Name), slices.Clone(rest)...)
}
