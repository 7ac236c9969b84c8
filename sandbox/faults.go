package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"sync"
)

// What a fault does. The first group befalls a vendor's API, the second the delivery of its webhooks.
const (
	actDropBefore      = "drop_before"          // the connection ends before anything happens
	actStall           = "stall"                // the connection stays silent for delay_ms and ends; nothing happens
	actCommitDrop      = "commit_then_drop"     // it happens, and the connection ends without an answer
	actCommit500       = "commit_then_500"      // it happens, and the answer, kept under the key, is a 500
	actRollForward     = "500_then_rollforward" // the answer, kept under the key, is a 500; it happens delay_ms later
	act429             = "429"                  // refused by the rate limiter, which runs before the idempotency layer
	act401             = "401"                  // the key is refused, before the idempotency layer
	act403             = "403"                  // the key lacks the right, before the idempotency layer
	actTruncate        = "truncate"             // it happens, and half of the answer arrives
	actSlow            = "slow"                 // it happens, and the answer comes delay_ms later
	actHTML502         = "html_502"             // a proxy's page instead of an answer; nothing happens
	actWrongAmount     = "wrong_amount"         // it happens, and the answer names another amount
	actRedirect        = "redirect"             // a 307 to elsewhere; nothing happens
	actDuplicate       = "duplicate"            // delivered twice
	actReorder         = "reorder"              // delivered a second late, after those that follow meanwhile
	actDelay           = "delay"                // delivered delay_ms later
	actDrop            = "drop"                 // never delivered
	actForge           = "forge"                // delivered with another secret, once, and then as it should be
	providerStripe     = "stripe"
	providerSendGrid   = "sendgrid"
	providerSlack      = "slack"
	providerDocumenso  = "documenso"
	defaultFaultDelay  = 1000
	reorderPatience    = 1000
	randomRequests     = 200 // how many requests of a route a random script looks ahead
	maxScriptedDelayMS = 24 * 60 * 60 * 1000
)

var requestActions = []string{
	actDropBefore, actStall, actCommitDrop, actCommit500, actRollForward, act429, actTruncate, actSlow, actHTML502, actWrongAmount, actRedirect, act401, act403,
}

var webhookActions = []string{actDuplicate, actReorder, actDelay, actDrop, actForge}

// Fault is one line of the script: what befalls which request. Counting starts when the script is set.
type Fault struct {
	Provider string `json:"provider"`           // stripe, sendgrid, slack or documenso
	Method   string `json:"method,omitempty"`   // empty matches every method; not used for webhooks
	Path     string `json:"path,omitempty"`     // path.Match pattern; for webhooks of their path or event type; empty matches all
	Nth      int    `json:"nth,omitempty"`      // the first matching request it befalls, from 1; 0 is 1
	Times    int    `json:"times,omitempty"`    // how many matching requests in a row; 0 is 1, negative is all
	Action   string `json:"action"`             //
	DelayMS  int    `json:"delay_ms,omitempty"` // for slow, stall, delay and 500_then_rollforward; 0 is 1000
}

func (f Fault) check() error {
	if !slices.Contains([]string{providerStripe, providerSendGrid, providerSlack, providerDocumenso}, f.Provider) {
		return fmt.Errorf("provider %q is none of stripe, sendgrid, slack and documenso", f.Provider)
	}
	if !slices.Contains(requestActions, f.Action) && !slices.Contains(webhookActions, f.Action) {
		return fmt.Errorf("unknown action %q", f.Action)
	}
	if f.Action == actStall && f.Provider != providerStripe {
		return errors.New("only Stripe stalls")
	}
	if f.Action == actForge && f.Provider != providerDocumenso {
		return errors.New("only Documenso's webhooks are forged")
	}
	if _, err := path.Match(f.Path, "/"); err != nil {
		return fmt.Errorf("path %q: %w", f.Path, err)
	}
	if f.Nth < 0 || f.DelayMS < 0 || f.DelayMS > maxScriptedDelayMS {
		return fmt.Errorf("nth and delay_ms must not be negative, delay_ms at most %d", maxScriptedDelayMS)
	}
	return nil
}

func (f Fault) matches(provider, method string, names []string) bool {
	if f.Provider != provider || (f.Method != "" && method != "" && f.Method != method) {
		return false
	}
	return f.Path == "" || slices.ContainsFunc(names, func(name string) bool {
		ok, err := path.Match(f.Path, name)
		return ok && err == nil
	})
}

func (f Fault) delay() int {
	if f.DelayMS == 0 {
		return defaultFaultDelay
	}
	return f.DelayMS
}

type faultScript struct {
	mu   sync.Mutex
	list []Fault
	seen []int
}

func (s *faultScript) set(list []Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list, s.seen = slices.Clone(list), make([]int, len(list))
}

// pick counts one request or delivery and gives the first fault that befalls it, whose action is one of those allowed.
func (s *faultScript) pick(allowed []string, provider, method string, names ...string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hit Fault
	for i, f := range s.list {
		if !slices.Contains(allowed, f.Action) || !f.matches(provider, method, names) {
			continue
		}
		s.seen[i]++
		first := max(f.Nth, 1)
		last := first + max(f.Times, 1) - 1
		if hit.Action == "" && s.seen[i] >= first && (f.Times < 0 || s.seen[i] <= last) {
			hit = f
		}
	}
	return hit
}

// randomFaults makes the same script from the same seed: each of the next requests of the routes below is hit with
// probability rate by one of the actions that make sense there.
func randomFaults(seed uint64, rate float64) []Fault {
	routes := []struct {
		provider, method, path string
		actions                []string
	}{
		{providerStripe, "POST", "/v1/transfers", []string{
			actDropBefore, actCommitDrop, actCommit500, actRollForward, act429, actTruncate, actSlow, actHTML502, actWrongAmount,
		}},
		{providerStripe, "POST", "/v1/transfers/*/reversals", []string{actDropBefore, actCommitDrop, act429, actTruncate, actSlow, actHTML502}},
		{providerStripe, "POST", "/v1/accounts", []string{actDropBefore, actCommitDrop, act429, actTruncate, actSlow, actHTML502}},
		{providerStripe, "POST", "/v1/account_links", []string{actDropBefore, actCommitDrop, act429, actSlow, actHTML502}},
		{providerStripe, "GET", "", []string{actDropBefore, act429, actTruncate, actSlow, actHTML502}},
		{providerSendGrid, "POST", "/v3/mail/send", []string{actDropBefore, actCommitDrop, actCommit500, act429, actSlow, actHTML502}},
		{providerStripe, "", "/webhooks/stripe/*", []string{actDuplicate, actReorder, actDelay, actDrop}},
		{providerSendGrid, "", "/webhooks/sendgrid/*", []string{actDuplicate, actReorder, actDelay}},
		{providerStripe, "POST", "/v1/accounts/*/login_links", []string{actDropBefore, act429, actSlow, actHTML502}},
	}
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // the script must be repeatable, not secret
	list := []Fault{}
	for _, r := range routes {
		for nth := 1; nth <= randomRequests; nth++ {
			if rng.Float64() >= rate {
				continue
			}
			list = append(list, Fault{
				Provider: r.provider, Method: r.method, Path: r.path, Nth: nth, Times: 1,
				Action: r.actions[rng.IntN(len(r.actions))], DelayMS: 100 + rng.IntN(1900),
			})
		}
	}
	return list
}
