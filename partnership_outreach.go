package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Outreach is how far a sequence has come: the campaign's outreach, which has no id, or one that something has started.
type Outreach struct {
	ID       uuid.UUID `json:"id,omitzero"`
	Sequence uuid.UUID `json:"sequence,omitzero"`
	Ref      uuid.UUID `json:"ref,omitzero"` // what the sequence is about, such as a deliverable
	Step     int       `json:"step"`
	Sent     int       `json:"sent,omitempty"`
	Round    int       `json:"round,omitempty"` // counts beginnings, so that message keys stay unique
	Blocked  string    `json:"blocked,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	From     time.Time `json:"from,omitzero"`     // what the present wait counts from
	Draft    uuid.UUID `json:"draft,omitzero"`    // the mail that a person looks at now
	Looked   bool      `json:"looked,omitzero"`   // a person let the present step's mail go
	Deferred uuid.UUID `json:"deferred,omitzero"` // the mail that a limit puts off
	Mail     uuid.UUID `json:"mail,omitzero"`     // the last mail, and its step; Soft counts how often that step's mail bounced softly
	MailStep int       `json:"mail_step,omitempty"`
	Soft     int       `json:"soft,omitempty"`
	Moved    *Sequence `json:"moved,omitempty"` // the version that a person chose for a sequence that something started
}

// ---- every sequence

// Run finds a sequence that runs; the zero id is the campaign's outreach. Nil for none.
func (p *Partnership) Run(id uuid.UUID) *Outreach { return p.run(id) }

func (p *Partnership) run(id uuid.UUID) *Outreach {
	if id == uuid.Nil {
		return &p.Outreach
	}
	for i := range p.Runs {
		if p.Runs[i].ID == id {
			return &p.Runs[i]
		}
	}
	return nil
}

// runOf finds the sequence whose present step has the key. An outreach that has ended has no present step.
func (p *Partnership) runOf(key string) *Outreach {
	stage := p.Stage
	if stage == StageBanned {
		stage = p.Before
	}
	if stage == StageOutreach && p.keyOf(key, &p.Outreach) {
		return &p.Outreach
	}
	for i := range p.Runs {
		if p.keyOf(key, &p.Runs[i]) {
			return &p.Runs[i]
		}
	}
	return nil
}

func (p *Partnership) keyOf(key string, r *Outreach) bool {
	return strings.TrimSuffix(key, draftSuffix) == p.stepKey(r)
}

// draftSuffix ends the key of the effect that writes a mail for a person to look at; the mail itself has the step's key.
const draftSuffix = "/draft"

// Running are the sequences that run now, the campaign's outreach first.
func (p *Partnership) Running() []Outreach {
	running := slices.Clone(p.Runs)
	if p.Stage == StageOutreach {
		running = append([]Outreach{p.Outreach}, running...)
	}
	return running
}

// SequenceOf is the version of the sequence that a run follows.
func (p *Partnership) SequenceOf(r Outreach) Sequence { return p.sequenceOf(&r) }

func (p *Partnership) sequenceOf(r *Outreach) Sequence {
	if r.ID != uuid.Nil {
		for _, s := range p.Automations {
			if s.ID != r.Sequence {
				continue
			}
			if r.Moved != nil {
				s.Steps, s.Version = r.Moved.Steps, r.Moved.Version
			}
			return s
		}
		return Sequence{}
	}
	return p.Sequence
}

func (p *Partnership) stepKey(r *Outreach) string {
	if r.ID != uuid.Nil {
		return fmt.Sprintf(sequenceKey+"%s/%d/%d", r.ID, r.Round, r.Step)
	}
	return fmt.Sprintf(outreachKey+"%d/%d", r.Round, r.Step)
}

func stepTimer(r *Outreach) string {
	if r.ID != uuid.Nil {
		return timerSequence
	}
	return timerStep
}

// schedule arms the timer of the present step; waits are added up. Nothing comes before earliest.
func (p *Partnership) schedule(r *Outreach, from, earliest time.Time) {
	s := p.sequenceOf(r)
	next, at := s.next(p.CreatorCalendar, r.Step, from)
	if at.Before(earliest) {
		at = earliest
	}
	r.Step, r.From, r.Looked = next, from, false
	if next < len(s.Steps) && s.Steps[next].Kind == StepSend {
		at = p.CreatorCalendar.NextOpen(p.CreatorCalendar.NextOpen(at).Add(p.CreatorCalendar.Jitter(p.ID, p.stepKey(r))))
	}
	p.arm(stepTimer(r), r.ID, 0, at)
}

func (p *Partnership) goOn(r *Outreach, now time.Time) {
	r.Step++
	p.schedule(r, now, time.Time{})
}

func (p *Partnership) runStep(r *Outreach, now time.Time) {
	if r.Blocked != "" || r.Draft != uuid.Nil || r.ID == uuid.Nil && p.Stage != StageOutreach {
		return
	}
	s := p.sequenceOf(r)
	if r.Step >= len(s.Steps) {
		p.ranOut(r, now)
		return
	}
	switch st := s.Steps[r.Step]; st.Kind {
	case StepSend:
		if at := p.CreatorCalendar.NextOpen(now); at.After(now) {
			p.arm(stepTimer(r), r.ID, 0, at) // a throttle, a pause or an outage ended outside the creator's hours
			return
		}
		e := Effect{Key: p.stepKey(r), Kind: EffectMail, Code: st.Template, Ref: r.Ref, N: r.Sent, Until: p.CreatorCalendar.Closing(now)}
		if r.ID == uuid.Nil {
			e.Stage = StageOutreach
		} else if s.Trigger != nil {
			e.Stage = s.Trigger.Stage
		}
		if st.Review && !r.Looked {
			e.Key, e.Kind = e.Key+draftSuffix, EffectDraftMail
		}
		p.do(e)
	case StepBranch:
		p.do(Effect{Key: p.stepKey(r), Kind: EffectBranch, Branch: st.Branch})
	case StepTask:
		p.task(TaskChange{Key: p.stepKey(r), Kind: "outreach_step", Title: st.Title, OwnerID: p.OwnerID, Due: p.taskDue(now)})
		p.goOn(r, now)
	case StepStop:
		p.ranOut(r, now)
	case StepWait:
		p.schedule(r, now, time.Time{})
	}
}

// ranOut ends a sequence that has said all it had to say.
func (p *Partnership) ranOut(r *Outreach, now time.Time) {
	if r.ID != uuid.Nil {
		p.fact(now, Fact{Kind: "sequence_ended", Ref: r.ID, Ref2: r.Sequence, N: r.Sent})
		p.endRun(now, r)
		return
	}
	p.to(StageUnresponsive, now, uuid.Nil)
	p.coolOff(now)
}

func (p *Partnership) coolOff(now time.Time) {
	p.CoolOffUntil = p.CreatorCalendar.AddDays(now, p.Sequence.CoolOffDays)
	p.arm(timerCoolOff, uuid.Nil, 0, p.CoolOffUntil)
}

// halt takes back what a sequence waits for: its timer, its tasks, the mail that a person looks at.
func (p *Partnership) halt(now time.Time, r *Outreach) {
	if r.ID != uuid.Nil {
		p.disarm(timerSequence, r.ID)
	} else {
		p.disarm(timerStep, uuid.Nil)
	}
	p.closeTask(blockedTask(r))
	r.Blocked = ""
	if r.Deferred != uuid.Nil {
		p.change(Change{Noun: "message", ID: r.Deferred, State: "cancelled", At: now})
		r.Deferred = uuid.Nil
	}
	if r.Draft != uuid.Nil {
		p.change(Change{Noun: "message", ID: r.Draft, State: "cancelled", At: now})
		p.dropDraft(r)
	}
}

func (p *Partnership) dropDraft(r *Outreach) {
	p.disarm(timerLook, r.Draft)
	p.closeTask("look/" + r.Draft.String())
	p.closeTask("look_late/" + r.Draft.String())
	r.Draft = uuid.Nil
}

func blockedTask(r *Outreach) string {
	if r.ID != uuid.Nil {
		return "sequence_blocked/" + r.ID.String()
	}
	return "outreach_blocked"
}

// stopOutreach ends whatever a machine would still write by itself.
func (p *Partnership) stopOutreach(now time.Time) {
	p.halt(now, &p.Outreach)
	for len(p.Runs) > 0 {
		p.stopRun(now, &p.Runs[0])
	}
}

func (p *Partnership) stopRun(now time.Time, r *Outreach) {
	p.fact(now, Fact{Kind: "sequence_stopped", Ref: r.ID, Ref2: r.Sequence, N: r.Sent})
	p.endRun(now, r)
}

func (p *Partnership) endRun(now time.Time, r *Outreach) {
	p.halt(now, r)
	id := r.ID
	p.Runs = slices.DeleteFunc(p.Runs, func(x Outreach) bool { return x.ID == id })
}

// blockRun stops a sequence until a person has mended what is in the way.
func (p *Partnership) blockRun(now time.Time, r *Outreach, code string) {
	p.disarmStep(r)
	r.Blocked, r.Since = code, now
	p.fact(now, Fact{Kind: "outreach_blocked", Ref: r.ID, Code: code})
	p.task(TaskChange{Key: blockedTask(r), Kind: "outreach_blocked", Code: code, OwnerID: p.OwnerID, Due: p.taskDue(now)})
}

func (p *Partnership) disarmStep(r *Outreach) {
	if r.ID == uuid.Nil {
		p.disarm(timerStep, uuid.Nil)
		return
	}
	p.disarm(timerSequence, r.ID)
}

// anyBlocked says that a person must mend something before a sequence goes on.
func (p *Partnership) anyBlocked() bool {
	return p.Outreach.Blocked != "" || slices.ContainsFunc(p.Runs, func(r Outreach) bool { return r.Blocked != "" })
}

func (p *Partnership) unblock(now time.Time, r *Outreach) {
	if r.Blocked == "" {
		return
	}
	if r.Blocked == MailRejected || r.Blocked == MailCancelled || r.Blocked == MailUnfiled {
		r.Round++ // that mail has ended for good; the next one is another
	}
	looked, step := r.Looked, r.Step
	r.Blocked = ""
	p.closeTask(blockedTask(r))
	p.schedule(r, now, time.Time{})
	r.Looked = looked && step == r.Step
}

// softBounce sends the mail of a step again after a while, because the mailbox may be full or its server away; after some times it counts as
// a hard bounce. What a person looked at is not sent again without one.
func (p *Partnership) softBounce(now time.Time, message uuid.UUID) {
	p.fact(now, Fact{Kind: "soft_bounced", Ref: message})
	var r *Outreach
	if p.Outreach.Mail == message && p.Stage == StageOutreach {
		r = &p.Outreach
	}
	for i := range p.Runs {
		if p.Runs[i].Mail == message {
			r = &p.Runs[i]
		}
	}
	switch {
	case r == nil && p.mailing(nil):
		p.Early = append(p.Early, message)
	case r == nil || r.Blocked != "" || p.mailing(r):
		p.softlyLost(now, message)
	case r.Soft >= p.Timings.SoftBounceRetries || r.MailStep >= len(p.sequenceOf(r).Steps) || p.sequenceOf(r).Steps[r.MailStep].Review:
		p.halt(now, r)
		p.blockRun(now, r, "bounced")
	default:
		p.halt(now, r)
		r.Soft++
		r.Sent--
		r.Round++ // that mail has ended; the next one is another
		r.Step, r.From, r.Looked = r.MailStep, now, false
		p.arm(stepTimer(r), r.ID, 0, p.CreatorCalendar.NextOpen(now.Add(p.CreatorCalendar.Span(p.Timings.SoftBounceRetry))))
	}
}

// softlyLost tells the owner of a mail that bounced softly and is not tried again.
func (p *Partnership) softlyLost(now time.Time, message uuid.UUID) {
	p.task(TaskChange{Key: "mail/" + message.String(), Kind: "mail_failed", Code: "soft_bounce", OwnerID: p.OwnerID, Ref: message, Due: p.taskDue(now)})
}

// mailing says that a mail of a sequence is on its way: of a run, or of any without one.
func (p *Partnership) mailing(r *Outreach) bool {
	return slices.ContainsFunc(p.Pending, func(e Effect) bool {
		if e.Kind != EffectMail || MailKindOf(e) == MailTransactional {
			return false
		}
		return r == nil || p.keyOf(e.Key, r)
	})
}

// lateBounces takes up the soft bounces that came before their mails were known to be sent.
func (p *Partnership) lateBounces(now time.Time, sent uuid.UUID) {
	if i := slices.Index(p.Early, sent); i >= 0 {
		p.Early = slices.Delete(p.Early, i, i+1)
		p.softBounce(now, sent)
	}
	if !p.mailing(nil) {
		for _, message := range p.Early {
			p.softlyLost(now, message)
		}
		p.Early = nil
	}
}

// ---- mails that a person looks at first

func (p *Partnership) drafted(now time.Time, r *Outreach, out Outcome) {
	if out.Code != MailDrafted {
		p.fact(now, Fact{Kind: "mail_failed", Code: out.Code})
		p.blockRun(now, r, out.Code)
		return
	}
	r.Draft, r.Since = out.Ref, now
	due := p.taskDue(now)
	p.fact(now, Fact{Kind: "mail_drafted", Ref: out.Ref, Until: due})
	p.task(TaskChange{Key: "look/" + out.Ref.String(), Kind: "look_at_mail", OwnerID: p.OwnerID, Ref: out.Ref, Due: due})
	p.arm(timerLook, out.Ref, 0, due)
}

func (p *Partnership) runOfDraft(message uuid.UUID) *Outreach {
	if message == uuid.Nil {
		return nil
	}
	if p.Outreach.Draft == message {
		return &p.Outreach
	}
	i := slices.IndexFunc(p.Runs, func(r Outreach) bool { return r.Draft == message })
	if i < 0 {
		return nil
	}
	return &p.Runs[i]
}

// looking are the sequences that wait for a person to look at a mail.
func (p *Partnership) looking() []Outreach {
	return slices.DeleteFunc(append([]Outreach{p.Outreach}, p.Runs...), func(r Outreach) bool { return r.Draft == uuid.Nil })
}

// lookOverdue asks somebody else too when the owner has not looked at a mail in time.
func (p *Partnership) lookOverdue(now time.Time, message uuid.UUID) {
	if p.runOfDraft(message) == nil {
		return
	}
	p.fact(now, Fact{Kind: "look_overdue", Ref: message})
	p.task(TaskChange{Key: "look_late/" + message.String(), Kind: "look_at_mail", Code: "overdue", Role: RoleOps, Ref: message, Due: now})
}

func (p *Partnership) letGo(now time.Time, cmd Command) {
	r := p.runOfDraft(cmd.Ref)
	p.fact(now, Fact{Kind: "mail_let_go", Ref: cmd.Ref, Actor: cmd.Actor})
	p.change(Change{Noun: "message", ID: cmd.Ref, State: "let_go", Ref: cmd.Actor, At: now})
	p.dropDraft(r)
	r.Looked = true
	p.runStep(r, now)
}

func (p *Partnership) skipMail(now time.Time, cmd Command) {
	r := p.runOfDraft(cmd.Ref)
	p.fact(now, Fact{Kind: "mail_skipped", Ref: cmd.Ref, Actor: cmd.Actor})
	p.change(Change{Noun: "message", ID: cmd.Ref, State: "cancelled", At: now})
	p.dropDraft(r)
	p.goOn(r, now)
}

// ---- another version for a running sequence

// allowedMove says why a running sequence cannot go on with another version now.
func (p *Partnership) allowedMove(cmd Command) *Refusal {
	r := p.run(cmd.Ref)
	switch {
	case cmd.Sequence == nil || cmd.Step < 0 || cmd.Step > len(cmd.Sequence.Steps):
		return p.refuse("no_such_step")
	case r == nil || r.ID == uuid.Nil && p.Stage != StageOutreach:
		return p.refuse("sequence_over")
	case slices.ContainsFunc(p.Pending, func(e Effect) bool { return p.keyOf(e.Key, r) }):
		return p.refuse("mail_on_its_way")
	}
	return nil
}

func (p *Partnership) move(now time.Time, cmd Command) {
	r := p.run(cmd.Ref)
	from := r.since(now)
	p.fact(now, Fact{Kind: "sequence_moved", Ref: r.ID, Ref2: cmd.Sequence.ID, Actor: cmd.Actor, N: cmd.Sequence.Version})
	p.halt(now, r)
	if r.ID == uuid.Nil {
		p.Sequence = *cmd.Sequence
	} else {
		r.Moved = cmd.Sequence // what runs beside it of the same sequence keeps its version
	}
	r.Step, r.Round = cmd.Step, r.Round+1
	r.Mail, r.MailStep, r.Soft = uuid.Nil, 0, 0 // what was sent belongs to the steps that are left
	p.schedule(r, from, now)
}

// PreviewMove says what a running sequence would still do as it is, and what if it went on with a step of another version now.
func (p *Partnership) PreviewMove(cmd Command, now time.Time, known BranchFacts) (as, then []SimulatedStep, refused *Refusal) {
	if refused = p.allowedMove(cmd); refused != nil {
		return nil, nil, refused
	}
	r := p.run(cmd.Ref)
	return p.Upcoming(*r, now, known), cmd.Sequence.simulate(p.CreatorCalendar, cmd.Step, r.since(now), now, known), nil
}

func (r Outreach) since(now time.Time) time.Time {
	if r.From.IsZero() {
		return now
	}
	return r.From
}

// Upcoming is what a run will still do if nobody answers, its next step at the time that its timer is armed for.
func (p *Partnership) Upcoming(r Outreach, now time.Time, known BranchFacts) []SimulatedStep {
	steps := p.sequenceOf(&r).simulate(p.CreatorCalendar, r.Step, r.since(now), now, known)
	for _, t := range p.Timers {
		if t.Kind == stepTimer(&r) && t.Ref == r.ID && len(steps) > 0 && t.At.After(now) {
			rest := p.sequenceOf(&r).simulate(p.CreatorCalendar, r.Step, t.At, t.At, known) // a throttle or an auto-reply may have put it off
			rest[0].At, rest[0].Latest, rest[0].Opened = t.At, t.At, false
			rest[0].Waited, rest[0].WaitedDays = steps[0].Waited, steps[0].WaitedDays
			return rest
		}
	}
	return steps
}

// StepAfter is the first step of a sequence behind as many mails as a run has sent.
func (p *Partnership) StepAfter(run uuid.UUID, s Sequence) int {
	r := p.run(run)
	if r == nil {
		return 0
	}
	sent := 0
	for i, st := range s.Steps {
		if sent == r.Sent {
			return i
		}
		if st.Kind == StepSend {
			sent++
		}
	}
	return len(s.Steps)
}

// ---- what starts a sequence by itself

// SequenceStart is a sequence that waits for its time, or has had it.
type SequenceStart struct {
	ID       uuid.UUID `json:"id"` // derived from the sequence and what it is about
	Sequence uuid.UUID `json:"sequence"`
	Ref      uuid.UUID `json:"ref,omitzero"`
	Date     time.Time `json:"date,omitzero"` // what a start by a date counts from
	Over     bool      `json:"over,omitempty"`
}

func (p *Partnership) startOf(s Sequence, ref uuid.UUID) *SequenceStart {
	id := DeriveID(s.ID, ref.String())
	for i := range p.Starts {
		if p.Starts[i].ID == id {
			return &p.Starts[i]
		}
	}
	p.Starts = append(p.Starts, SequenceStart{ID: id, Sequence: s.ID, Ref: ref})
	return &p.Starts[len(p.Starts)-1]
}

// fact notes what happened, and lets it begin and end silences.
func (p *Partnership) fact(now time.Time, f Fact) {
	p.Core.fact(now, f)
	for _, s := range p.Automations {
		if s.Trigger == nil {
			continue
		}
		if ref, yes := s.Trigger.ends(f); yes {
			p.disarm(timerStart, p.startOf(s, ref).ID)
			for _, r := range slices.Clone(p.Runs) {
				if r.Sequence == s.ID && r.Ref == ref {
					p.stopRun(now, p.run(r.ID))
				}
			}
		}
		if ref, yes := s.Trigger.begins(f); yes && p.Stage.Live() {
			p.arm(timerStart, p.startOf(s, ref).ID, 0, p.CreatorCalendar.AddBusinessDays(now, s.Trigger.BusinessDays))
		}
	}
}

// entered lets a stage end what began with another, and start what it starts.
func (p *Partnership) entered(now time.Time) {
	for _, r := range slices.Clone(p.Runs) {
		if s := p.sequenceOf(&r); !p.Stage.Live() || s.Trigger != nil && s.Trigger.Stage != "" && s.Trigger.Stage != p.Stage {
			p.stopRun(now, p.run(r.ID))
		}
	}
	for _, s := range p.Automations {
		if s.Trigger != nil && s.Trigger.On == StartStage && s.Trigger.Stage == p.Stage {
			p.begin(now, s, uuid.Nil)
		}
	}
}

// begin starts a sequence, unless it runs already about the same thing.
func (p *Partnership) begin(now time.Time, s Sequence, ref uuid.UUID) {
	if !p.Stage.Live() || slices.ContainsFunc(p.Runs, func(r Outreach) bool { return r.Sequence == s.ID && r.Ref == ref }) {
		return
	}
	r := Outreach{ID: DeriveID(s.ID, fmt.Sprintf("run/%s/%s/%d", p.ID, ref, p.Seq)), Sequence: s.ID, Ref: ref}
	p.fact(now, Fact{Kind: "sequence_started", Ref: r.ID, Ref2: s.ID, N: s.Version})
	p.Runs = append(p.Runs, r)
	p.schedule(&p.Runs[len(p.Runs)-1], now, time.Time{})
}

// started fires the start of a sequence.
func (p *Partnership) started(now time.Time, id uuid.UUID) {
	i := slices.IndexFunc(p.Starts, func(x SequenceStart) bool { return x.ID == id })
	if i < 0 {
		return
	}
	start := &p.Starts[i]
	for _, s := range p.Automations {
		if s.ID != start.Sequence || s.Trigger == nil {
			continue
		}
		start.Over = s.Trigger.On == StartDate
		if s.Trigger.Stage == "" || s.Trigger.Stage == p.Stage {
			p.begin(now, s, start.Ref)
		}
	}
}

// planDates arms the starts by a date, and arms anew what waits for a date that has moved. A start whose time is past when its date
// becomes known is not made up for.
func (p *Partnership) planDates(now time.Time) {
	for _, s := range p.Automations {
		if s.Trigger == nil || s.Trigger.On != StartDate {
			continue
		}
		dates := p.datesOf(s.Trigger.Date)
		for _, d := range dates {
			start, date := p.startOf(s, d.ref), d.at
			if start.Date.Equal(date) {
				continue
			}
			waits := !start.Date.IsZero() && !start.Over
			at := p.CreatorCalendar.AddDays(date, s.Trigger.Days)
			start.Date, start.Over = date, false
			p.disarm(timerStart, start.ID)
			switch {
			case at.After(now):
				p.arm(timerStart, start.ID, 0, at)
			case waits && date.After(now):
				p.arm(timerStart, start.ID, 0, now)
			default:
				start.Over = true
			}
		}
		for i := range p.Starts { // a date that is gone starts nothing
			if x := &p.Starts[i]; x.Sequence == s.ID && !x.Date.IsZero() && !slices.ContainsFunc(dates, func(d dateOf) bool { return d.ref == x.Ref }) {
				p.disarm(timerStart, x.ID)
				x.Date, x.Over = time.Time{}, false
			}
		}
	}
}

// dateOf is the present value of a date, and what it belongs to.
type dateOf struct {
	ref uuid.UUID
	at  time.Time
}

func (p *Partnership) datesOf(field string) []dateOf {
	var dates []dateOf
	add := func(ref uuid.UUID, at time.Time, stands bool) {
		if stands && !at.IsZero() {
			dates = append(dates, dateOf{ref, at})
		}
	}
	if !p.Stage.Live() {
		return dates
	}
	switch field {
	case "offer_expires":
		if p.Offer != nil {
			add(p.Offer.ID, p.Offer.Expires, p.Offer.State == "sent")
		}
	case "contract_expires":
		if p.Contract != nil {
			add(p.Contract.ID, p.Contract.Expires, p.Contract.State == "out_for_signature")
		}
	case "contract_ends", "renewal_notice":
		if c := p.Contract; c != nil && c.State == "executed" {
			add(c.ID, c.EndsAt, field == "contract_ends")
			add(c.ID, c.NoticeBy, field == "renewal_notice")
		}
	case "draft_due", "publish_by":
		for _, d := range p.Deliverables {
			add(d.ID, d.DraftDue, field == "draft_due" && slices.Contains([]string{"planned", "brief_sent", "awaiting_draft", "changes_requested", "late"}, d.State))
			add(d.ID, d.PublishBy, field == "publish_by" && !d.Terminal() && d.State != "posted" && d.State != "verified")
		}
	default:
		add(uuid.Nil, p.Dates[field], true)
	}
	return dates
}

// readDates asks for the dates that stand outside of the partnership, if something starts by one.
func (p *Partnership) readDates() {
	if slices.ContainsFunc(p.Automations, func(s Sequence) bool { return s.Trigger != nil && s.Trigger.outside() }) {
		p.DatesAsked++
		p.do(Effect{Key: p.datesKey(), Kind: EffectReadDates})
	}
}

func (p *Partnership) datesKey() string { return fmt.Sprintf("dates/%d", p.DatesAsked) }
