//go:build faults

package activities

import (
	"os"
	"path/filepath"
	"syscall"
)

// failpoint kills the process, as SIGKILL would, when a file of its name lies in RAPPORT_FAILPOINTS. The file is removed first,
// so that the next process lives.
func failpoint(name string) {
	dir := os.Getenv("RAPPORT_FAILPOINTS")
	if dir == "" || os.Remove(filepath.Join(dir, name)) != nil { //nolint:gosec // whoever tests faults names the folder
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}
