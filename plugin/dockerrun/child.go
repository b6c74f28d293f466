package dockerrun

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// askFlags asks docker which flags its run has.
func askFlags(ctx context.Context, docker Docker) (*pflag.FlagSet, error) {
	cmd := docker("run", "--help")
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := cmd.Run(); err != nil {
		return nil, noDocker(err)
	}
	flags := runFlags(out.String())
	if link := flags.Lookup("link"); link == nil || link.NoOptDefVal != "" {
		return nil, exit.Failure{Msg: "docker run --help of this docker can't be read"}
	}
	return flags, nil
}

// runChild gives a child this process's streams and waits for it. Signals are
// left to the child: those that it does not get from the terminal itself are
// passed on. Where out is not nil the child's standard output goes there. The
// code is the child's; the error is one of starting it.
func runChild(ctx context.Context, cmd *exec.Cmd, out io.Writer, o view.Options) (code int, err error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if out != nil {
		cmd.Stdout = out
	}
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
		case <-cut: // the docker command that runs this plugin was asked to end
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
