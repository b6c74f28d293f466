package classic

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

func TestLogPrefixesHaveRoomForEveryService(t *testing.T) {
	if got := LogWidth(load(t, "a: {image: x}\nlonger: {image: x}")); got != len("longer_1")+1 {
		t.Errorf("got %d", got)
	}
	if got := LogWidth(nil); got != 3 {
		t.Errorf("without files: got %d", got)
	}
}

func TestContainersAreNamedInTheOrderOfStartsOrTheOtherWayRound(t *testing.T) {
	list := []observed.Container{
		{Name: "z", Service: "gone"}, {Name: "web_10", Service: "web", Number: 10}, {Name: "web_2", Service: "web", Number: 2}, {Name: "db_1", Service: "db", Number: 1},
	}
	show := func(order func(a, b observed.Container) int) string {
		var names []string
		for _, c := range slices.SortedFunc(slices.Values(list), order) {
			names = append(names, c.Name)
		}
		return fmt.Sprint(names)
	}
	p := load(t, "web: {image: x, links: [db]}\ndb: {image: x}")
	if got := show(Started(p)); got != "[z db_1 web_2 web_10]" {
		t.Errorf("got %s", got)
	}
	if got := show(NewestFirst(p)); got != "[web_10 web_2 db_1 z]" {
		t.Errorf("newest first: got %s", got)
	}
	if got := show(Started(nil)); got != "[db_1 z web_2 web_10]" {
		t.Errorf("without files: got %s", got)
	}
}
