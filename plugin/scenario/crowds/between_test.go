package crowds_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// standBetween gives the address of a stage's engine behind somebody who does something
// before each change, numbered from 0, goes through to it.
func standBetween(s *scenario.Stage, before func(change int)) (host string) {
	dial := s.Client.Dialer()
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport:     &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }},
		FlushInterval: -1,
	}
	var mu sync.Mutex
	changes := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (enginetest.Call{Method: r.Method, Path: r.URL.Path}).Changes() {
			mu.Lock() // the others wait as well
			before(changes)
			changes++
			mu.Unlock()
		}
		proxy.ServeHTTP(w, r)
	}))
	s.T.Cleanup(server.Close)
	return "tcp" + server.URL[len("http"):]
}

// The worst that another command can do is to do all that it does between a look and
// the change that follows from it. Each does so before each change of the other.
func TestACommandMayDoAllBeforeAnyChangeOfAnother(t *testing.T) {
	for i, m := range meetings() {
		for v, version := range scenario.Versions() {
			if !slow() && v != i%2 {
				continue
			}
			t.Run(m.name+"/"+version, func(t *testing.T) {
				t.Parallel()
				count := scenario.NewStage(t, version, scenario.Chain)
				m.prepare(count)
				changes := count.Changes(m.first...)
				if changes == 0 {
					t.Fatalf("%v changes nothing", m.first)
				}
				tried := 0
				for k := range changes {
					if !slow() && k != changes*2/3 {
						continue
					}
					tried++
					t.Run(fmt.Sprint(k), func(t *testing.T) { meetBefore(t, m, version, k) })
				}
				if tried == 0 {
					t.Error("nothing was tried")
				}
				t.Logf("%d meetings", tried)
			})
		}
	}
}

func meetBefore(t *testing.T, m meeting, version string, k int) {
	s := scenario.NewStage(t, version, scenario.Chain)
	m.prepare(s)
	var second run
	met := false
	host := standBetween(s, func(change int) {
		if change == k && !met {
			met = true
			second = end(begin(s, rival(s, m.second...)))
		}
	})
	first := s.Command(m.first...)
	first.Env = append(first.Env, "DOCKER_HOST="+host)
	m.ended(s, end(begin(s, first)))
	if !met {
		t.Fatalf("%v made no change number %d", m.first, k)
	}
	m.ended(s, second)
	m.whole(s)
}
