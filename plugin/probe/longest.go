package probe

import "time"

// Longest is how long Run takes at most, beside what starting it takes, to
// answer so many questions: it works them off some at a time.
func Longest(questions int, timeout time.Duration) time.Duration {
	return timeout * time.Duration((questions+atOnce-1)/atOnce)
}
