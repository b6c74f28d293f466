// Command docker-stacklite runs Fig and docker-compose 1.x files on today's
// engines, as a plugin of the Docker CLI or on its own.
package main

import "github.com/stack-lite/stack-lite/plugin"

func main() { plugin.Main() }
