package classic

import (
	"slices"
	"strings"
)

// types are the types that docker-compose 1.29 let a value have, in the order
// in which it named them.
type types []string

// say lists them as docker-compose did: "a string, or an array".
func (t types) say() string {
	named := make([]string, len(t))
	for i, name := range t {
		article := "a "
		if strings.ContainsRune("aeiou", rune(name[0])) {
			article = "an "
		}
		named[i] = article + name
		if i > 0 && i < len(t)-1 {
			named[i] = name // the article is there for the first and the last alone
		}
	}
	if len(named) == 1 {
		return named[0]
	}
	return strings.Join(named[:len(named)-1], ", ") + ", or " + named[len(named)-1]
}

// schema is what the value of a key had to be (compose-v1.md 1.2).
type schema struct {
	whole types
	parts types // of a mapping
	items types // of a list
	named bool  // a wrong part or item was named with its value
}

func word() schema { return schema{whole: types{"string"}} }
func list() schema { return schema{whole: types{"array"}, items: types{"string"}} }

func wordOrList() schema {
	return schema{whole: types{"string", "array"}, items: types{"string"}, named: true}
}

func pairs(parts ...string) schema {
	return schema{whole: types{"object", "array"}, parts: parts, items: types{"string"}, named: true}
}

// schemas has the keys whose values are not a word.
func schemas() map[string]schema {
	number := schema{whole: types{"number", "string"}}
	toggle := schema{whole: types{"boolean"}}
	ports := schema{whole: types{"array"}, items: types{"string", "number"}}
	return map[string]schema{
		"command": wordOrList(), "entrypoint": wordOrList(), "dns": wordOrList(), "dns_search": wordOrList(), "env_file": wordOrList(),
		"environment": pairs("string", "number", "null"), "extra_hosts": pairs("string", "number", "null"), "labels": pairs("string"),
		"extends": {whole: types{"string", "object"}, parts: types{"string"}, named: true},
		"ulimits": {whole: types{"object"}, parts: types{"integer", "object"}},
		"log_opt": {whole: types{"object"}},
		"cap_add": list(), "cap_drop": list(), "devices": list(), "external_links": list(), "links": list(), "security_opt": list(),
		"volumes": list(), "volumes_from": list(), "ports": ports, "expose": ports,
		"cpu_shares": number, "cpu_quota": number, "mem_limit": number, "memswap_limit": number, "shm_size": number,
		"mem_swappiness": {whole: types{"integer"}}, "pid": {whole: types{"string", "null"}},
		"privileged": toggle, "read_only": toggle, "stdin_open": toggle, "tty": toggle,
	}
}

// of gives the schema of a key.
func schemaOf(key string) schema {
	if s, ok := schemas()[key]; ok {
		return s
	}
	return word()
}

// allows reports whether a value, written as JSON, has one of the types.
func (t types) allows(written string) bool {
	switch name := typeOf(written); name {
	case "integer":
		return slices.Contains(t, "integer") || slices.Contains(t, "number")
	default:
		return len(t) == 0 || slices.Contains(t, name)
	}
}

// typeOf is the type of a value that is written as JSON.
func typeOf(written string) string {
	switch {
	case written == "null":
		return "null"
	case written == "true", written == "false":
		return "boolean"
	case strings.HasPrefix(written, `"`):
		return "string"
	case strings.HasPrefix(written, "["):
		return "array"
	case strings.HasPrefix(written, "{"):
		return "object"
	case strings.Trim(written, "+-0123456789_") == "":
		return "integer"
	}
	return "number"
}

// pythonClass is what Python calls the type of a value that is written as JSON.
func pythonClass(written string) string {
	switch typeOf(written) {
	case "null":
		return "NoneType"
	case "boolean":
		return "bool"
	case "string":
		return "str"
	case "array":
		return "list"
	case "integer":
		return "int"
	case "number":
		return "float"
	}
	return "dict"
}
