//go:build linux

// Command standin runs in the place of the programs of other people's images. It is
// whatever program a container begins with, goes on until it is told to stop and answers on
// the ports that its variable names; run beside that it is a health check that passes, and
// tells tests what is to be seen inside.
//
//	STAND_IN="web 80/tcp 53/udp"   the name that it answers with, and its ports
//	STAND_IN="migrate exit:0"      end at once, with this status
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stack-lite/stack-lite/plugin/probe/prober"
)

func main() {
	// What an engine starts beside a container's program has no parent there.
	beside, word := os.Getppid() == 0 && os.Getpid() != 1, ""
	if len(os.Args) > 1 {
		word = os.Args[1]
	}
	var err error
	switch {
	case word == "ask":
		err = prober.Run(context.Background(), os.Args[2:], os.Stdout)
	case word == "look":
		err = json.NewEncoder(os.Stdout).Encode(look(os.Args[2:]))
	case !beside:
		os.Exit(serve(strings.Fields(os.Getenv("STAND_IN"))))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve is the program of a container, and gives the status that it ends with. A port
// that another one has who shares the network is that one's.
func serve(words []string) int {
	if len(words) == 0 {
		words = []string{"nobody"}
	}
	name := words[0]
	for _, word := range words[1:] {
		if code, ok := strings.CutPrefix(word, "exit:"); ok {
			status, err := strconv.Atoi(code)
			if err != nil {
				return 125
			}
			return status
		}
		port, protocol, _ := strings.Cut(word, "/")
		if protocol == "udp" {
			if conn, err := net.ListenPacket("udp", ":"+port); err == nil {
				go echo(conn, name)
			}
			continue
		}
		if l, err := net.Listen("tcp", ":"+port); err == nil {
			server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(
				func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) })}
			go func() { _ = server.Serve(l) }()
		}
	}
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	<-stopped
	return 0
}

// echo answers each datagram with a name.
func echo(conn net.PacketConn, name string) {
	buf := make([]byte, 64)
	for {
		if _, from, err := conn.ReadFrom(buf); err == nil {
			_, _ = conn.WriteTo([]byte(name), from)
		}
	}
}

// look tells what a process of the container finds: who it is and where, what is mounted,
// how names are looked up, and what is at the given paths.
func look(paths []string) map[string]any {
	seen := map[string]any{"user": fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())}
	seen["groups"], _ = os.Getgroups()
	seen["hostname"], _ = os.Hostname()
	seen["directory"], _ = os.Getwd()
	for _, kernel := range []string{"domainname"} {
		text, _ := os.ReadFile("/proc/sys/kernel/" + kernel)
		seen[kernel] = strings.TrimSpace(string(text))
	}
	names, _ := os.ReadFile("/etc/resolv.conf")
	var lookup []string
	for line := range strings.Lines(string(names)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lookup = append(lookup, line)
		}
	}
	seen["lookup"] = lookup
	seen["mounts"] = mounts()
	for _, path := range paths {
		seen["at "+path] = at(path)
	}
	return seen
}

// mounts gives by path the kind of file system that is mounted there, and whether it is
// writable.
func mounts() map[string]string {
	text, _ := os.ReadFile("/proc/self/mountinfo")
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		before, after, _ := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 6 || len(kind) < 1 {
			continue
		}
		options, _, _ := strings.Cut(fields[5], ",")
		found[fields[4]] = kind[0] + " " + options
	}
	return found
}

// at tells what is at a path: its mode and its owner, and what a file holds.
func at(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return err.Error()
	}
	owner := ""
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		owner = fmt.Sprintf("%d:%d", s.Uid, s.Gid)
	}
	text := ""
	if info.Mode().IsRegular() && info.Size() < 1<<16 {
		b, err := os.ReadFile(path)
		if text = string(b); err != nil {
			text = err.Error()
		}
	}
	return strings.TrimSpace(fmt.Sprint(info.Mode(), " ", owner, " ", text))
}
