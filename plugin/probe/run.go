package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run is the program as a prober: a timeout (1s) and questions in, an answer a
// line out, in the order in which they come. The error is one of arguments or of
// out.
func Run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: %s TIMEOUT QUESTION [QUESTION]", Command)
	}
	timeout, err := time.ParseDuration(args[0])
	if err != nil || timeout <= 0 {
		return fmt.Errorf("%s is no time to wait", args[0])
	}
	var questions []Question
	for _, arg := range args[1:] {
		q, err := parse(arg)
		if err != nil {
			return err
		}
		questions = append(questions, q)
	}
	var mu sync.Mutex
	lines := json.NewEncoder(out)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(AtOnce)
	for _, q := range questions {
		group.Go(func() error {
			a := q.ask(ctx, timeout)
			a.Question = q.String()
			mu.Lock()
			defer mu.Unlock()
			return lines.Encode(a)
		})
	}
	return group.Wait()
}

// Parse reads what Run wrote, by question.
func Parse(b []byte) (map[string]Answer, error) {
	answers := map[string]Answer{}
	for lines := json.NewDecoder(bytes.NewReader(b)); ; {
		var a Answer
		if err := lines.Decode(&a); err == io.EOF {
			return answers, nil
		} else if err != nil {
			return answers, fmt.Errorf("the prober's answer can't be read: %w", err)
		}
		answers[a.Question] = a
	}
}

func (q Question) ask(ctx context.Context, timeout time.Duration) Answer {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	switch q.Kind {
	case Name:
		return lookUp(ctx, q.Target)
	case TCP:
		return connect(ctx, q.Target)
	default:
		return echo(ctx, q.Target)
	}
}
