package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// controlMail is a mail as the control port shows it.
type controlMail struct {
	mail

	Links []string `json:"links"`
}

// controlTransfer is a transfer with what a test compares.
type controlTransfer struct {
	ID             string            `json:"id"`
	Amount         int64             `json:"amount"`
	AmountReversed int64             `json:"amount_reversed"`
	Currency       string            `json:"currency"`
	Destination    string            `json:"destination"`
	TransferGroup  string            `json:"transfer_group"`
	Metadata       map[string]string `json:"metadata"`
	IdempotencyKey string            `json:"idempotency_key"`
	Created        int64             `json:"created"`
	AtMS           int64             `json:"at_ms"`
}

const maxControlMails = 100_000

func (s *Server) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /control/faults", s.putFaults)
	mux.HandleFunc("POST /control/faults/random", s.putRandomFaults)
	mux.HandleFunc("GET /control/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		writeJSON(w, http.StatusOK, map[string]any{"faults": append([]Fault{}, s.faults.list...), "seen": append([]int{}, s.faults.seen...)})
	})
	mux.HandleFunc("GET /control/stripe/transfers", s.getTransfers)
	mux.HandleFunc("GET /control/stripe/accounts", s.getAccounts)
	mux.HandleFunc("POST /control/stripe/accounts/{id}", s.setAccount)
	mux.HandleFunc("GET /control/stripe/balances", s.getBalances)
	mux.HandleFunc("POST /control/stripe/balance", s.setBalance)
	mux.HandleFunc("POST /control/stripe/topups/{id}/reverse", func(w http.ResponseWriter, r *http.Request) {
		answerControl(w, map[string]any{"id": r.PathValue("id")}, s.reverseTopup(r.PathValue("id")))
	})
	mux.HandleFunc("GET /control/mail", s.getMails)
	mux.HandleFunc("GET /control/mail/{id}", s.getMail)
	mux.HandleFunc("POST /control/mail/{id}/reply", s.controlReply)
	mux.HandleFunc("POST /control/mail/{id}/events", s.controlEvent)
	mux.HandleFunc("POST /control/inbound/resend", s.resendInbound)
	mux.HandleFunc("GET /control/posts/{id}", s.getPost)
	mux.HandleFunc("PUT /control/posts/{id}", s.putPost)
	mux.HandleFunc("GET /control/slack", s.getSlackPosts)
	mux.HandleFunc("GET /control/documenso", s.getEnvelopes)
	mux.HandleFunc("POST /control/documenso/{id}", s.decideEnvelope)
	mux.HandleFunc("POST /control/clock", s.advanceClock)
	mux.HandleFunc("GET /control/requests", s.getRequests)
	mux.HandleFunc("GET /control/jobs", s.getJobs)
	mux.HandleFunc("POST /control/reset", s.resetAll)
	guard := http.NewCrossOriginProtection()
	return guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux.ServeHTTP(w, r)
	}))
}

func writeProblem(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// readJSON decodes the body strictly; a false answer has been written.
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		writeProblem(w, http.StatusBadRequest, fmt.Errorf("the body is not what this route takes: %w", err))
		return false
	}
	return true
}

func (s *Server) putFaults(w http.ResponseWriter, r *http.Request) {
	var list []Fault
	if !readJSON(w, r, &list) {
		return
	}
	s.applyFaults(w, list)
}

func (s *Server) applyFaults(w http.ResponseWriter, list []Fault) {
	for i, f := range list {
		if err := f.check(); err != nil {
			writeProblem(w, http.StatusUnprocessableEntity, fmt.Errorf("fault %d: %w", i, err))
			return
		}
	}
	s.faults.set(list)
	writeJSON(w, http.StatusOK, map[string]any{"faults": append([]Fault{}, list...)})
}

func (s *Server) putRandomFaults(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Seed uint64  `json:"seed"`
		Rate float64 `json:"rate"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	if body.Rate < 0 || body.Rate > 1 {
		writeProblem(w, http.StatusUnprocessableEntity, errors.New("rate is a probability"))
		return
	}
	s.applyFaults(w, randomFaults(body.Seed, body.Rate))
}

func (s *Server) getTransfers(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	list := []controlTransfer{}
	s.db.view(func() {
		s.transfers.oldest(func(_ string, t transfer) bool {
			if (!q.Has("transfer_group") || q.Get("transfer_group") == t.Group) &&
				(!q.Has("destination") || q.Get("destination") == t.Destination) {
				list = append(list, controlTransfer{
					ID: t.ID, Amount: t.Amount, AmountReversed: t.Reversed, Currency: t.Currency, Destination: t.Destination,
					TransferGroup: t.Group, Metadata: t.Metadata, IdempotencyKey: t.Key, Created: t.Created, AtMS: t.At,
				})
			}
			return true
		})
	})
	writeJSON(w, http.StatusOK, map[string]any{"transfers": list})
}

func (s *Server) getAccounts(w http.ResponseWriter, _ *http.Request) {
	list := []any{}
	s.db.view(func() {
		s.accounts.oldest(func(_ string, a account) bool {
			list = append(list, renderAccount(a))
			return true
		})
	})
	writeJSON(w, http.StatusOK, map[string]any{"accounts": list})
}

// setAccount puts an account into a state without its onboarding page: {outcome: complete | incomplete | restricted,
// payout_failure: code, bank: account number}. Absent fields stay.
func (s *Server) setAccount(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Outcome       string  `json:"outcome"`
		PayoutFailure *string `json:"payout_failure"`
		Bank          string  `json:"bank"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	id := r.PathValue("id")
	if body.Outcome != "" && !slices.Contains([]string{onboardComplete, onboardIncomplete, onboardRestricted}, body.Outcome) {
		writeProblem(w, http.StatusUnprocessableEntity, errors.New("outcome is complete, incomplete or restricted"))
		return
	}
	var shown any
	err := s.db.update(func(x *tx) error {
		a, ok := s.accounts.get(id)
		if !ok {
			return errGone
		}
		if body.PayoutFailure != nil {
			a.PayoutFailure = *body.PayoutFailure
			s.accounts.put(x, id, a)
		}
		switch {
		case body.Outcome != "":
			if err := s.onboard(x, id, body.Outcome, body.Bank); err != nil {
				return err
			}
		case body.Bank != "":
			s.replaceBank(x, &a, body.Bank)
			s.saveAccount(x, a, a.Transfers)
		}
		a, _ = s.accounts.get(id)
		shown = renderAccount(a)
		return nil
	})
	answerControl(w, shown, err)
}

func answerControl(w http.ResponseWriter, body any, err error) {
	switch {
	case errors.Is(err, errGone):
		writeProblem(w, http.StatusNotFound, err)
	case errors.Is(err, errForeignDomain) || errors.Is(err, errNoText) || errors.Is(err, errHeaderBreak) || errors.Is(err, errOverdrawn) || errors.Is(err, errDecided):
		writeProblem(w, http.StatusUnprocessableEntity, err)
	case err != nil:
		writeProblem(w, http.StatusInternalServerError, err)
	default:
		writeJSON(w, http.StatusOK, body)
	}
}

// getBalances shows every holder. Over all holders a currency adds up to zero.
func (s *Server) getBalances(w http.ResponseWriter, _ *http.Request) {
	list := []balance{}
	s.db.view(func() {
		s.balances.oldest(func(_ string, b balance) bool {
			list = append(list, b)
			return true
		})
	})
	writeJSON(w, http.StatusOK, map[string]any{"balances": list})
}

// setBalance sets what the platform has available: {currency, amount}; with `add` the amount is added.
func (s *Server) setBalance(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Currency string `json:"currency"`
		Amount   int64  `json:"amount"`
		Add      bool   `json:"add"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	body.Currency = strings.ToLower(body.Currency)
	if !knownCurrency(body.Currency) {
		writeProblem(w, http.StatusUnprocessableEntity, errors.New("unknown currency"))
		return
	}
	after, err := s.adjust(body.Currency, body.Amount, body.Add)
	answerControl(w, map[string]any{"currency": body.Currency, "available": after}, err)
}

// getMails lists accepted mails from the oldest: ?to=, ?kind= (custom arg), ?since= (RFC 3339), ?limit= (the youngest ones).
func (s *Server) getMails(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit := maxControlMails
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n > 0 {
		limit = n
	}
	since, err := time.Parse(time.RFC3339, q.Get("since"))
	if q.Has("since") && err != nil {
		writeProblem(w, http.StatusBadRequest, errors.New("since is not a time"))
		return
	}
	list := []controlMail{}
	for _, m := range s.mailsTo(q.Get("to"), maxControlMails) {
		if len(list) == limit {
			break
		}
		if m.At.Before(since) || (q.Has("kind") && m.CustomArgs["kind"] != q.Get("kind")) {
			continue
		}
		list = append(list, controlMail{mail: m, Links: linksOf(m)})
	}
	slices.Reverse(list)
	writeJSON(w, http.StatusOK, map[string]any{"mails": list})
}

func (s *Server) getMail(w http.ResponseWriter, r *http.Request) {
	m, ok := s.findMail(r.PathValue("id"))
	if !ok {
		writeProblem(w, http.StatusNotFound, errGone)
		return
	}
	writeJSON(w, http.StatusOK, controlMail{mail: m, Links: linksOf(m)})
}

func (s *Server) controlReply(w http.ResponseWriter, r *http.Request) {
	var reply Reply
	if !readJSON(w, r, &reply) {
		return
	}
	answerControl(w, map[string]bool{"sent": true}, s.replyTo(r.PathValue("id"), reply))
}

// controlEvent lets something happen to a mail: {event: bounce | spamreport | unsubscribe | open | click | deferred, reason}.
func (s *Server) controlEvent(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Event  string `json:"event"`
		Reason string `json:"reason"`
		Status string `json:"status"`
		Type   string `json:"type"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	extra := map[string]any{}
	for name, value := range map[string]string{"reason": body.Reason, "status": body.Status, "type": body.Type} {
		if value != "" {
			extra[name] = value
		}
	}
	err := s.db.update(func(x *tx) error {
		m, ok := s.mails.get(r.PathValue("id"))
		if !ok {
			return errGone
		}
		kinds := map[string]string{"bounce": suppressBounce, "spamreport": suppressSpam, "unsubscribe": suppressUnsub}
		if kind, ok := kinds[body.Event]; ok && body.Type != "blocked" {
			s.suppress(x, kind, m.To, body.Reason)
		}
		s.queueEvent(x, m, body.Event, extra)
		return nil
	})
	answerControl(w, map[string]bool{"sent": true}, err)
}

func (s *Server) getPost(w http.ResponseWriter, r *http.Request) {
	var p post
	var ok bool
	s.db.view(func() { p, ok = s.posts.get(r.PathValue("id")) })
	if !ok {
		writeProblem(w, http.StatusNotFound, errGone)
		return
	}
	writeJSON(w, http.StatusOK, p)
}

func (s *Server) putPost(w http.ResponseWriter, r *http.Request) {
	var p post
	if !readJSON(w, r, &p) {
		return
	}
	p.ID = r.PathValue("id")
	p, err := s.savePost(p)
	answerControl(w, map[string]string{"id": p.ID, "url": s.baseURL() + "/posts/" + p.ID}, err)
}

// advanceClock moves the sandbox's clock ahead: {advance_ms}.
func (s *Server) advanceClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		AdvanceMS int64 `json:"advance_ms"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	if body.AdvanceMS < 0 {
		writeProblem(w, http.StatusUnprocessableEntity, errors.New("the clock never goes back"))
		return
	}
	err := s.db.update(func(x *tx) error {
		next := s.offset.Load() + (time.Duration(body.AdvanceMS) * time.Millisecond).Nanoseconds()
		s.settings.put(x, "clock", next)
		x.onCommit(func() { s.offset.Store(next) })
		return nil
	})
	s.queue.nudge()
	answerControl(w, map[string]time.Time{"now": s.now().UTC()}, err)
}

func (s *Server) getRequests(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"requests": s.Accepted()})
}

// Accepted lists the Stripe requests that were answered with 2xx since the start, the first 20,000 of them.
func (s *Server) Accepted() []AcceptedRequest {
	s.requestsMu.Lock()
	defer s.requestsMu.Unlock()
	return append([]AcceptedRequest{}, s.requests...)
}

// getJobs counts what is still to be done, by kind, so that a test can wait until the webhooks have arrived.
func (s *Server) getJobs(w http.ResponseWriter, _ *http.Request) {
	counts := map[string]int{}
	s.db.view(func() {
		s.jobs.oldest(func(_ string, j job) bool {
			counts[j.Kind]++
			return true
		})
	})
	writeJSON(w, http.StatusOK, map[string]any{"jobs": counts})
}

// resendInbound delivers the inbound posts that a fault had dropped.
func (s *Server) resendInbound(w http.ResponseWriter, _ *http.Request) {
	n := 0
	err := s.db.update(func(x *tx) error {
		dropped := map[string]job{}
		s.dropped.oldest(func(id string, j job) bool {
			dropped[id] = j
			return true
		})
		for id, j := range dropped {
			s.dropped.drop(x, id)
			s.schedule(x, j, 0)
		}
		n = len(dropped)
		return nil
	})
	answerControl(w, map[string]int{"resent": n}, err)
}

// resetAll forgets everything but the signing keys.
func (s *Server) resetAll(w http.ResponseWriter, _ *http.Request) {
	s.faults.set(nil)
	s.queue.clear()
	err := s.db.reset()
	s.offset.Store(0)
	s.requestsMu.Lock()
	s.requests = nil
	s.requestsMu.Unlock()
	answerControl(w, map[string]bool{"reset": true}, err)
}
