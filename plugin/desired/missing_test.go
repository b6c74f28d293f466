package desired_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

func TestWhatTheEngineDoesNotHaveIsReportedWithItsPositionBeforeAnythingIsMade(t *testing.T) {
	p, topology := loaded(t, `web:
  image: x
  external_links: [redis_2, "hosted:h", 0123456789ab, redis_1]
  volumes_from: [data]
joined:
  image: x
  net: container:redis
member:
  image: x
  net: lam
`)
	in := desired.Inputs{Project: p, Topology: topology, Have: desired.HaveOf(&observed.Snapshot{
		Containers: []observed.Container{
			{ID: "0123456789abcdef", Name: "redis_1"}, {ID: "123456789abcdef0", Name: "hosted", NetworkMode: "host"},
		},
		Networks: []observed.Network{{Name: "lan"}},
	}, p.Name)}
	err := in.Check(nil)
	var missing *desired.Missing
	if !errors.As(err, &missing) {
		t.Fatalf("%T %v", err, err)
	}
	var got []string
	for _, e := range missing.Errors {
		got = append(got, strings.TrimPrefix(e.Error(), e.Pos.File+":"))
	}
	want := []string{
		`3:20: web.external_links: the engine has no container "redis_2" (did you mean "redis_1"?)`,
		`3:29: web.external_links: no link reaches container "hosted": it has --network host`,
		`4:18: web.volumes_from: the engine has no container "data"`,
		`7:8: joined.net: the engine has no container "redis" (did you mean "redis_1"?)`,
		`10:8: member.net: the engine has no network "lam" (did you mean "lan"?)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if err := in.Check([]string{}); err != nil {
		t.Errorf("none of the services is meant, and yet: %v", err)
	}
}
