package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// imageHost is a name that the program of an image asks for unless it is told another.
type imageHost struct {
	host string
	told []string // variables that tell it another
}

// imageHosts are those of images that their documentation says it of.
var imageHosts = map[string]imageHost{
	"adminer":       {"db", []string{"ADMINER_DEFAULT_SERVER"}},
	"joomla":        {"mysql", []string{"JOOMLA_DB_HOST"}},
	"kibana":        {"elasticsearch", []string{"ELASTICSEARCH_HOSTS", "ELASTICSEARCH_URL", "elasticsearch.hosts", "elasticsearch.url"}},
	"mongo-express": {"mongo", []string{"ME_CONFIG_MONGODB_URL", "ME_CONFIG_MONGODB_SERVER"}},
	"phpmyadmin":    {"db", []string{"PMA_HOST", "PMA_HOSTS", "PMA_ARBITRARY"}},
	"wordpress":     {"mysql", []string{"WORDPRESS_DB_HOST"}},
}

// byImage finds whom a service asks by what its image is: the host that its program
// asks for when nobody tells it another, and, of traefik, what has labels for it.
func (n names) byImage(s *compose.Service) []Mention {
	image := imageName(s.Image)
	pos := s.At["image"]
	if image == "traefik" {
		return n.labelled(s)
	}
	h, known := imageHosts[image]
	if !known || slices.ContainsFunc(h.told, func(name string) bool { return variable(s, name) != "" }) {
		return nil
	}
	t, ok := n.find(h.host)
	if !ok {
		return nil
	}
	p := piece{kind: Image, pos: pos, key: image}
	m := Mention{From: s.Name, To: t.service.Name, Evidence: p.evidence(Likely, h.host+", unless it is told another host")}
	if t.alias {
		m.As = h.host
	}
	return []Mention{m}
}

// labelled finds the services that have labels for a traefik.
func (n names) labelled(s *compose.Service) []Mention {
	var found []Mention
	for _, o := range n.project.Services {
		if t := n.others[o.Name]; t.service != o {
			continue
		}
		i := slices.IndexFunc(o.Labels, func(v compose.Var) bool { return strings.HasPrefix(v.Name, "traefik.") })
		off := slices.ContainsFunc(o.Labels, func(v compose.Var) bool {
			return v.Name == "traefik.enable" && v.Value != nil && strings.EqualFold(*v.Value, "false")
		})
		if i < 0 || off {
			continue
		}
		p := piece{kind: Label, pos: o.Labels[i].Pos, key: o.Labels[i].Name}
		found = append(found, Mention{From: s.Name, To: o.Name, Evidence: p.evidence(Likely, fmt.Sprintf("of %s, read by %s", o.Name, s.Name))})
	}
	return found
}
