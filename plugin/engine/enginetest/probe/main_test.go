package main

import (
	"fmt"
	"net"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"probe": main})
}

func TestProbe(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			// Two ports on which nothing listens; one of them stays so.
			for _, name := range []string{"PORT", "CLOSED"} {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				if err := l.Close(); err != nil {
					return err
				}
				_, port, err := net.SplitHostPort(l.Addr().String())
				if err != nil {
					return err
				}
				env.Setenv(name, port)
			}
			return nil
		},
		Condition: func(word string) (bool, error) {
			if word != "icmp" {
				return false, fmt.Errorf("no condition %q", word)
			}
			p, err := newPinger(net.IPv4(127, 0, 0, 1))
			if err != nil {
				return false, nil // some machines allow no ping
			}
			return true, p.conn.Close()
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"listening": listening, "status": status},
	})
}
