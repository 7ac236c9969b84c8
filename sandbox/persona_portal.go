package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
)

// What the creator's pages answer, as far as a simulated creator looks at it.
type portalHome struct {
	CreatorName  string `json:"creator_name"`
	BrandName    string `json:"brand_name"`
	CampaignName string `json:"campaign_name"`
	Brief        string `json:"brief"`
	Offer        *struct {
		ID      string `json:"id"`
		State   string `json:"state"`
		Fee     amount `json:"fee"`
		Message string `json:"message"`
	} `json:"offer"`
	Contract *struct {
		ID    string `json:"id"`
		State string `json:"state"`
	} `json:"contract"`
	Deliverables    []portalDeliverable `json:"deliverables"`
	NeedsOnboarding bool                `json:"needs_onboarding"`
}

type portalDeliverable struct {
	ID            string             `json:"id"`
	Title         string             `json:"title"`
	Platform      string             `json:"platform"`
	Kind          string             `json:"kind"`
	State         string             `json:"state"`
	DraftDueAt    time.Time          `json:"draft_due_at"`
	Round         int                `json:"round"`
	Feedback      string             `json:"feedback"`
	CanSubmit     bool               `json:"can_submit"`
	CanReportPost bool               `json:"can_report_post"`
	Hashtags      []string           `json:"hashtags"`
	Spoken        bool               `json:"spoken"`
	Corrections   []portalCorrection `json:"corrections"`
	Comments      []portalComment    `json:"comments"`
	RoundQuestion *struct {
		Round int     `json:"round"`
		Fee   *amount `json:"fee"`
	} `json:"round_question"`
}

type portalCorrection struct {
	ID     string     `json:"id"`
	DoneAt *time.Time `json:"done_at"`
}

type portalComment struct {
	ID         string     `json:"id"`
	AuthorKind string     `json:"author_kind"`
	CreatedAt  time.Time  `json:"created_at"`
	ResolvedAt *time.Time `json:"resolved_at"`
}

const (
	maxActions   = 8  // of one visit
	maxIdle      = 60 // visits in a row with nothing to do, further and further apart; a new mail starts them again
	portalCookie = "__Host-portal"
	wantSign     = "sign"
	wantOnboard  = "onboard"
	maxAnswer    = 4 << 20
)

// visit is one stay of a simulated creator on the creator's pages.
type visit struct {
	s    *Server
	p    persona
	door *door // the one that the creator is in
	home portalHome
	// later is when the creator wants to come back for something that has a time of its own; zero for nothing.
	later time.Duration
	acted bool
}

// personaVisit lets a simulated creator open the pages and do what is asked there.
func (s *Server) personaVisit(ctx context.Context, j job) time.Duration {
	var p persona
	known, busy := false, false
	slot := "visit|" + j.Ref
	s.db.view(func() {
		p, known = s.personas.get(j.Ref)
		busy = s.inFlight[slot]
		s.inFlight[slot] = true
	})
	if busy {
		return 100 * time.Millisecond
	}
	defer s.db.view(func() { delete(s.inFlight, slot) })
	if !known || s.targetURL() == "" {
		return s.finish(j, nothing)
	}
	// Maps and slices are shared with the stored row; what a visit changes is its own copy.
	p.Done, p.Posts, p.Doors = cloned(p.Done), cloned(p.Posts), slices.Clone(p.Doors)
	p.Captions, p.Known = cloned(p.Captions), cloned(p.Known)
	v := &visit{s: s, p: p}
	before := len(p.Doors)
	v.enterAll(ctx)
	return s.finish(j, func(x *tx) error {
		row, ok := s.personas.get(j.Ref)
		if !ok {
			return nil
		}
		// A mail may have brought another door meanwhile.
		row.Doors = append(v.p.Doors, row.Doors[min(before, len(row.Doors)):]...)
		row.Done, row.Posts, row.Captions, row.Known = v.p.Done, v.p.Posts, v.p.Captions, v.p.Known
		row.Idle++
		if v.acted {
			row.Idle = 0
		}
		if row.Visit == j.ID {
			row.Visit = ""
		}
		if len(row.Doors) > 0 && row.Idle < maxIdle {
			in := s.days(min(0.5+0.25*float64(row.Idle), 4), row.ID)
			if v.later > 0 && v.later < in {
				in = v.later
			}
			s.planVisit(x, &row, in)
		}
		s.personas.put(x, row.ID, row)
		return nil
	})
}

func cloned[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}

// enterAll goes through every door, the newest first, and forgets those that are shut or lead where a newer one leads.
func (v *visit) enterAll(ctx context.Context) {
	rooms := map[string]bool{}
	var open []door
	for _, d := range slices.Backward(v.p.Doors) {
		if d.Room != "" && rooms[d.Room] {
			continue
		}
		v.door = &d
		err := v.enter(ctx, rooms)
		if err != nil {
			v.s.log.Debug("a simulated creator was turned away", zap.String("persona", v.p.Kind), zap.Error(err))
		}
		if !errors.Is(err, errGone) {
			open = append(open, d)
		}
	}
	slices.Reverse(open)
	v.p.Doors = open
}

// enter does what is asked behind one door. errGone says that the door is of no more use.
func (v *visit) enter(ctx context.Context, rooms map[string]bool) error {
	for i := range maxActions {
		if err := v.look(ctx); err != nil {
			return err
		}
		if i == 0 && rooms[v.door.Room] {
			return errGone
		}
		rooms[v.door.Room] = true
		done, err := v.act(ctx)
		if err != nil || !done {
			return err
		}
		v.acted = true
	}
	return nil
}

// look opens a session if there is none and reads the page.
func (v *visit) look(ctx context.Context) error {
	for range 2 {
		if v.door.Cookie == "" {
			status, err := v.call(ctx, http.MethodPost, "/v1/portal/session", map[string]string{"token": v.door.Token}, nil)
			switch {
			case err != nil:
				return err
			case status == http.StatusUnauthorized || status == http.StatusNotFound || status == http.StatusGone:
				return errGone
			case status != http.StatusOK || v.door.Cookie == "":
				return fmt.Errorf("the link was answered with %d", status)
			}
		}
		v.home = portalHome{}
		status, err := v.call(ctx, http.MethodGet, "/v1/portal/home", nil, &v.home)
		if err != nil {
			return err
		}
		if status == http.StatusOK {
			v.door.Room = v.home.BrandName + "|" + v.home.CampaignName
			return nil
		}
		if status != http.StatusUnauthorized {
			return fmt.Errorf("the page was answered with %d", status)
		}
		v.door.Cookie = ""
	}
	return errors.New("the session does not last")
}

// recently tells whether the same was done within a day, so that a page that lags behind is not answered twice.
func (v *visit) recently(what string) bool {
	at, ok := v.p.Done[what]
	return ok && v.s.now().UnixMilli()-at < v.s.cfg.Pace.Milliseconds()
}

func (v *visit) ever(what string) bool {
	_, ok := v.p.Done[what]
	return ok
}

func (v *visit) mark(what string) { v.p.Done[what] = v.s.now().UnixMilli() }

// act does the first thing that is asked for and tells whether it did anything.
func (v *visit) act(ctx context.Context) (bool, error) {
	h := v.home
	if o := h.Offer; o != nil && o.State == "sent" && !v.recently("offer|"+o.ID) {
		return v.decideOffer(ctx)
	}
	if c := h.Contract; c != nil && c.State == "out_for_signature" && !v.ever("sign|"+c.ID) {
		return v.signContract(ctx, c.ID)
	}
	if h.NeedsOnboarding && !v.recently(wantOnboard+"|"+v.door.Room) {
		return v.withCode(ctx, wantOnboard, v.onboard)
	}
	for _, d := range h.Deliverables {
		did, err := v.deliver(ctx, d)
		if did || err != nil {
			return did, err
		}
	}
	return false, nil
}

// renewal tells whether the offer is for another term: one is agreed on while the contract of the present one is in force.
func (v *visit) renewal() bool { return v.home.Contract != nil && v.home.Contract.State == "executed" }

func (v *visit) decideOffer(ctx context.Context) (bool, error) {
	o := v.home.Offer
	body := map[string]any{"decision": "accept"}
	switch {
	case v.p.Kind == personaDecline || (v.renewal() && v.p.Kind == personaSlow):
		body = map[string]any{"decision": "decline", "message": "No thank you."}
	case v.p.Kind == personaHaggle && !v.renewal() && !v.ever("counter|"+v.door.Room):
		body = map[string]any{
			"decision": "counter", "message": "Can you do more?",
			"counter": map[string]any{"amount": o.Fee.Amount / 100 * 120, "currency": o.Fee.Currency},
		}
		v.mark("counter|" + v.door.Room)
	}
	v.mark("offer|" + o.ID)
	return v.post(ctx, "/v1/portal/offers/"+o.ID+"/decisions", body)
}

// withCode asks for a mailed code, or does what it was asked for once the mail has come.
func (v *visit) withCode(ctx context.Context, want string, use func(ctx context.Context, code string) (bool, error)) (bool, error) {
	want += "|" + v.door.Room
	var code string
	busy := false
	err := v.s.db.update(func(x *tx) error {
		row, ok := v.s.personas.get(v.p.ID)
		if !ok {
			return errGone
		}
		// A code does not say what it is for, so only one is waited for at a time.
		if busy = row.Want != "" && row.Want != want && v.recently("code|"+row.Want); busy {
			return nil
		}
		if row.Want == want {
			code = row.Code
		}
		// The mail may come before the request for it is answered, so what it is for is written down first.
		row.Want, row.Code = want, ""
		if code != "" {
			row.Want = ""
		}
		v.s.personas.put(x, row.ID, row)
		return nil
	})
	switch {
	case err != nil:
		return false, err
	case busy:
		v.wish(v.s.cfg.Pace / 4)
		return false, nil
	case code != "":
		return use(ctx, code)
	case v.recently("code|" + want):
		return false, nil
	}
	v.mark("code|" + want)
	status, err := v.call(ctx, http.MethodPost, "/v1/portal/codes", map[string]any{}, nil)
	if status == http.StatusTooManyRequests {
		v.p.Done["code|"+want] += 4 * v.s.cfg.Pace.Milliseconds() // there are only so many in an hour
	}
	return false, err // nothing more until the mail comes
}

// signContract signs where the contract is signed: at the provider of signatures once its link is there, or on the page with a code.
func (v *visit) signContract(ctx context.Context, id string) (bool, error) {
	var contract struct {
		Elsewhere *struct {
			URL string `json:"url"`
		} `json:"elsewhere"`
	}
	status, err := v.call(ctx, http.MethodGet, "/v1/portal/contracts/"+id, nil, &contract)
	switch {
	case err != nil || status != http.StatusOK:
		return false, err
	case contract.Elsewhere == nil:
		return v.withCode(ctx, wantSign, v.sign)
	}
	u, err := url.Parse(contract.Elsewhere.URL)
	if err != nil {
		return false, fmt.Errorf("signing link: %w", err)
	}
	e, found := v.s.envelopeByToken(strings.TrimPrefix(u.Path, "/sign/"))
	if !found {
		return false, nil
	}
	v.mark("sign|" + id)
	_, err = v.s.decide(e.ID, wantSign, "")
	return err == nil, err
}

func (v *visit) sign(ctx context.Context, code string) (bool, error) {
	id := v.home.Contract.ID
	delete(v.p.Done, "code|"+wantSign+"|"+v.door.Room)
	var contract struct {
		Hash    string `json:"text_sha256"`
		Consent string `json:"consent"`
	}
	status, err := v.call(ctx, http.MethodGet, "/v1/portal/contracts/"+id, nil, &contract)
	if err != nil || status != http.StatusOK {
		return false, err
	}
	ok, err := v.post(ctx, "/v1/portal/contracts/"+id+"/signatures", map[string]any{
		"decision": wantSign, "code": code, "name": v.home.CreatorName, "text_sha256": contract.Hash, "consent": contract.Consent,
	})
	if ok {
		v.mark("sign|" + id)
	}
	return ok, err
}

// onboard asks for a link to the bank page and fills that page in.
func (v *visit) onboard(ctx context.Context, code string) (bool, error) {
	delete(v.p.Done, "code|"+wantOnboard+"|"+v.door.Room)
	var link struct {
		URL string `json:"url"`
	}
	status, err := v.call(ctx, http.MethodPost, "/v1/portal/onboarding-links", map[string]any{"code": code}, &link)
	if err != nil || status != http.StatusOK {
		return false, err
	}
	u, err := url.Parse(link.URL)
	if err != nil {
		return false, fmt.Errorf("onboarding link: %w", err)
	}
	id, found := strings.CutPrefix(u.Path, "/onboarding/")
	if !found {
		return false, fmt.Errorf("onboarding link: %w", errGone)
	}
	l, _, err := v.s.visitLink(id)
	if err != nil {
		return false, err
	}
	_, ok, err := v.s.completeLink(id, l.Session, onboardComplete, "")
	v.mark(wantOnboard + "|" + v.door.Room)
	return ok, err
}

// deliver does the first thing that is due about a piece of content: talk about it, hand in a draft, publish a post, or spoil one.
func (v *visit) deliver(ctx context.Context, d portalDeliverable) (bool, error) {
	if did, err := v.talkAbout(ctx, d); did || err != nil {
		return did, err
	}
	version := fmt.Sprintf("draft|%s|%d|%s", d.ID, d.Round, d.State)
	switch {
	case d.CanSubmit && d.State != "in_review" && !v.ever(refusedRound(d)) && !v.recently(version):
		if wait := v.draftWait(d); wait > 0 {
			v.wish(wait)
			return false, nil
		}
		v.mark(version)
		return v.submit(ctx, d)
	case d.CanReportPost && d.State != "posted" && !v.recently("post|"+d.ID):
		if i := slices.IndexFunc(d.Corrections, func(c portalCorrection) bool { return c.DoneAt == nil }); i >= 0 {
			return v.correct(ctx, d, d.Corrections[i].ID)
		}
		v.mark("post|" + d.ID)
		return v.publish(ctx, d)
	case v.p.Kind == personaEditor && (d.State == "verified" || d.State == "accepted") && v.p.Posts[d.ID] != "" && !v.ever("edit|"+d.ID):
		v.mark("edit|" + d.ID)
		return v.rewrite(d, v.caption(d, writeBare))
	case v.mends(d):
		v.mark("mend|" + d.ID)
		return v.rewrite(d, v.approved(d))
	default:
		return false, nil
	}
}

// talkAbout answers what the house asks about a piece of content.
func (v *visit) talkAbout(ctx context.Context, d portalDeliverable) (bool, error) {
	if q := d.RoundQuestion; q != nil && !v.recently(fmt.Sprintf("round|%s|%d|%t", d.ID, d.Round, q.Fee != nil)) {
		v.mark(fmt.Sprintf("round|%s|%d|%t", d.ID, d.Round, q.Fee != nil))
		return v.decideRound(ctx, d)
	}
	for _, c := range d.Comments {
		if c.AuthorKind == "creator" || c.ResolvedAt != nil || v.ever("comment|"+c.ID) || share(c.ID, "answers") >= 0.6 {
			continue
		}
		if wait := c.CreatedAt.Add(v.s.days(0.2, c.ID)).Sub(v.s.now()); wait > 0 {
			v.wish(wait)
			continue
		}
		v.mark("comment|" + c.ID)
		words := remarks[int(share(c.ID, "words")*float64(len(remarks)))]
		return v.post(ctx, "/v1/portal/deliverables/"+d.ID+"/comments", map[string]any{"text": words, "reply_to": c.ID})
	}
	return false, nil
}

// remarks are what creators answer to a comment.
var remarks = []string{
	"Good eye, thank you. It is in the next cut.", "I see what you mean. I kept it because people ask for it; tell me if it has to go.", "Done, have a look.",
}

// refusedRound names a round that the creator makes for money only.
func refusedRound(d portalDeliverable) string { return fmt.Sprintf("refused|%s|%d", d.ID, d.Round) }

// decideRound agrees to another round than the contract includes; who asks for more money wants some for it.
func (v *visit) decideRound(ctx context.Context, d portalDeliverable) (bool, error) {
	if v.p.Kind == personaHaggle && d.RoundQuestion.Fee == nil {
		v.mark(refusedRound(d))
		return v.post(ctx, "/v1/portal/deliverables/"+d.ID+"/round", map[string]any{
			"decision": "decline", "message": "The contract has no more rounds in it. For a fair fee I make another one.",
		})
	}
	delete(v.p.Done, refusedRound(d))
	return v.post(ctx, "/v1/portal/deliverables/"+d.ID+"/round", map[string]any{"decision": "agree"})
}

// correct makes one small correction and ticks it off, a little while after the one before it.
func (v *visit) correct(ctx context.Context, d portalDeliverable, id string) (bool, error) {
	last, begun := v.p.Done["correct|"+d.ID]
	if !begun {
		last = v.s.now().UnixMilli()
		v.p.Done["correct|"+d.ID] = last
	}
	if wait := time.UnixMilli(last).Add(v.s.days(0.2, id)).Sub(v.s.now()); wait > 0 {
		v.wish(wait)
		return false, nil
	}
	v.mark("correct|" + d.ID)
	return v.post(ctx, "/v1/portal/corrections/"+id, map[string]any{"done": true})
}

// mends tells whether an editor puts the disclosure back: half of them do, a good day after they took it out.
func (v *visit) mends(d portalDeliverable) bool {
	at, edited := v.p.Done["edit|"+d.ID]
	return edited && !v.ever("mend|"+d.ID) && share(v.p.ID, "mends") < 0.5 &&
		v.s.now().UnixMilli()-at > (3*v.s.cfg.Pace/2).Milliseconds()
}

func (v *visit) wish(in time.Duration) {
	if v.later == 0 || in < v.later {
		v.later = in
	}
}

// draftWait is how long the creator still takes before handing in.
func (v *visit) draftWait(d portalDeliverable) time.Duration {
	if d.DraftDueAt.IsZero() || d.Feedback != "" || d.State == "changes_requested" {
		return 0
	}
	left := d.DraftDueAt.Sub(v.s.now())
	switch v.p.Kind {
	case personaLatecomer:
		return left + v.s.cfg.Pace
	case personaSlow:
		return left - v.s.cfg.Pace/2
	default:
		return 0
	}
}

func (v *visit) submit(ctx context.Context, d portalDeliverable) (bool, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	fields := map[string]string{"caption": v.caption(d, v.manner(d)), "note": "Here is my draft."}
	if d.Feedback != "" {
		fields["note"] = "Changed as you asked."
	}
	if d.Spoken {
		fields["spoken"], fields["written"] = "true", "true"
	}
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			return false, fmt.Errorf("write form: %w", err)
		}
	}
	name, contentType, content, err := draft(d)
	if err != nil {
		return false, err
	}
	file, err := form.CreatePart(map[string][]string{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}, "Content-Type": {contentType},
	})
	if err != nil {
		return false, fmt.Errorf("write form: %w", err)
	}
	if _, err := file.Write(content); err != nil {
		return false, fmt.Errorf("write form: %w", err)
	}
	if err := form.Close(); err != nil {
		return false, fmt.Errorf("write form: %w", err)
	}
	status, err := v.send(ctx, http.MethodPost, "/v1/portal/deliverables/"+d.ID+"/submissions", form.FormDataContentType(), body.Bytes(), nil)
	if status/100 == 2 {
		v.p.Captions[d.ID] = fields["caption"]
	}
	return status/100 == 2, err
}

// approved is the caption that was handed in last.
func (v *visit) approved(d portalDeliverable) string {
	if words := v.p.Captions[d.ID]; words != "" {
		return words
	}
	return v.caption(d, writeWell)
}

// publish puts the post up as the creator's own, and tells its address.
func (v *visit) publish(ctx context.Context, d portalDeliverable) (bool, error) {
	me := v.self()
	p := post{ID: v.p.Posts[d.ID], Author: v.home.CreatorName, Caption: v.approved(d), Published: v.s.now().UTC()}
	if me.platform == d.Platform { // elsewhere the name is all that anybody knows
		p.Handle = me.handle
	}
	p, err := v.s.savePost(p)
	if err != nil {
		return false, err
	}
	v.p.Posts[d.ID] = p.ID
	return v.post(ctx, "/v1/portal/deliverables/"+d.ID+"/post", map[string]any{"url": v.s.baseURL() + "/posts/" + p.ID})
}

// rewrite changes the caption of a post and nothing else of it.
func (v *visit) rewrite(d portalDeliverable, caption string) (bool, error) {
	var p post
	v.s.db.view(func() { p, _ = v.s.posts.get(v.p.Posts[d.ID]) })
	p.ID, p.Caption = v.p.Posts[d.ID], caption
	_, err := v.s.savePost(p)
	return err == nil, err
}

// post acts on the pages and tells whether that was taken.
func (v *visit) post(ctx context.Context, path string, body any) (bool, error) {
	status, err := v.call(ctx, http.MethodPost, path, body, nil)
	return status/100 == 2, err
}

func (v *visit) call(ctx context.Context, method, path string, body, out any) (int, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return 0, fmt.Errorf("encode: %w", err)
		}
	}
	return v.send(ctx, method, path, "application/json", raw, out)
}

// send speaks to the program at the configured target and to nobody else, whatever host a link names.
func (v *visit) send(ctx context.Context, method, path, contentType string, body []byte, out any) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, v.s.targetURL()+path, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("request: %w", err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Idempotency-Key", newID("persona_"))
	}
	req.Header.Set("User-Agent", "rapport-sandbox")
	if v.door.Cookie != "" {
		req.Header.Set("Cookie", portalCookie+"="+v.door.Cookie)
	}
	resp, err := v.s.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("visit: %w", err)
	}
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.Name == portalCookie && c.Value != "" {
			v.door.Cookie = c.Value
		}
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, fmt.Errorf("visit: %w", err)
	}
	if out != nil && resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(raw, out); err != nil {
			return 0, fmt.Errorf("visit: %w", err)
		}
	}
	return resp.StatusCode, nil
}
