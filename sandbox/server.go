// Package sandbox pretends to be the outside world of Rapport: HTTP servers that speak the wire protocols of Stripe, SendGrid, Slack
// and Documenso as far as Rapport uses them, with state, idempotency keys, balances, signed webhooks, a mailbox, hosted posts,
// scripted faults and simulated creators. It is for development and tests; production's binary does not contain it.
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Config says how a sandbox behaves. Only the two Stripe secrets must be set.
type Config struct {
	// State is the directory of the journal. Empty keeps everything in memory, which tests prefer.
	State string
	// Target is the base URL that webhooks go to and that simulated creators visit. Empty sends nothing until SetTarget.
	Target string
	// PublicURL is the base URL of Handler as others reach it; links to onboarding pages and posts start with it. Empty
	// takes the host that the last request named.
	PublicURL string
	// StripeAccountSecret and StripeConnectSecret sign the webhooks of the two endpoints: `whsec_` and 32 characters or more.
	StripeAccountSecret string
	StripeConnectSecret string
	// SendGridKeyDir holds the ECDSA key pairs that sign SendGrid's webhooks; missing ones are made. Empty makes them in memory.
	SendGridKeyDir string
	// DocumensoSecret goes with Documenso's webhooks; empty sends an empty one, as Documenso does.
	DocumensoSecret string
	// InboundDomain is the domain whose mail comes back by Inbound Parse. Empty accepts every domain.
	InboundDomain string
	// Pace is the length of one day of the simulated creators and banks; 0 means 30 seconds.
	Pace time.Duration
	// Mute switches the simulated creators off.
	Mute bool
	// Retry is the pause before the second delivery of a webhook; it doubles up to half a minute. 0 means 200 ms.
	Retry time.Duration
	// People are those whose authenticators are shown.
	People []Person
	// Log receives what goes wrong; nil discards it.
	Log *zap.Logger
}

// maxBody bounds a request's body; SendGrid's own limit for a mail is 30 MB.
const maxBody = 30 << 20

// Server is one sandbox. Handler serves what the vendors and the public serve, Control what only tests may touch.
type Server struct {
	cfg    Config
	log    *zap.Logger
	db     *store
	queue  *scheduler
	faults *faultScript
	keys   signingKeys
	client *http.Client

	accounts     *table[account]
	links        *table[accountLink]
	transfers    *table[transfer]
	reversals    *table[reversal]
	topups       *table[topup]
	payouts      *table[payout]
	movements    *table[movement]
	balances     *table[balance]
	events       *table[event]
	stripeKeys   *table[storedAnswer]
	mails        *table[mail]
	mailEvents   *table[mailEvent]
	mailCounts   *table[int] // by UTC day and statistic
	suppressions *table[suppression]
	posts        *table[post]
	slackPosts   *table[slackPost]
	envelopes    *table[envelope]
	signFiles    *table[[]byte] // of documents, as they were sent
	personas     *table[persona]
	jobs         *table[job]
	dropped      *table[job] // inbound posts that a fault kept from being delivered
	settings     *table[int64]

	inFlight map[string]bool // idempotency keys whose first request has not been answered; under db.mu
	offset   atomic.Int64    // how far the sandbox's clock is ahead, in nanoseconds

	addresses sync.RWMutex
	target    string
	publicURL string

	requestsMu sync.Mutex
	requests   []AcceptedRequest

	handler http.Handler
	control http.Handler
	stop    context.CancelFunc
}

// New loads the state and starts the work that was left; Close ends it.
func New(cfg Config) (*Server, error) {
	for name, secret := range map[string]string{"account": cfg.StripeAccountSecret, "connect": cfg.StripeConnectSecret} {
		if !strings.HasPrefix(secret, "whsec_") || len(secret) < 32 {
			return nil, fmt.Errorf("the secret of the %s endpoint must start with whsec_ and have 32 characters or more", name)
		}
	}
	if cfg.Pace <= 0 {
		cfg.Pace = 30 * time.Second
	}
	if cfg.Retry <= 0 {
		cfg.Retry = 200 * time.Millisecond
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	keys, err := loadKeys(cfg.SendGridKeyDir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, log: cfg.Log, db: newStore(), queue: newScheduler(), faults: &faultScript{}, keys: keys,
		inFlight: map[string]bool{}, target: strings.TrimRight(cfg.Target, "/"), publicURL: strings.TrimRight(cfg.PublicURL, "/"),
		client: &http.Client{
			Timeout:       20 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	s.makeTables()
	if cfg.State != "" {
		if err := s.db.open(cfg.State); err != nil {
			return nil, err
		}
	}
	s.handler, s.control = s.routes(), s.controlRoutes()
	s.startJobs()
	return s, nil
}

func (s *Server) makeTables() {
	s.accounts = newTable[account](s.db, "account")
	s.links = newTable[accountLink](s.db, "link")
	s.transfers = newTable[transfer](s.db, "transfer")
	s.reversals = newTable[reversal](s.db, "reversal")
	s.topups = newTable[topup](s.db, "topup")
	s.payouts = newTable[payout](s.db, "payout")
	s.movements = newTable[movement](s.db, "movement")
	s.balances = newTable[balance](s.db, "balance")
	s.events = newTable[event](s.db, "event")
	s.stripeKeys = newTable[storedAnswer](s.db, "key")
	s.mails = newTable[mail](s.db, "mail")
	s.mailEvents = newTable[mailEvent](s.db, "mail_event")
	s.mailCounts = newTable[int](s.db, "mail_count")
	s.suppressions = newTable[suppression](s.db, "suppression")
	s.posts = newTable[post](s.db, "post")
	s.slackPosts = newTable[slackPost](s.db, "slack_post")
	s.envelopes = newTable[envelope](s.db, "envelope")
	s.signFiles = newTable[[]byte](s.db, "sign_file")
	s.personas = newTable[persona](s.db, "persona")
	s.jobs = newTable[job](s.db, "job")
	s.dropped = newTable[job](s.db, "dropped")
	s.settings = newTable[int64](s.db, "setting")
}

func (s *Server) startJobs() {
	s.queue.handlers["deliver"] = s.deliver
	s.queue.handlers["flush"] = s.flushMailEvents
	s.queue.handlers["rollforward"] = s.rollForward
	s.queue.handlers["topup"] = s.settleTopup
	s.queue.handlers["payout_open"] = s.openPayout
	s.queue.handlers["payout_step"] = s.stepPayout
	s.queue.handlers["mail_event"] = s.emitMailEvent
	s.queue.handlers["reply"] = s.personaReply
	s.queue.handlers["visit"] = s.personaVisit
	s.queue.handlers["client"] = s.clientDecides
	if offset, ok := s.settings.get("clock"); ok {
		s.offset.Store(offset)
	}
	s.jobs.oldest(func(_ string, j job) bool {
		s.queue.push(j)
		return true
	})
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.queue.running.Add(1)
	go s.runJobs(ctx)
}

// Close stops deliveries and simulated creators, waits for what runs, and closes the journal.
func (s *Server) Close() error {
	s.stop()
	s.queue.running.Wait()
	return s.db.close()
}

// Handler serves Stripe's, SendGrid's, Slack's and Documenso's APIs, the onboarding page, the mailbox and the posts.
func (s *Server) Handler() http.Handler { return s.handler }

// Control serves the control port. Whoever reaches it rules the sandbox: bind it to loopback.
func (s *Server) Control() http.Handler { return s.control }

// SetTarget changes where webhooks go, for a server whose port is known only after the sandbox's.
func (s *Server) SetTarget(url string) {
	s.addresses.Lock()
	s.target = strings.TrimRight(url, "/")
	s.addresses.Unlock()
	s.queue.nudge()
}

// SetPublicURL changes the base of the links that the sandbox hands out.
func (s *Server) SetPublicURL(url string) {
	s.addresses.Lock()
	defer s.addresses.Unlock()
	s.publicURL = strings.TrimRight(url, "/")
}

// EventPublicKey is the base64 DER key that verifies SendGrid's event webhooks.
func (s *Server) EventPublicKey() string { return s.keys.event.public }

// InboundPublicKey is the base64 DER key that verifies Inbound Parse posts.
func (s *Server) InboundPublicKey() string { return s.keys.inbound.public }

func (s *Server) targetURL() string {
	s.addresses.RLock()
	defer s.addresses.RUnlock()
	return s.target
}

func (s *Server) baseURL() string {
	s.addresses.RLock()
	defer s.addresses.RUnlock()
	return s.publicURL
}

// now is the sandbox's clock: that of the machine plus what the control port added. Idempotency keys, links, bank days, mail
// statistics and simulated creators follow it; timestamps on the wire stay the machine's, because signatures are checked against those.
func (s *Server) now() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s.stripeRoutes(mux)
	s.sendgridRoutes(mux)
	s.slackRoutes(mux)
	s.documensoRoutes(mux)
	s.pageRoutes(mux)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		s.learnURL(r.Host)
		mux.ServeHTTP(w, r)
	})
}

// learnURL lets a server that was not told its own address learn it from whoever reached it.
func (s *Server) learnURL(host string) {
	if s.cfg.PublicURL != "" || host == "" || s.baseURL() != "" {
		return
	}
	s.SetPublicURL("http://" + host)
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// newID makes an id as the vendors do: a prefix that names the kind and 24 random characters.
func newID(prefix string) string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	for i, c := range b {
		b[i] = alphabet[int(c)%len(alphabet)]
	}
	return prefix + string(b)
}

var errGone = errors.New("no such thing")
