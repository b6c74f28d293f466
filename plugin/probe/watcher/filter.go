package watcher

import "golang.org/x/net/bpf"

// loopback is the index of the interface lo, which each network begins with.
const loopback = 1

// outgoing says of a packet that it is on its way out (PACKET_OUTGOING of packet(7)). On
// loopback each one goes out and comes in.
const outgoing = 4

// snapName is how much of a question to the name server is looked at.
const snapName = 176

// onLoopback is the first instruction of filter for packets there.
const onLoopback = 22

// snap is how much of a packet is looked at: the longest header of IPv4, and TCP's as far
// as it matters.
const snap = 96

// filter is what the kernel passes on, from the IP header on: of TCP what begins or
// refuses a connection, of UDP all, of what a container tells itself the questions to the
// engine's name server alone. Offsets of jumps count from the next instruction; the labels in the comments are where they lead.
func filter() []bpf.Instruction {
	const begins = flagSYN | flagRST
	return []bpf.Instruction{
		/*  0 */ bpf.LoadExtension{Num: bpf.ExtInterfaceIndex},
		/*  1 */ bpf.JumpIf{Cond: bpf.JumpEqual, Val: loopback, SkipTrue: onLoopback - 2}, // loopback
		/*  2 */ bpf.LoadAbsolute{Off: 0, Size: 1},
		/*  3 */ bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4},
		/*  4 */ bpf.JumpIf{Cond: bpf.JumpEqual, Val: 6, SkipTrue: 9}, // six
		/*  5 */ bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 4, SkipTrue: 14}, // drop
		/*  6 */ bpf.LoadAbsolute{Off: 6, Size: 2},
		/*  7 */ bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: 0x1fff, SkipTrue: 12}, // drop: a later part
		/*  8 */ bpf.LoadAbsolute{Off: 9, Size: 1},
		/*  9 */ bpf.JumpIf{Cond: bpf.JumpEqual, Val: protocolUDP, SkipTrue: 11}, // pass
		/* 10 */ bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: protocolTCP, SkipTrue: 9}, // drop
		/* 11 */ bpf.LoadMemShift{Off: 0},
		/* 12 */ bpf.LoadIndirect{Off: 13, Size: 1},
		/* 13 */ bpf.Jump{Skip: 4}, // flags
		// six:
		/* 14 */ bpf.LoadAbsolute{Off: 6, Size: 1},
		/* 15 */ bpf.JumpIf{Cond: bpf.JumpEqual, Val: protocolUDP, SkipTrue: 5}, // pass
		/* 16 */ bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: protocolTCP, SkipTrue: 3}, // drop
		/* 17 */ bpf.LoadAbsolute{Off: header6 + 13, Size: 1},
		// flags:
		/* 18 */ bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: begins, SkipTrue: 1}, // drop
		/* 19 */ bpf.Jump{Skip: 1}, // pass
		// drop:
		/* 20 */ bpf.RetConstant{Val: 0},
		// pass:
		/* 21 */ bpf.RetConstant{Val: snap},
		// loopback:
		/* 22 */ bpf.LoadExtension{Num: bpf.ExtType},
		/* 23 */ bpf.JumpIf{Cond: bpf.JumpEqual, Val: outgoing, SkipTrue: 7}, // ignore
		/* 24 */ bpf.LoadAbsolute{Off: 0, Size: 1},
		/* 25 */ bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4},
		/* 26 */ bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 4, SkipTrue: 4}, // ignore
		/* 27 */ bpf.LoadAbsolute{Off: 9, Size: 1},
		/* 28 */ bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: protocolUDP, SkipTrue: 2}, // ignore
		/* 29 */ bpf.LoadAbsolute{Off: 16, Size: 4},
		/* 30 */ bpf.JumpIf{Cond: bpf.JumpEqual, Val: nameServer, SkipTrue: 1}, // name
		// ignore:
		/* 31 */ bpf.RetConstant{Val: 0},
		// name:
		/* 32 */ bpf.RetConstant{Val: snapName},
	}
}
