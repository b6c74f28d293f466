package scenario

import (
	"regexp"
	"strings"
)

var (
	colours = regexp.MustCompile("\x1b\\[[0-9;]*m")
	ids     = regexp.MustCompile(`(\b|_)([0-9a-f]{64}|[0-9a-f]{12})\b`)
	hosts   = regexp.MustCompile(`:\d{5}\b`)
)

// Plain makes equal what differs each time in something printed: the project's
// name, identifiers, ports of the host, and colours.
func Plain(printed, project string) string {
	printed = strings.ReplaceAll(printed, project, "PROJECT")
	printed = colours.ReplaceAllString(printed, "")
	printed = ids.ReplaceAllString(printed, "ID")
	return hosts.ReplaceAllString(printed, ":PORT")
}
