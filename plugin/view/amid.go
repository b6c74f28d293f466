package view

import "sync"

// Amid is where progress that is rewritten in place says that it is on the screen,
// so that a line can be written above it.
type Amid struct {
	mu    sync.Mutex
	shown func(write func()) // takes the progress away, writes, and shows it again; nil: none is there
}

func (a *Amid) show(shown func(write func())) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shown = shown
}

// PrintAmid is PrintFolded for a line that may be written while progress is shown.
func PrintAmid(o Options, text string) {
	write := func() { PrintFolded(o, text) }
	if o.Amid == nil {
		write()
		return
	}
	o.Amid.mu.Lock()
	defer o.Amid.mu.Unlock()
	if o.Amid.shown == nil {
		write()
		return
	}
	o.Amid.shown(write)
}
