package compose

// Entry is one key of a service with its value in the form in which the file
// format says it: a string, a bool, an int64, a []string, a map[string]*string
// or, for ulimits, a map[string]any. Maps print in the order of their keys.
type Entry struct {
	Key   string
	Value any
}

// Entries returns the keys that are set, in the order of Keys. Where and how a
// service was written does not show in them: places, env_file and extends are
// gone, sizes are bytes, defaults are left out; lists keep their order. Load
// reads them back to the same service, but for a dollar sign, which a file has
// to double.
func (s *Service) Entries() []Entry {
	p := &partial{Service: *s}
	var out []Entry
	for _, k := range keyTable() {
		if v := k.field.entry(p); v != nil {
			out = append(out, Entry{k.Name, v})
		}
	}
	return out
}
