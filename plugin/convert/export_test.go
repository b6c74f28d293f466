package convert

// Unsaid reports whether a stack has no word for a key of a service.
func Unsaid(key string) bool { return (&stack{}).unsaid(newKeyTable().at(service + key)) }
