package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// asPlainUser names the variable under which a test knows that it is the inner one, run by an unprivileged user.
const asPlainUser = "RAPPORT_TEST_PLAIN_USER"

// runPrivate starts the private server of an installation, hands its URL to use, and stops it.
func runPrivate(t *testing.T, dir string, use func(ctx context.Context, url Secret)) {
	t.Helper()
	ctx := t.Context()
	keys, err := loadSecrets(dir)
	require.NoError(t, err)
	sup, out := newTestSupervisor(t, dir)
	as, err := unprivileged()
	require.NoError(t, err)
	place, err := placePostgres(ctx, dir, as, keys.Installation, sup.out)
	require.NoError(t, err)
	t.Cleanup(func() {
		if !strings.HasPrefix(place, dir) {
			_ = os.RemoveAll(place)
		}
	})
	server := &privatePostgres{port: freePort(t), as: as, out: sup.out}
	require.NoError(t, server.prepare(ctx, place, keys.OwnerPassword))
	require.NoFileExists(t, filepath.Join(place, "password"))
	require.NoError(t, sup.start(ctx, server.program(keys.OwnerPassword)), out)
	require.NoError(t, ensureDatabase(ctx, server.url(keys.OwnerPassword, "postgres"), "rapport"))
	require.Error(t, pingDatabase(ctx, server.url("wrong", "rapport")))
	use(ctx, server.url(keys.OwnerPassword, "rapport"))
	require.NoError(t, sup.stopAll())
	require.NoFileExists(t, filepath.Join(place, "data", "postmaster.pid"))
}

func execSQL(ctx context.Context, t *testing.T, url Secret, sql string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, string(url))
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	require.NoError(t, err)
}

func TestPrivatePostgresKeepsItsDataBetweenStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		openUp(t, dir)
	}
	runPrivate(t, dir, func(ctx context.Context, url Secret) {
		execSQL(ctx, t, url, "create table kept (word text); insert into kept values ('é')")
		execSQL(ctx, t, url, "create role rapport_api login")
		role, err := withRole(url, "rapport_api", "it's \\ a %password")
		require.NoError(t, err)
		require.NoError(t, setRolePassword(ctx, url, "rapport_api", role))
		require.NoError(t, pingDatabase(ctx, role))
	})
	runPrivate(t, dir, func(ctx context.Context, url Secret) {
		execSQL(ctx, t, url, "select 1 / (select count(*) from kept where upper(word) = 'É')")
	})
}

// openUp lets other users pass through the folders of a test.
func openUp(t *testing.T, dir string) {
	t.Helper()
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o711))
	}
}

func TestPrivatePostgresOfRootLeavesAFolderThatItsUserCannotReach(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root starts PostgreSQL as another user")
	}
	dir := filepath.Join(t.TempDir(), "closed")
	require.NoError(t, os.Mkdir(dir, 0o700))
	runPrivate(t, dir, func(ctx context.Context, url Secret) {
		link, err := os.Readlink(filepath.Join(dir, "postgres"))
		require.NoError(t, err)
		require.FileExists(t, filepath.Join(link, "data", "postmaster.pid"))
		execSQL(ctx, t, url, "select 1")
	})
}

func TestOldDataOutsideGoesWithItsInstallation(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "rapport-dev-x")
	require.NoError(t, os.MkdirAll(filepath.Join(outside, "data"), 0o700))
	out := &terminal{w: &screen{}}
	require.NoError(t, dropForeign(t.Context(), outside, "new", out))
	require.DirExists(t, outside, "nobody's mark, nobody's to delete")
	require.NoError(t, os.WriteFile(filepath.Join(outside, ownerMark), []byte("old\n"), 0o600))
	require.NoError(t, dropForeign(t.Context(), outside, "old", out))
	require.DirExists(t, outside)
	require.NoError(t, dropForeign(t.Context(), outside, "new", out))
	require.NoDirExists(t, outside)
}

func TestStrayPostgresIsStoppedAndAStaleNoteRemoved(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.Mkdir(data, 0o700))
	note := filepath.Join(data, "postmaster.pid")
	out := &screen{}

	// A process whose command line names the data is the server; this one only looks like it.
	stray := exec.Command("/bin/sh", "-c", "trap 'exit 0' INT; while :; do sleep 0.05; done", "postgres", "-D", data)
	require.NoError(t, stray.Start())
	ended := make(chan struct{})
	go func() {
		_ = stray.Wait() // how it ended does not matter
		close(ended)
	}()
	require.NoError(t, os.WriteFile(note, []byte(strconv.Itoa(stray.Process.Pid)+"\n"+data+"\n"), 0o600))
	require.NoError(t, stopStrayPostgres(t.Context(), data, &terminal{w: out}))
	<-ended
	require.NoFileExists(t, note)
	require.Contains(t, out.String(), "Stopping PostgreSQL (process "+strconv.Itoa(stray.Process.Pid)+")")

	// The number of a server that is gone belongs to another process by now.
	require.NoError(t, os.WriteFile(note, []byte(strconv.Itoa(syscall.Getpid())+"\n"+data+"\n"), 0o600))
	require.NoError(t, stopStrayPostgres(t.Context(), data, &terminal{w: out}))
	require.NoFileExists(t, note)
}

func TestPostgresVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)": 15,
		"postgres (PostgreSQL) 18beta1":                      18,
		"17\n":                                               17,
		"none":                                               0,
	} {
		require.Equal(t, want, majorVersion(text), text)
	}
	_, err := findPostgres(t.Context(), 3)
	require.ErrorContains(t, err, "PostgreSQL 3, with which the existing data was written, was not found")
}

// A plain user runs PostgreSQL directly. Root tries that too, by running the same test again as another user.
func TestPrivatePostgresOfAPlainUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		runPrivate(t, t.TempDir(), func(ctx context.Context, url Secret) { execSQL(ctx, t, url, "select 1") })

		return
	}
	if os.Getenv(asPlainUser) != "" {
		t.Fatal("still root")
	}
	as, err := unprivileged()
	require.NoError(t, err)
	dir := t.TempDir()
	openUp(t, dir)
	binary := filepath.Join(dir, "test")
	self, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	func() { // while no other test starts a program: a child would hold the file open, and it could not be run
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		require.NoError(t, os.WriteFile(binary, self, 0o755))
	}()
	home := filepath.Join(dir, "home")
	require.NoError(t, makeOwned(home, as))

	inner := exec.Command(binary, "-test.run=^"+t.Name()+"$", "-test.v")
	inner.Dir = home
	inner.Env = append(os.Environ(), asPlainUser+"=1", "TMPDIR="+home, "HOME="+home)
	inner.SysProcAttr = attributes(syscall.SIGKILL, as)
	out, err := inner.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: "+t.Name())
}
