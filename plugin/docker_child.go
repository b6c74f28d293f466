package plugin

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// dockerChild is the docker command with arguments, against the same engine:
// the one that runs this plugin, or that of PATH, with the global flags that
// this process was given.
func (a *app) dockerChild(argv []string, args ...string) *exec.Cmd {
	cmd := exec.Command(firstOf(a.env["DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"], "docker"), slices.Concat(dockerGlobals(argv), args)...)
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "DOCKER_CLI_PLUGIN_") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	return cmd
}

// dockerGlobals are the arguments of a plugin before its own name.
func dockerGlobals(argv []string) []string {
	for i := 1; i < len(argv); i++ {
		name, _, hasValue := strings.Cut(argv[i], "=")
		takesValue, known := globalFlags[name]
		if !known {
			return argv[1:i]
		}
		if takesValue && !hasValue {
			i++
		}
	}
	return nil
}

// hand gives a child this process's streams and waits for it. Signals are the
// child's to act on: those that it does not get from the terminal itself are
// passed on. The code is the child's; the error is one of starting it.
func (a *app) hand(ctx context.Context, cmd *exec.Cmd, out io.Writer) (code int, err error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, noDocker(err)
	}
	// With a terminal the kernel interrupts all processes in front of it.
	o := a.view()
	terminal := o.OutIsTerminal || o.ErrIsTerminal
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	cut := ctx.Done()
	for {
		select {
		case s := <-signals:
			if s != os.Interrupt || !terminal {
				_ = cmd.Process.Signal(s)
			}
		case <-cut: // the docker command that runs this plugin was told to end
			_ = cmd.Process.Signal(syscall.SIGTERM)
			cut = nil
		case err := <-ended:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				return max(exit.ExitCode(), 1), nil
			}
			return 0, err
		}
	}
}

func noDocker(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return failure{msg: "there is no docker command", hints: []string{"this verb runs it; install it, or put it on PATH"}}
	}
	return err
}
