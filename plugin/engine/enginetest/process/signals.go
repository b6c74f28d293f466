package process

import "strings"

// SignalName is the name of a signal, without SIG in front, as kill takes it.
func SignalName(s string) string {
	switch s = strings.TrimPrefix(strings.ToUpper(s), "SIG"); s {
	case "9":
		return "KILL"
	case "15":
		return "TERM"
	case "2":
		return "INT"
	case "1":
		return "HUP"
	}
	return s
}

// SignalNumber is the number of a signal that has a name.
func SignalNumber(name string) string {
	numbers := map[string]string{
		"HUP": "1", "INT": "2", "QUIT": "3", "KILL": "9", "USR1": "10", "USR2": "12", "TERM": "15",
	}
	if n, ok := numbers[name]; ok {
		return n
	}
	return name
}
