package realengine_test

import "syscall"

func ownTerminal() *syscall.SysProcAttr { return nil }
