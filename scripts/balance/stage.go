package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	dockerclient "github.com/docker/docker/client"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/front"
)

const (
	mostReplicas = 5
	frontImage   = front.Images + project
	// Addresses, from the beginning of the subnet: of the first replica, the first
	// front, and nginx.
	firstReplica, firstFront, nginx = 10, 20, 30
)

// stage is what is made on the engine.
type stage struct {
	cli    *dockerclient.Client
	subnet netip.Prefix
	made   []func(context.Context) error // to be removed, last first
}

func newStage(subnet netip.Prefix) (*stage, error) {
	cli, err := dockerclient.NewClientWithOpts(dockerclient.FromEnv, dockerclient.WithAPIVersionNegotiation())
	if err != nil {
		return nil, err
	}
	return &stage{cli: cli, subnet: subnet.Masked()}, nil
}

// clear removes all that was made.
func (s *stage) clear() error {
	var errs []error
	for i := len(s.made) - 1; i >= 0; i-- {
		errs = append(errs, s.made[i](context.Background()))
	}
	return errors.Join(errs...)
}

// address is one of the subnet.
func (s *stage) address(n int) string {
	b := s.subnet.Addr().As4()
	b[3] += byte(n)
	return netip.AddrFrom4(b).String()
}

// build makes all containers and gives the ways that there are to the replicas.
func (s *stage) build(ctx context.Context, program string) ([]way, error) {
	if err := s.images(ctx, program); err != nil {
		return nil, err
	}
	if _, err := s.cli.NetworkCreate(ctx, project, network.CreateOptions{IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: s.subnet.String()}}}}); err != nil {
		return nil, err
	}
	s.made = append(s.made, func(ctx context.Context) error { return s.cli.NetworkRemove(ctx, project) })
	ways, err := s.replicas(ctx)
	if err != nil {
		return nil, err
	}
	for i, n := range []int{1, 3, 5} {
		found, err := s.front(ctx, n, firstFront+i)
		if err != nil {
			return nil, err
		}
		ways = append(ways, found...)
	}
	if err := s.nginx(ctx); errors.Is(err, exec.ErrNotFound) {
		fmt.Fprintln(os.Stderr, "balance: nginx is not installed, so nothing is compared with it")
	} else if err != nil {
		return nil, err
	} else {
		ways = append(ways, way{"nginx, 3 replicas, http", s.address(nginx) + ":80"}, way{"nginx, 3 replicas, stream", s.address(nginx) + ":81"})
	}
	for _, w := range ways {
		if err := await(ctx, w.address); err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return ways, nil
}

// images makes those of replicas and fronts.
func (s *stage) images(ctx context.Context, program string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	content, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	if err := s.image(ctx, project+":replica", map[string][]byte{"balance": content}, `ENTRYPOINT ["/balance", "replica"]`); err != nil {
		return err
	}
	if err := engine.MakeFrontImage(ctx, engine.New(s.cli, engine.Options{}), frontImage, program); err != nil {
		return err
	}
	s.made = append(s.made, func(ctx context.Context) error { return s.removeImage(ctx, frontImage) })
	return nil
}

// replicas runs them all, and gives the ways to the first one.
func (s *stage) replicas(ctx context.Context) ([]way, error) {
	for i := range mostReplicas {
		// The fronts of one, three and five replicas find as many under their names.
		var aliases []string
		for _, n := range []int{1, 3, 5} {
			if i < n {
				aliases = append(aliases, fmt.Sprint("web", n))
			}
		}
		if err := s.run(ctx, fmt.Sprint("replica", i), container.Config{Image: project + ":replica"}, firstReplica+i, aliases, i == 0); err != nil {
			return nil, err
		}
	}
	loopback, other, err := s.published(ctx, "replica0")
	return []way{
		{"straight to one replica", s.address(firstReplica) + ":80"},
		{"its published port, at an address of the host", other},
		{"its published port, at 127.0.0.1 (docker-proxy)", loopback},
	}, err
}

// front runs one before so many replicas, and gives the ways through it.
func (s *stage) front(ctx context.Context, replicas, at int) ([]way, error) {
	c := front.Config{Service: fmt.Sprint("web", replicas), Ports: []front.Port{{Proto: front.TCP, Listen: 80, Target: 80}}}
	name := fmt.Sprint("front", replicas)
	if err := s.run(ctx, name, container.Config{Image: frontImage, Cmd: c.Args()}, at, nil, true); err != nil {
		return nil, err
	}
	ways := []way{{fmt.Sprintf("front, %d replicas", replicas), s.address(at) + ":80"}}
	if replicas != 3 {
		return ways, nil
	}
	_, other, err := s.published(ctx, name)
	return append(ways, way{"front, 3 replicas, its published port", other}), err
}

// published gives where a container's port is published.
func (s *stage) published(ctx context.Context, name string) (loopback, other string, err error) {
	host, err := hostAddress()
	if err != nil {
		return "", "", err
	}
	c, err := s.cli.ContainerInspect(ctx, project+"-"+name)
	if err != nil {
		return "", "", err
	}
	port := c.NetworkSettings.Ports["80/tcp"][0].HostPort
	return "127.0.0.1:" + port, host + ":" + port, nil
}

// run runs a container at an address, with nothing that a front does not need.
func (s *stage) run(ctx context.Context, name string, config container.Config, at int, aliases []string, published bool) error {
	host := container.HostConfig{NetworkMode: project, ReadonlyRootfs: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"}}
	if strings.HasPrefix(name, "nginx") {
		host.ReadonlyRootfs, host.CapDrop = false, nil
	}
	if published {
		host.PortBindings = nat.PortMap{"80/tcp": {{}}}
		config.ExposedPorts = nat.PortSet{"80/tcp": {}}
	}
	made, err := s.cli.ContainerCreate(ctx, &config, &host, &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
		project: {Aliases: aliases, IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: s.address(at)}},
	}}, nil, project+"-"+name)
	if err != nil {
		return err
	}
	s.made = append(s.made, func(ctx context.Context) error {
		return s.cli.ContainerRemove(ctx, made.ID, container.RemoveOptions{Force: true})
	})
	return s.cli.ContainerStart(ctx, made.ID, container.StartOptions{})
}

// image makes an image of files.
func (s *stage) image(ctx context.Context, ref string, files map[string][]byte, instructions ...string) error {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	out, err := s.cli.ImageImport(ctx, image.ImportSource{Source: &b, SourceName: "-"}, ref, image.ImportOptions{Changes: instructions})
	if err != nil {
		return err
	}
	defer out.Close()
	s.made = append(s.made, func(ctx context.Context) error { return s.removeImage(ctx, ref) })
	_, err = io.Copy(io.Discard, out)
	return err
}

func (s *stage) removeImage(ctx context.Context, ref string) error {
	_, err := s.cli.ImageRemove(ctx, ref, image.RemoveOptions{PruneChildren: true})
	return err
}

// hostAddress is one of this machine that is none of its own bridges: connections to
// it are led to containers by the kernel.
func hostAddress() (string, error) {
	conn, err := net.Dial("udp", "192.0.2.1:9") // sends nothing
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).IP.String(), nil
}

// await waits until somebody answers at an address.
func await(ctx context.Context, address string) error {
	for deadline := time.Now().Add(30 * time.Second); ; {
		c := client{address: address}
		err := c.ask()
		c.close()
		if err == nil || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

const (
	nginxProgram = "/usr/sbin/nginx"
	nginxStream  = "/usr/lib/nginx/modules/ngx_stream_module.so" // of package libnginx-mod-stream
)

// nginxConfig balances over the addresses of three replicas.
const nginxConfig = `load_module %[1]s;
daemon off;
user root;
worker_processes auto;
pid /tmp/nginx.pid;
error_log stderr crit;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path /tmp/1; proxy_temp_path /tmp/2; fastcgi_temp_path /tmp/3; uwsgi_temp_path /tmp/4; scgi_temp_path /tmp/5;
  keepalive_requests 1000000;
  upstream web { server %[2]s:80; server %[3]s:80; server %[4]s:80; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 80 backlog=4096;
    location / { proxy_pass http://web; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
stream {
  upstream web { server %[2]s:80; server %[3]s:80; server %[4]s:80; }
  server { listen 81 backlog=4096; proxy_pass web; }
}
`

var library = regexp.MustCompile(`(?m)(/\S+) \(0x`)

// nginx runs the host's nginx in a container. The error is exec.ErrNotFound where
// there is none.
func (s *stage) nginx(ctx context.Context) error {
	from := []string{nginxProgram, nginxStream}
	for _, file := range from {
		if _, err := os.Stat(file); err != nil {
			return exec.ErrNotFound
		}
		libraries, err := exec.CommandContext(ctx, "ldd", file).Output()
		if err != nil {
			return err
		}
		for _, m := range library.FindAllStringSubmatch(string(libraries), -1) {
			from = append(from, m[1])
		}
	}
	files := map[string][]byte{
		"etc/passwd": []byte("root:x:0:0::/:/\n"), "etc/group": []byte("root:x:0:\n"), "tmp/.keep": nil, "var/log/nginx/.keep": nil,
		"nginx.conf": fmt.Appendf(nil, nginxConfig, nginxStream, s.address(firstReplica), s.address(firstReplica+1), s.address(firstReplica+2)),
	}
	for _, file := range from {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		files[strings.TrimPrefix(file, "/")] = content
	}
	if err := s.image(ctx, project+":nginx", files, `ENTRYPOINT ["`+nginxProgram+`", "-c", "/nginx.conf"]`); err != nil {
		return err
	}
	return s.run(ctx, "nginx", container.Config{Image: project + ":nginx"}, nginx, nil, false)
}
