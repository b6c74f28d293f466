package compose

// ParsePort reads a port as an item of ports says it. The error, of type
// Errors, names the flag that the text came from.
func ParsePort(flag, text string) (Port, error) {
	p, m := parsePort(nil, value{text: text})
	if m != nil {
		return Port{}, ofFlag(flag, text, m)
	}
	return p, nil
}

// ParseVolume reads a volume as an item of volumes says it; relative paths
// start from dir, and ~ is looked up in env. The error, of type Errors, names
// the flag that the text came from.
func ParseVolume(flag, text, dir string, env map[string]string) (Volume, error) {
	find := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	v, m := parseVolume(&scope{report: &report{}, find: find, base: dir}, value{text: text})
	if m != nil {
		return Volume{}, ofFlag(flag, text, m)
	}
	v.Word = nil // on a command line a word has always been a volume
	return v, nil
}

// SplitCommand splits a command into words as command and entrypoint of a file
// do. The error, of type Errors, names the flag that the text came from and
// shows where a quote opens that is not closed.
func SplitCommand(flag, text string) ([]string, error) {
	words, m := splitCommand(text)
	if m != nil {
		return nil, ofFlag(flag, text, m)
	}
	return words, nil
}

func ofFlag(flag, text string, m *invalid) error {
	return Errors{{Path: flag, Msg: m.msg, Hints: m.hints, Kind: m.kind, About: About{Text: text}}}
}
