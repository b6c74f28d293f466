// Command testreport runs "go test" with the arguments it is given and adds an
// account of what was not run. It prints the packages' own lines, the output
// of tests that fail, then the reasons why tests were skipped, and ends with
// the numbers. Its exit code is that of "go test".
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	os.Exit(code)
}

// run is 1 with an error when go could not be run or understood.
func run(args []string) (int, error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return 1, err
	}
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	r := newReport(os.Stdout)
	readErr := r.read(events)
	waitErr := cmd.Wait()
	r.finish()

	var exit *exec.ExitError
	switch {
	case readErr != nil:
		return 1, readErr
	case errors.As(waitErr, &exit):
		return exit.ExitCode(), nil
	case waitErr != nil:
		return 1, waitErr
	}
	return 0, nil
}
