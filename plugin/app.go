package plugin

import (
	"context"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// app is what commands know of the world outside, and the flags that all of
// them have.
type app struct {
	in           io.Reader
	out, err     io.Writer
	env          map[string]string
	version      string
	connect      func() (engine.Client, error)
	host         func() string // where the engine is, once connected; nil: as the client says
	registryAuth func(ref string) (string, error)
	buildx       func() *image.BuildxPlugin
	store        *image.Store // gets images for the engine that engine connected to; nil before
	flags        globals
	classic      *classic // the old tool whose place is taken; nil: none
	quietPull    bool     // how far pulls are is not shown
}

// globals are the flags that stand before a verb.
type globals struct {
	files      []string
	project    string
	projectDir string
	envFile    string
	progress   string
	ansi       string
	isolation  string
	links      linkFlags
	pool       string
	builder    string
	parallel   int
	dryRun     bool
	planFormat string // how dryRun prints a plan: see view.PrintPlan
}

func newApp(in io.Reader, out, err io.Writer) *app {
	return &app{in: in, out: out, err: err, env: environ(os.Environ())}
}

func environ(list []string) map[string]string {
	env := map[string]string{}
	for _, entry := range list {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return env
}

// load reads the project that the flags and the environment name.
func (a *app) load(checkBuilds bool) (*compose.Project, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	var names []string
	if a.classic != nil {
		names = a.classic.files
	}
	return compose.Load(compose.Options{
		Names:          names,
		Files:          a.flags.files,
		Dir:            dir,
		ProjectDir:     a.flags.projectDir,
		ProjectName:    a.flags.project,
		EnvFile:        a.flags.envFile,
		Env:            a.env,
		Stdin:          a.in,
		SkipBuildCheck: !checkBuilds,
	})
}

// engine connects to the engine that the Docker CLI is set to, and to the store
// of its images.
func (a *app) engine(ctx context.Context) (*engine.Engine, error) {
	options := engine.Options{Version: a.version}
	builder, err := parseBuilder(firstOf(a.flags.builder, a.env["STACKLITE_BUILDER"]))
	if err != nil {
		return nil, err
	}
	if pool := firstOf(a.flags.pool, a.env["STACKLITE_POOL"]); pool != "" {
		p, err := netip.ParsePrefix(pool)
		if err != nil || !p.Addr().Is4() {
			return nil, usageError{msg: "--pool " + pool + " is not a range of IPv4 addresses",
				hints: []string{"write it like 10.100.0.0/16"}}
		}
		options.Pool = p
	}
	if err := a.linkOptions(&options); err != nil {
		return nil, err
	}
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	if a.host != nil {
		options.Host = a.host()
	}
	if local(c) {
		options.Avoid = localRoutes()
	}
	e := engine.New(c, options)
	a.store = image.New(c, image.Options{
		RegistryAuth: a.registryAuth, Builder: builder, Buildx: a.buildx,
		Explain: func(err error) error { return engine.Explain(err, e.Host()) },
	})
	return e, nil
}

// local tells whether the engine runs on this machine, whose routes a new
// network must not hide then.
func local(c engine.Client) bool { return strings.HasPrefix(c.DaemonHost(), "unix://") }

// view says how results and progress are to be shown.
func (a *app) view() view.Options {
	o := view.Streams{In: a.in, Out: a.out, Err: a.err}.Options(func(name string) string { return a.env[name] })
	o.Color = a.flags.ansi
	return o
}

// note tells the user something that is neither a result nor an error.
func (a *app) note(text string) {
	if a.classic != nil {
		view.PrintText(a.view(), text)
		return
	}
	view.PrintNotes(a.view(), []compose.Note{{Text: text}})
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// interruptible gives a context that ends with the first Ctrl-C or SIGTERM; a
// second one ends the process.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
