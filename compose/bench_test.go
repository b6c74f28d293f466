package compose

import (
	"fmt"
	"strings"
	"testing"
)

// bigFile is a file of n services as real ones are: each with a dozen keys
// and links to the two before it.
func bigFile(n int) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "s%d:\n  image: registry.example.com/team/s%d:1.%d\n  command: run --port 80 --name \"s %d\"\n", i, i, i, i)
		fmt.Fprintf(&b, "  environment:\n    RACK_ENV: production\n    NUMBER: %d\n    HOME_OF: ${HOME}\n", i)
		fmt.Fprintf(&b, "  ports:\n    - \"%d:80\"\n    - 443\n  volumes:\n    - ./data/%d:/data\n    - logs:/var/log:rw\n", 10000+i, i)
		fmt.Fprintf(&b, "  restart: always\n  mem_limit: 512m\n  labels:\n    com.example.number: \"%d\"\n", i)
		if i > 1 {
			fmt.Fprintf(&b, "  links:\n    - s%d\n    - s%d:before\n  volumes_from: [s%d]\n", i-1, i-2, i-2)
		}
	}
	return []byte(b.String())
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{5, 50, 500} {
		disk := memory{projectDir + "/fig.yml": bigFile(n)}
		o := Options{Dir: projectDir, Env: map[string]string{"HOME": "/home/ann"}}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := load(o, disk); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLoadExtended has each service extend the one before it.
func BenchmarkLoadExtended(b *testing.B) {
	for _, n := range []int{5, 50, 500} {
		var file strings.Builder
		file.WriteString("s0:\n  image: busybox\n  ports: [\"80\"]\n  environment: {A: 1, B: 2}\n")
		for i := 1; i < n; i++ {
			fmt.Fprintf(&file, "s%d:\n  extends: s%d\n  environment: {A: %d}\n  hostname: s%d\n", i, i-1, i, i)
		}
		disk := memory{projectDir + "/fig.yml": []byte(file.String())}
		o := Options{Dir: projectDir}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := load(o, disk); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEntries(b *testing.B) {
	p, err := load(Options{Dir: projectDir}, memory{projectDir + "/fig.yml": bigFile(5)})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if len(p.Services[4].Entries()) == 0 {
			b.Fatal("nothing")
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	for _, n := range []int{5, 50, 500} {
		p, err := load(Options{Dir: projectDir}, memory{projectDir + "/fig.yml": bigFile(n)})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Marshal(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
