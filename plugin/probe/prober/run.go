package prober

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// Run is the program as a prober: a timeout (1s) and questions in, an answer a
// line out, in the order in which they come. The error is one of arguments or of
// out.
func Run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: %s TIMEOUT QUESTION [QUESTION]", probe.Command)
	}
	timeout, err := time.ParseDuration(args[0])
	if err != nil || timeout <= 0 {
		return fmt.Errorf("%s is no time to wait", args[0])
	}
	var questions []probe.Question
	for _, arg := range args[1:] {
		q, err := probe.ParseQuestion(arg)
		if err != nil {
			return err
		}
		questions = append(questions, q)
	}
	var mu sync.Mutex
	lines := json.NewEncoder(out)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(probe.AtOnce)
	for _, q := range questions {
		group.Go(func() error {
			a := ask(ctx, q, timeout)
			a.Question = q.String()
			mu.Lock()
			defer mu.Unlock()
			return lines.Encode(a)
		})
	}
	return group.Wait()
}

func ask(ctx context.Context, q probe.Question, timeout time.Duration) probe.Answer {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	switch q.Kind {
	case probe.Name:
		return lookUp(ctx, q.Target)
	case probe.TCP:
		return connect(ctx, q.Target)
	default:
		return echo(ctx, q.Target)
	}
}
