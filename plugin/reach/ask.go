package reach

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/probe"
)

// Prober runs the questions of probe inside the network of a container that
// runs, and gives what came out.
type Prober interface {
	Ask(ctx context.Context, container string, args []string) ([]byte, error)
}

// Asking says how a check asks.
type Asking struct {
	Timeout  time.Duration // how long silence lasts before it counts
	Parallel int           // how many containers are asked at once

	// Limit ends a context after a time: context.WithTimeout, as no clock is
	// read here.
	Limit func(context.Context, time.Duration) (context.Context, context.CancelFunc)

	// Pause waits for a time, or until the context is over.
	Pause func(context.Context, time.Duration)
}

// questions lists what is asked for a pair.
func (p *pair) questions() []probe.Question {
	var list []probe.Question
	for _, name := range p.names {
		list = append(list, probe.AskName(name))
	}
	for _, addr := range p.targets {
		list = append(list, p.toAddress(addr)...)
	}
	if !p.want {
		for _, at := range p.published {
			list = append(list, probe.AskTCP(at))
		}
	}
	return list
}

// toAddress is what is tried to find out whether packets go to an address.
func (p *pair) toAddress(addr netip.Addr) []probe.Question {
	list := []probe.Question{probe.AskEcho(addr)}
	for _, port := range p.ports {
		list = append(list, probe.AskTCP(netip.AddrPortFrom(addr, port)))
	}
	return list
}

// ways lists the questions of a pair that got an answer: where packets go.
func (p *pair) ways(answers map[string]probe.Answer) []probe.Question {
	var list []probe.Question
	for _, addr := range p.targets {
		for _, q := range p.toAddress(addr) {
			if answers[q.String()].Result.Arrived() {
				list = append(list, q)
			}
		}
	}
	return list
}

// questionsAgain lists what is asked once more for a pair whose answers are not as they
// should be.
func (c *Check) questionsAgain(p *pair) []probe.Question {
	if p.want {
		return p.questions()
	}
	return p.ways(c.answers[p.from.container])
}

// leakRounds is how often who reaches another without a link is asked again, and
// leakPause how long is waited before the last time; before each one earlier, half of
// that.
const (
	leakRounds = 5
	leakPause  = 2 * time.Second
)

// Ask asks all containers, some at the same time. What is not as it should be
// is asked again with a longer timeout: a busy machine is no broken link. Only who
// reaches another each time counts as a leak: an engine that makes or removes any
// network puts its rules for the others in place anew, and for that moment lets packets
// through, which it may do every other second while stacks are brought up. Only the ways
// that packets went are tried again: each other one would be waited for in silence.
func (c *Check) Ask(ctx context.Context, prober Prober, o Asking) error {
	if err := c.ask(ctx, prober, o, c.pairs, (*pair).questions); err != nil {
		return err
	}
	leaks := c.found(c.pairs, Leaking)
	again, reached := slices.Concat(c.found(c.pairs, Broken), leaks), leaks
	o.Timeout *= 3
	for round := range leakRounds {
		if len(again) == 0 {
			break
		}
		if round > 0 {
			o.Pause(ctx, leakPause>>(leakRounds-1-round))
		}
		if err := c.ask(ctx, prober, o, again, c.questionsAgain); err != nil {
			return err
		}
		leaks = c.found(leaks, Leaking)
		again = leaks
	}
	for _, p := range reached {
		if c.judge(p).Verdict == OK {
			c.Notes = append(c.Notes, fmt.Sprintf("%s reached %s for a moment, and not when tested again: was a network made then?",
				p.from.container.Name, p.to.container.Name))
		}
	}
	return nil
}

// found gives the pairs of which the answers so far say a verdict.
func (c *Check) found(among []*pair, v Verdict) []*pair {
	var found []*pair
	for _, p := range among {
		if c.failed[p.from.container] == nil && p.untested() == "" && c.judge(p).Verdict == v {
			found = append(found, p)
		}
	}
	return found
}

// ask asks what there is to ask about pairs, all questions of a container at once: each
// from its own network, also one that uses another's, which it has no longer when that
// one was started again.
func (c *Check) ask(ctx context.Context, prober Prober, o Asking, pairs []*pair, what func(*pair) []probe.Question) error {
	questions := map[*observed.Container][]string{}
	var order []*observed.Container
	for _, p := range pairs {
		at, list := p.from.container, what(p)
		if p.untested() != "" || len(list) == 0 {
			continue
		}
		if questions[at] == nil {
			order = append(order, at)
			questions[at] = []string{probe.Command, o.Timeout.String()}
		}
		for _, q := range list {
			if arg := q.String(); !slices.Contains(questions[at], arg) {
				questions[at] = append(questions[at], arg)
			}
		}
	}
	answers := make([]map[string]probe.Answer, len(order))
	errs := make([]error, len(order))
	var group errgroup.Group
	group.SetLimit(max(1, o.Parallel))
	for i, at := range order {
		group.Go(func() error {
			answers[i], errs[i] = askOne(ctx, prober, at, questions[at], o)
			return nil
		})
	}
	_ = group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for i, at := range order {
		if errs[i] != nil {
			c.failed[at] = fmt.Errorf("can't test from %s: %w", at.Name, errs[i])
			continue
		}
		if c.answers[at] == nil {
			c.answers[at] = map[string]probe.Answer{}
		}
		maps.Copy(c.answers[at], answers[i])
	}
	return nil
}

// slack is what a prober may take beyond the time that its questions take. The
// first has to be sent to the engine, which may be far away, and all others
// wait for that; a busy engine takes its time to make and start a container.
const slack = 2 * time.Minute

// askOne asks all questions of a container. It waits no longer than they can
// take: an engine may stop a prober, or lose it, without a word.
func askOne(ctx context.Context, prober Prober, at *observed.Container, args []string, o Asking) (map[string]probe.Answer, error) {
	longest := probe.Longest(len(args)-2, o.Timeout) + slack // args begin with the command and its timeout
	limited, cancel := o.Limit(ctx, longest)
	defer cancel()
	out, err := prober.Ask(limited, at.ID, args)
	switch {
	case err != nil && limited.Err() != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("the prober in its network did not answer within %s", longest)
	case err != nil:
		return nil, err
	}
	return probe.Parse(out)
}
