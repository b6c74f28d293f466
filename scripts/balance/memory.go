package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/docker/docker/api/types/container"
)

// memory says how much the front of three replicas needs, and nginx, without
// connections and with many on each of which one request was answered.
func (s *stage) memory(ctx context.Context, open int) error {
	fmt.Printf("\nmemory\n\n")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "docker stats\tof the process\topen connections\t  of\t")
	// Another front, which has had no connection yet.
	c, err := s.cli.ContainerInspect(ctx, project+"-front3")
	if err != nil {
		return err
	}
	fresh := container.Config{Image: frontImage, Cmd: c.Config.Cmd}
	if err := s.run(ctx, "fresh", fresh, firstFront+5, nil, false); err != nil {
		return err
	}
	if err := await(ctx, s.address(firstFront+5)+":80"); err != nil {
		return err
	}
	for _, of := range []struct {
		name string
		at   int
		port string
	}{{"fresh", firstFront + 5, ":80"}, {"nginx", nginx, ":81"}} {
		if _, err := s.cli.ContainerInspect(ctx, project+"-"+of.name); err != nil {
			continue
		}
		var clients []*client
		for _, n := range []int{0, open} {
			for len(clients) < n {
				c := &client{address: s.address(of.at) + of.port}
				if err := c.ask(); err != nil {
					return err
				}
				defer c.close()
				clients = append(clients, c)
			}
			used, process, err := s.used(ctx, project+"-"+of.name)
			if err != nil {
				return err
			}
			name := map[string]string{"fresh": "a front", "nginx": "nginx, stream"}[of.name]
			fmt.Fprintf(w, "%.1f MiB\t%.1f MiB\t%d\t  %s\t\n", float64(used)/(1<<20), float64(process)/(1<<20), n, name)
		}
	}
	return w.Flush()
}

// used is how much memory a container uses as docker stats tells it, the kernel's for
// its connections included, and how much of it is its main process's own, in bytes.
func (s *stage) used(ctx context.Context, name string) (all, process uint64, err error) {
	c, err := s.cli.ContainerInspect(ctx, name)
	if err != nil {
		return 0, 0, err
	}
	resp, err := s.cli.ContainerStatsOneShot(ctx, name)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	var stats container.StatsResponse
	if err := json.NewDecoder(resp.Body).Decode(&stats); err != nil {
		return 0, 0, err
	}
	all = stats.MemoryStats.Usage
	for _, cache := range []string{"total_inactive_file", "inactive_file"} { // of cgroup 1, of 2
		if v := stats.MemoryStats.Stats[cache]; v > 0 && v < all {
			all -= v
			break
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.State.Pid))
	if err != nil {
		return all, 0, err
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		var kilobytes uint64
		if n, _ := fmt.Sscanf(line, "RssAnon: %d kB", &kilobytes); n == 1 {
			process = kilobytes << 10
		}
	}
	return all, process, nil
}
