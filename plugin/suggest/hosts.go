package suggest

import (
	"regexp"
	"strconv"
	"strings"
)

// form is how a word stands in a text.
type form int

const (
	bare     form = iota // a word of a text
	assigned             // behind a name and =, or behind a flag
	whole                // all of the text, or an item of a list that is all of it
	host                 // in a URL, before a port, or behind user@
)

// word is something in a text that may be the name of a host.
type word struct {
	name string
	form form
	port int    // of a host; 0: none is said
	key  string // of what is assigned
}

var (
	url   = regexp.MustCompile("([a-zA-Z][a-zA-Z0-9+.-]*)://([^\\s/?#\"'<>|\\\\^`{}();]*)")
	run   = regexp.MustCompile(`[A-Za-z0-9._-]+`)
	list  = regexp.MustCompile(`^[\s"'\[]*[A-Za-z0-9_][A-Za-z0-9._-]*(:[0-9]+)?["']*(\s*[,;|]\s*["']*[A-Za-z0-9_][A-Za-z0-9._-]*(:[0-9]+)?["']*)*[\s"'\]]*$`)
	flags = regexp.MustCompile(`(?:^|\s)(--?[A-Za-z][A-Za-z0-9_.-]*)\s+$`)
)

// schemePorts are the ports of URLs that have none.
var schemePorts = map[string]int{
	"http": 80, "https": 443, "ws": 80, "wss": 443, "redis": 6379, "postgres": 5432, "postgresql": 5432, "mysql": 3306,
	"mongodb": 27017, "amqp": 5672, "ldap": 389, "smtp": 25, "nats": 4222, "bolt": 7687, "mqtt": 1883,
	"mariadb": 3306, "rediss": 6379, "amqps": 5671, "ldaps": 636, "smtps": 465, "memcached": 11211,
}

// wordsOf finds what may be the names of hosts in a text. Of a URL only its host counts.
func wordsOf(text string) []word {
	var found []word
	rest := []byte(text)
	for _, m := range url.FindAllStringSubmatchIndex(text, -1) {
		scheme, authority := strings.ToLower(text[m[2]:m[3]]), text[m[4]:m[5]]
		scheme, _, _ = strings.Cut(scheme, "+") // mysql+pymysql: the part behind names a driver
		found = append(found, authorityHosts(scheme, authority)...)
		end := m[5]
		for end < len(text) && !strings.ContainsRune(" \t\n\r\"'<>,;", rune(text[end])) {
			end++
		}
		for i := m[0]; i < end; i++ {
			rest[i] = '/' // what it touches is no name
		}
	}
	isList := list.MatchString(string(rest))
	for _, m := range run.FindAllIndex(rest, -1) {
		if w, ok := wordAt(string(rest), m[0], m[1], isList); ok {
			found = append(found, w)
		}
	}
	return found
}

// authorityHosts finds the hosts of a URL: user:password@host:port,host:port.
func authorityHosts(scheme, authority string) []word {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	var found []word
	for part := range strings.SplitSeq(authority, ",") {
		w := word{name: strings.TrimRight(part, "."), form: host, port: schemePorts[scheme]}
		if name, port, ok := strings.Cut(part, ":"); ok {
			w.name = name
			if w.port = portNumber(port); w.port == 0 && port != "" {
				continue
			}
		}
		if w.name != "" {
			found = append(found, w)
		}
	}
	return found
}

// wordAt is the word between two places of a text, by what stands beside it; not ok: it
// is a part of something longer.
func wordAt(text string, from, to int, isList bool) (word, bool) {
	w := word{name: strings.TrimRight(text[from:to], ".")}
	before, after := byte(' '), byte(' ')
	if from > 0 {
		before = text[from-1]
	}
	if to < len(text) {
		after = text[to]
	}
	if after == ':' {
		digits := to + 1
		for digits < len(text) && '0' <= text[digits] && text[digits] <= '9' {
			digits++
		}
		if port := portNumber(text[to+1 : digits]); port > 0 && !isNameByte(text, digits) && strings.IndexByte("/\\:$%{#", before) < 0 {
			w.form, w.port = host, port
			return w, true
		}
		if to+1 < len(text) && text[to+1] != ' ' {
			return word{}, false
		}
	}
	switch {
	case before == '@' && from > 1 && strings.IndexByte(" \t\"'=,(", text[from-2]) < 0: // user@host, and no @decorator
		w.form = host
	case strings.IndexByte(" \t\n\r\"'=,;|([<>", before) < 0, strings.IndexByte(" \t\n\r\"',;|)]<>:&", after) < 0:
		return word{}, false
	case before == '=':
		w.form, w.key = assigned, keyBefore(text[:from-1])
	case (before == '"' || before == '\'') && from > 1 && text[from-2] == '=':
		w.form, w.key = assigned, keyBefore(text[:from-2])
	case isList:
		w.form = whole
	default:
		if m := flags.FindStringSubmatch(text[:from]); m != nil {
			w.form, w.key = assigned, m[1]
		}
	}
	return w, true
}

// isNameByte reports whether there is a part of a name at a place of a text.
func isNameByte(text string, i int) bool {
	return i < len(text) && (text[i] == '.' || text[i] == '-' || text[i] == '_' || text[i] == ':' ||
		'a' <= text[i] && text[i] <= 'z' || 'A' <= text[i] && text[i] <= 'Z')
}

// keyBefore is the name at the end of a text, to which something is assigned.
func keyBefore(text string) string {
	i := strings.LastIndexAny(text, " \t\n\r\"',;|([&?")
	return text[i+1:]
}

// portNumber reads a port; 0: it is none.
func portNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 65535 || len(text) > 5 {
		return 0
	}
	return n
}
