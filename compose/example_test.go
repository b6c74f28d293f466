package compose_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

func ExampleLoad() {
	const file = `
web:
  image: nginx:$VERSION
  ports: "80:80"
  links: [db, "db:database"]
db:
  image: postgres
`
	p, err := compose.Load(compose.Options{
		Files: []string{"-"},
		Stdin: strings.NewReader(file),
		Dir:   "/srv/shop",
		Env:   map[string]string{"VERSION": "1.9"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	web := p.Service("web")
	fmt.Println(p.Name, web.Image, web.Links[1].Alias, web.Links[1].Pos)
	for _, n := range p.Notes {
		fmt.Println(n)
	}
	// Output:
	// shop nginx:1.9 database <stdin>:5:15
	// <stdin>:4:10: web.ports: is taken as a list with the one item "80:80"
}

func ExampleLoad_mistakes() {
	const file = `
web:
  image: nginx
  port: 80
  links: [bd]
db:
  image: postgres
`
	_, err := compose.Load(compose.Options{Files: []string{"-"}, Stdin: strings.NewReader(file), Dir: "/srv/shop"})
	fmt.Println(err)
	// Output:
	// <stdin>:4:3: web.port: no key "port" (did you mean "ports"?)
	// <stdin>:5:11: web.links[0]: no service "bd" (did you mean "db"?)
}

func ExampleMarshal() {
	p, err := compose.Load(compose.Options{
		Files: []string{"-"},
		Stdin: strings.NewReader("web: {image: nginx, command: 'echo $$HOME', volumes: ['./data:/data'], mem_limit: 1g}"),
		Dir:   "/srv/shop",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := compose.Marshal(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.Write(data)
	// Output:
	// web:
	//   image: nginx
	//   command:
	//     - echo
	//     - "$$HOME"
	//   volumes:
	//     - /srv/shop/data:/data
	//   mem_limit: 1073741824
}
