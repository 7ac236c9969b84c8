// Package pgtest gives each test a fresh, migrated database on a private PostgreSQL that lives as long as the test process.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rapport/postgres"
)

// Env names the variable with the owner's URL of a running cluster for tests; when it is set no private one is started.
const Env = "RAPPORT_TEST_POSTGRES"

// dirPrefix marks the folders of private clusters, so that what a killed test process left is found and removed.
const dirPrefix = "rapport-pgtest-"

// database is the URLs of one test's database, for its owner and for the two roles that sign in.
type database struct {
	Owner, API, Worker string
}

// Run runs the tests of a package and then removes the private cluster. Use it in TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
func Run(m *testing.M) int {
	code := m.Run()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.stop != nil {
		shared.stop()
	}
	return code
}

// Executor is the owner's connection or pool.
type Executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// StepUp gives a person a second factor, if there is none, and a proof of it that is so old, as its release of money needs.
func StepUp(tb testing.TB, owner Executor, user uuid.UUID, age time.Duration) uuid.UUID {
	tb.Helper()
	proof := uuid.New()
	for _, sql := range []string{
		`insert into second_factors (id, user_id, secret, confirmed_at) select gen_random_uuid(), $2, 'x', now()
			where $1::uuid is not null and $3::float8 is not null and not exists (select 1 from second_factors where user_id = $2 and removed_at is null)`,
		`insert into step_ups (id, user_id, factor_id, method, at) select $1, user_id, id, 'recovery_code', clock_timestamp() - make_interval(secs => $3)
			from second_factors where user_id = $2 and removed_at is null`,
	} {
		if _, err := owner.Exec(tb.Context(), sql, proof, user, age.Seconds()); err != nil {
			tb.Fatalf("a proof for the test: %v", err)
		}
	}
	return proof
}

// New gives a fresh, migrated database. It is dropped when the test ends.
func New(tb testing.TB) (owner, api, worker string) {
	tb.Helper()
	db, drop, err := create(tb.Context())
	if err != nil {
		tb.Fatalf("a database for the test: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), 20*time.Second)
		defer cancel()
		if err := drop(ctx); err != nil {
			tb.Logf("drop the test's database: %v", err)
		}
	})
	return db.Owner, db.API, db.Worker
}

// shared is the cluster of this process.
var shared struct {
	mu   sync.Mutex
	url  string
	stop func()
	err  error
}

var databases atomic.Int64

func create(ctx context.Context) (database, func(context.Context) error, error) {
	cluster, template, err := ready(ctx)
	if err != nil {
		return database{}, nil, err
	}
	name := fmt.Sprintf("rapport_test_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), databases.Add(1))
	if err := admin(ctx, cluster, "create database "+name+" template "+template); err != nil {
		return database{}, nil, err
	}
	db := database{Owner: with(cluster, name, ""), API: with(cluster, name, "rapport_api"), Worker: with(cluster, name, "rapport_worker")}
	return db, func(ctx context.Context) error {
		return admin(ctx, cluster, "drop database if exists "+name+" with (force)")
	}, nil
}

// ready answers a running cluster and the name of a migrated template in it.
func ready(ctx context.Context) (cluster, template string, err error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.err != nil {
		return "", "", shared.err
	}
	if shared.url == "" {
		if given := os.Getenv(Env); given != "" {
			shared.url = given
		} else if shared.url, shared.stop, shared.err = start(ctx); shared.err != nil {
			return "", "", shared.err
		}
	}
	template, shared.err = ensureTemplate(ctx, shared.url)
	return shared.url, template, shared.err
}

// ensureTemplate makes the migrated template of this tree's migrations, once per cluster, also between processes.
func ensureTemplate(ctx context.Context, cluster string) (string, error) {
	sum, err := postgres.MigrationsSum()
	if err != nil {
		return "", err
	}
	name := "rapport_template_" + sum
	conn, err := pgx.Connect(ctx, cluster)
	if err != nil {
		return "", fmt.Errorf("reach the cluster: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(7210033)"); err != nil {
		return "", fmt.Errorf("lock the template: %w", err)
	}
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select 1 from pg_database where datname = $1 and datistemplate)", name).Scan(&there); err != nil {
		return "", fmt.Errorf("look for the template: %w", err)
	}
	if there {
		return name, nil
	}
	if _, err := conn.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
		return "", fmt.Errorf("drop a half-made template: %w", err)
	}
	if _, err := conn.Exec(ctx, "create database "+name); err != nil {
		return "", fmt.Errorf("create the template: %w", err)
	}
	if err := postgres.Migrate(ctx, with(cluster, name, "")); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, "alter database "+name+" is_template true"); err != nil {
		return "", fmt.Errorf("mark the template: %w", err)
	}
	return name, nil
}

func admin(ctx context.Context, cluster, sql string) error {
	conn, err := pgx.Connect(ctx, cluster)
	if err != nil {
		return fmt.Errorf("reach the cluster: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// with changes database and user of a URL.
func with(cluster, database, role string) string {
	u, err := url.Parse(cluster)
	if err != nil {
		return cluster
	}
	u.Path = "/" + database
	if role != "" {
		u.User = url.User(role)
	}
	return u.String()
}

// start starts a private cluster that listens on a socket only, and dies with this process.
func start(ctx context.Context) (clusterURL string, stop func(), err error) {
	bin, err := binaries()
	if err != nil {
		return "", nil, err
	}
	sweep()
	dir, err := os.MkdirTemp("", dirPrefix)
	if err != nil {
		return "", nil, fmt.Errorf("a folder for the cluster: %w", err)
	}
	owner, credential, err := unprivileged(dir)
	if err != nil {
		return "", nil, err
	}
	data := filepath.Join(dir, "data")
	initArgs := []string{
		"--pgdata", data, "--username", owner, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions",
	}
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), initArgs...) //nolint:gosec // the arguments are ours
	initdb.Dir = dir
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", nil, fmt.Errorf("the cluster's log: %w", err)
	}
	defer log.Close()
	args := []string{"-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "unix_socket_permissions=0777"}
	for _, setting := range []string{
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400", "shared_buffers=64MB",
		"max_wal_size=2GB", "autovacuum_naptime=20s", "timezone=UTC",
	} {
		args = append(args, "-c", setting)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), args...) //nolint:gosec,noctx // the arguments are ours; it outlives the test that starts it
	server.Dir, server.Stdout, server.Stderr = dir, log, log
	// SIGINT asks for a fast shutdown; the kernel sends it when this process ends without having said goodbye.
	server.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Pdeathsig: syscall.SIGINT, Setpgid: true}
	ended := make(chan struct{})
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the parent of the death signal is the thread, so it must live as long as the process
		if err := server.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		_ = server.Wait() // how it ended stands in its log
		close(ended)
	}()
	if err := <-started; err != nil {
		return "", nil, fmt.Errorf("start postgres: %w", err)
	}
	stop = func() {
		_ = server.Process.Signal(syscall.SIGQUIT) // nothing in it is worth a checkpoint
		<-ended
		_ = os.RemoveAll(dir)
	}
	clusterURL = fmt.Sprintf("postgres://%s@/postgres?host=%s", owner, url.QueryEscape(dir))
	if err := wait(ctx, clusterURL, ended); err != nil {
		text, _ := os.ReadFile(filepath.Join(dir, "log"))
		return "", nil, fmt.Errorf("%w: %s", err, text)
	}
	return clusterURL, stop, nil
}

func wait(ctx context.Context, clusterURL string, ended chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, clusterURL)
		if err == nil {
			return conn.Close(ctx) //nolint:wrapcheck // the caller adds the log
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-ended:
			return errors.New("postgres ended at once")
		case <-tick.C:
		}
	}
}

// binaries finds the newest PostgreSQL's folder of programs.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well-formed
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("no PostgreSQL found: install the package postgresql, or set " + Env + " to the URL of a running cluster")
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	return filepath.Dir(path), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // a folder that is no number comes last
	return n
}

// unprivileged hands the folder to a plain user when this process is root, as whom PostgreSQL refuses to run.
func unprivileged(dir string) (owner string, credential *syscall.Credential, err error) {
	if os.Geteuid() != 0 {
		me, err := user.Current()
		if err != nil {
			return "", nil, fmt.Errorf("who am I: %w", err)
		}
		return me.Username, nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.ParseUint(u.Uid, 10, 32)
		gid, errG := strconv.ParseUint(u.Gid, 10, 32)
		if errU != nil || errG != nil {
			continue
		}
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			return "", nil, fmt.Errorf("hand over the cluster's folder: %w", err)
		}
		return name, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return "", nil, errors.New("run as root, and there is neither a user postgres nor a user nobody to run PostgreSQL as")
}

// sweep removes the folders of clusters whose process is gone.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), dirPrefix+"*")) // the pattern is well-formed
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < time.Minute {
			continue // perhaps somebody is starting in it at this moment
		}
		text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		if err == nil {
			line, _, _ := strings.Cut(string(text), "\n")
			if pid, err := strconv.Atoi(line); err == nil && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
				continue
			}
		}
		_ = os.RemoveAll(dir)
	}
}
