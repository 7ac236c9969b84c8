package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sgmail "github.com/sendgrid/sendgrid-go/helpers/mail"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"
)

// day is how long a simulated day lasts in these tests.
const day = 100 * time.Millisecond

func TestPersona_is_named_by_the_local_part(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"eager.3@creators.example": "eager", "Slow+x@creators.example": "slow", "never@creators.example": "never", "kim@creators.example": "kim",
		"eagerly.1@creators.example": "eagerly",
	} {
		require.Equal(t, want, personaOf(address))
	}
}

func TestMailedCode_ignores_figures_that_are_no_code(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Your code is 123456.":                          "123456",
		"Code: AB12-CD34, valid 10 minutes":             "AB12-CD34",
		"You are paid 125000 cents":                     "",
		"A code? See http://a.example/portal/123456789": "",
	} {
		require.Equal(t, want, mailedCode(mail{Text: text}), text)
	}
}

// Each behaviour answers outreach in its own way; the number says which mail is answered.
func TestPersonas_answer_outreach(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		answers map[int]string
	}{
		personaEager:   {map[int]string{1: "Yes, love to"}},
		personaSlow:    {map[int]string{2: "Sorry for the late answer"}},
		personaNever:   {nil},
		personaDecline: {map[int]string{1: "No thank you"}},
		personaOOO:     {map[int]string{1: "out of the office", 3: "I am back"}},
		personaHaggle:  {map[int]string{1: "Can you do more?"}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cfg := quick()
			cfg.InboundDomain = "in.brand.example"
			b := newBox(t, cfg, nil)
			for n := 1; n <= 3; n++ {
				_, status := b.sendMail(kind+".7@creators.example", "outreach", nil)
				require.Equal(t, http.StatusAccepted, status)
				b.advance(time.Hour)
				want, ok := c.answers[n]
				if !ok {
					b.idle("reply")
					continue
				}
				fields, _ := fieldsOf(t, b.next(at(endpointInbound)))
				require.Contains(t, fields["text"], want)
				require.Equal(t, kind == personaOOO && n == 1, strings.Contains(fields["headers"], "Auto-Submitted: auto-replied"))
				require.Equal(t, kind+".7@creators.example", fields["from"])
			}
			b.idle("reply")
			b.idle("deliver")
			for len(b.hooks) > 0 {
				require.NotEqual(t, endpointInbound, (<-b.hooks).path)
			}
		})
	}
}

func TestPersona_thanks_for_a_personal_mail(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	_, status := b.sendMail("eager.7@creators.example", "transactional", nil)
	require.Equal(t, http.StatusAccepted, status)
	b.advance(time.Hour)
	fields, _ := fieldsOf(t, b.next(at(endpointInbound)))
	require.Contains(t, fields["text"], "Thanks for writing")
}

// idle waits until no job of a kind is left.
func (b *box) idle(kind string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		var got struct {
			Jobs map[string]int `json:"jobs"`
		}
		b.control(http.MethodGet, "/control/jobs", nil, &got)
		return got.Jobs[kind] == 0
	}, waitFor, tick)
}

// portal is a small stand-in for the creator's pages: it answers as the contract says and remembers what was done.
type portal struct {
	t    *testing.T
	box  *box
	link func() string // mints an onboarding link

	mu     sync.Mutex
	to     string
	code   int
	drafts []time.Time
	post   string
	log    []string
	home   map[string]any
}

const dueIn = 3 * day

func newPortal(t *testing.T, kind string) *portal {
	t.Helper()
	p := &portal{t: t, to: kind + ".2@creators.example"} // the second editor is one who does not mend
	cfg := quick()
	cfg.Pace = day
	p.box = newBox(t, cfg, nil)
	server := httptest.NewServer(p.routes())
	t.Cleanup(server.Close)
	p.box.SetTarget(server.URL)
	p.home = map[string]any{
		"creator_name": "Kim", "deliverables": []any{}, "needs_onboarding": false,
		"offer": map[string]any{"id": "o1", "state": "sent", "fee": map[string]any{"amount": 100_000, "currency": "usd"}},
	}
	return p
}

func (p *portal) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /v1/portal/session", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Token string `json:"token"`
		}
		if json.NewDecoder(r.Body).Decode(&body) != nil || body.Token != "tok-1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: portalCookie, Value: "cookie-1", Path: "/", Secure: true, HttpOnly: true})
		p.answer(w)
	})
	handle := func(pattern string, do func(r *http.Request) bool) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if c, err := r.Cookie(portalCookie); err != nil || c.Value != "cookie-1" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			if !do(r) {
				w.WriteHeader(http.StatusUnprocessableEntity)
				return
			}
			p.answer(w)
		})
	}
	handle("GET /v1/portal/home", func(*http.Request) bool { return true })
	handle("POST /v1/portal/codes", p.mailCode)
	handle("POST /v1/portal/offers/o1/decisions", p.offer)
	handle("POST /v1/portal/contracts/c1/signatures", p.sign)
	handle("POST /v1/portal/deliverables/d1/submissions", p.draft)
	handle("POST /v1/portal/deliverables/d1/post", p.reported)
	mux.HandleFunc("GET /v1/portal/contracts/c1", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"text_sha256": "feed"})
	})
	mux.HandleFunc("POST /v1/portal/onboarding-links", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Code string `json:"code"`
		}
		if json.NewDecoder(r.Body).Decode(&body) != nil || !p.codeIs(body.Code) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		p.set("needs_onboarding", false, "onboarded")
		writeJSON(w, http.StatusOK, map[string]string{"url": p.link()})
	})
	return mux
}

func (p *portal) answer(w http.ResponseWriter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	writeJSON(w, http.StatusOK, p.home)
}

func (p *portal) set(name string, value any, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.home[name] = value
	p.log = append(p.log, what)
}

func (p *portal) did() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.log...)
}

func (p *portal) codeIs(code string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.code > 0 && code == fmt.Sprintf("%06d", 100_000+p.code)
}

func (p *portal) mailCode(*http.Request) bool {
	p.mu.Lock()
	p.code++
	code := 100_000 + p.code
	p.mu.Unlock()
	_, status := p.box.sendMail(p.to, "code", func(m *sgmail.SGMailV3) {
		m.Subject, m.Content = "Your code", []*sgmail.Content{sgmail.NewContent("text/plain", fmt.Sprintf("The code is %06d.", code))}
	})
	return status == http.StatusAccepted
}

func (p *portal) offer(r *http.Request) bool {
	var body struct {
		Decision string `json:"decision"`
		Counter  struct {
			Amount int64 `json:"amount"`
		} `json:"counter"`
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil || r.Header.Get("Idempotency-Key") == "" {
		return false
	}
	switch body.Decision {
	case "counter":
		p.set("offer", map[string]any{"id": "o1", "state": "sent", "fee": map[string]any{"amount": body.Counter.Amount, "currency": "usd"}},
			fmt.Sprint("counter ", body.Counter.Amount))
	case "accept":
		p.set("offer", map[string]any{"id": "o1", "state": "accepted"}, "accept")
		p.set("contract", map[string]any{"id": "c1", "state": "out_for_signature"}, "contract")
	default:
		p.set("offer", map[string]any{"id": "o1", "state": "declined"}, body.Decision)
	}
	return true
}

func (p *portal) sign(r *http.Request) bool {
	var body struct {
		Code string `json:"code"`
		Name string `json:"name"`
		Hash string `json:"text_sha256"`
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil || !p.codeIs(body.Code) || body.Name != "Kim" || body.Hash != "feed" {
		return false
	}
	p.set("contract", map[string]any{"id": "c1", "state": "executed"}, "sign")
	p.set("needs_onboarding", true, "onboarding")
	p.deliverable("awaiting_draft", 0)
	return true
}

func (p *portal) deliverable(state string, round int) {
	p.set("deliverables", []any{map[string]any{
		"id": "d1", "title": "Reel", "state": state, "round": round, "draft_due_at": time.Now().Add(dueIn), "hashtags": []string{"ad", "brand"},
		"can_submit":      state == "awaiting_draft" || state == "changes_requested",
		"can_report_post": state == "approved_to_post",
	}}, state)
}

func (p *portal) draft(r *http.Request) bool {
	file, _, err := r.FormFile("file")
	if err != nil || !strings.Contains(r.FormValue("caption"), "#ad #brand") {
		return false
	}
	_ = file.Close()
	p.mu.Lock()
	p.drafts = append(p.drafts, time.Now())
	n := len(p.drafts)
	p.mu.Unlock()
	if n == 1 {
		p.deliverable("changes_requested", 1)
	} else {
		p.deliverable("approved_to_post", 1)
	}
	return true
}

func (p *portal) reported(r *http.Request) bool {
	var body struct {
		URL string `json:"url"`
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		return false
	}
	p.mu.Lock()
	p.post = body.URL
	p.mu.Unlock()
	p.deliverable("verified", 1)
	return true
}

// invite mails the link; from then on the creator acts alone.
func (p *portal) invite() {
	_, status := p.box.sendMail(p.to, "offer", func(m *sgmail.SGMailV3) {
		m.Content = []*sgmail.Content{sgmail.NewContent("text/plain", "Your offer: https://rapport.example/portal/tok-1.")}
	})
	require.Equal(p.t, http.StatusAccepted, status)
}

func (p *portal) until(what string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		return slices.Contains(p.did(), what)
	}, 4*waitFor, tick, "%s: %v", what, p.did)
}

func (p *portal) caption() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.post[strings.LastIndex(p.post, "/")+1:]
	var row post
	p.box.db.view(func() { row, _ = p.box.posts.get(id) })
	return row.Caption
}

func TestPersonas_do_their_part_on_the_creators_pages(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{personaEager, personaSlow, personaHaggle, personaLatecomer, personaEditor} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t, kind)
			account := createAccount(t, p.box.stripe())
			p.link = func() string {
				l, err := p.box.stripe().AccountLinks.New(&stripe.AccountLinkParams{
					Account: new(account), RefreshURL: new("http://a.example"), ReturnURL: new("http://a.example"),
					Type: new("account_onboarding"),
				})
				if err != nil {
					return ""
				}
				return l.URL
			}
			start := time.Now()
			p.invite()
			p.invite() // a second way to the same partnership does nothing twice
			p.until("verified")
			p.until("onboarded")
			want := []string{"accept", "contract", "sign", "onboarding", "awaiting_draft"}
			if kind == personaHaggle {
				want = append([]string{"counter 120000"}, want...)
			}
			require.Equal(t, want, p.did()[:len(want)])
			require.Len(t, p.did(), len(want)+4, "%v", p.did()) // changes_requested, approved_to_post, verified, onboarded
			require.Eventually(t, func() bool {
				a, err := p.box.stripe().Accounts.GetByID(account, nil)
				return err == nil && a.PayoutsEnabled
			}, waitFor, tick)
			require.Len(t, p.drafts, 2, "a draft and what was changed as asked")
			if kind == personaLatecomer {
				require.Greater(t, p.drafts[0].Sub(start), dueIn+day)
			}
			if kind == personaEditor {
				require.Eventually(t, func() bool { return !strings.Contains(p.caption(), "#ad") }, waitFor, tick)
			} else {
				require.Contains(t, p.caption(), "#ad")
			}
		})
	}
}

func TestEditors_mend_what_they_spoilt_after_a_good_day(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	spoilt := func(ago time.Duration) map[string]int64 {
		return map[string]int64{"edit|d": b.now().Add(-ago).UnixMilli()}
	}
	for _, c := range []struct {
		who  string
		done map[string]int64
		want bool
	}{
		{"editor.1", spoilt(2 * time.Hour), true}, {"editor.1", spoilt(time.Hour), false}, {"editor.1", nil, false}, {"editor.2", spoilt(2 * time.Hour), false},
	} {
		v := &visit{s: b.Server, p: persona{ID: c.who + "@creators.example", Done: c.done}}
		require.Equal(t, c.want, v.mends(portalDeliverable{ID: "d"}), c.who)
	}
}

func TestPersona_declines_an_offer(t *testing.T) {
	t.Parallel()
	p := newPortal(t, personaDecline)
	p.invite()
	p.until("decline")
}

func TestPersona_never_visits(t *testing.T) {
	t.Parallel()
	p := newPortal(t, personaNever)
	p.invite()
	p.box.idle("visit")
	require.Empty(t, p.did())
}
