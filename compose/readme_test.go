package compose

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheReadmeListsEveryKey(t *testing.T) {
	const (
		file  = "README.md"
		begin = "<!-- keys: written by go test ./compose -update -->\n"
		end   = "<!-- end of keys -->"
	)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	table, after, too := strings.Cut(rest, end)
	if !ok || !too {
		t.Fatalf("%s has no place for the keys", file)
	}
	var want strings.Builder
	want.WriteString("\n| key | takes | |\n|---|---|---|\n")
	for _, k := range Keys() {
		fmt.Fprintf(&want, "| `%s` | %s | %s |\n", k.Name, k.Takes, strings.ReplaceAll(k.Doc, "|", `\|`))
	}
	want.WriteString("\n")
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if table != want.String() {
		t.Errorf("the table of keys in %s is not that of the code: run go test ./compose -update", file)
	}
}

func TestTheEnvFileInTheReadmeIsReadAsItSays(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "```sh\n")
	file, _, ok := strings.Cut(rest, "```")
	settings, errs := parseEnvFile(file, func(string) (string, bool) { return "", false })
	if !ok || len(errs) > 0 {
		t.Fatal(ok, errs)
	}
	got := map[string]string{}
	for _, s := range settings {
		if got[s.name] = "(not set)"; s.value != nil {
			got[s.name] = *s.value
		}
	}
	want := map[string]string{
		"NAME": "value", "OTHER": "value", "URL": "http://example.com/#top", "QUOTED": "two words\n", "SINGLE": "as it ${IS}",
		"LINES": "one\ntwo", "EXPANDED": "value-else", "PASSWORD": "pa$$word", "FROM_THE_MACHINE": "(not set)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestThereAreTheFortyNineKeysOfTheFormatAndTwoWithoutEffect(t *testing.T) {
	const schema = `build cap_add cap_drop cgroup_parent command container_name cpu_shares cpu_quota cpuset devices dns
		dns_search dockerfile domainname entrypoint env_file environment expose extends extra_hosts external_links
		hostname image ipc labels links log_driver log_opt mac_address mem_limit memswap_limit mem_swappiness net pid
		ports privileged read_only restart security_opt shm_size stdin_open stop_signal tty ulimits user volumes
		volume_driver volumes_from working_dir`
	known := index(keyTable())
	for _, name := range strings.Fields(schema) {
		if _, ok := known[name]; !ok {
			t.Errorf("no key %s", name)
		}
	}
	if n := len(strings.Fields(schema)); n != 49 || len(known) != n+2 || len(keyTable()) != n+2 {
		t.Errorf("%d keys of the schema, %d here", n, len(known))
	}
}
