package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	// holdTimeout is how long the first connection is tried for, and how long
	// an answer may take: the kernel sends again what was lost while a network
	// was changed, within that time.
	holdTimeout  = 15 * time.Second
	holdInterval = 500 * time.Millisecond
)

// hold keeps one TCP connection to an HTTP server open, asks over it again and
// again, and prints each answer. It ends with an error as soon as the
// connection breaks, and never makes a second one.
func hold(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("hold takes one NAME:PORT")
	}
	if _, _, err := net.SplitHostPort(args[0]); err != nil {
		return wrongUsage("hold: %v", err)
	}
	conn, err := persistentDial(ctx, args[0])
	if err != nil {
		return &exitError{exitNoAnswer, err}
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for ctx.Err() == nil {
		said, err := askOver(conn, answers, args[0], holdTimeout)
		if err != nil {
			return &exitError{exitNoAnswer, fmt.Errorf("the connection to %s broke: %w", conn.RemoteAddr(), err)}
		}
		fmt.Printf("%s answers %s\n", conn.RemoteAddr(), said)
		pause(ctx, holdInterval)
	}
	return nil
}

// persistentDial connects as soon as something listens.
func persistentDial(ctx context.Context, address string) (net.Conn, error) {
	deadline := time.Now().Add(holdTimeout)
	for {
		conn, err := net.DialTimeout("tcp4", address, dialTimeout)
		if err == nil || time.Now().After(deadline) || !pause(ctx, holdInterval) {
			return conn, err
		}
	}
}

// askOver sends a request and gives the answer's first line.
func askOver(conn net.Conn, answers *bufio.Reader, host string, timeout time.Duration) (string, error) {
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(conn, "GET /held HTTP/1.1\r\nHost: %s\r\n\r\n", host); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(answers, nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	line, _, _ := strings.Cut(string(body), "\n")
	return line, err
}
