package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()

	return l.Addr().(*net.TCPAddr).Port
}

func TestPortsThatCannotBeHadAreAllNamed(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = busy.Close() })
	port := busy.Addr().(*net.TCPAddr).Port
	free := freePort(t)

	err = checkPorts(t.Context(), []claim{
		{"API and dashboard", "--http-port", port}, {"Temporal UI", "--temporal-ui-port", free},
		{"sandbox", "--sandbox-port", free}, {"private PostgreSQL", "--postgres-port", 70000},
	})
	require.ErrorContains(t, err, "for the API and dashboard, is in use: stop what listens there, or choose another with --http-port")
	require.ErrorContains(t, err, "asked for twice, for the Temporal UI and for the sandbox: change --temporal-ui-port or --sandbox-port")
	require.ErrorContains(t, err, "--postgres-port 70000 is no port")
	require.NoError(t, checkPorts(t.Context(), []claim{{"API and dashboard", "--http-port", free}}))
}

func TestSecretsAreMadeOnceAndForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	made, err := loadSecrets(dir)
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(dir, "secrets.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.NoError(t, os.Chmod(filepath.Join(dir, "secrets.json"), 0o644))
	again, err := loadSecrets(dir)
	require.NoError(t, err)
	require.Equal(t, made, again)
	info, err = os.Stat(filepath.Join(dir, "secrets.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "closed again")

	other, err := loadSecrets(t.TempDir())
	require.NoError(t, err)
	require.NotEqual(t, made.OwnerPassword, other.OwnerPassword)
	require.NotEqual(t, made.StripeAccount, made.StripeConnect)
	require.GreaterOrEqual(t, len(made.StripeAccount), minWebhookSecret)
}

func TestLostSecretsAreNotReplacedWhileStateRemains(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "postgres", "data"), 0o700))
	_, err := loadSecrets(dir)
	require.ErrorContains(t, err, "secrets.json is missing")

	damaged := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(damaged, "secrets.json"), []byte("{"), 0o600))
	_, err = loadSecrets(damaged)
	require.ErrorContains(t, err, "is damaged")
}

func TestFolderIsTakenByOneAtATime(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a", "b")
	dir, release, err := takeFolder(name)
	require.NoError(t, err)
	_, _, err = takeFolder(name)
	require.ErrorContains(t, err, "another `rapport dev` runs in "+dir)
	release()
	_, release, err = takeFolder(name)
	require.NoError(t, err)
	release()
}

func TestTableAlignsItsColumns(t *testing.T) {
	t.Parallel()
	text := table([]string{"What", "Where"}, [][]string{{"Dashboard", "http://127.0.0.1:8080"}, {"Café", "x"}})
	require.Equal(t, "  What       Where\n  Dashboard  http://127.0.0.1:8080\n  Café       x\n", text)
}

func TestSummaryNamesServicesWithTheirProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sup, _ := newTestSupervisor(t, dir)
	require.NoError(t, sup.start(t.Context(), shell("serve", "echo up; exec sleep 600")))
	d := &dev{
		devOptions: devOptions{dir: dir}, sup: sup, set: map[string]string{"RAPPORT_PUBLIC_URL": "http://127.0.0.1:8080"},
		rows:    []service{{"PostgreSQL", "DATABASE_URL", ""}, {"Dashboard", "http://127.0.0.1:8080", "serve"}},
		signIns: []signIn{{Brand: "B", Role: "approver", Email: "approver@brand.example", Password: "password"}},
	}
	text := d.summary()
	require.Regexp(t, `Dashboard +http://127\.0\.0\.1:8080 +serve \d+\n +PostgreSQL +DATABASE_URL +given\n`, text)
	require.Regexp(t, `approver +approver@brand\.example +password\n`, text)
}

func TestDemoRefusesRealProviders(t *testing.T) {
	t.Parallel()
	var stdout, stderr screen
	env := environment{getenv: lookup(map[string]string{"STRIPE_API_KEY": "sk_test_x"}), stdout: &stdout, stderr: &stderr}
	require.Equal(t, exitUsage, run([]string{"dev", "--demo", "--dir", filepath.Join(t.TempDir(), "x")}, env))
	require.Contains(t, stderr.String(), "unset STRIPE_API_KEY")
}

func TestWarningsOfOurLogs(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		`{"level":"info","msg":"the level was \"error\""}`: false,
		`{"level":"warn","msg":"x"}`:                       true,
		`{"level":"error","msg":"x"}`:                      true,
		"panic: runtime error":                             true,
		"goroutine 1 [running]:":                           false,
	} {
		require.Equal(t, want, warnsJSON(line), line)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		code int
		out  string
		err  string
	}{
		"nothing":         {nil, exitUsage, "", "Usage: rapport COMMAND"},
		"help":            {[]string{"--help"}, exitOK, "verify", ""},
		"version":         {[]string{"version"}, exitOK, "rapport ", ""},
		"unknown command": {[]string{"fly"}, exitUsage, "", `no command "fly"`},
		"unknown flag":    {[]string{"dev", "--fly"}, exitUsage, "", "flag provided but not defined: -fly"},
		"command's help":  {[]string{"dev", "--help"}, exitOK, "--dir", ""},
		"stray argument":  {[]string{"migrate", "now"}, exitUsage, "", `unexpected argument "now"`},
		"settings":        {[]string{"migrate"}, exitUsage, "", "DATABASE_URL is not set"},
		"day":             {[]string{"dev", "--day", "1500ms"}, exitUsage, "", "--day"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr screen
			require.Equal(t, tt.code, run(tt.args, environment{getenv: lookup(nil), stdout: &stdout, stderr: &stderr}))
			require.Contains(t, stdout.String(), tt.out)
			require.Contains(t, stderr.String(), tt.err)
		})
	}
}

func TestSecretsHaveNoEmptyField(t *testing.T) {
	t.Parallel()
	made, err := loadSecrets(t.TempDir())
	require.NoError(t, err)
	text, err := json.Marshal(made)
	require.NoError(t, err)
	var fields map[string]string
	require.NoError(t, json.Unmarshal(text, &fields))
	for name, value := range fields {
		require.NotEmpty(t, strings.TrimSpace(value), name)
	}
}

func TestBirthTellsProcessesApart(t *testing.T) {
	t.Parallel()
	require.NotEmpty(t, birth(t.Context(), syscall.Getpid()))
	require.NotEqual(t, birth(t.Context(), syscall.Getpid()), birth(t.Context(), syscall.Getppid()))
	require.Empty(t, birth(t.Context(), 0))
}

func TestProgramsGetNoOthersDatabase(t *testing.T) {
	t.Parallel()
	d := &dev{set: map[string]string{
		"DATABASE_URL": "owner", "RAPPORT_API_DATABASE_URL": "api", "RAPPORT_WORKER_DATABASE_URL": "worker", "RAPPORT_SECRET": "s",
	}}
	env := d.childEnv("RAPPORT_API_DATABASE_URL")
	require.Contains(t, env, "RAPPORT_API_DATABASE_URL=api")
	require.Contains(t, env, "RAPPORT_SECRET=s")
	require.NotContains(t, env, "DATABASE_URL=owner")
	require.NotContains(t, env, "RAPPORT_WORKER_DATABASE_URL=worker")
}
