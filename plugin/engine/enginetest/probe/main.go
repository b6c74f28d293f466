// Command probe is the whole content of the images that the tests and the
// demonstration run: one static program that serves, speaks and looks around
// from inside a container that has nothing else in it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sort"
	"syscall"
)

const usage = `usage: probe COMMAND [ARG...]

  serve [PORT...]      answer HTTP on each port (default 80) with the host name
  sleep                wait for SIGTERM
  say [OPTION...] LINE...
                       print lines; -n TIMES, -every DURATION, -exit CODE, -stderr,
                       -bare (without line ends)
  env [NAME]           print the environment, or one variable of it
  resolve NAME         print the addresses of a name, sorted, one a line
  dial NAME:PORT       connect by TCP, waiting one second at most
  ping [-c N] NAME     send ICMP echo requests (default 3)
  get URL              print what an HTTP server answers
  write FILE TEXT      write a text into a file; read FILE prints it
  hold NAME:PORT       ask an HTTP server over one connection until that breaks
  chat [-n N] [-every DURATION] TARGET...
                       N times (default 3) connect to each tcp:NAME:PORT and close at
                       once, and ask each udp:NAME:PORT a datagram
  answer PORT          send datagrams back
  each COMMAND [-- COMMAND]...
                       run commands that ask, all at once, and print how each ended
  terminal             tell the size of the terminal and what is typed there

Attacks, which need the capability NET_RAW that containers have by default:

  frames [-via IP]... MARK IP=MAC...
                       send marked datagrams to addresses, in frames to the
                       hardware address, to everybody, and to those who may pass
                       them on, without and with the tags of VLANs
  hear MARK            print what kinds of them arrive, until the input ends
  claim [-n ROUNDS] [-to IP]... IP
                       say by forged ARP that the address is here, and answer for it

Measurements of what passes while rules change, until the input ends:

  flood IP:PORT        send numbered datagrams; count PORT prints which arrive
  knock IP:PORT        connect again and again, and ask over each connection

Under another name than probe, and without a command, it serves: that is how it
stands in for the programs that the files of others start.

exit status of what asks: 0 answered, 1 refused or no answer, 2 no such name; 64 means
that the command line was not understood`

// The exit statuses that tests rely on. exitUsage is EX_USAGE of sysexits.h,
// clear of the numbers with a meaning.
const (
	exitNoAnswer = 1
	exitNoName   = 2
	exitUsage    = 64
)

// exitError ends the program with a status; err may be nil when there is
// nothing to say.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func wrongUsage(format string, a ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format+"\n\n"+usage, a...)}
}

// A command gets its arguments and a context that ends on SIGTERM or SIGINT.
type command func(ctx context.Context, args []string) error

func commands() map[string]command {
	return map[string]command{
		"serve":    serve,
		"sleep":    sleep,
		"terminal": terminal,
		"say":      say,
		"env":      printEnv,
		"resolve":  resolve,
		"dial":     dial,
		"ping":     ping,
		"get":      get,
		"hold":     hold,
		"each":     each,
		"chat":     chat,
		"answer":   answer,
		"write":    write,
		"read":     read,
		"frames":   frames,
		"hear":     hear,
		"claim":    claim,
		"flood":    flood,
		"count":    count,
		"knock":    knock,
	}
}

func main() {
	// As process 1 of a container the program gets no default signal
	// handling from the kernel: without this SIGTERM would be ignored.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := run(ctx, os.Args[1:])
	stop()
	if err == nil {
		return
	}
	code := 1
	if exit := (*exitError)(nil); errors.As(err, &exit) {
		code = exit.code
		err = exit.err
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 && filepath.Base(os.Args[0]) != "probe" {
		args = []string{"serve"}
	}
	if len(args) == 0 {
		return wrongUsage("no command")
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		fmt.Println(usage)
		return nil
	}
	c, ok := commands()[args[0]]
	if !ok {
		return wrongUsage("no command %q", args[0])
	}
	return c(ctx, args[1:])
}

func sleep(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return wrongUsage("sleep takes no argument")
	}
	<-ctx.Done()
	return nil
}

func printEnv(_ context.Context, args []string) error {
	switch len(args) {
	case 0:
		env := os.Environ()
		sort.Strings(env)
		for _, line := range env {
			fmt.Println(line)
		}
		return nil
	case 1:
		value, ok := os.LookupEnv(args[0])
		if !ok {
			return &exitError{code: exitNoAnswer}
		}
		fmt.Println(value)
		return nil
	}
	return wrongUsage("env takes one name at most")
}
