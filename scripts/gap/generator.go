package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// generator writes nginx's configuration anew whenever a container of web starts or
// ends, and has nginx read it.
type generator struct {
	dir  string
	last string
}

// begin begins to do so; end it with stop.
func (g *generator) begin(ctx context.Context) (stop func(), err error) {
	within, cancel := context.WithCancel(ctx)
	events := exec.CommandContext(within, "docker", "events", "--format", "{{.Action}}",
		"--filter", "type=container", "--filter", "event=start", "--filter", "event=die", "--filter", "label=com.docker.compose.project="+project)
	out, err := events.StdoutPipe()
	if err == nil {
		err = events.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	done := make(chan struct{})
	news := make(chan struct{}, 1)
	news <- struct{}{}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			select {
			case news <- struct{}{}:
			default:
			}
		}
		close(news)
	}()
	go func() {
		defer close(done)
		for range news {
			if err := g.generate(within); err != nil && within.Err() == nil {
				fmt.Fprintln(os.Stderr, "gap: generator:", err)
			}
		}
	}()
	return func() {
		cancel()
		_ = events.Wait()
		<-done
	}, nil
}

// generate looks at the engine and writes what it sees.
func (g *generator) generate(ctx context.Context) error {
	const format = `{{index .Config.Labels "com.docker.compose.service"}} {{json .NetworkSettings.Networks}}`
	out, err := exec.CommandContext(ctx, "sh", "-c",
		"docker ps -q --filter label=com.docker.compose.project="+project+" | xargs docker inspect --format '"+format+"'").Output()
	if err != nil && len(out) == 0 { // one may be gone meanwhile
		return err
	}
	type endpoint struct{ NetworkID, IPAddress string }
	on := map[string][]endpoint{} // by service
	for line := range strings.Lines(string(out)) {
		service, networks, _ := strings.Cut(line, " ")
		var of map[string]endpoint
		if err := json.Unmarshal([]byte(networks), &of); err != nil {
			return err
		}
		for _, e := range of {
			on[service] = append(on[service], e)
		}
	}
	var servers []string
	for _, e := range on["web"] {
		if e.IPAddress != "" && slices.ContainsFunc(on["proxy"], func(p endpoint) bool { return p.NetworkID == e.NetworkID }) {
			servers = append(servers, e.IPAddress)
		}
	}
	slices.Sort(servers)
	if text := strings.Join(servers, " "); text == g.last {
		return nil
	} else if len(on["proxy"]) > 0 {
		g.last = text
	}
	if err := g.write(servers); err != nil || len(on["proxy"]) == 0 {
		return err
	}
	return run(ctx, g.dir, "docker", "kill", "--signal", "HUP", project+"_proxy_1")
}

// write writes the configuration, with the addresses of web.
func (g *generator) write(servers []string) error {
	next := filepath.Join(g.dir, "conf", "next")
	if err := os.WriteFile(next, []byte(configuration(servers)), 0o644); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(g.dir, "conf", "nginx.conf"))
}

// configuration is as nginx-proxy's template has it.
func configuration(servers []string) string {
	upstream := "server 127.0.0.1 down;"
	if len(servers) > 0 {
		upstream = "server " + strings.Join(servers, ":80; server ") + ":80;"
	}
	return `user root; daemon off; worker_processes 1; error_log /dev/stderr crit; pid /run/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  upstream web { ` + upstream + ` }
  server { listen 80; location / { proxy_pass http://web; } }
}
`
}
