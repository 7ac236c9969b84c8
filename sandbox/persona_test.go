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

	captions []string
	// elsewhere is the link under which the contract is signed at Documenso.
	elsewhere string
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
	handle("POST /v1/portal/corrections/{id}", p.ticked)
	handle("POST /v1/portal/deliverables/d1/round", p.round)
	handle("POST /v1/portal/deliverables/d1/comments", p.said)
	mux.HandleFunc("GET /v1/portal/contracts/c1", func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		contract := map[string]any{"text_sha256": "feed"}
		if p.elsewhere != "" {
			contract["elsewhere"] = map[string]string{"url": p.elsewhere}
		}
		writeJSON(w, http.StatusOK, contract)
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
		"id": "d1", "title": "Reel", "state": state, "round": round, "draft_due_at": time.Now().Add(dueIn), "hashtags": []string{"ad", "brand"}, "kind": "reel", "spoken": true,
		"can_submit":      state == "awaiting_draft" || state == "changes_requested",
		"can_report_post": state == "approved_to_post",
	}}, state)
}

func (p *portal) draft(r *http.Request) bool {
	file, _, err := r.FormFile("file")
	if err != nil || !strings.Contains(r.FormValue("caption"), "#brand") || r.FormValue("spoken") != "true" || r.FormValue("written") != "true" {
		return false
	}
	_ = file.Close()
	p.mu.Lock()
	p.drafts, p.captions = append(p.drafts, time.Now()), append(p.captions, r.FormValue("caption"))
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
	open := slices.ContainsFunc(p.first("corrections"), func(c map[string]any) bool { return c["done_at"] == nil })
	if !open {
		p.post = body.URL
	}
	p.mu.Unlock()
	if !open {
		p.deliverable("verified", 1)
	}
	return !open
}

// first is a list of the first piece of content; the caller holds the lock.
func (p *portal) first(name string) []map[string]any {
	list, _ := p.home["deliverables"].([]any)
	if len(list) == 0 {
		return nil
	}
	d, _ := list[0].(map[string]any)
	items, _ := d[name].([]map[string]any)
	return items
}

// with adds something to the only piece of content.
func (p *portal) with(state, name string, value any) {
	p.deliverable(state, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	list, _ := p.home["deliverables"].([]any)
	d, _ := list[0].(map[string]any)
	d[name] = value
}

func (p *portal) ticked(r *http.Request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.first("corrections") {
		if c["id"] == r.PathValue("id") && c["done_at"] == nil {
			c["done_at"] = time.Now()
			p.log = append(p.log, "tick "+r.PathValue("id"))
			return true
		}
	}
	return false
}

func (p *portal) round(r *http.Request) bool {
	var body struct {
		Decision string `json:"decision"`
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		return false
	}
	p.deliverable("changes_requested", 1)
	p.set("stage", "active", body.Decision)
	return true
}

func (p *portal) said(r *http.Request) bool {
	var body struct {
		Text    string `json:"text"`
		ReplyTo string `json:"reply_to"`
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil || body.Text == "" {
		return false
	}
	p.set("stage", "active", "answer "+body.ReplyTo)
	return true
}

// signed is a portal behind which the contract is executed already.
func signed(t *testing.T, kind string) *portal {
	t.Helper()
	p := newPortal(t, kind)
	p.home["offer"] = nil
	p.home["contract"] = map[string]any{"id": "c1", "state": "executed"}
	return p
}

func TestPersona_ticks_corrections_off_one_by_one_before_it_publishes(t *testing.T) {
	t.Parallel()
	p := signed(t, personaEager)
	p.with("approved_to_post", "corrections", []map[string]any{{"id": "k1", "text": "a"}, {"id": "k2", "text": "b"}})
	p.invite()
	p.until("verified")
	require.Equal(t, []string{"approved_to_post", "tick k1", "tick k2", "verified"}, p.did())
}

func TestPersona_signs_at_Documenso_where_the_contract_is_there(t *testing.T) {
	t.Parallel()
	p := signed(t, personaEager)
	e := envelope{ID: "envelope_1", Status: "PENDING", Recipients: []envelopeRecipient{{Token: "tok1"}}}
	require.NoError(t, p.box.db.update(func(x *tx) error { p.box.envelopes.put(x, e.ID, e); return nil }))
	p.mu.Lock()
	p.home["contract"] = map[string]any{"id": "c1", "state": "out_for_signature"}
	p.elsewhere = "http://sign.example/sign/tok1"
	p.mu.Unlock()
	p.invite()
	require.Eventually(t, func() bool {
		_, open := p.box.envelopeByToken("tok1")
		var now envelope
		p.box.db.view(func() { now, _ = p.box.envelopes.get("envelope_1") })
		return open && now.Status == "COMPLETED"
	}, 10*time.Second, 10*time.Millisecond)
	require.NotContains(t, p.did(), "sign", "nothing is signed on the page")
}

func TestPersonas_answer_whether_they_make_another_round(t *testing.T) {
	t.Parallel()
	p := signed(t, personaEager)
	p.with("changes_requested", "round_question", map[string]any{"round": 2, "included": 1})
	p.invite()
	p.until("verified")
	require.Equal(t, "agree", p.did()[2])

	p = signed(t, personaHaggle)
	p.with("changes_requested", "round_question", map[string]any{"round": 2, "included": 1})
	p.invite()
	p.until("decline")
	p.box.idle("client")
	p.mu.Lock()
	require.Empty(t, p.drafts, "no version for nothing")
	p.mu.Unlock()
	p.with("changes_requested", "round_question", map[string]any{"round": 2, "included": 1, "fee": amount{5_000, "usd"}})
	p.until("agree")
	p.until("verified")
}

func TestPersonas_answer_some_comments_once(t *testing.T) {
	t.Parallel()
	p := signed(t, personaEager)
	list := make([]map[string]any, 0, 11)
	list = append(list, map[string]any{"id": "mine", "author_kind": "creator", "created_at": time.Now()})
	answered := 0
	for i := range 10 {
		id := fmt.Sprintf("k%d", i)
		list = append(list, map[string]any{"id": id, "author_kind": "house", "created_at": time.Now()})
		if share(id, "answers") < 0.6 {
			answered++
		}
	}
	p.with("in_review", "comments", list)
	p.invite()
	require.Eventually(t, func() bool { return len(p.did()) == answered+1 }, waitFor, tick)
	require.Greater(t, answered, 3)
	require.Less(t, answered, 10)
	require.NotContains(t, p.did(), "answer mine")
}

// content is a visit of somebody behind whose door the page says something.
func content(b *box, email, says string) *visit {
	v := &visit{s: b.Server, door: &door{Room: "r"}, p: persona{
		ID: email, Kind: personaOf(email), Known: map[string]brief{}, Captions: map[string]string{}, Done: map[string]int64{}, Posts: map[string]string{},
	}}
	v.home.Brief, v.home.CreatorName = says, "Kim"
	return v
}

func TestCaptions_say_that_they_are_paid_in_the_words_of_their_readers(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	d := portalDeliverable{ID: "d", Title: "Trail film", Hashtags: []string{"#ad", "#trail"}}
	for says, want := range map[string]string{
		"": "Anzeige: ", "Begin the caption with “Publicidad”.": "Publicidad: ", "“Anzeige” does not say clearly enough for France that this is paid.": "Publicité: ",
		"readers in the Netherlands may not understand": "#advertentie ",
	} {
		v := content(b, "haggle.2@creators.example", says) // lives in Germany
		require.Regexp(t, "^"+want, v.caption(d, v.manner(d)), says)
		require.Contains(t, v.caption(d, writeWell), "#trail")
		v.home.Brief = ""
		require.Regexp(t, "^"+want, v.caption(d, writeWell), "it is kept in mind")
		require.NotContains(t, v.caption(d, writeBare), want)
	}
	v := content(b, "eager@elsewhere.example", "Your code is CAMP-KIM1: please name it. Your link is https://a.example/x?from=kim")
	require.Regexp(t, "^#ad ", v.caption(d, writeWell))
	require.Contains(t, v.caption(d, writeWell), "code CAMP-KIM1 ")
	require.Contains(t, v.caption(d, writeWell), "https://a.example/x?from=kim")
	d.Feedback = "The caption names the code “X1”; yours is CAMP-KIM2."
	require.Contains(t, v.caption(d, writeWell), "code CAMP-KIM2 ")
}

func TestTwoPersonas_make_a_mistake_in_the_first_version(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	d := portalDeliverable{ID: "d", Title: "Trail film", Platform: "youtube"}
	hurried := content(b, "latecomer.5@creators.example", "")
	require.Regexp(t, "^Thank you .*#collab", hurried.caption(d, hurried.manner(d)))
	slow := content(b, "slow.3@creators.example", "")
	late := slow.caption(d, slow.manner(d))
	require.Greater(t, strings.Index(late, "#publicité"), 160, late)
	for _, v := range []*visit{hurried, slow} {
		v.p.Captions["d"] = "the first one"
		require.Regexp(t, "^Publi|^Reklame: |^Pubblicità: ", v.caption(d, v.manner(d)))
	}
}

func TestPosts_carry_the_handle_and_what_was_approved(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	v := content(b, "haggle.2@creators.example", "")
	v.p.Captions["d"] = "What was approved"
	_, err := v.publish(t.Context(), portalDeliverable{ID: "d", Platform: "youtube"})
	require.NoError(t, err)
	show := func() (p post) {
		b.db.view(func() { p, _ = b.posts.get(v.p.Posts["d"]) })
		return p
	}
	p := show()
	require.Equal(t, []string{"bennounterwegs", "What was approved"}, []string{p.Handle, p.Caption})
	require.WithinDuration(t, time.Now(), p.Published, time.Minute)
	_, err = v.rewrite(portalDeliverable{ID: "d"}, "Without it")
	require.NoError(t, err)
	require.Equal(t, "Without it", show().Caption)
	require.Equal(t, []any{p.Handle, p.Published}, []any{show().Handle, show().Published})
	_, err = v.publish(t.Context(), portalDeliverable{ID: "e", Platform: "tiktok"})
	require.NoError(t, err)
	b.db.view(func() { p, _ = b.posts.get(v.p.Posts["e"]) })
	require.Empty(t, p.Handle, "nobody knows an account there")
}

func TestDrafts_have_the_format_of_their_place(t *testing.T) {
	t.Parallel()
	for _, d := range []portalDeliverable{{ID: "a", Kind: "video", Platform: "youtube"}, {ID: "b", Kind: "reel", Platform: "instagram"}} {
		name, kind, first, err := draft(d)
		require.NoError(t, err)
		require.Equal(t, "video/webm", kind)
		require.Equal(t, "cut-1.webm", name)
		require.Equal(t, "video/webm", http.DetectContentType(first))
		d.Round = 1
		_, _, second, err := draft(d)
		require.NoError(t, err)
		require.NotEqual(t, first, second)
	}
	_, kind, _, err := draft(portalDeliverable{Kind: "post"})
	require.NoError(t, err)
	require.Equal(t, "image/png", kind)
}

func TestClients_decide_most_versions_by_their_link(t *testing.T) {
	t.Parallel()
	decided := make(chan string, 40)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Decision string `json:"decision"`
		}
		if r.URL.Path == "/v1/outside/review/decisions" && json.NewDecoder(r.Body).Decode(&body) == nil && r.Header.Get("Idempotency-Key") != "" {
			decided <- r.Header.Get("Review-Token") + " " + body.Decision
		}
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(target.Close)
	cfg := quick()
	cfg.Pace = day
	b := newBox(t, cfg, nil)
	b.SetTarget(target.URL)
	for i := range 20 {
		_, status := b.sendMail("client.kim@orchard.example", "transactional", func(m *sgmail.SGMailV3) {
			m.Subject = fmt.Sprintf("Please look at version %d", i)
			m.Content = []*sgmail.Content{sgmail.NewContent("text/plain", fmt.Sprintf("Decide here: https://rapport.example/review/tok-%d.", i))}
		})
		require.Equal(t, http.StatusAccepted, status)
	}
	b.idle("deliver")
	b.idle("client")
	require.Greater(t, len(decided), 8)
	require.Less(t, len(decided), 20, "some are left to whoever looks on")
	require.Regexp(t, `^tok-\d+ (approve|approve_with_corrections|request_changes)$`, <-decided)
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
				require.Eventually(t, func() bool { return p.caption() != "" && !strings.Contains(p.caption(), "#ad") }, waitFor, tick)
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
