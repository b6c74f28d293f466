package plugin

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/docker/cli/cli-plugins/manager"
	"github.com/docker/cli/cli-plugins/metadata"
	cliplugin "github.com/docker/cli/cli-plugins/plugin"
	dockercommand "github.com/docker/cli/cli/command"
	contextdocker "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/debug"
	"github.com/docker/cli/cli/flags"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.opentelemetry.io/otel"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/command"
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
	// A write to a pipe that nobody reads any more is an error like others, and not
	// the end of the process in the middle of changes.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	docker, err := dockercommand.NewDockerCli()
	if err != nil {
		return exit.Code(err, view.Options{Err: os.Stderr})
	}
	lib := &library{docker}
	env := environment(lib)
	var old *classic.Tool
	standalone := cliplugin.RunningStandalone()
	if standalone {
		old = classic.Of(args[0])
		os.Args = standaloneArgs(args, old)
	}
	root, shown := command.New(env, old)
	if globals, rest := cutGlobals(os.Args[1:]); len(rest) > 0 && rest[0] == command.Name {
		os.Args = slices.Concat(os.Args[:1], globals, rest[:1], command.WithoutHelp(root, rest[1:]))
	}
	env.Docker = func(args ...string) *exec.Cmd { return sameDocker(os.Args, args) }
	env.Buildx = func() *image.BuildxPlugin { return findBuildx(lib.DockerCli, root, os.Args) }
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
	err = view.Lost(err, env.Out)
	if old != nil {
		return classic.ExitCode(err, shown(), old.Command(args, env.Vars))
	}
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) { // in front of the verb, where the library reads the flags
		err = command.BadCommandLine(root, err)
	}
	return exit.Code(err, shown())
}

// library is the Docker CLI's library, set to the engine that is meant.
type library struct{ *dockercommand.DockerCli }

// environment is what the Docker CLI's library and this process give to
// commands.
func environment(docker *library) *session.Environment {
	env := &session.Environment{
		In: docker.In(), Out: docker.Out(), Err: docker.Err(), Vars: map[string]string{}, Version: version, Hints: command.Hints,
	}
	for _, entry := range os.Environ() {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env.Vars[name] = value
		}
	}
	env.Connect = func(vars map[string]string) (engine.Client, error) {
		if err := docker.choose(os.Args, vars); err != nil {
			return nil, err
		}
		// Where contexts or TLS files are wrong Client would exit the process.
		if _, err := docker.ContextStore().GetMetadata(docker.CurrentContext()); err != nil {
			f := exit.Failure{Msg: err.Error(), Advice: []string{"to see which contexts there are: docker context ls"}}
			if name := docker.CurrentContext(); name != dockercommand.DefaultContextName {
				f.Kind, f.Words = exit.KindUnknownContext, []string{name}
			}
			return nil, f
		}
		return docker.Client(), nil
	}
	env.Host = func() string { return docker.DockerEndpoint().Host }
	env.Contexts = func() map[string]string { return contexts(docker.DockerCli) }
	env.RegistryAuth = func(ref string) (string, error) {
		return dockercommand.RetrieveAuthTokenFromImage(docker.ConfigFile(), ref)
	}
	return env
}

// contexts are the addresses of the engines of contexts, by name. What can't be read is
// none.
func contexts(docker *dockercommand.DockerCli) map[string]string {
	list, err := docker.ContextStore().List()
	if err != nil {
		return nil
	}
	found := map[string]string{}
	for _, c := range list {
		if at, err := contextdocker.EndpointFromContext(c); err == nil {
			found[c.Name] = at.Host
		}
	}
	return found
}

// choose sets the library to the engine that variables name. They are put into
// the environment of the process, because that is where the library looks for
// them, and where the docker commands do that are run in its name.
func (l *library) choose(argv []string, vars map[string]string) error {
	globals, _ := cutGlobals(argv[1:])
	opts, set := flags.NewClientOptions(), pflag.NewFlagSet("docker", pflag.ContinueOnError)
	opts.InstallFlags(set)
	if err := set.Parse(globals); err != nil {
		return err
	}
	missing := engineVariables(opts, vars, os.LookupEnv)
	if len(missing) == 0 {
		return nil
	}
	for name, value := range missing {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	// The flags have read these two when the process began.
	if missing["DOCKER_TLS_VERIFY"] != "" && !set.Changed(flags.FlagTLSVerify) {
		opts.TLSVerify = true
	}
	if dir := missing["DOCKER_CERT_PATH"]; dir != "" {
		for name, file := range map[string]string{"tlscacert": flags.DefaultCaFile, "tlscert": flags.DefaultCertFile, "tlskey": flags.DefaultKeyFile} {
			if f := set.Lookup(name); !f.Changed {
				_ = f.Value.Set(filepath.Join(dir, file))
			}
		}
	}
	opts.SetDefaultOptions(set)
	docker, err := dockercommand.NewDockerCli()
	if err != nil {
		return err
	}
	l.DockerCli = docker
	return docker.Initialize(opts)
}

// engineVariables are those of vars that choose the engine and that the
// environment of the process, which get looks into, lacks. A context that was
// asked for by name knows all about its engine; it is only the version of the
// API that docker-compose had a variable of its own for.
func engineVariables(opts *flags.ClientOptions, vars map[string]string, get func(string) (string, bool)) map[string]string {
	missing := map[string]string{}
	add := func(name, value string) {
		if _, is := get(name); !is && value != "" {
			missing[name] = value
		}
	}
	if version := vars["COMPOSE_API_VERSION"]; version != "auto" {
		add("DOCKER_API_VERSION", version)
	}
	if context, _ := get("DOCKER_CONTEXT"); opts.Context != "" || context != "" {
		return missing
	}
	if len(opts.Hosts) == 0 {
		add("DOCKER_HOST", vars["DOCKER_HOST"])
	}
	add("DOCKER_TLS_VERIFY", vars["DOCKER_TLS_VERIFY"])
	add("DOCKER_CERT_PATH", vars["DOCKER_CERT_PATH"])
	return missing
}

// findBuildx looks where the Docker CLI does for its plugin for builds. Calls
// of it get the global flags of this process, which was called with argv.
func findBuildx(docker *dockercommand.DockerCli, root *cobra.Command, argv []string) *image.BuildxPlugin {
	found, err := manager.GetPlugin("buildx", docker, root)
	if err != nil || found.Err != nil {
		return nil
	}
	globals, _ := cutGlobals(argv[1:])
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

// sameDocker is the docker command with arguments, against the engine of this
// process: the docker that runs this plugin, or that of PATH, with the global
// flags that this process was given in argv.
func sameDocker(argv, args []string) *exec.Cmd {
	globals, _ := cutGlobals(argv[1:])
	cmd := exec.Command(cmp.Or(os.Getenv(metadata.ReexecEnvvar), "docker"), slices.Concat(globals, args)...)
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "DOCKER_CLI_PLUGIN_") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	return cmd
}

// cutGlobals parts the Docker CLI's global flags, which stand at the beginning
// of its arguments, from the rest. A flag with a value that it can't have is one
// too: the library says what is wrong with it.
func cutGlobals(args []string) (globals, rest []string) {
	n := 0
	for n < len(args) && args[n] != "--" {
		words := globalWords(args[n:])
		if words == 0 {
			break
		}
		n += words
	}
	return slices.Clone(args[:n]), args[n:]
}

// globalWords is of how many words the global flags at the beginning of
// arguments are: one, with a value in the next two, without any flag none.
func globalWords(args []string) int {
	for n := 1; n <= min(2, len(args)); n++ {
		set := pflag.NewFlagSet("docker", pflag.ContinueOnError)
		set.SetInterspersed(false)
		set.Usage = func() {}
		flags.NewClientOptions().InstallFlags(set)
		err := set.Parse(args[:n])
		var (
			bare    *pflag.ValueRequiredError
			refused *pflag.InvalidValueError
		)
		switch {
		case errors.As(err, &bare):
			continue
		case err == nil && set.NArg() == 0, errors.As(err, &refused):
			return n
		}
		return 0
	}
	return 0
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
	globals, rest := cutGlobals(rest)
	out = append(out, globals...)
	return append(append(out, command.Name), slices.Clone(rest)...)
}
