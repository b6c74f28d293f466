// Command vhosts is a discovery proxy for tests: it watches an engine through
// its socket and keeps an nginx beside it balancing over all containers that
// set VIRTUAL_HOST and that it shares a network with. It watches the start and
// the end of containers alone, as nginx-proxy does, and so notices whether a
// network was there before a container began.
//
//	vhosts /tmp/docker.sock /usr/sbin/nginx
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
)

// confFile is what nginx reads.
const confFile = "/tmp/nginx.conf"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: vhosts SOCKET NGINX")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, socket, program string) error {
	cli, err := client.NewClientWithOpts(client.WithHost("unix://"+socket), client.WithAPIVersionNegotiation())
	if err != nil {
		return err
	}
	if err := configure(ctx, cli); err != nil {
		return err
	}
	nginx := exec.CommandContext(ctx, program, "-c", confFile, "-e", "stderr", "-g", "daemon off;")
	nginx.Cancel = func() error { return nginx.Process.Signal(syscall.SIGQUIT) }
	nginx.Stdout, nginx.Stderr = os.Stdout, os.Stderr
	if err := nginx.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- nginx.Wait() }()
	messages, failed := cli.Events(ctx, events.ListOptions{Filters: filters.NewArgs(
		filters.Arg("type", "container"), filters.Arg("event", "start"), filters.Arg("event", "die"),
	)})
	for {
		select {
		case <-messages:
			if err := configure(ctx, cli); err != nil {
				return err
			}
			if err := nginx.Process.Signal(syscall.SIGHUP); err != nil {
				return err
			}
		case err := <-failed:
			if ctx.Err() != nil {
				return <-ended
			}
			return err
		case err := <-ended:
			return err
		}
	}
}

// configure writes what nginx is to do now.
func configure(ctx context.Context, cli *client.Client) error {
	hosts, err := backends(ctx, cli)
	if err != nil {
		return err
	}
	return os.WriteFile(confFile, []byte(configuration(hosts)), 0o644)
}

// backends lists the addresses that answer for each virtual host.
func backends(ctx context.Context, cli *client.Client) (map[string][]string, error) {
	self, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	me, err := cli.ContainerInspect(ctx, self)
	if err != nil {
		return nil, err
	}
	list, err := cli.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return nil, err
	}
	hosts := map[string][]string{}
	for _, found := range list {
		c, err := cli.ContainerInspect(ctx, found.ID)
		if cerrdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		host := variable(c.Config.Env, "VIRTUAL_HOST")
		if host == "" {
			continue
		}
		for name, endpoint := range c.NetworkSettings.Networks {
			if _, shared := me.NetworkSettings.Networks[name]; shared && endpoint.IPAddress != "" {
				hosts[host] = append(hosts[host], endpoint.IPAddress)
				break
			}
		}
	}
	return hosts, nil
}

func variable(env []string, name string) string {
	for _, entry := range env {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// configuration is nginx's: a server for each host that takes its backends in
// turn, and 503 for all other names. A backend that has just gone does not answer at
// all, and nginx would try to connect to it for a minute.
func configuration(hosts map[string][]string) string {
	var b strings.Builder
	b.WriteString(`user root;
worker_processes 1;
pid /tmp/nginx.pid;
events {}
http {
  access_log off;
  proxy_connect_timeout 2s;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server { listen 80 default_server; return 503; }
`)
	var names []string
	for name := range hosts {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		fmt.Fprintf(&b, "  upstream u%d {\n", i)
		slices.Sort(hosts[name])
		for _, address := range hosts[name] {
			fmt.Fprintf(&b, "    server %s:80;\n", address)
		}
		fmt.Fprintf(&b, "  }\n  server { listen 80; server_name %s; location / { proxy_pass http://u%d; } }\n", name, i)
	}
	b.WriteString("}\n")
	return b.String()
}
