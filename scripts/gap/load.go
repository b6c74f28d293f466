package main

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"time"
)

const (
	// rate is how many requests are begun in a second.
	rate = 170
	// patience is how long an answer is waited for.
	patience = 10 * time.Second
)

// load are requests that are begun at the same rate, whether there are answers or not.
type load struct {
	stop chan struct{}
	done sync.WaitGroup

	mu   sync.Mutex
	seen result
}

// result is what became of them.
type result struct {
	all, lost, slow int // slow: answered after more than a second
	longest         time.Duration
	why             map[string]int // how often requests were lost for a reason
}

func begin() *load {
	l := &load{stop: make(chan struct{}), seen: result{why: map[string]int{}}}
	l.done.Go(func() {
		tick := time.NewTicker(time.Second / rate)
		defer tick.Stop()
		for {
			select {
			case <-l.stop:
				return
			case <-tick.C:
				l.done.Go(l.one)
			}
		}
	})
	return l
}

func (l *load) one() {
	began := time.Now()
	err := ask()
	l.note(time.Since(began), err)
}

// note counts one request.
func (l *load) note(took time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen.all++
	l.seen.longest = max(l.seen.longest, took)
	if took > time.Second {
		l.seen.slow++
	}
	if err != nil {
		l.seen.lost++
		l.seen.why[regexp.MustCompile(`:[0-9]+->`).ReplaceAllString(err.Error(), "->")]++
	}
}

// end ends the load once all requests are answered or lost.
func (l *load) end() result {
	close(l.stop)
	l.done.Wait()
	return l.seen
}

// ask asks the stack once, over a connection of its own.
func ask() error {
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + port + "/")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || string(said) != answer {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}
