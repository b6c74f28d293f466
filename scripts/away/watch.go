package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// inside is what containers run: they serve, and web asks the others and writes down
// whether they answer.
func inside(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", ":80")
	if err != nil {
		return err
	}
	go serve(listener)
	if args[0] == "serve" {
		<-ctx.Done()
		return nil
	}
	log, err := os.OpenFile(args[1], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer log.Close()
	var watches []*watch
	for _, name := range args[2:] {
		w := newWatch(name, func() error { return ask(name + ":80") })
		w.log = log
		watches = append(watches, w)
	}
	<-ctx.Done()
	for _, w := range watches {
		w.stop()
	}
	return nil
}

func serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		fmt.Fprintln(conn, "here")
		conn.Close()
	}
}

// ask wants an answer and not only a connection: the engine's proxy takes those for
// a container that is not there.
func ask(address string) error {
	conn, err := net.DialTimeout("tcp4", address, 10*interval)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * interval)); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 4))
	return err
}

// answer is one that somebody gave, or did not.
type answer struct {
	at   time.Time
	name string
	ok   bool
}

// watch asks again and again. What takes longer than the interval does not hold up
// the next question.
type watch struct {
	name string
	ask  func() error
	log  io.Writer // gets a line for each answer, where there is one
	done chan struct{}
	once sync.Once

	mu   sync.Mutex
	list []answer
}

func newWatch(name string, ask func() error) *watch {
	w := &watch{name: name, ask: ask, done: make(chan struct{})}
	go w.run()
	return w
}

func (w *watch) run() {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-w.done:
			return
		case <-tick.C:
			go w.question()
		}
	}
}

func (w *watch) question() {
	a := answer{at: time.Now(), name: w.name}
	a.ok = w.ask() == nil
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, a)
	if w.log != nil {
		fmt.Fprintf(w.log, "%d %s %t\n", a.at.UnixNano(), a.name, a.ok)
	}
}

func (w *watch) stop() { w.once.Do(func() { close(w.done) }) }

func (w *watch) answers() []answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.list)
}

// steady waits until all questions have been answered for a while.
func (w *watch) steady(ctx context.Context) error {
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(calm / 4):
		}
		list, since := w.answers(), time.Now().Add(-calm)
		recent := slices.DeleteFunc(list, func(a answer) bool { return a.at.Before(since) })
		if len(recent) > int(calm/interval)/2 && !slices.ContainsFunc(recent, func(a answer) bool { return !a.ok }) {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer for a minute", w.name)
}

// readAnswers reads what web wrote, the old container and the new one.
func readAnswers(file string) (list []answer, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var nanos int64
		var a answer
		if _, err := fmt.Sscanf(strings.TrimSpace(lines.Text()), "%d %s %t", &nanos, &a.name, &a.ok); err != nil {
			return nil, err
		}
		a.at = time.Unix(0, nanos)
		list = append(list, a)
	}
	return list, lines.Err()
}

// away is how long somebody gave no answer since a moment: from each first question
// that had none to the next one that had. While nobody asks, nobody is away.
func away(list []answer, name string, since time.Time) (total time.Duration) {
	list = slices.DeleteFunc(slices.Clone(list), func(a answer) bool { return a.name != name || a.at.Before(since) })
	slices.SortFunc(list, func(a, b answer) int { return a.at.Compare(b.at) })
	var missed time.Time
	for _, a := range list {
		switch {
		case !a.ok && missed.IsZero():
			missed = a.at
		case a.ok && !missed.IsZero():
			total += a.at.Sub(missed)
			missed = time.Time{}
		}
	}
	return total
}
