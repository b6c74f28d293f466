package classic

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
)

func document(t *testing.T, literal bool, text string) Document {
	t.Helper()
	o := compose.Options{Files: []string{"-"}, Dir: "/project", Stdin: strings.NewReader(text), SkipBuildCheck: true, Literal: literal,
		Env: map[string]string{"HOME": "/home/ann", "TAG": "3"}}
	p, written, err := compose.LoadWritten(o)
	if err != nil {
		t.Fatal(err)
	}
	return Document{Project: p, Written: written, Home: "/home/ann", Literal: literal}
}

const documented = `web:
  build: ./dir
  dockerfile: Other
  ports: [80, "8000-8001:90-91", "127.0.0.1::1/udp"]
  volumes: [/data, ".:/src", "~/x:/y:ro", "cache/:/cache"]
  environment: {A: 1, B: 0777, C: "x$$y", HOME: }
  links: [db]
  volumes_from: ["db:ro", other]
  log_opt: {max-size: 10m}
  mem_limit: 1g
  tty: false
db:
  image: "x:$TAG"
side:
  image: x
  net: container:db
`

// TestConfigIsTheDocumentOfTheOldTools has, but for what is read in another way here
// (0777, cache/), what docker-compose 1.29.2 printed.
func TestConfigIsTheDocumentOfTheOldTools(t *testing.T) {
	want := `services:
  db:
    image: x:3
    network_mode: bridge
  side:
    image: x
    network_mode: service:db
  web:
    build:
      context: /project/dir
      dockerfile: Other
    environment:
      A: 1
      B: '0777'
      C: x$$y
      HOME: /home/ann
    links:
    - db
    logging:
      options:
        max-size: 10m
    mem_limit: 1g
    network_mode: bridge
    ports:
    - 80/tcp
    - 8000:90/tcp
    - 8001:91/tcp
    - 127.0.0.1::1/udp
    tty: false
    volumes:
    - /data
    - /project:/src:rw
    - /home/ann/x:/y:ro
    - /project/cache:/cache:rw
    volumes_from:
    - service:db:ro
    - container:other:rw
version: '1'
`
	if diff := cmp.Diff(want, document(t, false, documented).Print()); diff != "" {
		t.Error(diff)
	}
}

func TestImagesGiveWayToTheirDigests(t *testing.T) {
	d := document(t, false, "web: {image: x}\ndb: {image: y}\n")
	d.Images = map[string]string{"web": "x@sha256:1"}
	for _, text := range []string{d.Print(), d.YAML()} {
		if !strings.Contains(text, "image: x@sha256:1\n") || !strings.Contains(text, `image: "y"`+"\n") {
			t.Errorf("got %s", text)
		}
	}
}

func TestServicesCanBePrintedAsTheFilesSayThem(t *testing.T) {
	d := document(t, true, "web:\n  image: \"x:${TAG}\"\n  ports: [\"$P:80\", 81]\n  volumes: [\"./a$X:/a\", \"$Y:/b\"]\n  mem_swappiness: 5\n  environment: [A=$B, C]\n")
	want := `web:
  environment:
  - A=$B
  - C
  image: x:${TAG}
  mem_swappiness: 5
  ports:
  - $P:80
  - 81
  volumes:
  - /project/a$X:/a
  - $Y:/b
`
	if diff := cmp.Diff(want, d.YAML()); diff != "" {
		t.Error(diff)
	}
	got, err := json.Marshal(d.JSON())
	if err != nil {
		t.Fatal(err)
	}
	wantJSON := `{"web":{"environment":["A=$B","C"],"image":"x:${TAG}","mem_swappiness":5,"ports":["$P:80",81],"volumes":["/project/a$X:/a","$Y:/b"]}}`
	if string(got) != wantJSON {
		t.Errorf("got %s", got)
	}
}

func TestNumbersThatWouldBeReadAsOthersAreTexts(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "7": true, "-1": true, "1.5": true, "1.0": true, "-0.25": true,
		"0777": false, "1.50": false, "1_000": false, "0x1f": false, "1e3": false, "+1": false, ".5": false, "1.": false, "nan": false, "": false,
	} {
		if isCanonical(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestWhatCouldActOnATerminalIsEscaped(t *testing.T) {
	got := printYAML(map[string]any{"a\x1b[2J": "\u202eevil", "b": []any{"x\u2028y", "\a"}}, itself)
	want := `"a\e[2J": "\u202Eevil"` + "\n" + `b:` + "\n" + `- "x\Ly"` + "\n" + `- "\a"` + "\n"
	if got != want {
		t.Errorf("got %s", got)
	}
}
