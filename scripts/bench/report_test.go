package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

func ms(times ...float64) []time.Duration {
	var list []time.Duration
	for _, t := range times {
		list = append(list, time.Duration(t*float64(time.Millisecond)))
	}
	return list
}

// measurement is one in which the machine was twice as slow in the second round,
// docker-compose 1.29 was missing, and docker compose 5 failed at one stack.
func measurement() report {
	return report{
		Machine:  []string{"2 cores", "24 GiB of memory", "Docker Engine 29.8.1 (API 1.55)", "storage driver overlayfs"},
		Programs: []string{"stack-lite version v1", "docker compose 5.6.0"},
		Absent:   []string{"docker-compose 1.29 was left out: it is not installed."},
		Failed:   []string{"docker compose 5 failed at the stack star, and was left out there."},
		Rows: []row{
			{"flat", up, map[string]measured{
				theFloor: {ms(1000, 2000, 1010), 9e6, 60}, ours: {ms(1100, 2300, 1111), 26e6, 67},
				oursProject: {ms(900, 1800, 950), 26e6, 48}, compose5: {ms(2000, 4000, 2020), 36e6, 81}}},
			{"star", up, map[string]measured{
				theFloor: {ms(1000, 2000, 1000), 9e6, 41}, ours: {ms(1200, 2400, 1200), 26e6, 49}}},
			{"star", again, map[string]measured{
				ours: {ms(10, 20, 10), 26e6, 5}, oursProject: {ms(10, 20, 10), 26e6, 4}, compose5: {ms(20, 40, 20), 36e6, 7}}},
			{"star", down, map[string]measured{
				ours: {ms(1700, 3400, 1700), 26e6, 35}, oursProject: {ms(1000, 2000, 1000), 26e6, 26}, compose5: {ms(1000, 2000, 1000), 34e6, 29}}},
			{"hundred", up, map[string]measured{ours: {ms(30000), 19.6e6, 300}}},
			{"hundred", down, map[string]measured{ours: {ms(30000), 21.6e6, 300}}},
			{program, startUp, map[string]measured{theFloor: {ms(15, 30, 15), 0, 0}, ours: {ms(29, 58, 29), 0, 0}}},
		},
		Bare:   ms(1000, 2000, 1000),
		Rounds: 3, Lasted: 17*time.Minute + 20*time.Second,
	}
}

func TestAReportIsATableAndGoals(t *testing.T) {
	for name, write := range map[string]func(io.Writer, report){"table.md": table, "goals.md": goals} {
		var b strings.Builder
		write(&b, measurement())
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAMedianOfEvenlyManyIsBetweenTheTwoInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		numbers []float64
		want    spread
	}{
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{4, 1}, spread{2.5, 1, 4}},
		{[]float64{9, 1, 2}, spread{2, 1, 9}},
		{[]float64{8, 1, 4, 2}, spread{3, 1, 8}},
	} {
		if got := spreadOf(c.numbers); got != c.want {
			t.Errorf("%v: %v, want %v", c.numbers, got, c.want)
		}
	}
}

func TestRatiosAreThoseOfARound(t *testing.T) {
	if got := ratios(ms(10, 40, 30), ms(5, 20)); !cmp.Equal(got, []float64{2, 2}) {
		t.Errorf("%v", got)
	}
}
