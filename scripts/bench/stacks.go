package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// A stack is a file for docker-compose 1.x, and what is done with it.
type stack struct {
	name, about string
	text        string   // has the word "before" once, in the environment of one service
	replicas    []string // arguments of up: how many of each service there are to be
	works       []string // by name
	rounds      int      // not more than these, 0: as many as are asked for
}

// The article's second stack, with the images that it builds replaced by that of
// the bench, ports and folders of the host by others, and without "privileged",
// which not every machine allows.
//
//go:embed testdata/article.yml
var article string

func stacks() []stack {
	return []stack{
		{name: "flat", about: "20 services without links", text: file(20, nil),
			works: []string{up, again, change, ps, config, down}},
		{name: "star", about: "a service with links to 10 others", text: file(11, func(i int) []int {
			if i > 0 {
				return nil
			}
			return numbers(1, 11)
		}), works: []string{up, again, change, stop, start, ps, config, down}},
		{name: "article", about: "6 services, one linked to 4 others, one a proxy that watches the engine", text: article,
			works: []string{up, again, change, stop, start, down}},
		{name: "chain", about: "6 services, each with a link to the next", text: file(6, chains(6)),
			works: []string{up, again, change, stop, start, down}},
		{name: "replicas", about: "5 services without links, 10 replicas each", text: file(5, nil),
			replicas: scaled(5, 10), rounds: 3, works: []string{up, again, change, down}},
		{name: "one", about: "one service, from one replica to 20", text: file(1, nil),
			works: []string{up, again, scale, down}},
		{name: "hundred", about: "100 services: 20 chains of 5", text: file(100, chains(5)), rounds: 3,
			works: []string{up, again, ps, config, down}},
	}
}

// inServices is the same file as it has to be for docker compose from v2 on.
func inServices(text string) string {
	var b strings.Builder
	b.WriteString("services:\n")
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			b.WriteString("  " + line)
		}
	}
	return b.String()
}

// changed is the same file with another environment of one service.
func changed(text string) string { return strings.Replace(text, "before", "after", 1) }

// file has services s00, s01, … with links to those that are given by number. The
// environment that changes is that of the last service: others may link to it, it
// links to none.
func file(services int, links func(i int) []int) string {
	var b strings.Builder
	for i := range services {
		fmt.Fprintf(&b, "s%02d:\n  image: %s\n", i, image)
		if i == services-1 {
			b.WriteString("  environment: [\"IT_IS=before\"]\n")
		}
		if links == nil {
			continue
		}
		if to := links(i); len(to) > 0 {
			b.WriteString("  links:\n")
			for _, j := range to {
				fmt.Fprintf(&b, "    - s%02d\n", j)
			}
		}
	}
	return b.String()
}

// chains links each service to the next, except every last of so many.
func chains(of int) func(i int) []int {
	return func(i int) []int {
		if i%of == of-1 {
			return nil
		}
		return []int{i + 1}
	}
}

func scaled(services, replicas int) []string {
	var list []string
	for i := range services {
		list = append(list, "--scale", fmt.Sprintf("s%02d=%d", i, replicas))
	}
	return list
}

func numbers(from, to int) []int {
	var list []int
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

// chosen are the stacks with these names, all if there are none.
func chosen(names []string) ([]stack, error) {
	all := stacks()
	if len(names) == 0 {
		return all, nil
	}
	var list []stack
	for _, name := range names {
		i := slices.IndexFunc(all, func(s stack) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no stack %q", name)
		}
		list = append(list, all[i])
	}
	return list, nil
}
