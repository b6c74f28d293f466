package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// floor makes the calls of one work, which it reads from a file, as many at once as
// their order and the width allow.
func floor(ctx context.Context, engine, file, width string) error {
	n, err := strconv.Atoi(width)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var calls []call
	if err := json.Unmarshal(text, &calls); err != nil {
		return err
	}
	return newCaller(engine, n).all(ctx, calls)
}

// A caller makes calls to the engine.
type caller struct {
	http *http.Client
	free chan struct{} // as many as calls may be made at once

	mu  sync.Mutex
	ids map[string]string // as they were recorded: as they are now
}

func newCaller(engine string, width int) *caller {
	return &caller{http: &http.Client{Transport: transportTo(engine)}, free: make(chan struct{}, width), ids: map[string]string{}}
}

// all makes calls, each as soon as those that it waits for have been answered.
func (c *caller) all(ctx context.Context, calls []call) error {
	answered := make([]chan struct{}, len(calls))
	for i := range answered {
		answered[i] = make(chan struct{})
	}
	group, ctx := errgroup.WithContext(ctx)
	for i, one := range calls {
		group.Go(func() error {
			for _, earlier := range one.After {
				select {
				case <-answered[earlier]:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			var uses []string
			for _, earlier := range one.Uses {
				uses = append(uses, calls[earlier].Makes)
			}
			c.free <- struct{}{}
			defer func() { <-c.free }()
			err := c.one(ctx, one, uses)
			if err == nil {
				close(answered[i])
			}
			return err
		})
	}
	return group.Wait()
}

// one makes a call that names things by these recorded ids.
func (c *caller) one(ctx context.Context, one call, uses []string) error {
	path, body := one.Path, one.Body
	c.mu.Lock()
	for _, id := range uses {
		path, body = strings.ReplaceAll(path, id, c.ids[id]), strings.ReplaceAll(body, id, c.ids[id])
	}
	c.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, one.Method, "http://engine"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s", one.Method, path, strings.TrimSpace(string(answer)))
	}
	if one.Makes == "" {
		return nil
	}
	var created struct {
		ID string `json:"Id"`
	}
	if err := json.Unmarshal(answer, &created); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids[one.Makes] = created.ID
	return nil
}
