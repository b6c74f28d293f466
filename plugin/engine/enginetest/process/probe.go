package process

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
)

// The exit statuses of the probe.
const (
	exitNoAnswer = 1
	exitNoName   = 2
	exitUsage    = 64
)

// say prints its arguments.
func say(args []string) Outcome {
	s, err := parseSpeech(args)
	if err != nil {
		return Outcome{Lines: []Line{{Stderr: true, Text: "probe: say: " + err.Error()}}, Code: exitUsage}
	}
	o := Outcome{Every: s.every, Code: s.exit}
	for _, text := range s.lines {
		o.Lines = append(o.Lines, Line{Stderr: s.stderr, Text: text})
	}
	return o
}

// ask answers one of the probe's questions.
func (l CommandLine) ask(p *Process) int {
	fail := func(code int, format string, a ...any) int {
		p.line(true, "probe: "+fmt.Sprintf(format, a...))
		return code
	}
	target := ""
	if args := l.args(); len(args) > 0 {
		target = args[len(args)-1]
	}
	switch l.verb {
	case "env":
		return printEnv(p, target)
	case "each":
		return l.each(p)
	case "write":
		if len(l.args()) != 2 {
			return fail(exitUsage, "write takes a file and a text")
		}
		if file := l.args()[0]; !p.container.Write(file, target) {
			return fail(exitNoAnswer, "open %s: read-only file system", file)
		}
		return 0
	case "read":
		text, ok := p.container.Read(target)
		if !ok {
			return fail(exitNoAnswer, "open %s: no such file or directory", target)
		}
		p.line(false, text)
		return 0
	case "resolve", "ping", "dial", "get":
		if target == "" {
			return fail(exitUsage, "%s takes one name", l.verb)
		}
	default:
		return fail(exitUsage, "no command %q", l.verb)
	}
	host, port, err := hostAndPort(l.verb, target)
	if err != nil {
		return fail(exitUsage, "%s: %v", l.verb, err)
	}
	addrs := p.Resolve(host)
	if len(addrs) == 0 {
		return fail(exitNoName, "no such name %q", host)
	}
	switch l.verb {
	case "resolve":
		for _, addr := range addrs {
			p.line(false, addr.String())
		}
		return 0
	case "ping":
		p.line(false, fmt.Sprintf("PING %s (%s): 56 data bytes", host, addrs[0]))
		if !p.Ping(addrs[0]) {
			return exitNoAnswer
		}
		p.line(false, fmt.Sprintf("64 bytes from %s: seq=0 time=0.100 ms", addrs[0]))
		return 0
	}
	for _, addr := range addrs {
		if l.verb == "dial" {
			if p.Dial(addr, port) {
				p.line(false, fmt.Sprintf("connected to %s:%s", addr, port))
				return 0
			}
			continue
		}
		if body, ok := p.container.Get(addr, port); ok {
			p.line(false, body)
			return 0
		}
	}
	return fail(exitNoAnswer, "%s: no answer", target)
}

// each asks several questions, parted by "--", and prints how each ended.
func (l CommandLine) each(p *Process) int {
	for _, part := range strings.Split(strings.Join(l.args(), "\x00"), "\x00--\x00") {
		words := strings.Split(part, "\x00")
		code := Parse(append([]string{"/probe"}, words...)).ask(&Process{Env: p.Env, container: p.container})
		p.line(false, fmt.Sprintf("%d %s", code, strings.Join(words, " ")))
	}
	return 0
}

// hostAndPort splits the target of a verb, where it names a port.
func hostAndPort(verb, target string) (host, port string, err error) {
	switch verb {
	case "dial":
		return net.SplitHostPort(target)
	case "get":
		u, err := url.Parse(target)
		if err != nil {
			return "", "", err
		}
		if port = u.Port(); port == "" {
			port = "80"
		}
		return u.Hostname(), port, nil
	}
	return target, "", nil
}

// printEnv prints one variable or all.
func printEnv(p *Process, name string) int {
	// The last of several values holds.
	values := map[string]string{}
	for _, line := range p.Env {
		key, value, _ := strings.Cut(line, "=")
		values[key] = value
	}
	if name != "" {
		value, ok := values[name]
		if !ok {
			return exitNoAnswer
		}
		p.line(false, value)
		return 0
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		p.line(false, key+"="+values[key])
	}
	return 0
}
