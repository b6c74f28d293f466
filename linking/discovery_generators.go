package linking

import (
	"path"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// The labels by which the programs around nginx-proxy know the nginx of a proxy in
// two containers.
const (
	nginxLabel          = "com.github.nginx-proxy.nginx-proxy.nginx" // of nginx-proxy
	companionLabel      = "com.github.nginx-proxy.nginx"             // of acme-companion
	olderCompanionLabel = "com.github.jrcs.letsencrypt_nginx_proxy_companion.nginx_proxy"
)

// The labels by which acme-companion knows the docker-gen.
const (
	generatorLabel      = "com.github.nginx-proxy.docker-gen"
	olderGeneratorLabel = "com.github.jrcs.letsencrypt_nginx_proxy_companion.docker_gen"
)

// GeneratorsOf returns the services that write the configuration of a server that
// others reach, and that alone have the engine's socket: a proxy in two containers
// (nginx and docker-gen). Nil: there is none.
//
// Many services have the socket and share a volume with a server: those that look
// after logs and certificates. So more has to speak for it: that the one with the
// socket is a docker-gen, or that the server is declared to be a proxy.
func GeneratorsOf(p *compose.Project, server *compose.Service) []string {
	return RolesIn(p).generators(server)
}

// generators is GeneratorsOf.
func (r *Roles) generators(server *compose.Service) []string {
	declared := isDeclaredProxy(server)
	if !takesPart(server) || HasSocket(server) || len(PublishedPorts(server)) == 0 && !declared {
		return nil
	}
	var certain, likely []string
	if !r.known {
		r.known = true
		r.writers = slices.DeleteFunc(slices.Clone(r.project.Services), func(g *compose.Service) bool {
			return !HasSocket(g) || !takesPart(g) || len(PublishedPorts(g)) > 0
		})
	}
	for _, g := range r.writers {
		if g.Name == server.Name {
			continue
		}
		shares := sharesVolume(g, server)
		switch {
		case isDockerGen(g) && (signals(r.project, g, server) || shares || hasLabel(server, nginxLabel, companionLabel, olderCompanionLabel)):
			certain = append(certain, g.Name)
		case shares && (declared || hasLabel(server, nginxLabel)):
			likely = append(likely, g.Name)
		}
	}
	if len(certain) > 0 {
		return certain
	}
	return likely
}

// takesPart reports whether a service may take part in discovery: it has a network
// stack of its own, and does not say no.
func takesPart(svc *compose.Service) bool {
	own := svc.Net.Mode == compose.NetLinks || svc.Net.Mode == compose.NetNetwork
	return own && !strings.EqualFold(*label(svc, DiscoverLabel).Value, "false")
}

// HasSocket reports whether a service mounts the engine's socket.
func HasSocket(svc *compose.Service) bool {
	return slices.ContainsFunc(svc.Volumes, func(v compose.Volume) bool { return !v.Named && IsSocket(v.Host) })
}

// hasLabel reports whether a service has one of the labels, with whatever value:
// these count by their name.
func hasLabel(svc *compose.Service, names ...string) bool {
	return slices.ContainsFunc(svc.Labels, func(l compose.Var) bool { return slices.Contains(names, l.Name) })
}

// isDockerGen reports whether a service is the program that writes files from what
// the engine says, by its image, its command or the label that others know it by.
func isDockerGen(svc *compose.Service) bool {
	image, _, _ := strings.Cut(path.Base(svc.Image), "@")
	image, _, _ = strings.Cut(image, ":")
	if slices.Contains([]string{"docker-gen", "dockergen"}, image) || hasLabel(svc, generatorLabel, olderGeneratorLabel) {
		return true
	}
	return slices.ContainsFunc(commandWords(svc), func(word string) bool {
		name, _, _ := strings.Cut(flagName(word), "=")
		return path.Base(word) == "docker-gen" || name == notifySighup || name == notifyContainer
	})
}

// Options of docker-gen, which takes them with one hyphen or two.
const (
	notifySighup    = "-notify-sighup"
	notifyContainer = "-notify-container"
	eventFilter     = "-event-filter"
)

func flagName(word string) string {
	if strings.HasPrefix(word, "--") {
		return word[1:]
	}
	return word
}

// commandWords are the words of what a service runs, as far as the file says, also
// of what is given to a shell.
func commandWords(svc *compose.Service) []string {
	return strings.Fields(strings.Join(slices.Concat(svc.Entrypoint, svc.Command), " "))
}

// optionValues lists the values that options of a service's command have.
func optionValues(svc *compose.Service, options ...string) []string {
	var values []string
	words := commandWords(svc)
	for i, word := range words {
		name, value, together := strings.Cut(flagName(word), "=")
		switch {
		case !slices.Contains(options, name):
		case together:
			values = append(values, value)
		case i+1 < len(words):
			values = append(values, words[i+1])
		}
	}
	return values
}

// signals reports whether a docker-gen sends a signal to a container of a service.
func signals(p *compose.Project, g, server *compose.Service) bool {
	return slices.ContainsFunc(optionValues(g, notifySighup, notifyContainer), func(container string) bool {
		to := p.ServiceOfContainer(container)
		return to != nil && to.Name == server.Name
	})
}

// sharesVolume reports whether two services share files that the first writes. A
// docker-gen says at the end of its command which file that is; then it counts.
func sharesVolume(g, server *compose.Service) bool {
	from := func(svc, other *compose.Service) bool {
		return slices.ContainsFunc(svc.VolumesFrom, func(v compose.VolumesFrom) bool { return v.Service && v.Source == other.Name && !v.ReadOnly })
	}
	if from(g, server) || from(server, g) {
		return true
	}
	return slices.ContainsFunc(g.Volumes, func(v compose.Volume) bool {
		written := v.Host != "" && !IsSocket(v.Host) && !slices.Contains(strings.Split(v.Mode, ","), "ro") && holdsOutput(g, v.Target)
		return written && slices.ContainsFunc(server.Volumes, func(s compose.Volume) bool { return s.Named == v.Named && s.Host == v.Host })
	})
}

// holdsOutput reports whether a docker-gen may write below a path of its container.
func holdsOutput(g *compose.Service, target string) bool {
	words := commandWords(g)
	if len(words) < 2 || !strings.HasPrefix(words[len(words)-1], "/") || !strings.HasPrefix(words[len(words)-2], "/") {
		return !isHostFile(target)
	}
	return strings.HasPrefix(words[len(words)-1]+"/", strings.TrimSuffix(target, "/")+"/")
}

// isHostFile reports whether a path is of those that many containers share with
// the host.
func isHostFile(target string) bool {
	return slices.Contains([]string{"/etc/localtime", "/etc/timezone", "/etc/hosts", "/etc/resolv.conf"}, target)
}

// SeesConnects reports whether a discovery proxy's command says that it looks at
// the engine also when containers are connected to networks. Docker-gen, and the
// other proxies too, look when a container starts, stops, dies or changes its
// health.
func SeesConnects(svc *compose.Service) bool {
	return slices.ContainsFunc(optionValues(svc, eventFilter), func(filter string) bool {
		return strings.Contains(filter, "connect") || strings.Contains(filter, "network")
	})
}
