package interrupt

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// played is a command that runs in time that does not pass by itself.
type played struct {
	signals chan os.Signal
	waiting [][]string // what the user was told
	end     error
	ended   bool
}

func play(t *testing.T, command func(context.Context) error) *played {
	p := &played{signals: make(chan os.Signal, 4)}
	o := Options{Waiting: func(steps []string) { p.waiting = append(p.waiting, steps) }}
	go func() {
		p.end = run(t.Context(), p.signals, o, command)
		p.ended = true
	}()
	synctest.Wait()
	return p
}

// press presses Ctrl-C and lets time pass.
func (p *played) press(then time.Duration) {
	p.signals <- syscall.SIGINT
	time.Sleep(then)
	synctest.Wait()
}

// asked is a command that has asked the engine for two things, which each take until
// answer is closed, and then begins a third.
func asked(answer <-chan struct{}, third *bool) func(context.Context) error {
	return func(ctx context.Context) error {
		var errs [2]error
		done := make(chan struct{}, 2)
		for i, words := range []string{"make a", "make b"} {
			go func() {
				within, end := Step(ctx, words)
				defer func() { end(); done <- struct{}{} }()
				select {
				case <-answer:
				case <-within.Done():
					errs[i] = within.Err()
				}
			}()
		}
		<-done
		<-done
		if err := errors.Join(errs[:]...); err != nil {
			return err
		}
		if ctx.Err() == nil {
			*third = true
		}
		return ctx.Err()
	}
}

func TestTheFirstCtrlCWaitsForWhatIsUnderWayAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, third := make(chan struct{}), false
		p := play(t, asked(answer, &third))
		p.press(5 * time.Second)
		if p.ended {
			t.Fatalf("ended with %v while the engine was at work", p.end)
		}
		if len(p.waiting) != 1 || !slices.Equal(slices.Sorted(slices.Values(p.waiting[0])), []string{"make a", "make b"}) {
			t.Errorf("the user was told %q", p.waiting)
		}
		close(answer)
		synctest.Wait()
		var cut *Cut
		if !p.ended || !errors.Is(p.end, context.Canceled) || !errors.As(p.end, &cut) || !cut.Begun || len(cut.Steps) > 0 {
			t.Errorf("ended %v with %v", p.ended, p.end)
		}
		if third {
			t.Error("something new was begun")
		}
	})
}

func TestWhatEndsSoonIsWaitedForWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, third := make(chan struct{}), false
		p := play(t, asked(answer, &third))
		p.press(quiet / 2)
		close(answer)
		time.Sleep(time.Minute)
		synctest.Wait()
		if !p.ended || len(p.waiting) != 0 {
			t.Errorf("ended %v, the user was told %q", p.ended, p.waiting)
		}
	})
}

func TestTheSecondCtrlCStopsWaitingAndNamesWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		third := false
		p := play(t, asked(nil, &third))
		p.press(time.Second)
		p.press(0)
		var cut *Cut
		if !p.ended || !errors.As(p.end, &cut) || !errors.Is(p.end, context.Canceled) {
			t.Fatalf("ended %v with %v", p.ended, p.end)
		}
		if !slices.Equal(slices.Sorted(slices.Values(cut.Steps)), []string{"make a", "make b"}) {
			t.Errorf("left: %q", cut.Steps)
		}
	})
}

func TestWaitingHasAnEndWithoutASecondCtrlC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		third := false
		p := play(t, asked(nil, &third))
		p.press(Patience)
		var cut *Cut
		if !p.ended || !errors.As(p.end, &cut) || len(cut.Steps) != 2 {
			t.Errorf("ended %v with %v", p.ended, p.end)
		}
	})
}

func TestACommandThatDoesNotNoticeIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		command func(<-chan struct{}) func(context.Context) error
		presses int
	}{
		"it reads from a pipe": {func(never <-chan struct{}) func(context.Context) error {
			return func(context.Context) error { <-never; return nil }
		}, 1},
		"the engine is asked by a call that does not end": {func(never <-chan struct{}) func(context.Context) error {
			return func(ctx context.Context) error {
				_, done := Step(ctx, "make a")
				defer done()
				<-never
				return nil
			}
		}, 2},
		"it has taken Ctrl-C and does not look": {func(never <-chan struct{}) func(context.Context) error {
			return func(ctx context.Context) error {
				_, give := Take(ctx)
				defer give()
				<-never
				return nil
			}
		}, last + 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				never := make(chan struct{})
				defer close(never)
				p := play(t, c.command(never))
				for n := 1; n <= c.presses; n++ {
					if p.press(grace * 2); p.ended != (n == c.presses) {
						t.Fatalf("after %d times Ctrl-C ended is %v", n, p.ended)
					}
				}
				if !errors.Is(p.end, context.Canceled) {
					t.Errorf("ended with %v", p.end)
				}
			})
		})
	}
}

func TestCtrlCMeansTheUsualAgainWhenItWasGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan struct{})
		p := play(t, func(ctx context.Context) error {
			times, give := Take(ctx)
			for n := range times {
				if n == 2 {
					break
				}
			}
			give()
			if After(ctx).Err() != nil {
				return errors.New("there is no time left to clean up")
			}
			within, done := Step(ctx, "clean up")
			defer done()
			<-ctx.Done()
			close(stopped)
			<-within.Done()
			return within.Err()
		})
		p.press(0)
		p.press(0)
		p.press(time.Second)
		select {
		case <-stopped:
		default:
			t.Fatal("the first Ctrl-C is not one again")
		}
		if p.ended {
			t.Fatalf("ended with %v", p.end)
		}
		p.press(0)
		if !p.ended || !errors.Is(p.end, context.Canceled) {
			t.Errorf("ended %v with %v", p.ended, p.end)
		}
	})
}
