package main

import (
	"strings"
	"testing"
)

func TestEveryStackHasOneServiceThatChanges(t *testing.T) {
	for _, s := range stacks() {
		before, after := strings.Split(s.text, "\n"), strings.Split(changed(s.text), "\n")
		var differ []string
		for i := range before {
			if before[i] != after[i] {
				differ = append(differ, after[i])
			}
		}
		if len(differ) != 1 || !strings.Contains(differ[0], "after") {
			t.Errorf("%s: changes %q", s.name, differ)
		}
	}
}

func TestEveryWorkOfAStackIsDefined(t *testing.T) {
	for _, s := range stacks() {
		list := worksOf(s)
		for _, w := range list {
			if len(w.args) == 0 {
				t.Errorf("%s: nobody knows how to do %q", s.name, w.name)
			}
		}
		if list[0].name != up || list[len(list)-1].name != down {
			t.Errorf("%s: begins with %s and ends with %s", s.name, list[0].name, list[len(list)-1].name)
		}
	}
}

func TestAChainEndsAtItsLast(t *testing.T) {
	want := "s00:\n  image: slbench:probe\n  links:\n    - s01\ns01:\n  image: slbench:probe\n" +
		"s02:\n  image: slbench:probe\n  links:\n    - s03\ns03:\n  image: slbench:probe\n  environment: [\"IT_IS=before\"]\n"
	if got := file(4, chains(2)); got != want {
		t.Errorf("%s", got)
	}
}

func TestServicesAreTheSameOneStepFurtherIn(t *testing.T) {
	if got, want := inServices("# why\na:\n  image: x\n\nb:\n  image: y\n"), "services:\n  a:\n    image: x\n  b:\n    image: y\n"; got != want {
		t.Errorf("%q", got)
	}
}

func TestOnlyStacksThatExistAreChosen(t *testing.T) {
	list, err := chosen([]string{"chain", "flat"})
	if err != nil || len(list) != 2 || list[0].name != "chain" || list[1].name != "flat" {
		t.Errorf("%v %v", list, err)
	}
	if _, err := chosen([]string{"stars"}); err == nil {
		t.Error("there is no stack of that name")
	}
}
