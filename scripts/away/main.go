// Command away measures how long each service of a stack of docker-compose 1.29.2
// does not answer while Stack Lite takes the stack over, beside how long it does not
// while docker-compose itself replaces the same containers.
//
//	go run ./scripts/away -program bin/docker-stacklite -runs 3
//
// The stack is a star, web linked to db and cache, and all end at once when they are
// told to. web asks both every 20 milliseconds, under the names of its links, and is
// asked as often at the port of the host that it publishes. It needs a Docker Engine
// on this machine with which docker-compose 1.29.2 can replace containers, such as
// 20.10, pulls nothing, and removes what it makes.
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
	"strings"
	"text/tabwriter"
	"time"
)

const (
	project  = "slaway"
	image    = project + ":program"
	interval = 20 * time.Millisecond
	// calm is how long all answer before a command begins, and after it has ended.
	calm = time.Second
)

const stack = `web:
  image: ` + image + `
  command: [/away, watch, /log/answers, db, cache]
  links: [db, cache]
  ports: ["127.0.0.1:18080:80"]
  volumes: ["./log:/log"]
db:
  image: ` + image + `
  command: [/away, serve]
cache:
  image: ` + image + `
  command: [/away, serve]
`

// A contender replaces all containers of the stack.
type contender struct {
	name    string
	command []string
}

func main() {
	if len(os.Args) > 1 && (os.Args[1] == "serve" || os.Args[1] == "watch") {
		if err := inside(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "away:", err)
			os.Exit(1)
		}
		return
	}
	program := flag.String("program", "bin/docker-stacklite", "the stack-lite to measure")
	runs := flag.Int("runs", 3, "how often each is measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, *program, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "away:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, program string, runs int) (err error) {
	program, err = filepath.Abs(program)
	if err != nil {
		return err
	}
	if said, err := exec.Command("docker-compose", "version", "--short").Output(); err != nil || strings.TrimSpace(string(said)) != "1.29.2" {
		return fmt.Errorf("docker-compose 1.29.2 is not installed: %q (%v)", said, err)
	}
	dir, err := os.MkdirTemp("", project)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := prepare(ctx, dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run(context.WithoutCancel(ctx), dir, "docker", "rmi", image)) }()
	contenders := []contender{
		{"docker-compose up -d --force-recreate", []string{"docker-compose", "-p", project, "up", "-d", "--force-recreate"}},
		{"docker stacklite up -d", []string{program, "-p", project, "up", "-d"}},
	}
	results := map[string][]result{}
	for range runs {
		for _, c := range contenders {
			r, err := measureOne(ctx, dir, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			results[c.name] = append(results[c.name], r)
		}
	}
	report(contenders, results, runs)
	return nil
}

// prepare makes the image and the file of the stack.
func prepare(ctx context.Context, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "log"), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "docker-compose.yml"), []byte(stack), 0o600); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "away"), "./scripts/away")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the program of the containers: %w\n%s", err, out)
	}
	return run(ctx, dir, "sh", "-c", "tar -c away | docker import - "+image)
}

// result is what came of one run: how long each was away, and how long the command
// took.
type result struct{ web, db, cache, command time.Duration }

func measureOne(ctx context.Context, dir string, c contender) (r result, err error) {
	answers := filepath.Join(dir, "log", "answers")
	if err := os.RemoveAll(answers); err != nil {
		return r, err
	}
	if err := run(ctx, dir, "docker-compose", "-p", project, "up", "-d"); err != nil {
		return r, err
	}
	defer func() {
		// Of both, for the stack may be half the one's and half the other's.
		clean := context.WithoutCancel(ctx)
		err = errors.Join(err, run(clean, dir, "docker-compose", "-p", project, "down", "-t", "1"),
			removeNetworks(clean, dir))
	}()
	outside := newWatch("web", func() error { return ask("127.0.0.1:18080") })
	defer outside.stop()
	if err := outside.steady(ctx); err != nil {
		return r, err
	}
	began := time.Now()
	if err := run(ctx, dir, c.command...); err != nil {
		return r, err
	}
	r.command = time.Since(began)
	if err := outside.steady(ctx); err != nil {
		return r, err
	}
	outside.stop()
	seen, err := readAnswers(answers)
	if err != nil {
		return r, err
	}
	since := began.Add(-calm / 2)
	r.web = away(outside.answers(), "web", since)
	r.db = away(seen, "db", since)
	r.cache = away(seen, "cache", since)
	return r, nil
}

// removeNetworks removes the networks that a takeover made, which docker-compose
// does not know.
func removeNetworks(ctx context.Context, dir string) error {
	return run(ctx, dir, "sh", "-c", "docker network ls -q --filter name=^"+project+"_ | xargs -r docker network rm")
}

func run(ctx context.Context, dir string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
	}
	return nil
}

func report(contenders []contender, results map[string][]result, runs int) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "medians of %d\t", runs)
	for _, c := range contenders {
		fmt.Fprintf(w, "%s\t", c.name)
	}
	fmt.Fprintln(w)
	for _, row := range []struct {
		name string
		of   func(result) time.Duration
	}{
		{"web away, from outside", func(r result) time.Duration { return r.web }},
		{"db away, from web", func(r result) time.Duration { return r.db }},
		{"cache away, from web", func(r result) time.Duration { return r.cache }},
		{"the command takes", func(r result) time.Duration { return r.command }},
	} {
		fmt.Fprintf(w, "%s\t", row.name)
		for _, c := range contenders {
			var times []time.Duration
			for _, r := range results[c.name] {
				times = append(times, row.of(r))
			}
			slices.Sort(times)
			fmt.Fprintf(w, "%.2f s\t", times[len(times)/2].Seconds())
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}
