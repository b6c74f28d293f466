package enginetest_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

func TestACallWhoseBodyIsSlowHoldsUpNoOther(t *testing.T) {
	onEachVersion(t, func(t *testing.T, e *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		s.network("one", nil)
		s.run("web", "none", nil)
		conn, err := cli.Dialer()(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		body := `{"Container":"web"}`
		fmt.Fprintf(conn, "POST /networks/one/connect HTTP/1.1\r\nHost: engine\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:1])
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for came := false; !came; {
			time.Sleep(time.Millisecond)
			calls := e.Calls()
			came = strings.HasSuffix(calls[len(calls)-1].Path, "/connect")
		}
		for range 10 {
			if _, err := cli.NetworkList(ctx, network.ListOptions{}); err != nil {
				t.Fatalf("another call meanwhile ends with %v", err)
			}
		}
		fmt.Fprint(conn, body[1:])
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("the call itself ends with %s", resp.Status)
		}
		if n, err := cli.NetworkInspect(ctx, "one", network.InspectOptions{}); err != nil || len(n.Containers) != 1 {
			t.Errorf("on the network are %v (%v)", n.Containers, err)
		}
	})
}
