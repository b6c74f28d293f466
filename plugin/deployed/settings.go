package deployed

import (
	"encoding/json"
	"maps"
)

// settings are what a service is made with, for its fingerprint: as JSON by the names that
// users know, without what can be changed while its tasks go on, and without our labels.
//
// They are taken from what convert writes and not from what the manager is given: a field
// that a release of its types adds is no change of a service.
func (w *wanted) settings(s service) map[string]string {
	settings := map[string]string{}
	add := func(name string, value any) {
		text, err := json.Marshal(value)
		if err != nil {
			panic("a service has a value that JSON has no form for: " + name)
		}
		settings[name] = string(text)
	}
	for name, value := range s.said {
		switch name {
		case "deploy", "networks", "volumes", "secrets", "configs":
		case "labels":
			if own := usersOwn(s.Labels); len(own) > 0 {
				add(name, own)
			}
		default:
			add(name, value)
		}
	}
	deploy, _ := s.said["deploy"].(map[string]any)
	for name, value := range deploy {
		switch name {
		case "replicas":
		case "restart_policy":
			add("restart", value)
		case "labels":
			if own := usersOwn(s.Deploy.Labels); len(own) > 0 {
				add("deploy.labels", own)
			}
		default:
			add(name, value)
		}
	}
	on := map[string]any{}
	for name, at := range s.Networks {
		on[w.stack.Networks[name].Name] = at
	}
	add("networks", on)
	if len(s.Volumes) > 0 {
		add("volumes", w.volumesOf(s))
	}
	if len(s.Secrets) > 0 {
		add("secrets", s.named("secrets", s.Secrets, w.stack.Secrets))
	}
	if len(s.Configs) > 0 {
		add("configs", s.named("configs", s.Configs, w.stack.Configs))
	}
	return settings
}

// volumesOf are the mounts of a service, with what is said of the volumes.
func (w *wanted) volumesOf(s service) []any {
	var list []any
	for i, v := range s.Volumes {
		of := s.entry("volumes", i)
		if v.Type == "volume" && v.Source != "" {
			volume := maps.Clone(w.stack.Volumes[v.Source].said)
			volume["name"] = w.stack.Volumes[v.Source].Name
			of["source"] = volume
		}
		list = append(list, of)
	}
	return list
}

// named are references to files by their names on the swarm, which stand for their contents.
func (s service) named(key string, refs []fileRef, files map[string]object) []any {
	var list []any
	for i, ref := range refs {
		of := s.entry(key, i)
		of["source"] = files[ref.Source].Name
		list = append(list, of)
	}
	return list
}

// entry is a copy of an entry of a list, as it is written.
func (s service) entry(key string, i int) map[string]any {
	written, _ := s.said[key].([]any)
	of, _ := written[i].(map[string]any)
	return maps.Clone(of)
}
