package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// dockerChild is the docker command with arguments, against the same engine:
// the one that runs this plugin, or that of PATH, with the global flags that
// this process was given.
func (c *cli) dockerChild(argv []string, args ...string) *exec.Cmd {
	docker := cmp.Or(c.env.Vars["DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"], "docker")
	globals, _ := CutDockerGlobals(argv[1:])
	cmd := exec.Command(docker, slices.Concat(globals, args)...)
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "DOCKER_CLI_PLUGIN_") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	return cmd
}

// runChild gives a child this process's streams and waits for it. Signals are
// the child's to act on: those that it does not get from the terminal itself are
// passed on. The code is the child's; the error is one of starting it.
func runChild(ctx context.Context, cmd *exec.Cmd, out io.Writer, o view.Options) (code int, err error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, noDocker(err)
	}
	// With a terminal the kernel interrupts all processes in front of it.
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
			var failed *exec.ExitError
			if errors.As(err, &failed) {
				return max(failed.ExitCode(), 1), nil
			}
			return 0, err
		}
	}
}

func noDocker(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return exit.Failure{Msg: "there is no docker command", Advice: []string{"this command runs docker: install it, or put it on PATH"}}
	}
	return err
}
