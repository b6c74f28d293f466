package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// chatPause is between two turns of a chat.
const chatPause = 100 * time.Millisecond

// chat talks for a moment, in turns: it connects to each tcp:NAME:PORT and closes at
// once, and sends each udp:NAME:PORT a datagram and waits for the answer. Nothing of it is
// tried again; that somebody does not answer is no error, for that may be what it is for.
func chat(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("chat", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	turns := set.Int("n", 3, "")
	every := set.Duration("every", chatPause, "")
	if err := set.Parse(args); err != nil || set.NArg() == 0 {
		return wrongUsage("chat takes -n TIMES, -every DURATION and tcp:NAME:PORT or udp:NAME:PORT")
	}
	answered := map[string]int{}
	for turn := range *turns {
		if turn > 0 && !pause(ctx, *every) {
			break
		}
		for _, target := range set.Args() {
			network, address, _ := strings.Cut(target, ":")
			if network != "tcp" && network != "udp" {
				return wrongUsage("chat: %q is neither tcp:NAME:PORT nor udp:NAME:PORT", target)
			}
			if talkOnce(network, address) == nil {
				answered[target]++
			}
		}
	}
	for _, target := range set.Args() {
		fmt.Printf("%s answered %d of %d\n", target, answered[target], *turns)
	}
	return nil
}

func talkOnce(network, address string) error {
	conn, err := net.DialTimeout(network+"4", address, dialTimeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	if network == "tcp" {
		return nil
	}
	if err := conn.SetDeadline(time.Now().Add(dialTimeout)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("question")); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 64))
	return err
}

// answer sends each datagram that comes to a port back.
func answer(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("answer takes one port")
	}
	p, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil {
		return wrongUsage("answer: %v", err)
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{Port: int(p)})
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	fmt.Println("answering on", p)
	buf := make([]byte, 64)
	for {
		n, from, err := conn.ReadFromUDP(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err == nil {
			_, _ = conn.WriteToUDP(buf[:n], from)
		}
	}
}
