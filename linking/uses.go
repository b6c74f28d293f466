package linking

import "github.com/stack-lite/stack-lite/compose"

// uses is which services each service cannot do without, by position in the
// file.
type uses struct {
	needs [][]int // those without whose containers it cannot be created; free of circles
	links [][]int // those that should rather be up first
}

// resolveUses returns what each service uses.
func resolveUses(p *compose.Project) uses {
	index := make(map[string]int, len(p.Services))
	for i, svc := range p.Services {
		index[svc.Name] = i
	}
	u := uses{make([][]int, len(p.Services)), make([][]int, len(p.Services))}
	for i, svc := range p.Services {
		for _, l := range svc.Links {
			u.links[i] = append(u.links[i], index[l.Target])
		}
		for _, d := range svc.Dependencies() {
			if at, ok := index[d.Service]; ok { // one that is optional may be missing
				u.links[i] = append(u.links[i], at)
			}
		}
		for _, name := range p.Needs(svc) {
			u.needs[i] = append(u.needs[i], index[name])
		}
	}
	return u
}
