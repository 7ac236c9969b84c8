package main

import "syscall"

// attributes of a child: in a process group of its own, so that Ctrl-C reaches only the parent, which stops the children in
// order; told to stop when the parent dies; and, where given, running as another user.
func attributes(onParentDeath syscall.Signal, as *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: onParentDeath}
	if as != nil {
		attr.Credential = &syscall.Credential{Uid: as.uid, Gid: as.gid}
	}

	return attr
}
