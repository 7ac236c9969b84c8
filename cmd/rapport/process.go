package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// spawner starts processes from one thread. Linux tells a child of its parent's death when the thread that started it
// ends, so that thread must last as long as the program.
type spawner struct{ jobs chan func() }

func newSpawner() *spawner {
	s := &spawner{jobs: make(chan func())}
	go func() {
		runtime.LockOSThread() // never unlocked
		for job := range s.jobs {
			job()
		}
	}()

	return s
}

func (s *spawner) start(cmd *exec.Cmd) error {
	result := make(chan error)
	s.jobs <- func() { result <- cmd.Start() }
	if err := <-result; err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}

	return nil
}

// birth tells one process from a later one with the same number. It is empty when no such process runs; one that has ended
// and waits to be collected does not run.
func birth(ctx context.Context, pid int) string {
	if pid <= 0 {
		return ""
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err == nil {
		// The name stands in brackets and may contain anything; the state is the first field after it, the start the 20th.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
			return ""
		}
		boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
		if err != nil {
			boot = nil // the start alone is nearly as good
		}

		return strings.TrimSpace(string(boot)) + "/" + fields[19]
	}
	if _, err := os.Stat("/proc/self/stat"); err == nil {
		return ""
	}
	// No /proc on this system.
	out, err := exec.CommandContext(ctx, "ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec // the argument is a number
	if err != nil {
		return ""
	}

	return strings.TrimSpace(string(out))
}

// commandLine is how a running process was called; empty when that cannot be told.
func commandLine(ctx context.Context, pid int) string {
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err == nil {
		return strings.TrimSpace(strings.ReplaceAll(string(line), "\x00", " "))
	}
	out, err := exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec // the argument is a number
	if err != nil {
		return ""
	}

	return strings.TrimSpace(string(out))
}

// pidFile remembers a child, so that a later start recognises it if this one could not stop it.
type pidFile struct {
	pid   int
	birth string
	stop  syscall.Signal // asks it to end in order
}

func (f pidFile) write(path string) error {
	text := fmt.Sprintf("%d\n%s\n%d\n", f.pid, f.birth, int(f.stop))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("remember a process: %w", err)
	}

	return nil
}

// readPidFile gives false for a missing or half-written file: its process cannot be told from another.
func readPidFile(path string) (pidFile, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 3 {
		return pidFile{}, false
	}
	pid, errPid := strconv.Atoi(lines[0])
	stop, errStop := strconv.Atoi(lines[2])
	if errPid != nil || errStop != nil || lines[1] == "" {
		return pidFile{}, false
	}

	return pidFile{pid: pid, birth: lines[1], stop: syscall.Signal(stop)}, true
}
