package desired_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// inputs are those of a file beside an engine that has nothing.
func inputs(t *testing.T, text string, options desired.Options) desired.Inputs {
	t.Helper()
	p, topology := loaded(t, text)
	return desired.Inputs{
		Project: p, Topology: topology, Scale: desired.KeepScale(p, plan.Have{}, nil), Options: options,
		Have: desired.Have{Facts: map[string]desired.ImageFacts{}},
	}
}

func TestMoreLinkVariablesThanAProgramStartsWithAreRefused(t *testing.T) {
	file := func(ports, more string) string {
		return fmt.Sprintf("web: {image: x, links: [sip]%s}\nsip: {image: y, expose: [%q]}\nalone: {image: x}\n", more, ports)
	}
	none := desired.Options{LinkEnv: linking.EnvNone}
	for name, c := range map[string]struct {
		file     string
		options  desired.Options
		services []string
		refused  bool
	}{
		"ten thousand ports":                 {file("10000-19999", ""), desired.Options{}, nil, true},
		"that this service has no part in":   {file("10000-19999", ""), desired.Options{}, []string{"alone"}, false},
		"where nobody is told of them":       {file("10000-19999", ""), none, nil, false},
		"for a program with a greater stack": {file("10000-19999", ", ulimits: {stack: 100000000}"), desired.Options{}, nil, false},
		"three thousand ports":               {file("10000-12999", ""), desired.Options{}, nil, false},
	} {
		in := inputs(t, c.file, c.options)
		err := in.CheckLinkEnv(c.services)
		var tooMany *desired.TooManyVariables
		if errors.As(err, &tooMany) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
		if c.refused && (tooMany.Errors[0].Pos != compose.Pos{File: tooMany.Errors[0].Pos.File, Line: 1, Column: 25}) {
			t.Errorf("%s: at %v", name, tooMany.Errors[0].Pos)
		}
	}
}

func TestAnImageMayExposeMorePortsThanAProgramIsToldOf(t *testing.T) {
	want, err := inputs(t, "web: {image: x, links: [sip]}\nsip: {image: y}\n", desired.Options{}).Want()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range want.Containers {
		if c.Service == "web" {
			few, many := []compose.Expose{{First: 80, Last: 80, Proto: "tcp"}}, []compose.Expose{{First: 10000, Last: 19999, Proto: "udp"}}
			spec := c.Spec.(desired.ContainerSpec)
			if err := spec.CheckLinkEnv([]desired.ImageFacts{{Ports: few}}); err != nil {
				t.Error(err)
			}
			if err := spec.CheckLinkEnv([]desired.ImageFacts{{Ports: many}}); err == nil {
				t.Error("ten thousand ports of an image are accepted")
			}
		}
	}
}

// TestManyPortsCostManyConsumersLittle counts what is allocated: it was the square of the
// number of ports, for each consumer.
func TestManyPortsCostManyConsumersLittle(t *testing.T) {
	var file strings.Builder
	for i := range 50 {
		fmt.Fprintf(&file, "web%d: {image: x, links: [sip]}\n", i)
	}
	file.WriteString("sip: {image: y, expose: [\"10000-19999\"]}\n")
	in := inputs(t, file.String(), desired.Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := in.Want(); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 64 {
		t.Errorf("working out what 50 consumers of 10,000 ports get allocates %d MB", mb)
	}
}
