// Command rapport-sandbox runs the sandbox: what Stripe, SendGrid and the public web are to Rapport in development and tests.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"rapport/sandbox"
)

// settings are the flags; each has an environment variable of the same meaning as its default.
type settings struct {
	addr      string
	control   string
	publicURL string
	sandbox   sandbox.Config
	// world is where the sample world is made, by whom credentials names; empty makes none.
	world       string
	credentials string
	verbose     bool
}

// ready is the line that is printed once both ports are open.
type ready struct {
	Ready            bool   `json:"ready"`
	URL              string `json:"url"`
	Control          string `json:"control"`
	State            string `json:"state"`
	EventPublicKey   string `json:"event_public_key"`
	InboundPublicKey string `json:"inbound_public_key"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "rapport-sandbox:", err)
		os.Exit(1)
	}
}

func parse(args []string, getenv func(string) string) (settings, error) {
	var s settings
	env := func(name, otherwise string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return otherwise
	}
	pace, err := time.ParseDuration(env("RAPPORT_SANDBOX_PACE", "30s"))
	if err != nil {
		return s, fmt.Errorf("RAPPORT_SANDBOX_PACE: %w", err)
	}
	c := &s.sandbox
	f := flag.NewFlagSet("rapport-sandbox", flag.ContinueOnError)
	f.StringVar(&s.addr, "addr", env("RAPPORT_SANDBOX_ADDR", "127.0.0.1:8070"), "address of the vendors' APIs, the mailbox and the posts")
	f.StringVar(&s.control, "control", env("RAPPORT_SANDBOX_CONTROL", "127.0.0.1:8071"), "address of the control port; loopback only")
	f.StringVar(&c.State, "state", env("RAPPORT_SANDBOX_STATE", filepath.Join(".rapport", "sandbox")), "directory of the journal")
	f.StringVar(&c.Target, "target", env("RAPPORT_SANDBOX_TARGET", "http://127.0.0.1:8080"), "where webhooks go and simulated creators look")
	f.StringVar(&s.publicURL, "public-url", env("RAPPORT_SANDBOX_PUBLIC_URL", ""), "base of links to posts and onboarding; default is --addr")
	f.StringVar(&c.StripeAccountSecret, "stripe-account-secret", getenv("STRIPE_WEBHOOK_SECRET_ACCOUNT"), "signs the account endpoint's webhooks")
	f.StringVar(&c.StripeConnectSecret, "stripe-connect-secret", getenv("STRIPE_WEBHOOK_SECRET_CONNECT"), "signs the connect endpoint's webhooks")
	f.StringVar(&c.DocumensoSecret, "documenso-secret", getenv("RAPPORT_DOCUMENSO_WEBHOOK_SECRET"), "goes with Documenso's webhooks")
	f.StringVar(&c.SendGridKeyDir, "sendgrid-key-dir", getenv("RAPPORT_SANDBOX_KEY_DIR"), "directory of the webhook keys; default is keys/ in --state")
	f.StringVar(&c.InboundDomain, "inbound-domain", getenv("RAPPORT_MAIL_DOMAIN"), "domain whose mail comes back; empty is any")
	f.DurationVar(&c.Pace, "pace", pace, "length of a day of simulated creators and banks")
	f.BoolVar(&c.Mute, "mute", getenv("RAPPORT_SANDBOX_MUTE") == "true", "switch the simulated creators off")
	f.StringVar(&s.world, "world", getenv("RAPPORT_SANDBOX_WORLD"), "base `URL` of the API in which a sample world is made and moved; empty is none")
	f.StringVar(&s.credentials, "credentials", getenv("RAPPORT_SANDBOX_CREDENTIALS"), "`file` that names the sample people with their passwords and authenticators")
	f.BoolVar(&s.verbose, "verbose", getenv("RAPPORT_SANDBOX_VERBOSE") == "true", "log every deed and every refusal")
	if err := f.Parse(args); err != nil {
		return s, fmt.Errorf("flags: %w", err)
	}
	if f.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if c.State == "" {
		return s, errors.New("--state must name a directory: the sandbox must not forget money")
	}
	if s.world != "" && s.credentials == "" {
		return s, errors.New("--world needs --credentials: the sample world is made by people who can sign in")
	}
	if c.SendGridKeyDir == "" {
		c.SendGridKeyDir = filepath.Join(c.State, "keys")
	}
	return s, checkLoopback(s.control)
}

// checkLoopback refuses a control address that other machines could reach.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--control: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--control %s is not a loopback address", addr)
	}
	return nil
}

// people are those who can sign in, if a file says so.
func (s settings) people() ([]sandbox.Person, error) {
	if s.credentials == "" {
		return nil, nil
	}
	return sandbox.ReadPeople(s.credentials)
}

// sampleWorld is nil when none was asked for.
func (s settings) sampleWorld(log *zap.Logger) (*sandbox.World, error) {
	if s.world == "" {
		return nil, nil //nolint:nilnil // no world is no error
	}
	return sandbox.NewWorld(sandbox.WorldConfig{URL: s.world, Sandbox: s.sandbox.PublicURL, People: s.sandbox.People, Pace: s.sandbox.Pace, Log: log})
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) (err error) {
	s, err := parse(args, getenv)
	if err != nil {
		return err
	}
	if s.sandbox.People, err = s.people(); err != nil {
		return err
	}
	logging := zap.NewProductionConfig()
	logging.Sampling = nil
	if s.verbose {
		logging.Level.SetLevel(zap.DebugLevel)
	}
	log, err := logging.Build()
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	s.sandbox.Log = log
	var listen net.ListenConfig
	public, err := listen.Listen(ctx, "tcp", s.addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	control, err := listen.Listen(ctx, "tcp", s.control)
	if err != nil {
		return errors.Join(fmt.Errorf("--control: %w", err), public.Close())
	}
	if s.sandbox.PublicURL = s.publicURL; s.publicURL == "" {
		s.sandbox.PublicURL = "http://" + public.Addr().String()
	}
	world, err := s.sampleWorld(log)
	if err != nil {
		return errors.Join(err, public.Close(), control.Close())
	}
	box, err := sandbox.New(s.sandbox) //nolint:contextcheck // what it starts ends with Close
	if err != nil {
		return errors.Join(err, public.Close(), control.Close())
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	line := json.NewEncoder(out)
	if err := line.Encode(ready{
		Ready: true, URL: s.sandbox.PublicURL, Control: "http://" + control.Addr().String(), State: s.sandbox.State,
		EventPublicKey: box.EventPublicKey(), InboundPublicKey: box.InboundPublicKey(),
	}); err != nil {
		return errors.Join(fmt.Errorf("ready line: %w", err), public.Close(), control.Close())
	}
	group, ctx := errgroup.WithContext(ctx)
	if world != nil {
		group.Go(func() error {
			world.Run(ctx)
			return nil
		})
	}
	for listener, handler := range map[net.Listener]http.Handler{public: box.Handler(), control: box.Control()} {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
		group.Go(func() error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve: %w", err)
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := server.Shutdown(grace); err != nil {
				return errors.Join(err, server.Close())
			}
			return nil
		})
	}
	return group.Wait() //nolint:wrapcheck // the functions of the group have wrapped
}
