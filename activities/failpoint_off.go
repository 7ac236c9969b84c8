//go:build !faults

package activities

// failpoint is a named place where the fault tests kill the process. Only a build with the tag faults dies there.
func failpoint(string) {}
