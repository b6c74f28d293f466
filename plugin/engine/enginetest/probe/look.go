package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"time"
)

const (
	// lookupTimeout bounds one question. The engine's own DNS server answers
	// for containers at once; names it does not know go to the host's
	// servers, which may never answer.
	lookupTimeout = 2 * time.Second
	dialTimeout   = time.Second
)

// addresses gives the IPv4 addresses of a name in order; a name without any is
// an error with status 2.
func addresses(ctx context.Context, name string) ([]net.IP, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	ips, err := net.DefaultResolver.LookupIP(ctx, "ip4", name)
	if err != nil {
		return nil, &exitError{exitNoName, fmt.Errorf("no such name %q: %w", name, err)}
	}
	slices.SortFunc(ips, func(a, b net.IP) int { return slices.Compare(a.To4(), b.To4()) })
	return ips, nil
}

func resolve(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("resolve takes one name")
	}
	ips, err := addresses(ctx, args[0])
	if err != nil {
		return err
	}
	for _, ip := range ips {
		fmt.Println(ip)
	}
	return nil
}

// dial tries the addresses of the name in turn until one accepts.
func dial(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("dial takes one NAME:PORT")
	}
	name, port, err := net.SplitHostPort(args[0])
	if err != nil {
		return wrongUsage("dial: %v", err)
	}
	ips, err := addresses(ctx, name)
	if err != nil {
		return err
	}
	var errs []error
	for _, ip := range ips {
		conn, err := net.DialTimeout("tcp4", net.JoinHostPort(ip.String(), port), dialTimeout)
		if err == nil {
			fmt.Printf("connected to %s\n", conn.RemoteAddr())
			return conn.Close()
		}
		errs = append(errs, err)
	}
	return &exitError{exitNoAnswer, errors.Join(errs...)}
}

func get(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("get takes one URL")
	}
	client := &http.Client{Timeout: lookupTimeout + dialTimeout}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, args[0], nil)
	if err != nil {
		return wrongUsage("get: %v", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		code := exitNoAnswer
		if unknown := (*net.DNSError)(nil); errors.As(err, &unknown) {
			code = exitNoName
		}
		return &exitError{code, err}
	}
	defer resp.Body.Close()
	if _, err := io.Copy(os.Stdout, resp.Body); err != nil {
		return &exitError{exitNoAnswer, err}
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return &exitError{exitNoAnswer, fmt.Errorf("%s", resp.Status)}
	}
	return nil
}
