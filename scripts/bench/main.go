// Command bench times stack-lite as a whole process against docker-compose
// 1.29, where that is installed, and against the floor: a program that makes
// the same calls to the engine and knows beforehand what they have to be. It
// also counts the calls, which do not depend on the machine.
//
//	go run ./scripts/bench -program bin/docker-stacklite -services 11 -runs 5
//
// The programs take turns in every round, so that a machine that gets slower
// or faster does so for all. It needs a Docker Engine, pulls nothing, and
// removes what it makes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"
)

const project = "slbench"

// phase is something that each program does in each round.
type phase struct {
	name string
	args []string // of stack-lite and docker-compose alike
}

func phases() []phase {
	return []phase{
		{"up from nothing", []string{"up", "-d"}},
		{"up, nothing to do", []string{"up", "-d"}},
		{"scale one to 3", []string{"scale", "s01=3"}},
		{"down", []string{"down"}},
	}
}

// contender is one of the programs that are compared.
type contender struct {
	name    string
	command func(p phase) []string
	times   map[string][]time.Duration // by phase
	calls   map[string]int
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "floor" {
		if err := floor(context.Background(), os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, "floor:", err)
			os.Exit(1)
		}
		return
	}
	program := flag.String("program", "bin/docker-stacklite", "the stack-lite to time")
	services := flag.Int("services", 11, "how many services: one is linked to all others")
	runs := flag.Int("runs", 5, "how many rounds are counted, after one that is not")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, *program, *services, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, program string, services, runs int) error {
	dir, err := os.MkdirTemp("", "slbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	image, err := makeImage(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = exec.Command("docker", "rmi", image).Run() }()
	file := filepath.Join(dir, "docker-compose.yml")
	if err := os.WriteFile(file, stackOf(services, image), 0o600); err != nil {
		return err
	}
	counter, err := countCalls(dir)
	if err != nil {
		return err
	}
	defer counter.close()
	contenders, err := contenders(program, file, services, image)
	if err != nil {
		return err
	}
	for round := range runs + 1 {
		for _, c := range contenders {
			if err := c.round(ctx, dir, counter, round > 0); err != nil {
				return err
			}
		}
	}
	report(contenders, services, runs)
	return nil
}

func contenders(program, file string, services int, image string) ([]*contender, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	list := []*contender{
		{name: "floor", command: func(p phase) []string {
			return []string{self, "floor", p.name, fmt.Sprint(services, " ", image)}
		}},
		{name: "stack-lite", command: func(p phase) []string {
			return append([]string{program, "-f", file, "-p", project}, p.args...)
		}},
	}
	if compose, err := exec.LookPath("docker-compose"); err == nil {
		list = append(list, &contender{name: "docker-compose", command: func(p phase) []string {
			return append([]string{compose, "-f", file, "-p", project}, p.args...)
		}})
	}
	return list, nil
}

// round runs all phases once.
func (c *contender) round(ctx context.Context, dir string, counter *counter, counted bool) error {
	if c.times == nil {
		c.times, c.calls = map[string][]time.Duration{}, map[string]int{}
	}
	for _, p := range phases() {
		words := c.command(p)
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "DOCKER_HOST="+counter.host)
		before := counter.count()
		begun := time.Now()
		out, err := cmd.CombinedOutput()
		took := time.Since(begun)
		if err != nil {
			return errors.Join(fmt.Errorf("%s, %s: %w\n%s", c.name, p.name, err, out), ctx.Err())
		}
		c.calls[p.name] = counter.count() - before
		if counted {
			c.times[p.name] = append(c.times[p.name], took)
		}
	}
	return nil
}

func report(contenders []*contender, services, runs int) {
	fmt.Printf("%d services, %d rounds; seconds as min / median, times the floor by median, calls to the engine\n\n", services, runs)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "\tPROGRAM\tMIN\tMEDIAN\tFLOOR\tCALLS")
	for _, p := range phases() {
		base := median(contenders[0].times[p.name])
		for i, c := range contenders {
			name := ""
			if i == 0 {
				name = p.name
			}
			m := median(c.times[p.name])
			fmt.Fprintf(w, "%s\t%s\t%.3f\t%.3f\t%.2f\t%d\n", name, c.name,
				slices.Min(c.times[p.name]).Seconds(), m.Seconds(), m.Seconds()/base.Seconds(), c.calls[p.name])
		}
	}
	w.Flush()
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}
