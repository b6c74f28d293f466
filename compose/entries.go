package compose

// Entry is one key of a service with its value in the form in which the file
// format says it: a string, a bool, an int64, a []string, a map[string]*string
// or, for ulimits, a map[string]any. Maps print in the order of their keys.
type Entry struct {
	Key   string
	Value any
}

// Entries returns the keys that are set, in the order of Keys. Two services
// that mean the same have the same entries, wherever and however they were
// written: places, env_file and extends are not in them. Load reads them back
// to the same service, but for a dollar sign, which a file has to double.
func (s *Service) Entries() []Entry {
	d := &draft{Service: *s}
	var out []Entry
	for _, k := range keyTable() {
		if v := k.field.entry(d); v != nil {
			out = append(out, Entry{k.Name, v})
		}
	}
	return out
}
