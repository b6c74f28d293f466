package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// floodInterval is between two datagrams, knockInterval between two attempts
	// to connect.
	floodInterval = 100 * time.Microsecond
	knockInterval = 2 * time.Millisecond
	// knockTimeout is how long an attempt lasts: one packet, sent once.
	knockTimeout = 200 * time.Millisecond
	// askInterval is between two questions over a connection, of which there
	// are no more than knockLimit at a time, and askTimeout how long an answer
	// may take: the kernel sends again what was lost.
	askInterval = 100 * time.Millisecond
	askTimeout  = 5 * time.Second
	knockLimit  = 100
)

// flood sends numbered datagrams to an address until its input ends.
func flood(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("flood takes one IP:PORT")
	}
	conn, err := net.Dial("udp4", args[0])
	if err != nil {
		return wrongUsage("flood: %v", err)
	}
	defer conn.Close()
	fmt.Println("flooding")
	ended := inputEnds(ctx)
	tick := time.NewTicker(floodInterval)
	defer tick.Stop()
	for number := uint64(0); ; number++ {
		select {
		case <-ended:
			fmt.Printf("sent %d\n", number)
			return nil
		case <-tick.C:
			// What the network refuses is as lost as what it drops.
			_, _ = conn.Write(binary.BigEndian.AppendUint64(nil, number))
		}
	}
}

// count prints what arrives of a flood, a line for each row of datagrams with
// none missing between them: the first number, how many, and the microseconds
// from the first to the last.
func count(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("count takes one port")
	}
	p, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil {
		return wrongUsage("count: %v", err)
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{Port: int(p)})
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Println("counting")
	ended := inputEnds(ctx)
	go func() {
		<-ended
		_ = conn.SetReadDeadline(time.Now().Add(drain))
	}()
	var first, next uint64
	var began, last time.Time
	report := func() {
		if next > first {
			fmt.Printf("row %d %d %d\n", first, next-first, last.Sub(began).Microseconds())
		}
	}
	buf := make([]byte, 64)
	for {
		n, _, err := conn.ReadFromUDP(buf)
		if err != nil {
			report()
			return nil // the deadline
		}
		if n != 8 {
			continue
		}
		number, now := binary.BigEndian.Uint64(buf), time.Now()
		if number != next || next == 0 {
			report()
			first, began = number, now
		}
		next, last = number+1, now
	}
}

// knock tries to connect to an HTTP server again and again until its input
// ends, and asks over each connection that opens. It prints how many opened,
// how many of them ever answered, and how many still answer at the end.
func knock(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("knock takes one IP:PORT")
	}
	fmt.Println("knocking")
	ended := inputEnds(ctx)
	tick := time.NewTicker(knockInterval)
	defer tick.Stop()
	var all sync.WaitGroup
	var tried, open, opened, answered, lasting atomic.Int64
	for over := false; !over; {
		select {
		case <-ended:
			over = true
		case <-tick.C:
			if open.Load() >= knockLimit {
				continue
			}
			tried.Add(1)
			all.Go(func() {
				conn, err := net.DialTimeout("tcp4", args[0], knockTimeout)
				if err != nil {
					return
				}
				defer conn.Close()
				opened.Add(1)
				open.Add(1)
				defer open.Add(-1)
				ever, still := askUntil(ended, conn, args[0])
				if ever {
					answered.Add(1)
				}
				if still {
					lasting.Add(1)
				}
			})
		}
	}
	all.Wait()
	fmt.Printf("tried %d\nopened %d\nanswered %d\nlasting %d\n", tried.Load(), opened.Load(), answered.Load(), lasting.Load())
	return nil
}

// askUntil asks over a connection until ended, and once more: whether there was
// ever an answer, and whether there still was one.
func askUntil(ended <-chan struct{}, conn net.Conn, host string) (ever, still bool) {
	answers := bufio.NewReader(conn)
	for over := false; ; {
		if _, err := askOver(conn, answers, host, askTimeout); err != nil {
			return ever, false
		}
		if ever = true; over {
			return true, true
		}
		select {
		case <-ended:
			over = true
		case <-time.After(askInterval):
		}
	}
}
