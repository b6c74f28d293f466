// Command balance measures what a front costs: requests a second and how long they
// take, straight to a replica, by the port that the engine publishes, and through a
// front, beside nginx from Debian's package where that is installed; and how much
// memory a front needs.
//
//	CGO_ENABLED=0 go run ./scripts/balance -program bin/docker-stacklite -runs 5
//
// All take turns in every round, so that a machine that gets slower or faster does so
// for all; a figure is the median of the rounds. Client, front and replicas share the
// machine, so the figures are there to be compared and not to be quoted. It needs a
// Docker Engine on this machine, pulls nothing, and removes what it makes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"
)

const project = "slbalance"

// figures are what came of one way.
type figures struct {
	perSecond []float64
	half,
	most []time.Duration // half of the requests, and 99 of 100, took no longer
	failed int
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "replica" {
		fmt.Fprintln(os.Stderr, "balance:", serveReplica(":80"))
		os.Exit(1)
	}
	program := flag.String("program", "bin/docker-stacklite", "the program that is the front")
	runs := flag.Int("runs", 5, "how many rounds")
	each := flag.Duration("time", 2*time.Second, "how long each way is asked in a round")
	clients := flag.Int("clients", 32, "how many connections ask at the same time")
	open := flag.Int("open", 1000, "with how many open connections the memory is measured")
	subnet := flag.String("subnet", "10.231.240.0/24", "addresses that are free on this machine")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := balance(ctx, *program, *subnet, *runs, *each, *clients, *open); err != nil {
		fmt.Fprintln(os.Stderr, "balance:", err)
		os.Exit(1)
	}
}

func balance(ctx context.Context, program, subnet string, runs int, each time.Duration, clients, open int) (err error) {
	net, err := netip.ParsePrefix(subnet)
	if err != nil {
		return err
	}
	s, err := newStage(net)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.clear()) }()
	ways, err := s.build(ctx, program)
	if err != nil {
		return err
	}
	for _, keep := range []bool{true, false} {
		all := make([]figures, len(ways))
		for range runs {
			for i, w := range ways {
				if err := ask(ctx, w.address, load{clients: clients, time: each, keep: keep}, &all[i]); err != nil {
					return fmt.Errorf("%s: %w", w.name, err)
				}
			}
		}
		report(ways, all, keep, clients)
	}
	return s.memory(ctx, open)
}

// way is a way to the replicas.
type way struct {
	name    string
	address string
}

func report(ways []way, all []figures, keep bool, clients int) {
	kind := "a connection for each request"
	if keep {
		kind = "all requests of a client over one connection"
	}
	fmt.Printf("\n%d clients, %s\n\n", clients, kind)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "requests/s\tp50\tp99\tfailed\t  way\t")
	for i, f := range all {
		slices.Sort(f.perSecond)
		slices.Sort(f.half)
		slices.Sort(f.most)
		m := len(f.perSecond) / 2
		fmt.Fprintf(w, "%.0f\t%s\t%s\t%d\t  %s\t\n", f.perSecond[m], f.half[m].Round(time.Microsecond), f.most[m].Round(time.Microsecond), f.failed, ways[i].name)
	}
	w.Flush()
}
