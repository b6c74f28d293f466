package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// serve answers every request on every port with the host name and a line
// end. It prints "serving on PORT" once a port is open and one line a request.
func serve(ctx context.Context, args []string) error {
	if len(args) == 0 {
		args = []string{"80"}
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			peer, _, _ := net.SplitHostPort(r.RemoteAddr)
			fmt.Printf("%s %s from %s\n", r.Method, r.URL.Path, peer)
			fmt.Fprintln(w, host)
		}),
	}
	failed := make(chan error, len(args))
	for _, port := range args {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return wrongUsage("serve: %q is no port", port)
		}
		l, err := net.Listen("tcp", ":"+port)
		if err != nil {
			return err
		}
		fmt.Printf("serving on %s\n", port)
		go func() { failed <- server.Serve(l) }()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}
