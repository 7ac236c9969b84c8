//go:build bench || faults

package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

const (
	whsecAccount = "whsec_account_0123456789abcdef0123456789abcdef"
	signingHook  = "documenso_0123456789abcdef0123456789abcdef"
	whsecConnect = "whsec_connect_0123456789abcdef0123456789abcdef"
	codecKey     = "0123456789abcdef0123456789abcdef"
	namespace    = "rapport"
	mailDomain   = "in.test"
)

// envStatements asks for a table of the statements that PostgreSQL spent most time on; it needs the extension pg_stat_statements.
const envStatements = "RAPPORT_BENCH_STATEMENTS"

// process is a child of this test that ends with it.
type process struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	done chan struct{}
	log  string
}

// launch starts a program whose output goes to a log file; with ready, it waits for the first line on standard output and answers
// it.
func launch(t *testing.T, dir, name string, ready bool, env []string, as *syscall.Credential, program string, args ...string) (*process, string) {
	t.Helper()
	p := &process{t: t, name: name, done: make(chan struct{}), log: filepath.Join(dir, name+".log")}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), env...), log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	var out *bufio.Reader
	if ready {
		pipe, err := p.cmd.StdoutPipe()
		require.NoError(t, err)
		out = bufio.NewReader(pipe)
	} else {
		p.cmd.Stdout = log
	}
	if as != nil {
		p.cmd.Dir = dir
	}
	require.NoError(t, p.cmd.Start())
	line := ""
	if ready {
		line, err = out.ReadString('\n')
		if err != nil {
			text, _ := os.ReadFile(p.log)
			require.NoError(t, err, "%s did not start: %s", name, text)
		}
	}
	go func() {
		_ = p.cmd.Wait()
		_ = log.Close()
		close(p.done)
	}()
	t.Cleanup(func() { p.kill(syscall.SIGKILL) })
	return p, line
}

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// kill ends the process and waits until it is gone.
func (p *process) kill(signal syscall.Signal) {
	if !p.alive() {
		return
	}
	_ = p.cmd.Process.Signal(signal)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// rss is the resident memory of the process in MB.
func (p *process) rss() float64 { return p.memory("VmRSS:") }

// peak is the most resident memory that the process has had, in MB.
func (p *process) peak() float64 { return p.memory("VmHWM:") }

func (p *process) memory(kind string) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	require.NoError(p.t, err)
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, kind); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			require.NoError(p.t, err)
			return float64(kb) / 1024
		}
	}
	p.t.Fatal("the kernel names no resident memory")
	return 0
}

// cpu is the processor time that the process and its children have used, in seconds. It says what work costs, also on a machine
// that others use too.
func (p *process) cpu() float64 { return cpuOf(p.cmd.Process.Pid) }

func cpuOf(pid int) float64 {
	const ticks = 100 // a second, on every Linux that Go runs on
	total := 0.0
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		id, rest, _ := strings.Cut(string(raw), " ")
		fields := strings.Fields(rest[strings.LastIndex(rest, ")")+1:])
		self := id == strconv.Itoa(pid)
		if !self && fields[1] != strconv.Itoa(pid) {
			continue
		}
		for i := 11; i < 15; i++ { // its own, and its reaped children's, in user and kernel mode
			if n, err := strconv.Atoi(fields[i]); err == nil && (self || i < 13) {
				total += float64(n) / ticks
			}
		}
	}
	return total
}

// repository is the folder of go.mod.
func repository(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("..")
	require.NoError(t, err)
	return dir
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// database is a PostgreSQL server as `rapport dev` runs it: durable, on loopback.
type database struct {
	*process

	t    *testing.T
	dir  string
	bin  string
	port int
	as   *syscall.Credential
}

func startDatabase(t *testing.T) *database {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	require.NoError(t, err)
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, filepath.Dir(path))
	}
	require.NotEmpty(t, found, "PostgreSQL is not installed")
	slices.Sort(found)
	d := &database{t: t, bin: found[len(found)-1], port: freePort(t)}
	if d.dir, err = os.MkdirTemp("", "rapport-bench-pg-"); err != nil { //nolint:usetesting // a folder that the database's own user can reach
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d.dir) })
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		require.NoError(t, err, "PostgreSQL refuses to run as root")
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		require.NoError(t, err)
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		require.NoError(t, err)
		d.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		require.NoError(t, os.Chown(d.dir, int(uid), int(gid)))
	}
	initdb := exec.CommandContext(t.Context(), filepath.Join(d.bin, "initdb"), "--pgdata", d.data(), "--username", "owner", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr = d.dir, &syscall.SysProcAttr{Credential: d.as}
	out, err := initdb.CombinedOutput()
	require.NoError(t, err, "%s", out)
	d.start()
	return d
}

func (d *database) data() string { return filepath.Join(d.dir, "data") }

// start runs the server on its data; again after stop.
func (d *database) start() {
	d.t.Helper()
	args := []string{"-D", d.data()}
	for _, set := range []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(d.port), "unix_socket_directories=", "max_connections=200", "shared_buffers=256MB",
		"max_wal_size=2GB", "jit=off", "max_parallel_workers_per_gather=0", "timezone=UTC",
	} {
		args = append(args, "-c", set)
	}
	if os.Getenv(envStatements) != "" {
		args = append(args, "-c", "shared_preload_libraries=pg_stat_statements", "-c", "pg_stat_statements.track=all")
	}
	d.process, _ = launch(d.t, d.dir, "postgres", false, nil, d.as, filepath.Join(d.bin, "postgres"), args...)
	until(d.t, 30*time.Second, "PostgreSQL to answer", func(ctx context.Context) bool {
		conn, err := pgx.Connect(ctx, d.url("owner", "postgres"))
		if err != nil {
			return false
		}
		_ = conn.Close(ctx)
		return true
	})
}

func (d *database) url(role, name string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s", role, d.port, name)
}

// startTemporal runs the embedded server on a file, as `rapport dev` does.
func startTemporal(t *testing.T, dir string, port int) (*process, string) {
	t.Helper()
	program := os.Getenv("RAPPORT_DEVSERVER")
	if program == "" {
		program = filepath.Join(repository(t), "bin", "temporal-devserver")
	}
	p, line := launch(t, filepath.Dir(dir), "temporal", true, nil, nil, program, "--dir", dir, "--port", strconv.Itoa(port), "--ui-port", "0", "--namespace", namespace)
	var ready struct {
		Address string `json:"address"`
	}
	require.NoError(t, json.Unmarshal([]byte(line), &ready), line)
	return p, ready.Address
}

var errLate = errors.New("it took too long")

// until waits for a condition.
func until(t *testing.T, patience time.Duration, what string, ok func(context.Context) bool) {
	t.Helper()
	require.NoError(t, waitFor(t.Context(), patience, ok), what)
}

func waitFor(ctx context.Context, patience time.Duration, ok func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok(ctx) {
		select {
		case <-ctx.Done():
			return errLate
		case <-tick.C:
		}
	}
	return nil
}
