package probe

import "time"

// AtOnce is how many questions are open at one time. Most of them are answered
// by silence, which costs nothing but time.
const AtOnce = 256

// Longest is how long a prober takes at most, beside what starting it takes, to
// answer so many questions.
func Longest(questions int, timeout time.Duration) time.Duration {
	return timeout * time.Duration((questions+AtOnce-1)/AtOnce)
}
