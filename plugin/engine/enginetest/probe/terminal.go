package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/moby/term"
)

// terminal prints the size of its terminal whenever that changes, what is
// typed, a line at a time, and that it is interrupted. The line "exit N" ends
// it with status N; so does the end of input, with 0.
func terminal(_ context.Context, args []string) error {
	if len(args) > 0 {
		return wrongUsage("terminal takes no argument")
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGWINCH, syscall.SIGINT)
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
	}()
	tellSize()
	for {
		select {
		case s := <-signals:
			if s == syscall.SIGINT {
				fmt.Println("interrupted")
			} else {
				tellSize()
			}
		case line, more := <-lines:
			if !more {
				return nil
			}
			if number, ok := strings.CutPrefix(line, "exit "); ok {
				code, err := strconv.Atoi(number)
				return &exitError{code, err}
			}
			fmt.Println("typed " + line)
		}
	}
}

func tellSize() {
	size, err := term.GetWinsize(os.Stdin.Fd())
	if err != nil {
		fmt.Println("no terminal")
		return
	}
	fmt.Printf("terminal %dx%d\n", size.Width, size.Height)
}
