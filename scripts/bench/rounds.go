package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// A match is one stack, for which all contenders take turns.
type match struct {
	*stage
	stack  stack
	dir    string
	self   string            // this program, which is the floor
	recipe map[string]string // by work: the file with the calls of the floor
	width  map[string]width  // by work: how many of them are best made at once
	rows   []row
	out    map[string]error // contenders that failed
	bare   []time.Duration
}

// play runs a round that is not counted, in which calls are, and then those that are.
// A contender that fails takes no further part.
func (s *stage) play(ctx context.Context, st stack, runs int) (*match, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := s.prepare(st)
	if err != nil {
		return nil, err
	}
	m := &match{stage: s, stack: st, dir: dir, self: self, recipe: map[string]string{}, width: map[string]width{}, out: map[string]error{}}
	for _, w := range worksOf(st) {
		m.rows = append(m.rows, row{Stack: st.name, Work: w.name, By: map[string]measured{}})
	}
	list := append(s.contenders[:len(s.contenders):len(s.contenders)], contender{name: theFloor})
	for round := range runs + 1 {
		begun := time.Now()
		for i := range list {
			c := list[(i+max(round-1, 0))%len(list)] // each is the first once
			if m.out[c.name] != nil {
				continue
			}
			turn := m.turn
			if round == 0 {
				turn = m.rehearse
			}
			err := errors.Join(turn(ctx, c), m.tidy(ctx))
			if ctx.Err() != nil {
				return m, ctx.Err()
			}
			if err != nil {
				m.drop(c, err)
			}
		}
		if err := m.removeBare(ctx, round); err != nil {
			return m, err
		}
		fmt.Fprintf(os.Stderr, "%s, round %d of %d: %.0f s\n", st.name, round, runs, time.Since(begun).Seconds())
	}
	return m, nil
}

// turn has one contender do all works once, and takes the times.
func (m *match) turn(ctx context.Context, c contender) error {
	for i, w := range worksOf(m.stack) {
		words := c.command(w)
		if c.name == theFloor {
			if m.recipe[w.name] == "" {
				continue
			}
			words = m.floor(w, m.width[w.name].calls)
		}
		var took []time.Duration
		now := m.rows[i].By[c.name]
		for range w.repeated {
			s, err := run(ctx, m.dir, environment(m.config, "unix://"+m.socket), words)
			if err != nil {
				return err
			}
			took = append(took, s.took)
			now.Peak = max(now.Peak, s.peak)
		}
		now.Took = append(now.Took, medianTime(took))
		m.rows[i].By[c.name] = now
	}
	return nil
}

// rehearse is a turn of which no times are reported: it counts calls, and the floor
// learns what the program does.
func (m *match) rehearse(ctx context.Context, c contender) error {
	if c.name == theFloor {
		return m.practise(ctx)
	}
	seen := things{}
	for i, w := range worksOf(m.stack) {
		_, _ = m.recorder.take()
		if _, err := run(ctx, m.dir, environment(m.config, m.recorder.host), c.command(w)); err != nil {
			return err
		}
		calls, changes := m.recorder.take()
		m.rows[i].By[c.name] = measured{Calls: calls}
		if c.name != ours {
			continue
		}
		if err := m.learn(seen, i, w, changes); err != nil {
			return err
		}
	}
	return nil
}

// tidy reports what a contender left, and removes it.
func (m *match) tidy(ctx context.Context) error {
	left, err := m.broom.sweep(ctx)
	if err == nil && left > 0 {
		err = fmt.Errorf("%d containers and networks were left", left)
	}
	return err
}

// drop has a contender take no further part, with what it has done so far.
func (m *match) drop(c contender, err error) {
	m.out[c.name] = err
	fmt.Fprintf(os.Stderr, "bench: %s, %s: %v\n", m.stack.name, c.name, err)
	for i := range m.rows {
		delete(m.rows[i].By, c.name)
	}
}

// removeBare takes the time of the networks of the star alone.
func (m *match) removeBare(ctx context.Context, round int) error {
	if m.stack.name != "star" {
		return nil
	}
	took, err := bareRemoval(ctx, m.socket, 10)
	if err == nil && round > 0 {
		m.bare = append(m.bare, took)
	}
	return err
}
