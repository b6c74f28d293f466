package main

import (
	"context"
	"fmt"
	"time"
)

// bareRemoval takes the time of removing empty networks, all at once, by a program
// that does nothing else.
func bareRemoval(ctx context.Context, engine string, networks int) (time.Duration, error) {
	var creations, removals []call
	for i := range networks {
		name := fmt.Sprintf("%s_bare%02d", project, i)
		creations = append(creations, call{Method: "POST", Path: "/networks/create",
			Body: fmt.Sprintf(`{"Name":%q,"IPAM":{"Config":[{"Subnet":"10.223.77.%d/28"}]}}`, name, 16*i)})
		removals = append(removals, call{Method: "DELETE", Path: "/networks/" + name})
	}
	c := newCaller(engine, networks)
	if err := c.all(ctx, creations); err != nil {
		return 0, err
	}
	begun := time.Now()
	err := c.all(ctx, removals)
	return time.Since(begun), err
}
