package convert

// Unsaid reports whether a stack has no word for a key of a service.
func Unsaid(key string) bool { return newKeyTable().at(service+key).fate == unsaid }
