// Command gap counts the requests that a web site loses while its containers are
// replaced, restarted and scaled, by Stack Lite and by docker-compose 1.29.2.
//
//	go run ./scripts/gap -program bin/docker-stacklite -runs 1
//
// The stack is an nginx, made of the one of this machine, in front of web, which is
// linked to four others. Its configuration is written anew, and it is told to read it,
// whenever a container of web starts or ends, as docker-gen does it for nginx-proxy. Its
// port of the host is asked 170 times a second for as long as a command takes, and for
// some time before and after it. A request is lost that fails, that does not get web's
// answer, or that has none after ten seconds. The containers end at once when they are
// told to. It needs nginx, docker-compose 1.29.2 and a Docker Engine with which that can
// replace containers, such as 20.10, pulls nothing, and removes what it makes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

const (
	project    = "slgap"
	webImage   = project + ":web"
	proxyImage = project + ":proxy"
	port       = "127.0.0.1:18090"
	// answer is what web says.
	answer = "here\n"
)

const stack = `proxy:
  image: ` + proxyImage + `
  command: [/usr/sbin/nginx, -c, /conf/nginx.conf]
  links: [web]
  ports: ["` + port + `:80"]
  volumes: ["./conf:/conf:ro"]
web:
  image: ` + webImage + `
  links: [one, two, three, four]
one: {image: "` + webImage + `"}
two: {image: "` + webImage + `"}
three: {image: "` + webImage + `"}
four: {image: "` + webImage + `"}
`

// A contender is one program.
type contender struct {
	name    string
	program []string
	rolling bool // it knows --rolling
}

// A change is what is done to the stack while it is asked, given how many replicas of web
// there are before.
type change struct {
	name    string
	before  int
	rolling bool
	steps   [][]string
}

func changes() []change {
	up := func(n int, flags ...string) []string {
		return append(append([]string{"up", "-d", "--no-deps", "--scale", fmt.Sprint("web=", n)}, flags...), "web")
	}
	return []change{
		{"recreate web=5", 5, false, [][]string{up(5, "--force-recreate")}},
		{"recreate web=2", 2, false, [][]string{up(2, "--force-recreate")}},
		{"recreate web=1", 1, false, [][]string{up(1, "--force-recreate")}},
		{"restart web=5", 5, false, [][]string{{"restart", "web"}}},
		{"restart web=1", 1, false, [][]string{{"restart", "web"}}},
		{"scale web 1, 5, 2, 5", 1, false, [][]string{up(5), up(2), up(5)}},
		{"recreate web=5 rolling", 5, true, [][]string{up(5, "--force-recreate", "--rolling")}},
		{"recreate web=1 rolling", 1, true, [][]string{up(1, "--force-recreate", "--rolling")}},
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "web" {
		if err := web(); err != nil {
			fmt.Fprintln(os.Stderr, "gap:", err)
			os.Exit(1)
		}
		return
	}
	program := flag.String("program", "bin/docker-stacklite", "the stack-lite to measure")
	runs := flag.Int("runs", 1, "how often each is measured")
	only := flag.String("only", "", "measure only changes whose names have this in them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, *program, *runs, *only); err != nil {
		fmt.Fprintln(os.Stderr, "gap:", err)
		os.Exit(1)
	}
}

// web is what containers run.
func web() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	failed := make(chan error, 1)
	go func() {
		failed <- http.ListenAndServe(":80", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, answer)
		}))
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

func measure(ctx context.Context, program string, runs int, only string) (err error) {
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
	defer func() {
		err = errors.Join(err, run(context.WithoutCancel(ctx), dir, "docker", "rmi", webImage, proxyImage))
	}()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "change\tby\tlost\tof\tlonger than 1 s\tlongest\tcommand takes")
	for range runs {
		for _, c := range []contender{{"stack-lite", []string{program}, true}, {"docker-compose", []string{"docker-compose"}, false}} {
			if err := measureAll(ctx, dir, c, only, w); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return w.Flush()
}

// measureAll has one program bring the stack up, do all changes and take it down again.
func measureAll(ctx context.Context, dir string, c contender, only string, w *tabwriter.Writer) (err error) {
	do := func(ctx context.Context, args ...string) error {
		return run(ctx, dir, append(append(c.program, "-p", project), args...)...)
	}
	if err := do(ctx, "up", "-d"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, do(context.WithoutCancel(ctx), "down", "-t", "1")) }()
	g := generator{dir: dir}
	stop, err := g.begin(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for _, change := range changes() {
		if change.rolling && !c.rolling || !strings.Contains(change.name, only) {
			continue
		}
		if err := do(ctx, "up", "-d", "--no-deps", "--scale", fmt.Sprint("web=", change.before), "web"); err != nil {
			return err
		}
		if err := calm(ctx); err != nil {
			return err
		}
		l := begin()
		time.Sleep(time.Second)
		began := time.Now()
		for _, step := range change.steps {
			if err := do(ctx, step...); err != nil {
				l.end()
				return err
			}
		}
		took := time.Since(began)
		time.Sleep(4 * time.Second)
		seen := l.end()
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%.1f s\t%.1f s\n", change.name, c.name, seen.lost, seen.all, seen.slow, seen.longest.Seconds(), took.Seconds())
		for why, n := range seen.why {
			fmt.Fprintf(os.Stderr, "%s, %s: %d times %s\n", c.name, change.name, n, why)
		}
	}
	return nil
}

// calm waits until the stack answers ten times one after the other.
func calm(ctx context.Context) error {
	for good := 0; good < 10; time.Sleep(50 * time.Millisecond) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if good++; ask() != nil {
			good = 0
		}
	}
	return nil
}

// prepare makes the images and the file of the stack.
func prepare(ctx context.Context, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "conf"), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "docker-compose.yml"), []byte(stack), 0o600); err != nil {
		return err
	}
	if err := (&generator{dir: dir}).write(nil); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "gap"), "./scripts/gap")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the program of the containers: %w\n%s", err, out)
	}
	if err := run(ctx, dir, "sh", "-c", "tar -c gap | docker import -c 'CMD [\"/gap\", \"web\"]' - "+webImage); err != nil {
		return err
	}
	// nginx and what it is linked with; ldd prints the paths of these.
	const files = `n=$(command -v nginx) && mkdir -p empty/var/log/nginx empty/var/lib/nginx empty/run empty/tmp &&
		{ echo "$n"; ldd "$n" | grep -o '/[^ ]*'; echo /etc/passwd; echo /etc/group; } | sed 's#^/##' >files &&
		tar -chf image.tar -C / -T files && tar -rf image.tar -C empty . && docker import image.tar `
	return run(ctx, dir, "sh", "-c", files+proxyImage)
}

func run(ctx context.Context, dir string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
	}
	return nil
}
