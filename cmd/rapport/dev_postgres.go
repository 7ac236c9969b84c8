package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	postgresOwner  = "rapport_owner" // superuser of the private server; migrations run as this role
	postgresOldest = 15
	ownerMark      = "RAPPORT_INSTALLATION" // names the installation that a data directory belongs to
)

// account is the user that PostgreSQL runs as when root starts it.
type account struct {
	name     string
	uid, gid uint32
}

// unprivileged gives the account for programs that refuse to run as root; nil when this process is no root itself.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil is the account of this process
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil && uid != 0 {
			return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}

	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody to run it as: " +
		"create one, start this command as a plain user, or set DATABASE_URL")
}

// privatePostgres is the server that `rapport dev` runs for itself.
type privatePostgres struct {
	bin  string // folder of the programs
	data string
	port int
	as   *account
	out  *terminal
}

// findPostgres looks for the programs of the newest server; of exactly the major version, unless that is 0.
func findPostgres(ctx context.Context, major int) (bin string, err error) {
	var folders []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("look for PostgreSQL: %w", err)
		}
		folders = append(folders, found...)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	version := 0
	for _, folder := range folders {
		out, err := exec.CommandContext(ctx, filepath.Join(folder, "postgres"), "--version").Output() //nolint:gosec // a program of the system
		if err != nil {
			continue
		}
		v := majorVersion(string(out))
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err != nil || v <= version || (major != 0 && v != major) {
			continue
		}
		bin, version = folder, v
	}
	if version >= postgresOldest {
		return bin, nil
	}
	want := fmt.Sprintf("PostgreSQL %d or newer", postgresOldest)
	if major != 0 {
		want = fmt.Sprintf("PostgreSQL %d, with which the existing data was written,", major)
	}

	return "", fmt.Errorf("%s was not found in the usual folders or on PATH: install it (Debian: apt-get install postgresql), or set DATABASE_URL", want)
}

// majorVersion reads `postgres (PostgreSQL) 15.9 (Debian …)` and `15`; 0 when there is no number.
func majorVersion(text string) int {
	for word := range strings.FieldsSeq(text) {
		digits := word[:len(word)-len(strings.TrimLeft(word, "0123456789"))]
		if v, err := strconv.Atoi(digits); err == nil {
			return v
		}
	}

	return 0
}

// placePostgres chooses the folder of the data. It lies in dir, unless the account cannot reach that; then it lies outside,
// under a name made of dir, and dir/postgres is a link to it.
func placePostgres(ctx context.Context, dir string, as *account, installation string, out *terminal) (string, error) {
	inside := filepath.Join(dir, "postgres")
	if as == nil {
		return inside, makeOwned(inside, nil)
	}
	if info, err := os.Lstat(inside); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if err := os.Remove(inside); err != nil {
			return "", fmt.Errorf("replace a link: %w", err)
		}
	}
	if err := makeOwned(inside, as); err != nil {
		return "", err
	}
	if reaches(ctx, as, inside) {
		return inside, nil
	}
	if err := os.Remove(inside); err != nil {
		return "", fmt.Errorf("user %s cannot reach %s, which is not empty: %w", as.name, inside, err)
	}
	name := "rapport-dev-" + digest(dir)[:12]
	for _, base := range []string{"/var/lib", os.TempDir()} {
		outside := filepath.Join(base, name)
		if err := dropForeign(ctx, outside, installation, out); err != nil {
			return "", err
		}
		if makeOwned(outside, as) != nil || !reaches(ctx, as, outside) {
			continue
		}
		if err := os.WriteFile(filepath.Join(outside, ownerMark), []byte(installation+"\n"), 0o600); err != nil {
			return "", fmt.Errorf("mark the data: %w", err)
		}
		if err := os.Symlink(outside, inside); err != nil {
			return "", fmt.Errorf("link to the data: %w", err)
		}
		out.printf("PostgreSQL runs as user %s, who cannot reach %s; its data is in %s.", as.name, dir, outside)

		return outside, nil
	}

	return "", fmt.Errorf("user %s can reach none of %s, /var/lib and %s: choose a folder with --dir, or set DATABASE_URL", as.name, dir, os.TempDir())
}

// dropForeign deletes what an earlier installation in the same dir left outside of it: its passwords went with dir.
func dropForeign(ctx context.Context, outside, installation string, out *terminal) error {
	mark, err := os.ReadFile(filepath.Join(outside, ownerMark))
	if err != nil || strings.TrimSpace(string(mark)) == installation {
		return nil //nolint:nilerr // without a mark it is not ours to delete
	}
	if err := stopStrayPostgres(ctx, filepath.Join(outside, "data"), out); err != nil {
		return err
	}
	out.printf("Deleting %s: it belonged to an installation that is gone.", outside)
	if err := os.RemoveAll(outside); err != nil {
		return fmt.Errorf("delete old data: %w", err)
	}

	return nil
}

// makeOwned makes a folder that only the account can look into.
func makeOwned(path string, as *account) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("create a folder: %w", err)
	}
	if as == nil {
		return nil
	}
	if err := os.Chown(path, int(as.uid), int(as.gid)); err != nil {
		return fmt.Errorf("give a folder to user %s: %w", as.name, err)
	}

	return nil
}

// reaches says whether the account can work in the folder. Only trying tells: every folder above it counts, and more than
// their modes decides.
func reaches(ctx context.Context, as *account, folder string) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", ": > .reached && rm .reached")
	cmd.Dir = folder
	cmd.SysProcAttr = attributes(syscall.SIGKILL, as)

	return cmd.Run() == nil
}

// prepare makes the cluster unless it exists, with password as the owner's.
func (p *privatePostgres) prepare(ctx context.Context, place, password string) error {
	p.data = filepath.Join(place, "data")
	written, err := os.ReadFile(filepath.Join(p.data, "PG_VERSION"))
	exists := err == nil
	major := 0
	if exists {
		if major = majorVersion(string(written)); major == 0 {
			return fmt.Errorf("%s is not a PostgreSQL data directory: choose another folder with --dir", p.data)
		}
	}
	if p.bin, err = findPostgres(ctx, major); err != nil {
		return err
	}
	if exists {
		return stopStrayPostgres(ctx, p.data, p.out)
	}
	p.out.printf("Creating a PostgreSQL cluster in %s ...", p.data)

	return p.initialise(ctx, place, password)
}

// initialise makes the cluster under another name and renames it into place, so that an interrupted start leaves nothing
// that looks finished.
func (p *privatePostgres) initialise(ctx context.Context, place, password string) error {
	draft, secret := p.data+".new", filepath.Join(place, "password")
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("remove an unfinished cluster: %w", err)
	}
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("hand over the password: %w", err)
	}
	defer func() { _ = os.Remove(secret) }() // a later start writes it anew
	if p.as != nil {
		if err := os.Chown(secret, int(p.as.uid), int(p.as.gid)); err != nil {
			return fmt.Errorf("hand over the password: %w", err)
		}
	}
	var out []byte
	var err error
	// C.UTF-8 knows the letters of all languages and sorts alike everywhere; not every system has it.
	for _, locale := range []string{"--locale=C.UTF-8", "--no-locale"} {
		//nolint:gosec // a program of the system
		cmd := exec.CommandContext(ctx, filepath.Join(p.bin, "initdb"), "--pgdata="+draft, "--username="+postgresOwner,
			"--pwfile="+secret, "--auth=scram-sha-256", "--encoding=UTF8", locale, "--no-instructions")
		cmd.Env = p.env()
		cmd.Dir = place
		cmd.SysProcAttr = attributes(syscall.SIGTERM, p.as)
		if out, err = cmd.CombinedOutput(); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("create a PostgreSQL cluster: %w; initdb said:\n%s", err, lastLines(out, 6))
	}
	if err := os.Rename(draft, p.data); err != nil {
		return fmt.Errorf("put the cluster in place: %w", err)
	}

	return nil
}

func (p *privatePostgres) env() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// program runs the server on loopback TCP alone: no socket file, whose path could be too long.
func (p *privatePostgres) program(password string) program {
	set := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(p.port), "unix_socket_directories=", "max_connections=200",
		"shared_buffers=256MB", "max_wal_size=2GB", "jit=off", "max_parallel_workers_per_gather=0",
		"log_destination=stderr", "logging_collector=off", "log_line_prefix=%m [%p] ", "log_timezone=UTC", "timezone=UTC",
	}
	args := make([]string, 0, 2+2*len(set))
	args = append(args, "-D", p.data)
	for _, s := range set {
		args = append(args, "-c", s)
	}

	return program{
		name: "postgres", path: filepath.Join(p.bin, "postgres"), args: args, env: p.env(), as: p.as,
		stop: syscall.SIGINT, kill: syscall.SIGQUIT, grace: 30 * time.Second,
		ready: func(ctx context.Context, _ func() []byte) error {
			return pingDatabase(ctx, p.url(password, "postgres"))
		},
		warns: func(line string) bool {
			return strings.Contains(line, " PANIC: ") || strings.Contains(line, " WARNING: ") ||
				strings.Contains(line, " FATAL: ") && !strings.Contains(line, "the database system is")
		},
	}
}

// url of a database of the server, for its owner.
func (p *privatePostgres) url(password, database string) Secret {
	return databaseURL(address(p.port), postgresOwner, password, database)
}

func pingDatabase(ctx context.Context, url Secret) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, string(url))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	if err := conn.Close(ctx); err != nil {
		return fmt.Errorf("disconnect from PostgreSQL: %w", err)
	}

	return nil
}

// ensureDatabase creates the database unless it exists.
func ensureDatabase(ctx context.Context, server Secret, name string) error {
	conn, err := pgx.Connect(ctx, string(server))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}

	return nil
}

// stopStrayPostgres ends a server that still uses the data and was not remembered, and removes the note of one that is
// gone: its number may belong to another process by now, for which PostgreSQL would wait.
func stopStrayPostgres(ctx context.Context, data string, out *terminal) error {
	path := filepath.Join(data, "postmaster.pid")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read who uses the data: %w", err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(strings.TrimSpace(string(first)))
	if err == nil {
		born := birth(ctx, pid)
		words := strings.Fields(commandLine(ctx, pid))
		if born != "" && slices.Contains(words, data) {
			out.printf("Stopping PostgreSQL (process %d), which an earlier start left behind.", pid)
			if err := endForeign(ctx, pid, born, syscall.SIGINT); err != nil {
				return fmt.Errorf("stop the PostgreSQL of an earlier start: %w", err)
			}
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove an old note: %w", err)
	}

	return nil
}
