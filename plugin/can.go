package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newCanCommand(a *app) *cobra.Command {
	var format string
	var live bool
	cmd := &cobra.Command{
		Use:   "can [OPTIONS] FROM TO",
		Short: "Say whether one service or container may reach another",
		Long: `Say whether one service or container may reach another: by which network and
under which names, or why not, and whether published ports are a way round that
no network closes. The exit status is 0 for yes, 1 for no, 2 for names that
there are not.

FROM and TO are services, or containers of anybody: web, web_2, demo_web_2. When
both run the engine is asked, else the files. --live insists on the engine,
--live=false on the files. Nothing is tried out: check does that.`,
		Example: `  docker stacklite can web mysql
  docker stacklite can --live=false redis mysql
  docker stacklite can web_2 some-container && echo yes`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: a.completeMembers(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			if format != "text" && format != "json" {
				return usageError{msg: fmt.Sprintf("--format can be text or json, not %q", format)}
			}
			answer, err := a.can(ctx, args[0], args[1], live, cmd.Flags().Changed("live"))
			if err != nil {
				return err
			}
			if err := answer.print(a.out, format); err != nil {
				return err
			}
			if !answer.Reaches {
				return status(1)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&live, "live", false, "ask the engine (default when both run)")
	return cmd
}

// answer says whether one reaches another.
type answer struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Reaches bool     `json:"reaches"`
	Source  string   `json:"source"` // files or engine
	Ways    []way    `json:"ways"`
	Why     string   `json:"why,omitempty"`   // not
	Ports   []string `json:"ports,omitempty"` // of TO, published where FROM finds them
	Note    string   `json:"note,omitempty"`
}

// way is one way on which packets go.
type way struct {
	Network   string   `json:"network,omitempty"` // none: one network stack
	Names     []string `json:"names,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
}

// can answers from the engine or from the files.
func (a *app) can(ctx context.Context, from, to string, live, asked bool) (answer, error) {
	if asked && !live {
		project, err := a.load(false)
		if err != nil {
			return answer{}, err
		}
		return a.canByFiles(project, from, to)
	}
	project, unread := a.load(false)
	look := a.look
	if unread != nil && a.flags.project == "" {
		look = a.glance // two containers can be asked for where there are no files
	}
	l, err := look(ctx)
	if err != nil {
		var gone engine.Unreachable
		if asked || unread != nil || !errors.As(err, &gone) {
			return answer{}, err
		}
		view.PrintNotes(a.view(), []compose.Note{{Text: err.Error() + ", so this is what the files say"}})
		return a.canByFiles(project, from, to)
	}
	x, errX := l.running(from)
	y, errY := l.running(to)
	switch {
	case errX == nil && errY == nil:
		return l.can(ctx, member{from, x}, member{to, y})
	case unread != nil && l.project == "":
		return answer{}, errors.Join(firstError(errX, errY), unread)
	case !asked && l.loaded != nil && l.loaded.Service(from) != nil && l.loaded.Service(to) != nil:
		return a.canByFiles(l.loaded, from, to)
	default:
		return answer{}, firstError(errX, errY)
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// member is what a user calls one or several containers.
type member struct {
	word       string
	containers []*engine.Container
}

// running finds the containers that run of what a user names: a service, or a
// container of anybody.
func (l *sight) running(word string) ([]*engine.Container, error) {
	found := l.scene.Service(l.project, word)
	known := len(found) > 0 || l.loaded != nil && l.loaded.Service(word) != nil
	if !known {
		c := l.scene.Container(l.project, word)
		if c == nil {
			return nil, l.noSuchMember(word)
		}
		found = []*engine.Container{c}
	}
	found = slices.DeleteFunc(slices.Clone(found), func(c *engine.Container) bool { return !c.State.Up() })
	switch {
	case len(found) > 0:
		return found, nil
	case known:
		return nil, failure{msg: word + " does not run", hints: []string{"start it with: up -d " + word, "or ask the files: can --live=false"}}
	}
	return nil, failure{msg: word + " does not run", hints: []string{"start it with: docker start " + word}}
}

// noSuchMember is the error for a word that is neither a service nor a
// container.
func (l *sight) noSuchMember(word string) error {
	var known []string
	if l.loaded != nil {
		known = serviceNames(l.loaded)
	}
	for _, c := range l.scene.Containers {
		if c.Project == "" || c.Project != l.project {
			known = append(known, c.Name)
		}
	}
	u := usageError{msg: fmt.Sprintf("no such service or container: %s", word)}
	if len(known) > 0 {
		u.hints = []string{"there are: " + strings.Join(known, ", ")}
	}
	return u
}

// can answers from what is on the engine. It is yes where every container of
// the one reaches every one of the other.
func (l *sight) can(ctx context.Context, x, y member) (answer, error) {
	if err := l.names(ctx, slices.Concat(x.containers, y.containers)); err != nil {
		return answer{}, err
	}
	ans := answer{From: x.word, To: y.word, Source: "engine", Ways: []way{}, Reaches: true}
	var cut []string
	pairs := 0
	for _, a := range x.containers {
		for _, b := range y.containers {
			if a == b && len(x.containers)+len(y.containers) > 2 {
				continue
			}
			pairs++
			found := l.scene.Paths(a, b)
			if len(found) == 0 {
				cut = append(cut, a.Name+" and "+b.Name)
			}
			for _, w := range found {
				ans.add(w)
			}
		}
	}
	for _, b := range y.containers {
		ans.Ports = append(ans.Ports, engine.PortWords(b.Published())...)
	}
	slices.Sort(ans.Ports)
	ans.Ports = slices.Compact(ans.Ports)
	if len(cut) > 0 {
		ans.Reaches = false
		ans.Why = "they share no network that carries packets"
		for _, m := range []member{x, y} {
			if m.containers[0].Net == "none" {
				ans.Why = m.word + " has no network"
			}
		}
		if len(cut) < pairs {
			ans.Why = "not all of them share a network: " + strings.Join(cut, ", ")
		}
	}
	ans.compare(l, x.word, y.word)
	return ans, nil
}

// names finds out the names of containers, and of those whose network they use.
func (l *sight) names(ctx context.Context, containers []*engine.Container) error {
	var all []*engine.Container
	for _, c := range containers {
		for _, o := range []*engine.Container{c, l.scene.NetworkOwner(c)} {
			if o != nil && !slices.Contains(all, o) {
				all = append(all, o)
			}
		}
	}
	return l.engine.Names(ctx, all...)
}

// add gathers what belongs to one network.
func (a *answer) add(w engine.Path) {
	i := slices.IndexFunc(a.Ways, func(o way) bool { return o.Network == w.Network })
	if i < 0 {
		a.Ways, i = append(a.Ways, way{Network: w.Network}), len(a.Ways)
	}
	o := &a.Ways[i]
	o.Names = append(o.Names, w.Names...)
	slices.Sort(o.Names)
	o.Names = slices.Compact(o.Names)
	if w.Address.IsValid() && !slices.Contains(o.Addresses, w.Address.String()) {
		o.Addresses = append(o.Addresses, w.Address.String())
	}
}

// compare notes where the files say something else.
func (a *answer) compare(l *sight, from, to string) {
	if l.loaded == nil || l.loaded.Service(from) == nil || l.loaded.Service(to) == nil {
		return
	}
	if meant := l.file.Reaches(from, to); meant != a.Reaches {
		a.Note = "the files say yes: up -d brings the stack to what they say"
		if !meant {
			a.Note = "the files say no: graph --live shows what joins them"
		}
	}
}

// print writes the answer.
func (a answer) print(w io.Writer, format string) error {
	if format == "json" {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(a)
	}
	var b strings.Builder
	verb := "yes: %s reaches %s"
	if !a.Reaches {
		verb = "no: %s does not reach %s"
	}
	fmt.Fprintf(&b, verb, a.From, a.To)
	if a.Source == "files" {
		b.WriteString(", by the files")
	}
	b.WriteByte('\n')
	for _, w := range a.Ways {
		fmt.Fprintln(&b, "  "+w.String())
	}
	if a.Why != "" {
		fmt.Fprintln(&b, "  "+a.Why)
	}
	if len(a.Ports) > 0 {
		through := "and"
		if !a.Reaches {
			through = "but there is a way round,"
		}
		fmt.Fprintf(&b, "  %s through the host: %s publishes %s, which no network closes\n", through, a.To, strings.Join(a.Ports, ", "))
	}
	if a.Note != "" {
		fmt.Fprintln(&b, "  "+a.Note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (w way) String() string {
	words := []string{"on the one network stack that both use"}
	switch w.Network {
	case "":
	case "host":
		words[0] = "through the network of the host"
	default:
		words[0] = "on network " + w.Network
	}
	switch {
	case len(w.Names) > 0:
		words = append(words, "as "+strings.Join(w.Names, ", "))
	case len(w.Addresses) > 0:
		words = append(words, "by address alone")
	}
	if len(w.Addresses) > 0 {
		words = append(words, "at "+strings.Join(w.Addresses, ", "))
	}
	return strings.Join(words, " ")
}
