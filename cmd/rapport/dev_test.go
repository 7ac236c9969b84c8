package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres/pgtest"
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

	// An installation from before Documenso gets its secrets for it, and keeps the others.
	old := made
	old.DocumensoToken, old.DocumensoHook = "", ""
	require.NoError(t, old.write(filepath.Join(dir, "secrets.json")))
	grown, err := loadSecrets(dir)
	require.NoError(t, err)
	require.NotEmpty(t, grown.DocumensoToken)
	require.GreaterOrEqual(t, len(grown.DocumensoHook), minSecret)
	again, err = loadSecrets(dir)
	require.NoError(t, err)
	require.Equal(t, grown, again)
	grown.DocumensoToken, grown.DocumensoHook = made.DocumensoToken, made.DocumensoHook
	require.Equal(t, made, grown)

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

func TestLogLinesAreShortOnTheTerminal(t *testing.T) {
	t.Parallel()
	require.Equal(t, "warn: delivery waits attempts=3 kind=signal",
		shortLine(`{"level":"warn","time":"2026-01-01T00:00:00Z","msg":"delivery waits","kind":"signal","worker_id":"w","attempts":3}`))
	require.Equal(t, "panic: no", shortLine("panic: no"))
}

func TestSignInsNameEachRoleOnce(t *testing.T) {
	t.Parallel()
	d := &dev{devOptions: devOptions{demo: true, day: 30 * time.Second}, env: environment{getenv: lookup(nil)}}
	people := d.people()
	require.Len(t, people, 2*len(rapport.Roles()))
	text := signInTable(people)
	for _, role := range rapport.Roles() {
		require.Equal(t, 1, strings.Count(text, " "+string(role)+" "), role)
	}
	require.Contains(t, text, "rapport-demo-finance-releaser")
	require.Contains(t, text, "those of Meadow & Tide are in people.json")

	first := d.firstPeople(people)
	require.Equal(t, 30, first.Brands[1].Calendar.DaySeconds)
	given := &dev{env: environment{getenv: lookup(map[string]string{"DATABASE_URL": "postgres://x@db/x"})}}
	require.Len(t, given.people(), len(rapport.Roles()))
	require.NotEqual(t, demoPassword(rapport.RoleOps), given.people()[0].Password, "a known password is for a private database only")
	for i, role := range rapport.Roles() {
		known, own := people[i].SecondFactor, given.people()[i].SecondFactor
		require.Equal(t, role.Finance(), known != "", role)
		require.Equal(t, role.Finance(), own != "" && own != known, "%s: so is a known authenticator", role)
	}
}

func TestPeopleAreMadeOnce(t *testing.T) {
	t.Parallel()
	owner, _, _ := pgtest.New(t)
	dir := t.TempDir()
	fresh := func() (*dev, *screen) {
		out := &screen{}

		return &dev{
			devOptions: devOptions{dir: dir, demo: true, day: 30 * time.Second}, env: environment{getenv: lookup(nil)},
			out: &terminal{w: out}, set: map[string]string{"DATABASE_URL": owner, "RAPPORT_SECRET": random(32)},
		}, out
	}
	first, _ := fresh()
	require.NoError(t, first.populate(t.Context()))
	require.Len(t, first.signIns, 16)
	info, err := os.Stat(first.signInsPath())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	// A start that was interrupted after the people were made and before that was noted.
	require.NoError(t, os.Rename(first.signInsPath(), first.signInsPath()+".new"))
	second, _ := fresh()
	require.NoError(t, second.populate(t.Context()))
	require.Equal(t, first.signIns, second.signIns)

	require.NoError(t, os.Remove(first.signInsPath()))
	third, out := fresh()
	require.NoError(t, third.populate(t.Context()))
	require.Empty(t, third.signIns)
	require.Contains(t, out.String(), "The database has people already")
	require.NoFileExists(t, first.signInsPath()+".new")
}

func TestTheSampleWorldKeepsItsDays(t *testing.T) {
	t.Parallel()
	d := &dev{devOptions: devOptions{dir: t.TempDir(), demo: true, day: 30 * time.Second}}
	require.NoError(t, d.sameDay(), "nothing was made yet")
	require.NoError(t, os.WriteFile(d.dayPath(), []byte("30s\n"), 0o600))
	require.NoError(t, d.sameDay())
	d.day = 5 * time.Minute
	require.ErrorContains(t, d.sameDay(), "made with days of 30s: start it with `make demo DAY=30s`, or begin anew with `make demo-reset`")
	d.demo = false
	require.NoError(t, d.sameDay())
}

func TestBootstrapFile(t *testing.T) {
	t.Parallel()
	owner, _, _ := pgtest.New(t)
	migrate := func(text string) (int, string) {
		file := filepath.Join(t.TempDir(), "first.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		var out, errs screen
		code := run([]string{"migrate", "--bootstrap", file}, environment{getenv: lookup(map[string]string{"DATABASE_URL": owner}), stdout: &out, stderr: &errs})

		return code, out.String() + errs.String()
	}
	good := `{"brands": [{"name": "A", "postal_address": "Street 1", "mail_from_name": "A", "mail_from": "a@brand.example",
		"calendar": {"zone": "Europe/Berlin", "working_days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00", "day_seconds": 86400}}],
		"users": [{"name": "Ada", "email": "ada@brand.example", "password": "long enough, surely", "roles": {"A": ["admin"]}}]}`
	for text, want := range map[string]string{
		"{":              "read the first people",
		`{"people": []}`: "unknown field",
		`{"users": []}`:  "nobody could sign in",
		good + good:      "more than one JSON value",
		strings.Replace(good, "long enough, surely", "short", 1): "shorter than 12 characters",
		strings.Replace(good, `"admin"`, `"king"`, 1):            `"king" is not a role`,
		strings.Replace(good, "Europe/Berlin", "Berlin", 1):      `"Berlin" is not the name of a time zone`,
	} {
		code, said := migrate(text)
		require.Equal(t, exitFailed, code, text)
		require.Contains(t, said, want)
	}
	code, said := migrate(good)
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "Wrote 1 brands and 1 people.")
	code, said = migrate(good)
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "There are people already")
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

// The sandbox's Documenso is wired where there is a sandbox, unless another one was given.
func TestDevSignsAtTheSandbox(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given map[string]string
		url   string
	}{
		"sandbox":          {nil, "http://127.0.0.1:8070"},
		"one of one's own": {map[string]string{"RAPPORT_DOCUMENSO_URL": "https://sign.example.com"}, ""},
		"no sandbox":       {map[string]string{"STRIPE_API_KEY": "sk_test_x", "SENDGRID_API_KEY": "SG.x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, err := loadSecrets(t.TempDir())
			require.NoError(t, err)
			d := &dev{devOptions: devOptions{sandboxPort: 8070}, secrets: made, set: map[string]string{}, env: environment{getenv: func(name string) string { return c.given[name] }}}
			d.settings()
			require.Equal(t, c.url, d.set["RAPPORT_DOCUMENSO_URL"])
			require.Equal(t, c.url != "", d.set["RAPPORT_DOCUMENSO_WEBHOOK_SECRET"] != "" && d.set["RAPPORT_DOCUMENSO_TOKEN"] != "")
		})
	}
	require.Error(t, devOptions{demo: true, day: time.Second}.check(func(name string) string {
		return map[string]string{"RAPPORT_DOCUMENSO_URL": "https://sign.example.com"}[name]
	}))
}
