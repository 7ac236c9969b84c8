package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"os"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Roles that the sample world plays, by the names of the API.
const (
	roleOps      = "ops"
	roleApprover = "approver"
	roleLegal    = "legal"
	rolePreparer = "finance_preparer"
	roleReleaser = "finance_releaser"
	roleAdmin    = "admin"
)

// WorldConfig says where the sample world is made and who makes it.
type WorldConfig struct {
	// URL is the base of Rapport's API.
	URL string
	// Sandbox is the base of the sandbox's own addresses, where the stand-in for Slack is; empty connects no channel.
	Sandbox string
	// People are those whom the world plays, one for each role and brand.
	People []Person
	// Pace is the length of a day; 0 means 30 seconds.
	Pace time.Duration
	// Gap is the least time between two requests; 0 means 150 ms.
	Gap time.Duration
	// Log receives what the world does and, at debug, what it was refused; nil discards it.
	Log *zap.Logger
}

// World makes the sample world and plays the people of the house in it, over the API only. It keeps nothing: what there is to
// do is what the API shows, so it can be stopped and started at any time. Of each kind of decision it leaves some to whoever looks
// on, and it leaves alone every partnership that it did not start or that somebody else writes to.
type World struct {
	cfg    WorldConfig
	log    *zap.Logger
	client *http.Client
	houses []*house
	roster map[string]member    // by handle
	names  map[string]bool      // of people of the house
	last   time.Time            // of the last request
	tried  map[string]time.Time // deeds and looks, so that none is repeated at once
}

// house is one brand with the people who work for it.
type house struct {
	name      string
	seats     map[string]*seat
	campaigns map[string]campaignPlan // by id
	furnished bool                    // policies and people are there
	started   bool                    // everybody has been started
	short     bool                    // a payout waits for funds
}

// id is the brand's, known once somebody has signed in.
func (h *house) id() string { return h.seats[roleOps].brandID }

// ReadPeople reads a file of credentials: a JSON list of Person.
func ReadPeople(path string) ([]Person, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the credentials: %w", err)
	}
	var people []Person
	if err := json.Unmarshal(text, &people); err != nil {
		return nil, fmt.Errorf("read the credentials from %s: %w", path, err)
	}
	return people, nil
}

// NewWorld needs somebody for each role that acts, at one brand or more.
func NewWorld(cfg WorldConfig) (*World, error) {
	if cfg.Pace <= 0 {
		cfg.Pace = 30 * time.Second
	}
	if cfg.Gap <= 0 {
		cfg.Gap = 150 * time.Millisecond
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	w := &World{cfg: cfg, log: cfg.Log, tried: map[string]time.Time{}, roster: map[string]member{}, names: map[string]bool{}, client: &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, m := range roster() {
		w.roster[m.handle] = m
	}
	known := map[string]*house{}
	for _, p := range cfg.People {
		h := known[p.Brand]
		if h == nil {
			h = &house{name: p.Brand, seats: map[string]*seat{}, campaigns: map[string]campaignPlan{}}
			known[p.Brand] = h
			w.houses = append(w.houses, h)
		}
		h.seats[p.Role] = &seat{Person: p}
		w.names[p.Name] = true
	}
	if len(w.houses) == 0 {
		return nil, errors.New("the sample world needs people to play")
	}
	for _, h := range w.houses {
		for _, role := range []string{roleOps, roleApprover, roleLegal, rolePreparer, roleReleaser, roleAdmin} {
			if h.seats[role] == nil {
				return nil, fmt.Errorf("the sample world needs somebody with the role %s at %s", role, h.name)
			}
		}
	}
	return w, nil
}

// Run waits for the API and then makes and moves the world until the context ends. It never fails: what is refused is tried again.
func (w *World) Run(ctx context.Context) {
	for !w.ready(ctx) {
		if pause(ctx, time.Second) != nil {
			return
		}
	}
	w.log.Info("the sample world begins to move", zap.Int("brands", len(w.houses)), zap.Duration("day", w.cfg.Pace))
	for {
		begun := time.Now()
		w.round(ctx)
		if pause(ctx, max(w.cfg.Pace/6-time.Since(begun), w.cfg.Pace/30)) != nil {
			return
		}
	}
}

func (w *World) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.cfg.URL+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close() // only the status matters
	return resp.StatusCode == http.StatusOK
}

// round lets everybody of every brand do what is due.
func (w *World) round(ctx context.Context) {
	for _, h := range w.houses {
		for _, part := range []struct {
			name string
			play func(context.Context, *house) error
		}{
			{"approvals", w.furnish}, {"campaigns", w.planCampaigns}, {"funds", w.fund}, {"roster", w.fillRoster}, {"partnerships", w.tend}, {"contracts", w.sendContracts},
			{"brand review", func(ctx context.Context, h *house) error { return w.review(ctx, h, roleApprover, holdReview) }},
			{"legal review", func(ctx context.Context, h *house) error { return w.review(ctx, h, roleLegal, holdLegal) }},
			{"second review", func(ctx context.Context, h *house) error { return w.review(ctx, h, roleOps, holdReview) }},
			{"payouts", w.pay}, {"trouble", w.mend},
		} {
			if err := part.play(ctx, h); err != nil && !errors.Is(err, errLater) {
				w.log.Debug("the sample world waits", zap.String("brand", h.name), zap.String("part", part.name), zap.Error(err))
			}
			if ctx.Err() != nil {
				return
			}
		}
	}
	for what, at := range w.tried {
		if time.Since(at) > 10*w.cfg.Pace {
			delete(w.tried, what)
		}
	}
}

// days is a span of the world's days.
func (w *World) days(n float64) time.Duration { return time.Duration(n * float64(w.cfg.Pace)) }

// share is a number from 0 to 1 that the words decide, always the same one.
func share(words ...string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(words, "\x00"))) // never fails
	x := h.Sum64()
	x ^= x >> 33 // FNV alone spreads short words badly over the high bits
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x%10_000) / 10_000
}

// again tells whether something was not tried for so many days, and notes that it is now.
func (w *World) again(after float64, what ...string) bool {
	key := strings.Join(what, "\x00")
	if at, ok := w.tried[key]; ok && time.Since(at) < w.days(after) {
		return false
	}
	w.tried[key] = time.Now()
	return true
}

// ripe tells whether something has lain long enough for its turn: people take between two parts of a day.
func (w *World) ripe(since time.Time, from, to float64, what ...string) bool {
	return time.Since(since) >= w.days(from+(to-from)*share(what...))
}

// did logs what somebody did, and at debug what was refused.
func (w *World) did(who *seat, what, id string, err error) bool {
	if err != nil {
		w.log.Debug("the sample world was refused", zap.String("role", who.Role), zap.String("deed", what), zap.String("id", id), zap.Error(err))
		return false
	}
	w.log.Debug("the sample world acts", zap.String("role", who.Role), zap.String("deed", what), zap.String("id", id))
	return true
}
