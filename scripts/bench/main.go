// Command bench measures stack-lite as a whole process beside docker-compose 1.29,
// docker compose 5 and the floor, which is a program that knows beforehand which
// calls to the engine change something and makes only these, as many at once as
// their order allows and is best. What README says of times is to come from one run
// of it.
//
//	go run ./scripts/bench -program bin/docker-stacklite
//	go run ./scripts/bench -stacks star,chain -runs 3
//
// All take turns in every round, so that a machine that gets slower does so for
// all, and another one begins each time. The first round is not counted. In it the
// programs reach the engine through a socket that counts their calls, and the floor
// learns the calls of stack-lite and tries how many at once are best; what it makes
// has to leave stack-lite nothing to do. Counted rounds reach the engine itself.
//
// The stacks are: 20 services without links (flat); one service with links to 10
// (star); an article's stack, with a proxy, host ports and bind mounts; a chain of
// 6; 5 services with 10 replicas each (replicas); one service that gets 20 replicas
// (one); and 100 services, 20 chains of 5 (hundred). The two that are big have three
// rounds at most. "-stacks program" is the start of the plugin through docker.
// docker compose 5 reads the same stacks below "services"; STACKLITE_COMPOSE names
// its program, which scripts/compose_v5.sh makes.
//
// It needs a Docker Engine of this machine, pulls nothing, and removes what it makes,
// also when it is interrupted. What is of the projects slbench, slbenchp, slbenchc
// and slbenchv on the engine is its own. It exits with 1 if a program failed, not if
// a goal was missed.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if asPlugin(os.Args) {
		return
	}
	if len(os.Args) == 5 && os.Args[1] == "floor" {
		end(floor(context.Background(), os.Args[2], os.Args[3], os.Args[4]))
		return
	}
	file := flag.String("program", "bin/docker-stacklite", "the stack-lite to time")
	names := flag.String("stacks", "", "which stacks, by name with commas between; all if empty")
	runs := flag.Int("runs", 5, "how many rounds are counted, after one that is not")
	raw := flag.String("json", "", "a file for all that was measured")
	flag.Parse()
	if *runs < 1 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := bench(ctx, *file, *names, *runs)
	end(err)
	table(os.Stdout, r)
	goals(os.Stdout, r)
	if *raw != "" {
		text, err := json.MarshalIndent(r, "", " ")
		end(err)
		end(os.WriteFile(*raw, append(text, '\n'), 0o644))
	}
	if len(r.Failed) > 0 {
		os.Exit(1)
	}
}

// end ends the program if there is an error.
func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, file, names string, runs int) (r report, err error) {
	begun := time.Now()
	r.Rounds = runs
	wanted := strings.FieldsFunc(names, func(c rune) bool { return c == ',' })
	withStart := len(wanted) == 0 || slices.Contains(wanted, program)
	onlyStart := slices.Equal(wanted, []string{program})
	list, err := chosen(slices.DeleteFunc(wanted, func(name string) bool { return name == program }))
	if err != nil {
		return r, err
	}
	if onlyStart {
		list = nil
	}
	dir, err := os.MkdirTemp("", "slbench")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, absent, err := newStage(ctx, dir, file)
	if err != nil {
		return r, err
	}
	defer s.recorder.close()
	r.Absent = absent
	if r.Machine, err = machine(ctx); err != nil {
		return r, err
	}
	for _, c := range s.contenders {
		if c.version != "" {
			r.Programs = append(r.Programs, c.version)
		}
	}
	defer func() {
		if left := s.clear(); left != nil && err == nil {
			r.Failed = append(r.Failed, "Not all was removed: "+left.Error())
		} else {
			err = errors.Join(err, left)
		}
	}()
	if err := makeImage(ctx, dir); err != nil {
		return r, err
	}
	if _, err := s.broom.sweep(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench: from earlier:", err)
		for name := range s.broom.stuck {
			s.broom.stuck[name] = false
		}
	}
	for _, st := range list {
		if err := s.add(ctx, &r, st); err != nil {
			return r, err
		}
	}
	if withStart {
		row, err := s.startUps(ctx, runs)
		if err != nil {
			return r, err
		}
		r.Rows = append(r.Rows, row)
	}
	r.Lasted = time.Since(begun)
	return r, nil
}

// add measures one stack.
func (s *stage) add(ctx context.Context, r *report, st stack) error {
	runs := r.Rounds
	if st.rounds > 0 {
		runs = min(runs, st.rounds)
	}
	m, err := s.play(ctx, st, runs)
	if err != nil {
		return err
	}
	r.Rows = append(r.Rows, m.rows...)
	r.Bare = append(r.Bare, m.bare...)
	for _, name := range slices.Sorted(maps.Keys(m.out)) {
		r.Failed = append(r.Failed, fmt.Sprintf("%s failed at the stack %s, and was left out there.", name, st.name))
	}
	return nil
}

// clear removes all that was made on the engine, also after an interrupt: then calls
// that were made may still be carried out, so it looks until nothing has come.
func (s *stage) clear() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	left, err := s.broom.sweep(ctx)
	for err == nil && left > 0 {
		time.Sleep(time.Second)
		left, err = s.broom.sweep(ctx)
	}
	for name, now := range s.broom.stuck {
		if !now {
			continue
		}
		err = errors.Join(err, errors.New("the engine does not remove the network "+name))
	}
	return errors.Join(err, exec.CommandContext(ctx, "docker", "rmi", "-f", image).Run())
}
