package spec

import (
	"reflect"
	"slices"
	"testing"
)

func TestEachKeyOfTheSpecificationHasATreatment(t *testing.T) {
	known := map[string]bool{}
	for _, k := range Keys() {
		if known[k.Path] {
			t.Errorf("%s stands twice", k.Path)
		}
		known[k.Path] = true
		if (k.treatment == carried) != (k.Why == "") {
			t.Errorf("%s: %q", k.Path, k.Why)
		}
	}
	all := map[string]bool{}
	for under, of := range keyed() {
		for _, p := range parts(reflect.New(of).Elem()) {
			all[under+p.name] = true
			if !known[under+p.name] {
				t.Errorf("compose-go knows %s: say in Keys what becomes of it", under+p.name)
			}
		}
	}
	for _, k := range Keys() {
		if !all[k.Path] {
			t.Errorf("compose-go has no %s", k.Path)
		}
	}
	if !slices.ContainsFunc(Keys(), func(k Key) bool { return k.Path == "services.*.healthcheck" && k.treatment == carried }) {
		t.Error("no healthcheck")
	}
}
