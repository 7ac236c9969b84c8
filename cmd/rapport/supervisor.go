package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	firstBackoff  = 500 * time.Millisecond
	longestPause  = 10 * time.Second
	steadyAfter   = time.Minute // a child that ran this long begins again with the first backoff
	readyInterval = 50 * time.Millisecond
	readyTimeout  = 90 * time.Second
	killPatience  = 3 * time.Second
	logLimit      = 20 << 20 // bytes; a longer log is put aside at the next start
)

// program is a child that the supervisor keeps running.
type program struct {
	name  string // also of its log and its pid file
	path  string
	args  []string
	env   []string
	as    *account       // nil for the user of this process
	stop  syscall.Signal // asks it to end in order
	kill  syscall.Signal // ends it at once
	grace time.Duration  // between the two
	// ready returns nil as soon as the program serves. It is asked again and again; output is what the program has written.
	ready func(ctx context.Context, output func() []byte) error
	// warns says whether a line of its log is shown on the terminal.
	warns func(line string) bool
}

// supervisor keeps programs running until it stops them, in the reverse order of their start. What they write goes to
// logs/<name>.log under its folder, and run/<name>.pid names the process.
type supervisor struct {
	dir     string
	out     *terminal
	spawner *spawner

	mu    sync.Mutex
	procs []*proc
}

// proc is one program of a supervisor. mu guards what follows it.
type proc struct {
	program

	sup  *supervisor
	quit chan struct{} // closed when it shall stop
	done chan struct{} // closed when it has stopped for good

	mu       sync.Mutex
	cmd      *exec.Cmd
	pid      int
	launched time.Time
	offset   int64 // where the log of this launch begins
	stopping bool
}

func newSupervisor(dir string, out *terminal) (*supervisor, error) {
	for _, folder := range []string{"logs", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil { //nolint:gosec // the folder is named by whoever runs the program
			return nil, fmt.Errorf("create a folder: %w", err)
		}
	}

	return &supervisor{dir: dir, out: out, spawner: newSpawner()}, nil
}

func (s *supervisor) logPath(name string) string { return filepath.Join(s.dir, "logs", name+".log") }
func (s *supervisor) pidPath(name string) string { return filepath.Join(s.dir, "run", name+".pid") }

// start launches the program and waits until it is ready. A program that ends before it is ready is an error with the last
// lines of its log; one that ends later is started again.
func (s *supervisor) start(ctx context.Context, what program) error {
	p := &proc{program: what, sup: s, quit: make(chan struct{}), done: make(chan struct{})}
	if err := putAside(s.logPath(what.name)); err != nil {
		return err
	}
	exited, err := p.launch(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.procs = append(s.procs, p)
	s.mu.Unlock()

	early, watching := p.watch(exited)
	go func() {
		// A child outlives the context of its start: it ends by stop.
		p.keep(context.WithoutCancel(ctx), watching)
	}()
	go p.echo()

	return p.awaitReady(ctx, early)
}

// watch passes the end of a launch on to two readers.
func (p *proc) watch(exited <-chan error) (first, second <-chan error) {
	a, b := make(chan error, 1), make(chan error, 1)
	go func() {
		err := <-exited
		a <- err
		b <- err
	}()

	return a, b
}

func (p *proc) awaitReady(ctx context.Context, exited <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		err := p.ready(ctx, p.output)
		if err == nil {
			return nil
		}
		select {
		case end := <-exited:
			return fmt.Errorf("%s ended before it was ready (%s); its log %s ends with:\n%s",
				p.name, describe(end), p.sup.logPath(p.name), lastLines(p.output(), 12))
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w; see %s", p.name, errors.Join(ctx.Err(), err), p.sup.logPath(p.name))
		case <-tick.C:
		}
	}
}

// launch starts the process and gives the channel that tells of its end.
func (p *proc) launch(ctx context.Context) (<-chan error, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return nil, errors.New("stopping")
	}
	path := p.sup.logPath(p.name)
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open a log: %w", err)
	}
	defer func() { _ = log.Close() }() // the child has its own
	if p.offset, err = log.Seek(0, io.SeekEnd); err != nil {
		return nil, fmt.Errorf("find the end of a log: %w", err)
	}

	cmd := exec.CommandContext(context.WithoutCancel(ctx), p.path, p.args...) //nolint:gosec // our own programs and PostgreSQL
	cmd.Env = p.env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = attributes(p.stop, p.as)
	if err := p.sup.spawner.start(cmd); err != nil {
		return nil, err
	}
	p.cmd, p.pid, p.launched = cmd, cmd.Process.Pid, time.Now()
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	if err := (pidFile{pid: p.pid, birth: birth(ctx, p.pid), stop: p.stop}).write(p.sup.pidPath(p.name)); err != nil {
		return exited, errors.Join(err, p.signal(syscall.SIGKILL))
	}

	return exited, nil
}

// keep starts the program again, with growing pauses, whenever it ends without having been asked to.
func (p *proc) keep(ctx context.Context, exited <-chan error) {
	defer close(p.done)
	pause := firstBackoff
	for {
		end := <-exited
		p.mu.Lock()
		pid, stopping, ran := p.pid, p.stopping, time.Since(p.launched)
		p.pid = 0
		p.mu.Unlock()
		_ = os.Remove(p.sup.pidPath(p.name)) // a leftover is recognised as such
		if stopping {
			return
		}
		if ran > steadyAfter {
			pause = firstBackoff
		}
		p.sup.out.printf("%s (process %d) ended unexpectedly: %s. Starting it again in %s.", p.name, pid, describe(end), pause)
		for {
			select {
			case <-p.quit:
				return
			case <-time.After(pause):
			}
			pause = min(2*pause, longestPause)
			next, err := p.launch(ctx)
			if err == nil {
				exited = next

				break
			}
			p.sup.out.printf("%s cannot be started: %v. Trying again in %s.", p.name, err, pause)
		}
		p.mu.Lock()
		p.sup.out.printf("%s runs again as process %d.", p.name, p.pid)
		p.mu.Unlock()
	}
}

// signal reaches the program's whole process group. mu must be held.
func (p *proc) signal(sig syscall.Signal) error {
	if p.pid == 0 {
		return nil
	}
	if err := syscall.Kill(-p.pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal %s: %w", p.name, err)
	}

	return nil
}

// end asks the program to stop, and after its grace makes it.
func (p *proc) end(sig syscall.Signal) error {
	p.mu.Lock()
	if !p.stopping {
		p.stopping = true
		close(p.quit)
	}
	err := p.signal(sig)
	p.mu.Unlock()
	if p.waitDone(p.grace) {
		return err
	}
	p.sup.out.printf("%s did not stop within %s and is killed.", p.name, p.grace)
	for _, last := range []syscall.Signal{p.kill, syscall.SIGKILL} {
		p.mu.Lock()
		err = errors.Join(err, p.signal(last))
		p.mu.Unlock()
		if p.waitDone(killPatience) {
			return err
		}
	}

	return errors.Join(err, fmt.Errorf("%s cannot be stopped", p.name))
}

func (p *proc) waitDone(limit time.Duration) bool {
	select {
	case <-p.done:
		return true
	case <-time.After(limit):
		return false
	}
}

// stopAll stops every program, the last started first, each after the one that needs it.
func (s *supervisor) stopAll() error {
	s.mu.Lock()
	procs := slices.Clone(s.procs)
	s.mu.Unlock()
	slices.Reverse(procs)
	var errs error
	for _, p := range procs {
		errs = errors.Join(errs, p.end(p.stop))
	}

	return errs
}

// killAll ends every program at once; stopAll, if it runs, then finds nothing left to wait for.
func (s *supervisor) killAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.procs {
		p.mu.Lock()
		if !p.stopping {
			p.stopping = true
			close(p.quit)
		}
		if err := p.signal(p.kill); err != nil {
			s.out.printf("%v", err)
		}
		p.mu.Unlock()
	}
}

// pid is the present process of a program, or 0.
func (s *supervisor) pid(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.procs {
		if p.name == name {
			p.mu.Lock()
			defer p.mu.Unlock()

			return p.pid
		}
	}

	return 0
}

// output is what the program has written since it was last launched.
func (p *proc) output() []byte {
	p.mu.Lock()
	offset := p.offset
	p.mu.Unlock()
	file, err := os.Open(p.sup.logPath(p.name))
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(file, 1<<20))
	if err != nil {
		return nil
	}

	return text
}

// echo follows the log and shows its warnings on the terminal.
func (p *proc) echo() {
	p.mu.Lock()
	offset := p.offset
	p.mu.Unlock()
	file, err := os.Open(p.sup.logPath(p.name))
	if err != nil {
		return
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var rest []byte
	buffer := make([]byte, 64<<10)
	for {
		n, err := file.Read(buffer)
		rest = append(rest, buffer[:n]...)
		for {
			line, after, ok := strings.Cut(string(rest), "\n")
			if !ok {
				break
			}
			rest = []byte(after)
			p.mu.Lock()
			stopping := p.stopping
			p.mu.Unlock()
			if !stopping && p.warns != nil && p.warns(line) {
				p.sup.out.printf("%s: %s", p.name, shortLine(line))
			}
		}
		if err == nil && n > 0 {
			continue
		}
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
	}
}

// stopLeftovers ends what an earlier start, killed before it could do so, left running in this folder.
func (s *supervisor) stopLeftovers(ctx context.Context, names ...string) error {
	for _, name := range names {
		file, ok := readPidFile(s.pidPath(name))
		if ok && birth(ctx, file.pid) == file.birth {
			s.out.printf("Stopping %s (process %d), which an earlier start left behind.", name, file.pid)
			if err := endForeign(ctx, file.pid, file.birth, file.stop); err != nil {
				return fmt.Errorf("stop %s: %w", name, err)
			}
		}
		if err := os.Remove(s.pidPath(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("forget a process: %w", err)
		}
	}

	return nil
}

// endForeign ends a process that is no child of this one.
func endForeign(ctx context.Context, pid int, born string, stop syscall.Signal) error {
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for _, sig := range []syscall.Signal{stop, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal process %d: %w", pid, err)
		}
		limit := time.After(10 * time.Second)
		for waiting := true; waiting; {
			if birth(ctx, pid) != born {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("wait for process %d to end: %w", pid, ctx.Err())
			case <-limit:
				waiting = false
			case <-tick.C:
			}
		}
	}

	return fmt.Errorf("process %d does not end", pid)
}

// putAside renames a log that has grown long.
func putAside(path string) error {
	info, err := os.Stat(path) //nolint:gosec // the folder is named by whoever runs the program
	if err != nil || info.Size() < logLimit {
		return nil //nolint:nilerr // a log that is not there is not long
	}
	if err := os.Rename(path, path+".1"); err != nil { //nolint:gosec // the folder is named by whoever runs the program
		return fmt.Errorf("put a long log aside: %w", err)
	}

	return nil
}

func describe(end error) string {
	if end == nil {
		return "exit status 0"
	}

	return end.Error()
}

func lastLines(text []byte, n int) string {
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")

	return "  " + strings.Join(lines[max(0, len(lines)-n):], "\n  ")
}
