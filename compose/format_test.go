package compose_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/compose"
)

func TestTheFormatOfAFileIsToldByItsServices(t *testing.T) {
	for text, want := range map[string]compose.Format{
		"services: {web: {image: x}}\n":                   compose.Spec,
		"version: '2'\nservices:\n  web:\n    image: x\n": compose.Spec,
		"name: shop\nservices:\n  web:\n":                 compose.Spec,
		"services:\n":                                     compose.Spec,
		"services: [web]\n":                               compose.Spec,
		"include: [a.yaml]\n":                             compose.Spec,
		"services:\n  web:\n   image: [x\n":               compose.Spec, // no YAML
		"web: {image: x}\n":                               compose.V1,
		"services: {image: x}\n":                          compose.V1, // a service of that name
		"services: {command: x, environment: {A: b}}\n":   compose.V1,
		"include: {image: x}\n":                           compose.V1,
		"version: '2'\nweb: {image: x}\n":                 compose.V1,
		"":                                                compose.V1,
		"web: [\n":                                        compose.V1,
	} {
		if got := compose.FormatOf([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
