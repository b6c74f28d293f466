package main

import (
	"fmt"
	"strings"
	"testing"
)

// creation is how a container of a service is created, on a network.
func creation(id, name, service, network, after string) exchange {
	return exchange{"POST", "/v1.41/containers/create?name=" + name, fmt.Sprintf(`{"Labels":{"com.docker.compose.service":%q,`+
		`"com.docker.compose.container-number":"1","io.stack-lite.after":%q},"HostConfig":{"NetworkMode":%q}}`, service, after, network), id}
}

func post(path string) exchange { return exchange{"POST", "/v1.41/" + path, "", ""} }

func remove(path string) exchange { return exchange{"DELETE", "/v1.41/" + path, "", ""} }

// order is what each call waits for, in words.
func order(calls []call) string {
	var b strings.Builder
	for i, c := range calls {
		fmt.Fprintf(&b, "%d %s %s", i, c.Method, strings.TrimPrefix(c.Path, "/v1.41/"))
		if len(c.After) > 0 {
			fmt.Fprint(&b, " after ", c.After)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Hub links to db and to web, one at a time, as the program would do it.
func recorded() []exchange {
	network := func(name, subnet string) exchange {
		return exchange{"POST", "/v1.41/networks/create", `{"Name":"` + name + `","IPAM":{"Config":[{"Subnet":"` + subnet + `"}]}}`, "id-" + name}
	}
	return []exchange{
		network("n_db", "10.0.0.0/28"),
		creation("id-db", "db", "db", "n_db", ""),
		post("containers/id-db/start"),
		network("n_web", "10.0.0.16/29"),
		creation("id-web", "web", "web", "n_web", ""),
		post("containers/id-web/start"),
		creation("id-hub", "hub", "hub", "n_db", "db,web"),
		{"POST", "/v1.41/networks/id-n_web/connect", `{"Container":"id-hub"}`, ""},
		post("containers/id-hub/wait?condition=not-running"), // asks only
		post("containers/id-hub/start"),
	}
}

func TestTheFloorWaitsOnlyForWhatTheResultNeeds(t *testing.T) {
	seen := things{}
	for _, c := range []struct {
		work     string
		recorded []exchange
		want     string
	}{
		{"up", recorded(), `0 POST networks/create
1 POST containers/create?name=db
2 POST containers/id-db/start after [0 1]
3 POST networks/create
4 POST containers/create?name=web
5 POST containers/id-web/start after [3 4]
6 POST containers/create?name=hub
7 POST networks/id-n_web/connect after [3 6]
8 POST containers/id-hub/start after [0 2 3 5 6 7]
`},
		{"replace db", []exchange{
			creation("id-new", "db_new", "db", "n_db", ""), post("containers/id-db/stop"), remove("containers/id-db"),
			post("containers/id-new/rename?name=db"), post("containers/id-new/start"),
		}, `0 POST containers/create?name=db_new
1 POST containers/db/stop
2 DELETE containers/db after [1]
3 POST containers/id-new/rename?name=db after [0 2]
4 POST containers/id-new/start after [0 1 3]
`},
		{"replace it once more, under its name", []exchange{
			post("containers/id-new/stop"), remove("containers/id-new"), creation("id-third", "db", "db", "n_db", ""), post("containers/id-third/start"),
		}, `0 POST containers/db/stop
1 DELETE containers/db after [0]
2 POST containers/create?name=db after [1]
3 POST containers/id-third/start after [0 2]
`},
		{"down", []exchange{
			post("containers/id-hub/stop"), remove("containers/id-hub"), post("containers/id-third/stop"), post("containers/id-web/stop"),
			remove("containers/id-third"), remove("containers/id-web"), remove("networks/id-n_db"), remove("networks/id-n_web"),
		}, `0 POST containers/hub/stop
1 DELETE containers/hub after [0]
2 POST containers/db/stop after [0]
3 POST containers/web/stop after [0]
4 DELETE containers/db after [2]
5 DELETE containers/web after [3]
6 DELETE networks/n_db after [1 4]
7 DELETE networks/n_web after [1 5]
`},
	} {
		if got := order(seen.recipe(c.recorded)); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.work, got, c.want)
		}
	}
	if len(seen) > 0 {
		t.Errorf("still there: %v", seen)
	}
}

func TestTheFloorHasSubnetsOfItsOwn(t *testing.T) {
	calls := things{}.recipe(recorded())
	if !strings.Contains(calls[0].Body, `"10.220.1.0/28"`) || !strings.Contains(calls[3].Body, `"10.220.2.0/29"`) {
		t.Errorf("%s\n%s", calls[0].Body, calls[3].Body)
	}
}

func TestWhatACallMakesIsNamedByItsId(t *testing.T) {
	connect := things{}.recipe(recorded())[7]
	if connect.Body != `{"Container":"id-hub"}` || fmt.Sprint(connect.Uses) != "[3 6]" && fmt.Sprint(connect.Uses) != "[6 3]" {
		t.Errorf("%+v", connect)
	}
}
