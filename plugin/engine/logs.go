package engine

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
	"golang.org/x/sync/errgroup"
)

// LogQuery says which lines of a container are wanted.
type LogQuery struct {
	Follow bool
	Tail   int // lines from the end; negative: all
	Since  string
	Until  string
}

// LogLine is one line that a container wrote.
type LogLine struct {
	Time   time.Time
	Stderr bool
	Text   string // without the newline
}

// Logs reads the lines of one container and hands them to emit, never from two
// goroutines at once, until they end or ctx does.
func (e *Engine) Logs(ctx context.Context, id string, q LogQuery, emit func(LogLine)) error {
	details, err := e.client.ContainerInspect(ctx, id)
	if err != nil {
		return e.explain(err)
	}
	options := container.LogsOptions{
		ShowStdout: true, ShowStderr: true, Timestamps: true,
		Follow: q.Follow, Since: q.Since, Until: q.Until, Tail: "all",
	}
	if q.Tail >= 0 {
		options.Tail = strconv.Itoa(q.Tail)
	}
	body, err := e.client.ContainerLogs(ctx, id, options)
	if err != nil {
		return e.explain(err)
	}
	defer body.Close()
	if details.Config != nil && details.Config.Tty {
		return endOf(ctx, scanLines(body, func(l LogLine) { emit(l) }))
	}
	return endOf(ctx, demultiplex(body, emit))
}

// demultiplex takes the two streams of a container without a terminal apart.
func demultiplex(body io.Reader, emit func(LogLine)) error {
	lines := make(chan LogLine)
	stdout, toStdout := io.Pipe()
	stderr, toStderr := io.Pipe()
	var group errgroup.Group
	group.Go(func() error {
		_, err := stdcopy.StdCopy(toStdout, toStderr, body)
		toStdout.CloseWithError(err)
		toStderr.CloseWithError(err)
		return nil
	})
	group.Go(func() error { return scanLines(stdout, func(l LogLine) { lines <- l }) })
	group.Go(func() error {
		return scanLines(stderr, func(l LogLine) { l.Stderr = true; lines <- l })
	})
	done := make(chan error, 1)
	go func() { done <- group.Wait(); close(lines) }()
	for l := range lines {
		emit(l)
	}
	return <-done
}

// scanLines splits what the engine sends, each line behind its time.
func scanLines(r io.Reader, emit func(LogLine)) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			emit(parseLine(strings.TrimRight(line, "\r\n")))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func parseLine(line string) LogLine {
	stamp, text, _ := strings.Cut(line, " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return LogLine{Text: line}
	}
	return LogLine{Time: at, Text: text}
}

// endOf tells the end that ctx brought about from one that went wrong.
func endOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
