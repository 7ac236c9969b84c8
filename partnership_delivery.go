package rapport

import (
	"cmp"
	"time"

	"github.com/google/uuid"
)

// ExtensionState is a creator's open request for later dates of a deliverable. Zero dates are not asked for.
type ExtensionState struct {
	ID        uuid.UUID `json:"id"`
	Since     time.Time `json:"since"`
	AnswerBy  time.Time `json:"answer_by"`
	DraftDue  time.Time `json:"draft_due,omitzero"`
	PublishBy time.Time `json:"publish_by,omitzero"`
}

// CheckLater names what is wrong with later dates for a deliverable that is in state and has draft and publish as its dates now.
func (m *DeliverableMove) CheckLater(state string, draft, publish, now time.Time) (bad []Field) {
	add := func(path, code, detail string) { bad = append(bad, Field{path, code, detail}) }
	furthest := now.Add(730 * Day)
	if draftOwed(state) && draft.IsZero() {
		add("draft_due_at", "no_date", "It has no date yet: its time begins when the product has arrived.")
		return bad
	}
	if m.DraftDue.IsZero() && m.PublishBy.IsZero() {
		add("draft_due_at", "required", "Say which date is asked for.")
	}
	if at := m.DraftDue; !at.IsZero() {
		switch {
		case !draftOwed(state):
			add("draft_due_at", "pinned", "The draft is in already. Only the day of publication can move.")
		case !at.After(now):
			add("draft_due_at", "in_the_past", "That time has passed. Choose a later one.")
		case !at.After(draft):
			add("draft_due_at", "not_later", "The draft is due then, or later, as it is.")
		case at.After(furthest):
			add("draft_due_at", "out_of_range", "A date moves by at most two years.")
		}
		draft = at
	}
	if at := m.PublishBy; !at.IsZero() {
		switch {
		case !postOwed(state):
			add("publish_by", "pinned", "It is published already.")
		case !at.After(now):
			add("publish_by", "in_the_past", "That time has passed. Choose a later one.")
		case !at.After(publish):
			add("publish_by", "not_later", "It is to be published by then, or later, as it is.")
		case at.After(furthest):
			add("publish_by", "out_of_range", "A date moves by at most two years.")
		}
		publish = at
	}
	if len(bad) == 0 && draftOwed(state) && publish.Before(draft) {
		add("publish_by", "before_draft", "It would be published before the draft is due: move the publication as well.")
	}
	return bad
}

// Effects say what later dates of a deliverable change and what follows from them, and what stays although it may seem touched.
func (m *DeliverableMove) Effects(t RunningTerm, now time.Time, say Words) (changes, pinned []AmendedLine) {
	d := t.deliverable(m.ID)
	name := "“" + d.Title + "”"
	changes = (&Amendment{Moved: []DeliverableMove{*m}}).Lines(t, say)
	if d.State == "late" {
		if m.DraftDue.After(now) {
			changes = append(changes, AmendedLine{What: name, From: "late", To: "no longer late"})
		} else {
			pinned = append(pinned, AmendedLine{What: name, To: "It is late, and stays so until its draft is in."})
		}
	}
	if m.PublishBy.IsZero() {
		return changes, pinned
	}
	ends := func(what string, from, to time.Time, days int) {
		at := func(posted time.Time) string {
			return t.Brand.words(say, t.Brand.EndOfDay(t.Brand.AddDays(posted, days)))
		}
		if days > 0 && !from.IsZero() && to.After(from) {
			changes = append(changes, AmendedLine{What: what, From: at(from), To: at(to)})
		}
	}
	ends("Usage rights to "+name+" end at the latest", orZero(d.PublishBy), m.PublishBy, t.Terms.UsageRightsDays)
	ends("Allow-listing of "+name+" ends at the latest", orZero(d.PublishBy), m.PublishBy, t.Terms.AllowlistingDays)
	last, others := time.Time{}, time.Time{}
	for _, x := range t.Deliverables {
		last = latest(last, orZero(x.PublishBy))
		if x.ID != d.ID {
			others = latest(others, orZero(x.PublishBy))
		}
	}
	ends("Exclusivity ends at the latest", last, latest(others, m.PublishBy), t.Terms.ExclusivityDays)
	for _, x := range t.Milestones {
		if x.State == "pending" && (x.DeliverableID == nil || *x.DeliverableID == d.ID) && (x.Trigger == TriggerPosted || x.Trigger == TriggerVerified) {
			changes = append(changes, AmendedLine{What: x.Title, To: say.Money(x.Amount) + " wait for the post, and may come later"})
		}
	}
	if !t.EndsAt.IsZero() && m.PublishBy.After(t.EndsAt) {
		pinned = append(pinned, AmendedLine{What: "End of the term", To: "It stays " + t.Brand.words(say, t.EndsAt) + ", which is before the publication. An amendment moves it."})
	}
	return changes, pinned
}

func (p *Partnership) allowedExtension(cmd Command, now time.Time) *Refusal {
	if !p.in(StageActive) {
		return p.refuse("wrong_stage")
	}
	d := p.deliverable(cmd.Ref)
	switch {
	case d == nil:
		return p.refuse("deliverable_unknown")
	case cmd.Kind == CmdRequestExtension && d.Extension != nil:
		return &Refusal{Code: "extension_is_open", State: d.State, At: d.Extension.Since}
	case cmd.Kind != CmdRequestExtension && (d.Extension == nil || d.Extension.ID != cmd.Ref2):
		return &Refusal{Code: "no_extension_open", State: d.State, At: d.Since}
	case cmd.Kind != CmdRequestExtension && cmd.Kind != CmdGrantExtension:
		return nil
	case cmd.Move == nil || len(cmd.Move.CheckLater(d.State, d.DraftDue, d.PublishBy, now)) > 0 || d.Extra != "" && !cmd.Move.DraftDue.IsZero():
		return &Refusal{Code: "dates_do_not_fit", State: d.State, At: d.Since}
	}
	return nil
}

// requestExtension waits for the house. Silence neither grants a request nor loses it: it is told to an admin.
func (p *Partnership) requestExtension(now time.Time, cmd Command) {
	d := p.deliverable(cmd.Ref)
	days := cmp.Or(p.Timings.ExtensionAnswerDays, DefaultTimings().ExtensionAnswerDays)
	x := &ExtensionState{ID: cmd.Ref2, Since: now, AnswerBy: p.BrandCalendar.AddBusinessDays(now, days), DraftDue: cmd.Move.DraftDue, PublishBy: cmd.Move.PublishBy}
	d.Extension = x
	p.fact(now, Fact{Kind: "extension_requested", Ref: d.ID, Ref2: x.ID, Until: x.asked()})
	p.change(Change{Noun: "extension", ID: x.ID, State: "open", At: now, Due: x.AnswerBy})
	p.arm(timerExtensionHalf, d.ID, 0, p.BrandCalendar.AddWorkingSpan(now, days, 50))
	p.arm(timerExtension, d.ID, 0, x.AnswerBy)
	p.task(TaskChange{Key: x.task(), Kind: "answer_extension", OwnerID: p.OwnerID, Ref: d.ID, Due: x.AnswerBy})
}

// asked is the first date that is asked for.
func (x ExtensionState) asked() time.Time { return cmp.Or(x.DraftDue, x.PublishBy) }

func (x ExtensionState) task() string { return "extension/" + x.ID.String() }

func (p *Partnership) grantExtension(now time.Time, cmd Command) {
	d := p.deliverable(cmd.Ref)
	x, move := d.Extension, *cmd.Move
	move.ID = d.ID
	p.endExtension(now, d, "granted", cmd, move)
	p.moveDeliverable(now, move)
	p.tellExtension(d, x, "extension_granted")
}

func (p *Partnership) declineExtension(now time.Time, cmd Command) {
	d := p.deliverable(cmd.Ref)
	x := d.Extension
	p.endExtension(now, d, "declined", cmd, DeliverableMove{})
	p.tellExtension(d, x, "extension_declined")
}

func (p *Partnership) tellExtension(d *DeliverableState, x *ExtensionState, mail string) {
	p.do(Effect{Key: x.task(), Kind: EffectMail, Code: mail, Ref: d.ID, Ref2: x.ID})
}

// endExtension closes a request; cmd is what did, and names the words of the answer, and granted are the dates.
func (p *Partnership) endExtension(now time.Time, d *DeliverableState, state string, cmd Command, granted DeliverableMove) {
	x := d.Extension
	d.Extension = nil
	p.fact(now, Fact{Kind: "extension_" + state, Ref: d.ID, Ref2: x.ID, Actor: cmd.Actor, Until: cmp.Or(granted.DraftDue, granted.PublishBy)})
	p.change(Change{Noun: "extension", ID: x.ID, State: state, At: now, Ref: cmd.ID, Due: granted.DraftDue, Until: granted.PublishBy})
	p.disarm(timerExtensionHalf, d.ID)
	p.disarm(timerExtension, d.ID)
	p.closeTask(x.task())
	p.closeTask(x.task() + "/late")
}

// overtakeExtension closes a request that has nothing left to ask for.
func (p *Partnership) overtakeExtension(now time.Time, d *DeliverableState) {
	if x := d.Extension; x != nil && (!postOwed(d.State) || !x.DraftDue.IsZero() && !draftOwed(d.State)) {
		p.endExtension(now, d, "overtaken", Command{}, DeliverableMove{})
	}
}

func (p *Partnership) extensionHalf(now time.Time, id uuid.UUID) {
	if d := p.deliverable(id); d != nil && d.Extension != nil {
		x := d.Extension
		p.fact(now, Fact{Kind: "extension_reminder", Ref: d.ID, Ref2: x.ID, Until: x.AnswerBy})
		p.task(TaskChange{Key: x.task(), Kind: "answer_extension_soon", OwnerID: p.OwnerID, Ref: d.ID, Due: x.AnswerBy})
	}
}

func (p *Partnership) extensionOverdue(now time.Time, id uuid.UUID) {
	if d := p.deliverable(id); d != nil && d.Extension != nil {
		x := d.Extension
		p.fact(now, Fact{Kind: "extension_overdue", Ref: d.ID, Ref2: x.ID, Until: x.AnswerBy})
		p.task(TaskChange{Key: x.task() + "/late", Kind: "extension_unanswered", Role: RoleAdmin, Ref: d.ID, Due: now})
	}
}

// extensionWaits are the requests that wait for the house.
func (p *Partnership) extensionWaits() (w []Waiting) {
	for _, d := range p.Deliverables {
		if x := d.Extension; x != nil {
			w = append(w, Waiting{For: "user", Who: p.OwnerID.String(), Decision: "extension", Ref: d.ID, Since: x.Since, Due: x.AnswerBy, Silence: "answer_escalates"})
		}
	}
	return w
}
