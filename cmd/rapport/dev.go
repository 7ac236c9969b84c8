package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// devOptions are the flags of `rapport dev`.
type devOptions struct {
	dir                         string
	demo                        bool
	day                         time.Duration
	http, metrics               int
	postgres                    int
	temporal, temporalUI        int
	sandboxPort, sandboxControl int
}

func devCommand() command {
	return command{
		name:    "dev",
		summary: "run everything on this machine, for trying and developing",
		details: `
Runs the API with the dashboard, the worker, and what they need: a PostgreSQL of its own (unless DATABASE_URL is set), an
embedded Temporal server (unless TEMPORAL_ADDRESS is set), and a sandbox that speaks like Stripe, SendGrid and Documenso
(unless STRIPE_API_KEY and SENDGRID_API_KEY are set). Everything listens on 127.0.0.1 only. State is kept in --dir between
starts; logs are in its folder logs/. Ctrl-C stops everything in order, a second Ctrl-C at once.

With --demo an empty installation gets two brands, a person for each role, and a sample world that moves by itself.`,
		prepare: func(flags *flag.FlagSet) func(context.Context, environment, []string) error {
			var o devOptions
			flags.StringVar(&o.dir, "dir", ".rapport", "`folder` of everything that is kept")
			flags.BoolVar(&o.demo, "demo", false, "make and run a sample world")
			flags.DurationVar(&o.day, "day", 30*time.Second, "how long a day lasts in the calendars of a new sample world")
			flags.IntVar(&o.http, "http-port", 8080, "`port` of the API and the dashboard")
			flags.IntVar(&o.metrics, "metrics-port", 8090, "`port` of the worker's metrics and health")
			flags.IntVar(&o.postgres, "postgres-port", 5433, "`port` of the private PostgreSQL")
			flags.IntVar(&o.temporal, "temporal-port", 7233, "`port` of the embedded Temporal server")
			flags.IntVar(&o.temporalUI, "temporal-ui-port", 8233, "`port` of the Temporal UI")
			flags.IntVar(&o.sandboxPort, "sandbox-port", 8070, "`port` of the sandbox: Stripe, SendGrid, Documenso, mailbox, posts")
			flags.IntVar(&o.sandboxControl, "sandbox-control-port", 8071, "`port` that scripts the sandbox's faults")

			return func(ctx context.Context, env environment, args []string) error {
				if err := errors.Join(noArguments(args), o.check(env.getenv)); err != nil {
					return err
				}

				return runDev(ctx, o, env)
			}
		},
	}
}

func (o devOptions) check(getenv func(string) string) error {
	if o.day < time.Second || o.day > 24*time.Hour || o.day%time.Second != 0 {
		return usagef("--day %s is no length of a day: choose whole seconds, from 1s to 24h", o.day)
	}
	if o.demo {
		for _, key := range []string{"STRIPE_API_KEY", "SENDGRID_API_KEY", "RAPPORT_DOCUMENSO_URL"} {
			if getenv(key) != "" {
				return usagef("the sample world must not reach real people or money: unset %s, or leave --demo away", key)
			}
		}
	}

	return nil
}

// dev is one run of `rapport dev`.
type dev struct {
	devOptions

	env     environment
	out     *terminal
	sup     *supervisor
	secrets secrets
	self    string            // path of this program
	tools   map[string]string // paths of the companions by name
	set     map[string]string // settings of serve, worker and the other commands
	rows    []service
	signIns []signIn
}

// service is a row of the table that is printed when everything runs.
type service struct {
	what, where string
	program     string // whose process it is; empty for one that was given
}

func runDev(ctx context.Context, o devOptions, env environment) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := &terminal{w: env.stdout}
	dir, release, err := takeFolder(o.dir)
	if err != nil {
		return err
	}
	defer release()
	o.dir = dir
	d := &dev{devOptions: o, env: env, out: out, set: map[string]string{}}
	if d.sup, err = newSupervisor(dir, out); err != nil {
		return err
	}

	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	go func() {
		<-signals
		out.printf("\nStopping everything; Ctrl-C again does not wait.")
		cancel()
		<-signals
		d.sup.killAll()
	}()

	err = d.up(ctx)
	if err == nil {
		out.printf("%s", d.summary())
		<-ctx.Done()
	} else if ctx.Err() != nil {
		err = nil // asked to stop while it was starting
	}
	if stopErr := d.sup.stopAll(); stopErr != nil {
		return errors.Join(err, stopErr)
	}
	if err == nil {
		out.printf("Everything has stopped. What was made is kept in %s.", dir)
	}

	return err
}

// takeFolder makes the folder and keeps a second `rapport dev` away from it.
func takeFolder(name string) (dir string, release func(), err error) {
	if dir, err = filepath.Abs(name); err != nil {
		return "", nil, fmt.Errorf("find the folder: %w", err)
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // PostgreSQL runs as another user and must pass through; each file has its own lock
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil { //nolint:gosec // whoever names a deep path wants ordinary folders
		return "", nil, fmt.Errorf("make the folder: %w", err)
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, os.ErrExist) {
		return "", nil, fmt.Errorf("make the folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", nil, fmt.Errorf("%s cannot be used: %w", dir, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close() // only the lock mattered

		return "", nil, fmt.Errorf("another `rapport dev` runs in %s: stop it, or choose another folder with --dir", dir)
	}

	return dir, func() { _ = lock.Close() }, nil
}

// up starts everything, each after what it needs.
func (d *dev) up(ctx context.Context) error {
	var err error
	if d.secrets, err = loadSecrets(d.dir); err != nil {
		return err
	}
	if err := d.findPrograms(); err != nil {
		return err
	}
	if err := d.sup.stopLeftovers(ctx, "worker", "serve", "sandbox", "temporal", "postgres"); err != nil {
		return err
	}
	if err := checkPorts(ctx, d.claims()); err != nil {
		return err
	}
	d.settings()
	for _, step := range []func(context.Context) error{
		d.startPostgres, d.startTemporal, d.migrate, d.populate, d.repair, d.startSandbox, d.startServe, d.startWorker,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}

	return nil
}

func (d *dev) given(variable string) bool { return d.env.getenv(variable) != "" }

// sandboxed says whether a part of the outside world is pretended.
func (d *dev) sandboxed() bool { return !d.given("STRIPE_API_KEY") || !d.given("SENDGRID_API_KEY") }

// findPrograms looks for the companions beside this program and then on PATH.
func (d *dev) findPrograms() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	d.self, d.tools = self, map[string]string{}
	needed := map[string]bool{"temporal-devserver": !d.given("TEMPORAL_ADDRESS"), "rapport-sandbox": d.sandboxed()}
	var missing []string
	for _, name := range []string{"temporal-devserver", "rapport-sandbox"} {
		if !needed[name] {
			continue
		}
		path := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			if path, err = exec.LookPath(name); err != nil {
				missing = append(missing, name)
			}
		}
		d.tools[name] = path
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s was found neither beside this program (%s) nor on PATH: run `make build`",
			strings.Join(missing, " and "), filepath.Dir(self))
	}

	return nil
}

func (d *dev) claims() []claim {
	claims := []claim{{"API and dashboard", "--http-port", d.http}, {"worker's metrics", "--metrics-port", d.metrics}}
	if !d.given("DATABASE_URL") {
		claims = append(claims, claim{"private PostgreSQL", "--postgres-port", d.postgres})
	}
	if !d.given("TEMPORAL_ADDRESS") {
		claims = append(claims, claim{"Temporal server", "--temporal-port", d.temporal}, claim{"Temporal UI", "--temporal-ui-port", d.temporalUI})
	}
	if d.sandboxed() {
		claims = append(claims, claim{"sandbox", "--sandbox-port", d.sandboxPort}, claim{"sandbox's control", "--sandbox-control-port", d.sandboxControl})
	}

	return claims
}

// settings fills in what the environment leaves open. Addresses follow the flags.
func (d *dev) settings() {
	d.set["RAPPORT_HTTP_ADDR"] = address(d.http)
	d.set["RAPPORT_METRICS_ADDR"] = address(d.metrics)
	d.setDefault("RAPPORT_PUBLIC_URL", "http://"+address(d.http))
	d.setDefault("RAPPORT_SECRET", d.secrets.Secret)
	d.setDefault("RAPPORT_CODEC_KEY", d.secrets.CodecKey)
	d.setDefault("RAPPORT_MAIL_DOMAIN", "replies.rapport.test")
	d.setDefault("TEMPORAL_ADDRESS", address(d.temporal))
	d.setDefault("TEMPORAL_NAMESPACE", "rapport")
	if d.demo {
		d.setDefault("RAPPORT_FINANCE_DELAY", "0s") // in a day of seconds nobody waits a real one
	}
	if !d.given("STRIPE_API_KEY") {
		d.set["STRIPE_API_KEY"] = d.secrets.StripeKey
		d.set["STRIPE_BASE_URL"] = d.sandboxURL()
		d.set["STRIPE_WEBHOOK_SECRET_ACCOUNT"] = d.secrets.StripeAccount
		d.set["STRIPE_WEBHOOK_SECRET_CONNECT"] = d.secrets.StripeConnect
		d.setDefault("STRIPE_PLATFORM_COUNTRY", "DE") // from where the sample world's creators are payable in its brands' currencies
	}
	if !d.given("SENDGRID_API_KEY") {
		d.set["SENDGRID_API_KEY"] = d.secrets.SendGridKey
		d.set["SENDGRID_BASE_URL"] = d.sandboxURL()
	}
	if d.sandboxed() && !d.given("RAPPORT_DOCUMENSO_URL") {
		d.set["RAPPORT_DOCUMENSO_URL"] = d.sandboxURL()
		d.set["RAPPORT_DOCUMENSO_TOKEN"] = d.secrets.DocumensoToken
		d.set["RAPPORT_DOCUMENSO_WEBHOOK_SECRET"] = d.secrets.DocumensoHook
	}
	if d.sandboxed() {
		d.setDefault("RAPPORT_FETCH_ALLOW", address(d.sandboxPort)) // where the posts are
	}
}

func (d *dev) setDefault(name, value string) {
	if v := d.env.getenv(name); v != "" {
		value = v
	}
	d.set[name] = value
}

func (d *dev) sandboxURL() string { return "http://" + address(d.sandboxPort) }

// databases name the settings that open the database. Each program gets only the one that it needs, as in production.
func databases() []string {
	return []string{"DATABASE_URL", "RAPPORT_API_DATABASE_URL", "RAPPORT_WORKER_DATABASE_URL"}
}

// childEnv is this process's environment with the settings on top; of the databases' URLs only the named one.
func (d *dev) childEnv(database string) []string {
	hidden := func(name string) bool { return name != database && slices.Contains(databases(), name) }
	env := make([]string, 0, len(os.Environ())+len(d.set))
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if _, ours := d.set[name]; !ours && !hidden(name) {
			env = append(env, pair)
		}
	}
	for name, value := range d.set {
		if !hidden(name) {
			env = append(env, name+"="+value)
		}
	}

	return env
}

// summary says what runs where.
func (d *dev) summary() string {
	order := []string{"Dashboard", "Mailbox", "Authenticator", "API", "Temporal UI", "Temporal", "Worker", "Sandbox", "Sandbox control", "PostgreSQL"}
	var rows [][]string
	for _, what := range order {
		for _, s := range d.rows {
			if s.what != what {
				continue
			}
			process := "given"
			if s.program != "" {
				process = s.program + " " + strconv.Itoa(d.sup.pid(s.program))
			}
			rows = append(rows, []string{s.what, s.where, process})
		}
	}
	text := "\nRapport runs.\n\n" + table([]string{"What", "Where", "Process"}, rows)
	if len(d.signIns) > 0 {
		text += "\nSign in at " + d.set["RAPPORT_PUBLIC_URL"] + " as:\n\n" + signInTable(d.signIns)
	}

	return text + "\nState is kept in " + d.dir + ", logs in " + filepath.Join(d.dir, "logs") + ". Ctrl-C stops everything."
}
