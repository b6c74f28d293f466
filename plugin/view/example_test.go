package view_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// A command shows how its plan is carried out, and what went wrong.
func Example() {
	o := view.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stdout}.Options(os.Getenv)
	progress, err := view.NewProgress("json", o)
	if err != nil {
		view.PrintError(o, err)
		return
	}
	task := plan.Task{Verb: plan.Start, Kind: "container", Name: "demo_web_1"}
	p := &plan.Plan{Steps: []plan.Step{{Task: task, Cause: "exited", Action: plan.StartContainer{Name: "demo_web_1"}}}}

	progress.Start(p)
	err = p.Run(context.Background(), 4, func(context.Context, plan.Action, func(plan.Progress)) error {
		return errors.New("port is already allocated")
	}, progress.Event)
	progress.End()
	view.PrintError(o, err)
	// Output:
	// {"step":1,"phase":"begun","verb":"start","kind":"container","name":"demo_web_1","action":"start container demo_web_1","cause":"exited"}
	// {"step":1,"phase":"failed","verb":"start","kind":"container","name":"demo_web_1","action":"start container demo_web_1","cause":"exited","error":"port is already allocated"}
	// stack-lite: start container demo_web_1: port is already allocated
}

func ExamplePrintError() {
	o := view.Options{Err: os.Stdout, ErrIsTerminal: true, NoColor: true}
	o.Source = func(string) ([]byte, error) { return []byte("web:\n  links:\n    - bd\n"), nil }
	view.PrintError(o, compose.Errors{{
		Pos: compose.Pos{File: "fig.yml", Line: 3, Column: 7}, Path: "web.links[0]",
		Msg: `no service "bd" (did you mean "db"?)`, Hints: []string{"services are db, web"},
	}})
	// Output:
	// fig.yml:3:7: web.links[0]: no service "bd" (did you mean "db"?)
	//     3 |     - bd
	//       |       ^
	// hint: services are db, web
}

func ExampleTable() {
	type row struct{ Name, State string }
	rows := []row{{"demo_db_1", "Up"}, {"demo_web_1", "Exit 3"}}
	for _, format := range []string{"table", "json", "{{lower .State}}"} {
		if err := view.Table(view.Options{Out: os.Stdout}, format, []string{"Name", "State"}, rows); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// NAME         STATE
	// demo_db_1    Up
	// demo_web_1   Exit 3
	// {"Name":"demo_db_1","State":"Up"}
	// {"Name":"demo_web_1","State":"Exit 3"}
	// up
	// exit 3
}

// The past lines of two containers are put in the order of their times.
func ExampleMerge() {
	logs := view.NewLogs(view.Options{Out: os.Stdout}, view.LogOptions{
		Containers: []view.LogLine{{Service: "db", Number: 1}, {Service: "web", Number: 1}},
	})
	merge := view.NewMerge(200*time.Millisecond, logs.Line)
	db, web := merge.Source(), merge.Source()
	at := func(service string, second int64) view.LogLine {
		return view.LogLine{Service: service, Number: 1, Time: time.Unix(second, 0), Text: fmt.Sprintf("second %d", second)}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		web.Line(at("web", 2))
		web.Line(at("web", 3))
		web.Close()
	}()
	db.Line(at("db", 1))
	db.Line(at("db", 4))
	db.Close()
	<-done
	if err := logs.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// db_1   | second 1
	// web_1  | second 2
	// web_1  | second 3
	// db_1   | second 4
}
