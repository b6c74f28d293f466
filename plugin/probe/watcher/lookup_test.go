package watcher

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/bpf"
)

// question is one for a name, to a server.
func question(to, name string, kind uint16, flags byte) []byte {
	b := segment("127.0.0.1:40000", to, protocolUDP, 0, 0, 0)
	b = append(b, 0, 1, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	for _, label := range strings.Split(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	b = binary.BigEndian.AppendUint16(append(b, 0), kind)
	return append(b, 0, 1)
}

func TestQuestionsToTheEnginesNameServerAreRead(t *testing.T) {
	const server = "127.0.0.11:40053"
	vm, err := bpf.NewVM(filter()[onLoopback+2:])
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		bytes  []byte
		name   string
		passes bool
	}{
		{question(server, "db", typeA, 1), "db", true},
		{question(server, "DB.example.com", typeA, 1), "db.example.com", true},
		{question(server, "db", 28, 1), "", true},
		{question(server, "db", typeA, 0x81), "", true},
		{question(server, "db", typeA, 1)[:48], "", true},
		{question("127.0.0.1:53", "db", typeA, 1), "", false},
		{segment("127.0.0.1:1", "127.0.0.11:2", protocolTCP, flagSYN, 1, 0), "", false},
		{segment("[::1]:1", "[::1]:2", protocolUDP, 0, 0, 0), "", false},
		{nil, "", false},
	} {
		if name, ok := lookedUp(test.bytes); name != test.name || ok != (test.name != "") {
			t.Errorf("%q: %q, %v", test.bytes, name, ok)
		}
		if n, err := vm.Run(test.bytes); err != nil || (n > 0) != test.passes {
			t.Errorf("%q: passes %d, %v", test.bytes, n, err)
		}
	}
}

func TestOnlyNamesThatAreAskedAboutAreCounted(t *testing.T) {
	counts := at("10.1.0.2")
	counts.wanted = map[string]bool{"db": true}
	now := time.Unix(1700000000, 0)
	for _, name := range []string{"db", "bank.example.com", "db"} {
		counts.lookup(name, now)
	}
	r := counts.report()
	if len(r.Names) != 1 || r.Names[0].Name != "db" || r.Names[0].Times != 2 {
		t.Errorf("%+v", r.Names)
	}
	if again := counts.report(); len(again.Names) > 0 {
		t.Errorf("told again: %+v", again.Names)
	}
}

func FuzzQuestionsOfAnyKindAreRead(f *testing.F) {
	f.Add(question("127.0.0.11:53", "db.example.com", typeA, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		if name, ok := lookedUp(b); ok && name == "" {
			t.Errorf("%x", b)
		}
	})
}
