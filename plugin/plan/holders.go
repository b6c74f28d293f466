package plan

import (
	"cmp"
	"slices"
)

// A container that holds data for others may be gone while these still have it: one
// that has exited is taken away by docker container prune. The one that is made in
// its place is given what they have, so that nobody is left with an empty volume.

// holders gives the containers that may have the anonymous volumes of one that is
// gone, because they use its volumes, or those of one that does: first those that run,
// then those that use its own volumes, then the newest, and one-off containers last.
func (r *reconciler) holders(name string) []*HaveContainer {
	var found []*HaveContainer
	far := map[*HaveContainer]int{} // by how many others it uses the volumes
	users, distance := r.usersOf(name)
	for n, user := range users {
		for i := range r.have.Containers {
			h := &r.have.Containers[i]
			if h.Service == user.Service && (h.Number == user.Number || h.OneOff) && len(h.Anonymous) > 0 && h.State != StateRemoving && !slices.Contains(found, h) {
				found = append(found, h)
				far[h] = distance[n]
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *HaveContainer) int {
		rank := func(h *HaveContainer) int {
			switch {
			case h.OneOff:
				return 2
			case h.State.Up():
				return 0
			}
			return 1
		}
		return cmp.Or(rank(a)-rank(b), far[a]-far[b], a.Order-b.Order)
	})
	return found
}

// usersOf lists the wanted containers that use the volumes of one, or of one that
// does, with how many lie between.
func (r *reconciler) usersOf(name string) (users []Container, distance []int) {
	names, far := []string{name}, []int{0}
	for at := 0; at < len(names); at++ {
		for _, d := range r.users[names[at]] {
			if !slices.Contains(names, d.want.Name) {
				names, far = append(names, d.want.Name), append(far, far[at]+1)
				users, distance = append(users, d.want), append(distance, far[at])
			}
		}
	}
	return users, distance
}

// keepHolders has the containers that may have the volumes of one that is gone
// removed after the new one is made.
func (r *reconciler) keepHolders() {
	for _, s := range r.builder.steps {
		create, ok := s.step.Action.(CreateContainer)
		if !ok {
			continue
		}
		for _, id := range create.Holders {
			r.builder.waitIfNoCircle(removeKey(id), need(createKey(create.Container.Name)))
		}
	}
}
