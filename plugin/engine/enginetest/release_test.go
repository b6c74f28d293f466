package enginetest

import (
	"reflect"
	"strings"
	"testing"
)

func TestEveryReleaseSaysHowItRefuses(t *testing.T) {
	for _, r := range releases() {
		all := reflect.ValueOf(r.refusals)
		for i := range all.NumField() {
			name := all.Type().Field(i).Name
			refusal := all.Field(i)
			if status := refusal.FieldByName("status").Int(); status < 400 || status > 599 {
				t.Errorf("from API %s, %s has the status %d", r.from, name, status)
			}
			if refusal.FieldByName("format").String() == "" {
				t.Errorf("from API %s, %s says nothing", r.from, name)
			}
		}
		if strings.Count(r.startFailure, "%s") != 1 {
			t.Errorf("from API %s, a start fails with %q", r.from, r.startFailure)
		}
	}
}

func TestTheReleaseFollowsFromTheAPIVersion(t *testing.T) {
	for api, want := range map[string]struct {
		version string
		bySize  bool
	}{
		"1.41": {"20.10.24", false},
		"1.43": {"20.10.24", false},
		"1.44": {"28.5.2", false},
		"1.51": {"28.5.2", false},
		"1.52": {"29.8.1", true},
		"1.56": {"29.8.1", true},
	} {
		r, err := releaseOf(api)
		if err != nil {
			t.Fatal(err)
		}
		if r.api != api || r.version != want.version || r.subnetsBySize != want.bySize {
			t.Errorf("API %s makes an engine %s of API %s, subnets by size: %v", api, r.version, r.api, r.subnetsBySize)
		}
	}
	if _, err := releaseOf("20.10"); err == nil {
		t.Error("20.10 is taken for an API version")
	}
}
