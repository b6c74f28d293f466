package compose

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// capabilities are the rights that Linux knows, and ALL.
var capabilities = strings.Fields(`ALL
	AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH
	FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN
	NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT
	SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM`)

// capability refuses a right that no engine knows; any case will do, and CAP_
// may stand in front.
func capability(t string) (string, *invalid) {
	name := strings.TrimPrefix(strings.ToUpper(t), "CAP_")
	if slices.Contains(capabilities, name) {
		return t, nil
	}
	return t, invalidf("man 7 capabilities lists them; ALL is all of them", "no capability %q%s", t, DidYouMean(name, capabilities))
}

var cpuset = regexp.MustCompile(`^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$`)

// processors refuses what is no list of numbers and ranges.
func processors(t string) (string, *invalid) {
	if t = strings.ReplaceAll(t, " ", ""); !cpuset.MatchString(t) {
		return t, invalidf("write numbers from 0, such as 0,1 or 0-3", "%q is not a list of CPUs", t)
	}
	return t, nil
}

// signals are the names that Linux has for signals, whatever system reads the
// file: it is the container that gets them.
var signals = strings.Fields(`ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV
	STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX`)

var realTime = regexp.MustCompile(`^RT(MIN\+|MAX-)[0-9]+$`)

// signal refuses what no engine would send.
func signal(t string) (string, *invalid) {
	name := strings.TrimPrefix(strings.ToUpper(t), "SIG")
	if n, err := strconv.ParseUint(t, 10, 31); err == nil && n > 0 || slices.Contains(signals, name) || realTime.MatchString(name) {
		return t, nil
	}
	return t, invalidf("write a name such as SIGINT or a number", "no signal %q%s", t, DidYouMean(name, signals))
}
