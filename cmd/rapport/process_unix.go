//go:build unix && !linux

package main

import "syscall"

// attributes of a child: in a process group of its own, so that Ctrl-C reaches only the parent, which stops the children in
// order; and, where given, running as another user. This system cannot tell a child of its parent's death: what a
// killed parent left behind is stopped by the next start.
func attributes(_ syscall.Signal, as *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if as != nil {
		attr.Credential = &syscall.Credential{Uid: as.uid, Gid: as.gid}
	}

	return attr
}
