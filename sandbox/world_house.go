package sandbox

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Reasons that the world gives. The API keeps them as notes, which are told from a person's by their words.
const (
	reasonPause     = "On parental leave until further notice."
	reasonTerminate = "The product was recalled before the film was made; both sides agreed to stop."
	reasonBan       = "Bought followers, as two platforms have confirmed."
	reasonDeclined  = "They are not interested."
	reasonLapse     = "The next season has another theme."
	reasonAccept    = "The post has run its course; a missing word is no longer worth a dispute."
	reasonWaive     = "The season is over; we do without it."
	reasonAgain     = "A new season, and a new product."
	reasonHold      = "The invoice names another company than the contract."
)

func ownReason(text string) bool {
	return slices.Contains([]string{
		reasonPause, reasonTerminate, reasonBan, reasonDeclined, reasonLapse, reasonAccept, reasonWaive, reasonAgain, reasonHold,
	}, strings.TrimSpace(text))
}

// maxDeeds is how much one person does in one round.
const maxDeeds = 3

type worldPartnership struct {
	ID         string `json:"id"`
	CampaignID string `json:"campaign_id"`
	Creator    struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Handle string `json:"handle"`
	} `json:"creator"`
	Stage        string    `json:"stage"`
	Paused       bool      `json:"paused"`
	RenewalState string    `json:"renewal_state"`
	Term         int       `json:"term"`
	UpdatedAt    time.Time `json:"updated_at"`
}

type worldDetail struct {
	Summary  worldPartnership `json:"summary"`
	Commands []worldCommand   `json:"commands"`
	Offer    *struct {
		State string `json:"state"`
		Fee   amount `json:"fee"`
	} `json:"offer"`
	Contract *struct {
		State string `json:"state"`
	} `json:"contract"`
	Deliverables []struct {
		ID    string `json:"id"`
		State string `json:"state"`
		Round int    `json:"round"`
		Late  bool   `json:"late"`
	} `json:"deliverables"`
	Milestones []struct {
		DeliverableID string     `json:"deliverable_id"`
		State         string     `json:"state"`
		Threshold     *goal      `json:"threshold"`
		CountsUntil   *time.Time `json:"counts_until"`
	} `json:"milestones"`
}

type worldCommand struct {
	Command string `json:"command"`
	Allowed bool   `json:"allowed"`
}

func allows(list []worldCommand, command string) bool {
	return slices.ContainsFunc(list, func(c worldCommand) bool { return c.Command == command && c.Allowed })
}

// ours tells whether a partnership belongs to the sample world, and with whom it is.
func (w *World) ours(h *house, p worldPartnership) (member, campaignPlan, bool) {
	plan, mine := h.campaigns[p.CampaignID]
	m, known := w.member(p.Creator.Handle)
	return m, plan, mine && known
}

// tend lets ops go through the partnerships.
func (w *World) tend(ctx context.Context, h *house) error {
	if len(h.campaigns) == 0 {
		return nil
	}
	list, err := all[worldPartnership](ctx, w, h.seats[roleOps], "/v1/partnerships", url.Values{"brand_id": {h.id()}})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b worldPartnership) int { return cmp.Compare(a.ID, b.ID) })
	left := maxDeeds
	for _, p := range list {
		m, plan, ours := w.ours(h, p)
		if !ours || p.Paused {
			continue
		}
		did, err := w.tendOne(ctx, h, p, m, plan)
		if err != nil {
			return err
		}
		if did {
			left--
		}
		if left == 0 {
			break
		}
	}
	return nil
}

// tendOne does at most one thing for a partnership and tells whether it did.
func (w *World) tendOne(ctx context.Context, h *house, p worldPartnership, m member, plan campaignPlan) (bool, error) {
	switch {
	case m.fate != "" && (p.Stage == "active" || (m.fate == fateBan && p.Stage == "negotiating")):
		return w.meetFate(ctx, h, p, m)
	case p.Stage == "in_conversation" && m.hold != holdOffer:
		return w.answer(ctx, h, p, m, plan)
	case p.Stage == "negotiating":
		return w.bargain(ctx, h, p, m, plan)
	case p.Stage == "contract_out" && plan.names(m) && w.again(50, "codes", p.ID):
		return w.setCodes(ctx, h, p, m, plan)
	case p.RenewalState == "review_open" && m.hold != holdRenewal:
		return w.renew(ctx, h, p, m)
	case p.Stage == "unresponsive" && m.persona != personaNever:
		return w.startAgain(ctx, h, p)
	}
	return false, nil
}

func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// command gives a partnership a command in the name of ops.
func (w *World) command(ctx context.Context, h *house, p worldPartnership, body map[string]any) (bool, error) {
	name, _ := body["command"].(string)
	ref, _ := body["deliverable_id"].(string)
	if !w.again(2, "command", p.ID, name, ref) {
		return false, nil
	}
	ops := h.seats[roleOps]
	// A command that was refused is another one when the partnership has changed.
	key := deed("command", p.ID, name, ref, p.UpdatedAt.Format(time.RFC3339Nano))
	return w.did(ops, name, p.ID, w.post(ctx, ops, "/v1/partnerships/"+p.ID+"/commands", key, body)), nil
}

func (w *World) meetFate(ctx context.Context, h *house, p worldPartnership, m member) (bool, error) {
	if !w.ripe(p.UpdatedAt, 0.5, 1, p.ID, "fate") {
		return false, nil
	}
	switch m.fate {
	case fatePause:
		return w.command(ctx, h, p, map[string]any{"command": "pause", "reason": reasonPause})
	case fateTerminate:
		var does struct {
			Shown string `json:"shown"`
		}
		if err := w.get(ctx, h.seats[roleOps], "/v1/partnerships/"+p.ID+"/termination", &does); err != nil {
			return false, err
		}
		return w.command(ctx, h, p, map[string]any{"command": "terminate", "reason": reasonTerminate, "shown": does.Shown})
	default:
		if !w.again(2, "ban", p.ID) {
			return false, nil
		}
		ops := h.seats[roleOps]
		err := w.post(ctx, ops, "/v1/creators/"+p.Creator.ID+"/ban", deed("ban", p.Creator.ID, p.UpdatedAt.Format(time.RFC3339Nano)),
			map[string]any{"banned": true, "reason": reasonBan})
		return w.did(ops, "ban", p.ID, err), nil
	}
}

type worldMessage struct {
	Direction string    `json:"direction"`
	Channel   string    `json:"channel"`
	Author    string    `json:"author"`
	Text      string    `json:"text"`
	At        time.Time `json:"at"`
}

// talk reads the messages of a partnership, newest first. Somebody who writes to the creator, or takes a note, has taken the
// partnership into their own hands; what the machine sends has the brand as its author.
func (w *World) talk(ctx context.Context, h *house, p worldPartnership) (last worldMessage, touched bool, err error) {
	var got listed[worldMessage]
	if err := w.get(ctx, h.seats[roleOps], "/v1/partnerships/"+p.ID+"/messages?limit=50", &got); err != nil {
		return last, false, err
	}
	for _, m := range got.Items {
		if (m.Direction == "internal" && !ownReason(m.Text)) || (m.Direction == "out" && (m.Channel != "email" || w.names[m.Author])) {
			touched = true
		}
		if m.Direction == "in" && m.At.After(last.At) {
			last = m
		}
	}
	return last, touched, nil
}

// answer makes an offer to a creator who wrote back, or takes a no for a no.
func (w *World) answer(ctx context.Context, h *house, p worldPartnership, m member, plan campaignPlan) (bool, error) {
	if !w.ripe(p.UpdatedAt, 0.3, 1.5, p.ID, "answer") || !w.again(1, "answer", p.ID) {
		return false, nil
	}
	last, touched, err := w.talk(ctx, h, p)
	if err != nil || touched {
		return false, err
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(last.Text)), "no thank") {
		return w.command(ctx, h, p, map[string]any{"command": "mark_declined", "reason": reasonDeclined})
	}
	return w.offer(ctx, h, p, plan.feeOf(m), plan.currency, "Hi "+firstName(m.name)+", good to hear from you. "+plan.offer+plan.codeWords(m))
}

func (w *World) offer(ctx context.Context, h *house, p worldPartnership, fee int64, currency, message string) (bool, error) {
	ops := h.seats[roleOps]
	key := deed("offer", p.ID, p.UpdatedAt.Format(time.RFC3339Nano))
	err := w.post(ctx, ops, "/v1/partnerships/"+p.ID+"/offers", key, map[string]any{"fee": amount{fee, currency}, "message": message})
	return w.did(ops, "offer", p.ID, err), nil
}

// look reads a partnership, not more often than once in so many days; nil when it is not time or somebody else sees to it.
func (w *World) look(ctx context.Context, h *house, p worldPartnership, after float64) (*worldDetail, error) {
	if !w.again(after, "look", p.ID) {
		return nil, nil //nolint:nilnil // nothing to look at is no error
	}
	if _, touched, err := w.talk(ctx, h, p); err != nil || touched {
		return nil, err
	}
	var d worldDetail
	if err := w.get(ctx, h.seats[roleOps], "/v1/partnerships/"+p.ID, &d); err != nil {
		return nil, err
	}
	return &d, nil
}

// bargain raises an offer once when the creator asks for more; a third of such answers is left to whoever looks on.
func (w *World) bargain(ctx context.Context, h *house, p worldPartnership, m member, plan campaignPlan) (bool, error) {
	if share(m.handle, "counter") < 0.34 || !w.ripe(p.UpdatedAt, 0.3, 1, p.ID, "bargain") {
		return false, nil
	}
	d, err := w.look(ctx, h, p, 1)
	if d == nil || err != nil || d.Offer == nil || d.Offer.State != "countered" || d.Offer.Fee.Amount > plan.feeOf(m) {
		return false, err
	}
	more := plan.feeOf(m) + plan.feeOf(m)/10
	return w.offer(ctx, h, p, more, plan.currency, "Hi "+firstName(m.name)+", we can meet you half-way. This is the most that we have for it."+plan.codeWords(m))
}

// setCodes writes down what the offer has named, before the first draft is held against it.
func (w *World) setCodes(ctx context.Context, h *house, p worldPartnership, m member, plan campaignPlan) (bool, error) {
	ops := h.seats[roleOps]
	code, link := plan.codes(m)
	body := map[string]string{}
	if code != "" {
		body["promo_code"] = code
	}
	if link != "" {
		body["tracked_link"] = link
	}
	err := w.do(ctx, ops, ask{method: http.MethodPut, path: "/v1/partnerships/" + p.ID + "/codes", key: deed("codes", p.ID, code, link), body: body})
	return w.did(ops, "set codes", p.ID, err), nil
}

// renew decides on the next term: most go on, some lapse.
func (w *World) renew(ctx context.Context, h *house, p worldPartnership, m member) (bool, error) {
	if p.Stage == "terminated" || p.Stage == "banned" || !w.ripe(p.UpdatedAt, 0.5, 2, p.ID, "renew") {
		return false, nil
	}
	d, err := w.look(ctx, h, p, 1)
	if d == nil || err != nil {
		return false, err
	}
	if share(m.handle, "renew") < 0.7 && allows(d.Commands, "renew") {
		return w.command(ctx, h, p, map[string]any{"command": "renew"})
	}
	if allows(d.Commands, "let_lapse") {
		return w.command(ctx, h, p, map[string]any{"command": "let_lapse", "reason": reasonLapse})
	}
	return false, nil
}

// mend sees to content that has been in trouble for days, half of which is left to whoever looks on, pays for revision rounds that a creator
// does not make for nothing, and enters most of the numbers that bonuses depend on.
func (w *World) mend(ctx context.Context, h *house) error {
	if len(h.campaigns) == 0 || !w.again(1, "mend", h.name) {
		return nil
	}
	type task struct {
		PartnershipID string    `json:"partnership_id"`
		Kind          string    `json:"kind"`
		CreatedAt     time.Time `json:"created_at"`
	}
	list, err := all[task](ctx, w, h.seats[roleOps], "/v1/tasks", url.Values{"brand_id": {h.id()}, "state": {"open"}})
	if err != nil {
		return err
	}
	left := maxDeeds
	for _, t := range list {
		answers := map[string]func(context.Context, *house, worldPartnership) (bool, error){"round_declined": w.offerRound, "enter_number": w.enterNumber}
		if answer := answers[t.Kind]; answer != nil && left > 0 && time.Since(t.CreatedAt) >= w.days(0.5) {
			did, err := answer(ctx, h, worldPartnership{ID: t.PartnershipID})
			if err != nil {
				return err
			}
			if did {
				left--
			}
			continue
		}
		trouble := t.Kind == "post_mismatch" || t.Kind == "post_not_cured" || t.Kind == "content_late"
		if !trouble || left == 0 || time.Since(t.CreatedAt) < w.days(5) || share(t.PartnershipID, "mend") < 0.5 {
			continue
		}
		did, err := w.mendOne(ctx, h, worldPartnership{ID: t.PartnershipID})
		if err != nil {
			return err
		}
		if did {
			left--
		}
	}
	return nil
}

func (w *World) mendOne(ctx context.Context, h *house, p worldPartnership) (bool, error) {
	d, err := w.look(ctx, h, p, 2)
	if d == nil || err != nil {
		return false, err
	}
	if _, _, ours := w.ours(h, d.Summary); !ours || d.Summary.Paused {
		return false, nil
	}
	for _, c := range d.Deliverables {
		switch {
		case (c.State == "posted" || c.State == "verified") && allows(d.Commands, "accept_deliverable"):
			return w.command(ctx, h, d.Summary, map[string]any{
				"command": "accept_deliverable", "deliverable_id": c.ID, "reason": reasonAccept,
			})
		case c.Late && allows(d.Commands, "waive_deliverable"):
			return w.command(ctx, h, d.Summary, map[string]any{
				"command": "waive_deliverable", "deliverable_id": c.ID, "reason": reasonWaive,
			})
		}
	}
	return false, nil
}

// enterNumber says what a post had when its time was over, as its creator's statistics show it; a fifth are left to whoever looks on.
func (w *World) enterNumber(ctx context.Context, h *house, p worldPartnership) (bool, error) {
	if share(p.ID, "number") < 0.2 {
		return false, nil
	}
	d, err := w.look(ctx, h, p, 1)
	if d == nil || err != nil {
		return false, err
	}
	for _, m := range d.Milestones {
		if m.State != "pending" || m.Threshold == nil || m.CountsUntil == nil {
			continue
		}
		ops, had := h.seats[roleOps], m.Threshold.AtLeast*int64(70+100*share(p.ID, "reached"))/100
		stood := m.CountsUntil.Add(time.Millisecond) // below the goal it decides only when the time is over
		if had >= m.Threshold.AtLeast {
			stood = *m.CountsUntil
		}
		err := w.do(ctx, ops, ask{method: http.MethodPost, path: "/v1/deliverables/" + m.DeliverableID + "/numbers", key: deed("number", p.ID, stood.String()), body: map[string]any{
			"metric": m.Threshold.Metric, "value": had, "stood_at": stood, "source": "The statistics page, as the creator showed it on a call",
		}})
		return w.did(ops, "enter a number", p.ID, err), nil
	}
	return false, nil
}

// offerRound offers a tenth of the fee for another version.
func (w *World) offerRound(ctx context.Context, h *house, p worldPartnership) (bool, error) {
	d, err := w.look(ctx, h, p, 1)
	if d == nil || err != nil {
		return false, err
	}
	m, plan, ours := w.ours(h, d.Summary)
	if !ours || d.Summary.Paused {
		return false, nil
	}
	ops := h.seats[roleOps]
	for _, c := range d.Deliverables {
		if c.State != "changes_requested" || c.Round <= plan.terms.RevisionRounds {
			continue
		}
		err := w.post(ctx, ops, "/v1/deliverables/"+c.ID+"/rounds", deed("round", c.ID, d.Summary.UpdatedAt.Format(time.RFC3339Nano)),
			map[string]any{"fee": amount{plan.feeOf(m) / 10, plan.currency}})
		return w.did(ops, "offer a round", c.ID, err), nil
	}
	return false, nil
}

func (w *World) startAgain(ctx context.Context, h *house, p worldPartnership) (bool, error) {
	d, err := w.look(ctx, h, p, 9)
	if d == nil || err != nil || !allows(d.Commands, "start_again") {
		return false, err
	}
	return w.command(ctx, h, p, map[string]any{"command": "start_again", "reason": reasonAgain})
}

// sendContracts approves drafted contracts and sends them for signature.
func (w *World) sendContracts(ctx context.Context, h *house) error {
	if len(h.campaigns) == 0 {
		return nil
	}
	type contract struct {
		ID            string          `json:"id"`
		PartnershipID string          `json:"partnership_id"`
		Creator       worldCreatorRef `json:"creator"`
		CampaignName  string          `json:"campaign_name"`
		CreatedAt     time.Time       `json:"created_at"`
		State         string          `json:"state"`
		Consent       string          `json:"consent"`
	}
	ops := h.seats[roleOps]
	list, err := all[contract](ctx, w, ops, "/v1/contracts", url.Values{"brand_id": {h.id()}, "state": {"internal_approval"}})
	if err != nil {
		return err
	}
	left := maxDeeds
	for _, c := range list {
		m, known := w.member(c.Creator.Handle)
		if !known || !h.runs(c.CampaignName) || m.hold == holdContract || c.State != "internal_approval" ||
			!w.ripe(c.CreatedAt, 0.3, 1.2, c.ID, "send") || !w.again(1, "send", c.ID) {
			continue
		}
		if _, touched, err := w.talk(ctx, h, worldPartnership{ID: c.PartnershipID}); err != nil || touched {
			continue
		}
		if w.did(ops, "send contract", c.ID, w.post(ctx, ops, "/v1/contracts/"+c.ID+"/send", deed("send", c.ID, time.Now().Format(time.RFC3339)), map[string]any{"consent": c.Consent})) {
			left--
		}
		if left == 0 {
			break
		}
	}
	return nil
}

type worldCreatorRef struct {
	Handle string `json:"handle"`
}

// runs tells whether a campaign of that name is one of the sample world's.
func (h *house) runs(campaign string) bool {
	for _, plan := range h.campaigns {
		if plan.name == campaign {
			return true
		}
	}
	return false
}

type worldPayout struct {
	ID            string          `json:"id"`
	PartnershipID string          `json:"partnership_id"`
	CampaignName  string          `json:"campaign_name"`
	Creator       worldCreatorRef `json:"creator"`
	Amount        amount          `json:"amount"`
	State         string          `json:"state"`
	UpdatedAt     time.Time       `json:"updated_at"`
}

// pay lets two different people of finance see to the payouts.
func (w *World) pay(ctx context.Context, h *house) error {
	if len(h.campaigns) == 0 {
		return nil
	}
	query := url.Values{"brand_id": {h.id()}, "state": {"awaiting_approval", "awaiting_funds", "failed"}}
	list, err := all[worldPayout](ctx, w, h.seats[rolePreparer], "/v1/payouts", query)
	if err != nil {
		return err
	}
	left := map[string]int{rolePreparer: maxDeeds, roleReleaser: maxDeeds}
	for _, p := range list {
		m, known := w.member(p.Creator.Handle)
		if p.State == "awaiting_funds" {
			h.short = true
		}
		if !known || !h.runs(p.CampaignName) {
			continue
		}
		for _, part := range []struct{ role, name, hold string }{{rolePreparer, "preparer", holdPrepare}, {roleReleaser, "releaser", holdRelease}} {
			if left[part.role] == 0 || m.hold == part.hold || !w.ripe(p.UpdatedAt, 0.2, 1, p.ID, part.name) || !w.again(1, part.name, p.ID) {
				continue
			}
			did, err := w.payOne(ctx, h.seats[part.role], part.name, p, m)
			if err != nil {
				return err
			}
			if did {
				left[part.role]--
			}
		}
	}
	return nil
}

func (w *World) payOne(ctx context.Context, who *seat, part string, p worldPayout, m member) (bool, error) {
	command := func(name string, body map[string]any) (bool, error) {
		body["command"] = name
		key := deed("payout", name, p.ID, p.UpdatedAt.Format(time.RFC3339Nano))
		return w.did(who, name, p.ID, w.post(ctx, who, "/v1/payouts/"+p.ID+"/commands", key, body)), nil
	}
	if p.State == "failed" {
		if part == "preparer" && w.again(4, "retry", p.ID) {
			return command("retry", map[string]any{})
		}
		return false, nil
	}
	if p.State != "awaiting_approval" {
		return false, nil
	}
	if m.hold == holdPayout {
		if part != "preparer" {
			return false, nil
		}
		return command("hold", map[string]any{
			"reason": reasonHold, "review_on": time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly),
		})
	}
	var full struct {
		ApprovalParts []worldCommand `json:"approval_parts"`
	}
	if err := w.do(ctx, who, ask{method: http.MethodGet, path: "/v1/payouts/" + p.ID, out: &full}); err != nil {
		return false, err
	}
	if len(full.ApprovalParts) > 0 && !allows(full.ApprovalParts, part) {
		return false, nil
	}
	key := deed("approve", p.ID, part, p.UpdatedAt.Format(time.RFC3339Nano))
	err := w.post(ctx, who, "/v1/payouts/"+p.ID+"/approvals", key, map[string]any{"part": part, "amount": p.Amount})
	return w.did(who, "approve as "+part, p.ID, err), nil
}
