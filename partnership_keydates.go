package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// The kinds of key dates. What a post brings goes on after the term, whatever becomes of the partnership; the last three are the contract's own and
// hang on its renewal.
const (
	KeyUsageRights   = "rights_end"
	KeyAllowlisting  = "allowlisting_end"
	KeyExclusivity   = "exclusivity_end"
	KeyOption        = "option_end"
	KeyRenewalNotice = "renewal_notice"
	KeyTermEnd       = "term_end"
)

// KeyKinds lists the kinds of key dates in the order of the page.
func KeyKinds() []string {
	return []string{KeyOption, KeyRenewalNotice, KeyTermEnd, KeyUsageRights, KeyAllowlisting, KeyExclusivity}
}

// What became of a key date, which are the decisions on it as well.
const (
	KeyOpen          = "open"          // nobody has decided
	KeyLetEnd        = "let_end"       // it ends, as agreed
	KeyRenegotiating = "renegotiating" // somebody talks to the creator; an amendment moves the date
	KeyEnded         = "ended"
	KeyMoved         = "moved"     // an amendment gave it another date, or another post did
	KeyExercised     = "exercised" // the brand has used its option
	KeyOvertaken     = "overtaken" // the renewal was decided without the option
)

// CmdDecideKeyDate decides what becomes of a key date. Ref key date, Code KeyLetEnd, KeyRenegotiating, or KeyOpen to take a decision back.
const CmdDecideKeyDate CommandKind = "decide_key_date"

// Timers of key dates. Ref the key date.
const (
	timerKeyReminder = "key_date_reminder" // N the rung of the ladder
	timerKeyDate     = "key_date"
)

// KeyDate is the day on which something ends that a contract allows or forbids after a post, or its option to renew. Posts whose rights end on the
// same day share one.
type KeyDate struct {
	ID       uuid.UUID   `json:"id"`
	Kind     string      `json:"kind"`
	Contract uuid.UUID   `json:"contract"`
	At       time.Time   `json:"at"`
	Assets   []uuid.UUID `json:"assets"` // deliverables; none where it is a date of the contract itself
	State    string      `json:"state"`
	Asked    time.Time   `json:"asked,omitzero"` // when the owner was first reminded
}

// KeepDates begins to keep the dates that outlive the term.
func (p *Partnership) KeepDates() {
	p.KeepsDates = true
	if p.Timings.KeyDateLadderDays == nil {
		t := DefaultTimings()
		p.Timings.KeyDateLadderDays, p.Timings.KeyDateEscalateDays = t.KeyDateLadderDays, t.KeyDateEscalateDays
	}
}

func (p *Partnership) keyDate(id uuid.UUID) *KeyDate {
	if i := slices.IndexFunc(p.KeyDates, func(k KeyDate) bool { return k.ID == id }); i >= 0 {
		return &p.KeyDates[i]
	}
	return nil
}

// planKeyDates holds the dates of the present contract against what is published: new ones are armed, moved ones are armed anew, and one that stays
// keeps its decision. One that has passed has ended before and does not come again, unless it takes the place of one that was open until now.
func (p *Partnership) planKeyDates(now time.Time) {
	if !p.KeepsDates || p.Contract == nil {
		return
	}
	wanted := p.wantedKeyDates()
	var moved []KeyDate
	for _, k := range slices.Clone(p.KeyDates) {
		if k.Contract == p.Contract.ID && !slices.ContainsFunc(wanted, func(w KeyDate) bool { return w.ID == k.ID }) {
			p.closeKeyDate(now, k, KeyMoved)
			moved = append(moved, k)
		}
	}
	for _, w := range wanted {
		k := p.keyDate(w.ID)
		if k == nil && !w.At.After(now) && !slices.ContainsFunc(moved, w.replaces) {
			continue
		}
		if k == nil {
			p.setKeyDate(now, w)
		} else if !slices.Equal(k.Assets, w.Assets) {
			k.Assets = w.Assets
			p.showKeyDate(now, *k)
		}
	}
}

func (p *Partnership) setKeyDate(now time.Time, k KeyDate) {
	p.KeyDates = append(p.KeyDates, k)
	p.armKeyDate(now, k)
	p.fact(now, Fact{Kind: "key_date_set", Ref: k.about(), Ref2: k.ID, Code: k.Kind, Until: k.At})
	p.showKeyDate(now, k)
}

// extendKeyDate lets what both have signed go on, although it may have ended between the draft and the signature. It answers false where the new
// date has come as well.
func (p *Partnership) extendKeyDate(now time.Time, e KeyDateExtension) bool {
	if !e.Until.After(now) {
		return false
	}
	if e.Contract == p.Contract.ID {
		p.Contract.Extended = append(p.Contract.Extended, e) // and is planned with its other dates
		return true
	}
	// The terms that a date of an earlier term was made from are gone, and nothing plans it anew.
	k := p.keyDate(e.Date)
	if k == nil && e.Whole { // it has ended since it was signed for
		p.closeTask(takeDownTask(e.Date))
	}
	if k != nil {
		stays := slices.DeleteFunc(slices.Clone(k.Assets), func(d uuid.UUID) bool { return slices.Contains(e.Assets, d) })
		if len(stays) == 0 {
			p.closeKeyDate(now, *k, KeyMoved)
		} else {
			k.Assets = stays
			p.showKeyDate(now, *k)
		}
	}
	to := newKeyDate(e.Kind, e.Contract, e.Until, e.Assets...)
	if k := p.keyDate(to.ID); k != nil {
		k.Assets = append(slices.Clone(k.Assets), e.Assets...)
		p.showKeyDate(now, *k)
		return true
	}
	p.setKeyDate(now, to)
	return true
}

// dropTakeDowns takes back that posts are taken down whose rights had ended and go on now: all those of a date, of which was are those before.
func (p *Partnership) dropTakeDowns(now time.Time, was []KeyDate) {
	for _, old := range was {
		var goOn []uuid.UUID
		for _, w := range p.wantedKeyDates() {
			if w.Kind == old.Kind && w.At.After(now) {
				goOn = append(goOn, w.Assets...)
			}
		}
		if !old.At.After(now) && covers(goOn, old.Assets) {
			p.closeTask(takeDownTask(old.ID))
		}
	}
}

// covers says that all of some are among others.
func covers(others, some []uuid.UUID) bool {
	return !slices.ContainsFunc(some, func(id uuid.UUID) bool { return !slices.Contains(others, id) })
}

// newKeyDate is nobody's decision yet. Its id is made of contract, kind and moment, so that planning again gives the same date.
func newKeyDate(kind string, contract uuid.UUID, at time.Time, assets ...uuid.UUID) KeyDate {
	return KeyDate{ID: DeriveID(contract, kind+"/"+at.UTC().Format(time.RFC3339)), Kind: kind, Contract: contract, At: at, Assets: assets, State: KeyOpen}
}

// replaces says that a date is another one's of the same kind and for the same post, or the same contract.
func (k KeyDate) replaces(was KeyDate) bool {
	if len(k.Assets) == 0 {
		return k.Kind == was.Kind && k.Contract == was.Contract
	}
	return k.Kind == was.Kind && slices.ContainsFunc(k.Assets, func(d uuid.UUID) bool { return slices.Contains(was.Assets, d) })
}

// about is what the date is told of: its first post, else its contract.
func (k KeyDate) about() uuid.UUID {
	if len(k.Assets) == 0 {
		return k.Contract
	}
	return k.Assets[0]
}

// wantedKeyDates are the dates that the posts and the present contract make, each on the end of a day of the brand; what was extended on its own
// goes on at least until then.
func (p *Partnership) wantedKeyDates() (wanted []KeyDate) {
	c, last := p.Contract, DeliverableState{}
	if c.Option != nil && p.optionStands() {
		wanted = append(wanted, newKeyDate(KeyOption, c.ID, c.Option.EndsAt))
	}
	add := func(kind string, d DeliverableState, days int) {
		if d.PostedAt.IsZero() {
			return
		}
		at := c.extendedUntil(kind, d.ID)
		if days > 0 {
			at = latest(at, p.BrandCalendar.EndOfDay(p.BrandCalendar.AddDays(d.PostedAt, days)))
		}
		if at.IsZero() {
			return
		}
		k := newKeyDate(kind, c.ID, at, d.ID)
		if i := slices.IndexFunc(wanted, func(w KeyDate) bool { return w.ID == k.ID }); i >= 0 {
			wanted[i].Assets = append(wanted[i].Assets, d.ID)
			return
		}
		wanted = append(wanted, k)
	}
	for _, d := range p.Deliverables {
		add(KeyUsageRights, d, c.UsageRightsDays)
		add(KeyAllowlisting, d, c.AllowlistingDays)
		if d.PostedAt.After(last.PostedAt) {
			last = d
		}
	}
	add(KeyExclusivity, last, c.ExclusivityDays)
	return wanted
}

// extendedUntil is until when amendments let a right of a post go on; zero where none does. Exclusivity is one for all posts of the term.
func (c *ContractState) extendedUntil(kind string, deliverable uuid.UUID) (until time.Time) {
	for _, e := range c.Extended {
		if e.Kind == kind && (kind == KeyExclusivity || slices.Contains(e.Assets, deliverable)) {
			until = latest(until, e.Until)
		}
	}
	return until
}

func (p *Partnership) armKeyDate(now time.Time, k KeyDate) {
	p.arm(timerKeyDate, k.ID, 0, k.At)
	p.armKeyReminders(now, k)
}

func (p *Partnership) armKeyReminders(now time.Time, k KeyDate) {
	for i, days := range p.Timings.KeyDateLadderDays {
		if at := p.BrandCalendar.AddDays(k.At, -days); at.After(now) {
			p.arm(timerKeyReminder, k.ID, i, at)
		}
	}
}

func (p *Partnership) showKeyDate(now time.Time, k KeyDate) {
	p.change(Change{Noun: "key_date", ID: k.ID, State: k.State, Code: k.Kind, Ref: k.Contract, Due: k.At, Until: k.Asked, Assets: k.Assets, At: now})
}

func keyDateTask(k KeyDate) string       { return "key_date/" + k.ID.String() }
func takeDownTask(date uuid.UUID) string { return "take_down/" + date.String() }

// closeKeyDate takes a date that is over off the list.
func (p *Partnership) closeKeyDate(now time.Time, k KeyDate, state string) {
	k.State = state
	p.disarm(timerKeyReminder, k.ID)
	p.disarm(timerKeyDate, k.ID)
	p.closeTask(keyDateTask(k))
	p.closeTask(keyDateTask(k) + "/late")
	p.showKeyDate(now, k)
	p.KeyDates = slices.DeleteFunc(p.KeyDates, func(x KeyDate) bool { return x.ID == k.ID })
}

// remindKeyDate asks the owner what is to become of it, and near the end those who lead as well.
func (p *Partnership) remindKeyDate(now time.Time, t Timer) {
	k := p.keyDate(t.Ref)
	if k == nil || k.State == KeyLetEnd {
		return
	}
	if k.Asked.IsZero() {
		k.Asked = now
		p.showKeyDate(now, *k)
	}
	p.fact(now, Fact{Kind: "key_date_reminder", Ref: k.about(), Ref2: k.ID, Code: k.Kind, Until: k.At})
	p.task(TaskChange{Key: keyDateTask(*k), Kind: "decide_key_date", Code: k.Kind, OwnerID: p.OwnerID, Ref: k.ID, Due: k.At})
	if k.State == KeyOpen && p.Timings.KeyDateLadderDays[t.N] <= p.Timings.KeyDateEscalateDays {
		p.fact(now, Fact{Kind: "key_date_escalated", Ref: k.about(), Ref2: k.ID, Code: k.Kind, Until: k.At})
		p.task(TaskChange{Key: keyDateTask(*k) + "/late", Kind: "key_date_undecided", Code: k.Kind, Role: RoleAdmin, Ref: k.ID, Due: k.At})
	}
}

// endKeyDate is the moment itself. What the brand may not use any longer has to be taken down by a person.
func (p *Partnership) endKeyDate(now time.Time, id uuid.UUID) {
	k := p.keyDate(id)
	if k == nil {
		return
	}
	if k.State == KeyOpen {
		p.fact(now, Fact{Kind: "key_date_undecided", Ref: k.about(), Ref2: k.ID, Code: k.Kind})
	}
	p.fact(now, Fact{Kind: "key_date_ended", Ref: k.about(), Ref2: k.ID, Code: k.Kind})
	switch {
	case k.Kind == KeyOption && k.State == KeyOpen && p.Renewal != RenewalOffered:
		p.task(TaskChange{Key: "option/" + k.ID.String(), Kind: "option_unused", Role: RoleAdmin, Ref: k.Contract, Due: p.taskDue(now)})
	case k.Kind == KeyUsageRights || k.Kind == KeyAllowlisting:
		p.task(TaskChange{Key: takeDownTask(k.ID), Kind: "take_down", Code: k.Kind, OwnerID: p.OwnerID, Ref: k.ID, Due: p.taskDue(now)})
	}
	p.closeKeyDate(now, *k, KeyEnded)
}

func (p *Partnership) allowedOnKeyDate(cmd Command) *Refusal {
	k := p.keyDate(cmd.Ref)
	switch {
	case k == nil:
		return p.refuse("key_date_over")
	case !slices.Contains([]string{KeyLetEnd, KeyRenegotiating, KeyOpen}, cmd.Code):
		return p.refuse("unknown_decision")
	case k.State == cmd.Code:
		return &Refusal{Code: "key_date_decided", State: k.State, At: k.At}
	case p.Careful && cmd.Code == KeyRenegotiating && p.in(StageTerminated):
		return p.refuse("nothing_to_renegotiate")
	}
	return nil
}

func (p *Partnership) decideKeyDate(now time.Time, cmd Command) {
	k := p.keyDate(cmd.Ref)
	if p.Quiet && cmd.Code == KeyLetEnd {
		p.disarm(timerKeyReminder, k.ID)
	} else if p.Quiet && k.State == KeyLetEnd {
		p.armKeyReminders(now, *k)
	}
	k.State = cmd.Code
	kind := map[string]string{KeyLetEnd: "key_date_let_end", KeyRenegotiating: "key_date_renegotiated", KeyOpen: "key_date_reopened"}[cmd.Code]
	p.fact(now, Fact{Kind: kind, Ref: k.about(), Ref2: k.ID, Code: k.Kind, Actor: cmd.Actor, Until: k.At})
	p.showKeyDate(now, *k)
	p.closeTask(keyDateTask(*k) + "/late")
	if cmd.Code == KeyOpen {
		p.task(TaskChange{Key: keyDateTask(*k), Kind: "decide_key_date", Code: k.Kind, OwnerID: p.OwnerID, Ref: k.ID, Due: k.At})
		return
	}
	p.closeTask(keyDateTask(*k))
}

// afterTheEnd says that a command is about what outlives the term, so that the partnership takes it although it has ended.
func (p *Partnership) afterTheEnd(k CommandKind) bool {
	switch k { //nolint:exhaustive // every other command is of a term that runs
	case CmdDecideKeyDate:
		return true
	case CmdAmend, CmdSendContract, CmdSignContract, CmdDeclineContract, CmdWithdrawContr:
		return p.Stage == StageLapsed && (len(p.KeyDates) > 0 || p.Amendment != nil)
	}
	return false
}

// anyRight says that the brand has a right of a post that has not ended.
func (p *Partnership) anyRight() bool {
	return slices.ContainsFunc(p.KeyDates, func(k KeyDate) bool { return len(k.Assets) > 0 })
}

// keepTimers drops every timer but those of what outlives the term.
func (p *Partnership) keepTimers() {
	p.Timers = slices.DeleteFunc(p.Timers, func(t Timer) bool {
		ofAmendment := p.Amendment != nil && t.Ref == p.Amendment.ID
		return t.Kind != timerKeyReminder && t.Kind != timerKeyDate && !ofAmendment
	})
}

// waitingKeyDates are the dates of which somebody was reminded and has not decided.
func (p *Partnership) waitingKeyDates() (w []Waiting) {
	for _, k := range p.KeyDates {
		if k.State == KeyOpen && !k.Asked.IsZero() {
			w = append(w, Waiting{For: "user", Who: p.OwnerID.String(), Decision: k.Kind, Ref: k.ID, Since: k.Asked, Due: k.At, Silence: "key_date_ends"})
		}
	}
	return w
}

// KeyDateRow is a key date as lists show it.
type KeyDateRow struct {
	ID            uuid.UUID // the contract's for its notice date and its end
	Kind          string
	At            time.Time
	State         string
	BrandID       uuid.UUID
	BrandName     string
	CampaignID    uuid.UUID
	CampaignName  string
	PartnershipID uuid.UUID
	Stage         Stage
	ContractID    uuid.UUID
	Number        string // of the contract
	Creator       CreatorRef
	Owner         UserRef
	Assets        []UserRef // deliverables by title
	Asked         *time.Time
	MayExtend     bool   // an amendment may move it
	DecidedBy     string // name
	DecidedAt     *time.Time
}

// KeyDateFilter narrows a list of key dates; zero fields do not.
type KeyDateFilter struct {
	BrandID       *uuid.UUID
	CampaignID    *uuid.UUID
	PartnershipID *uuid.UUID
	OwnerID       *uuid.UUID
	Kind          string
	State         string
	From, To      time.Time // instants; To is not included
}

// Check names every bad field of the filter.
func (f KeyDateFilter) Check() (bad []Field) {
	if f.Kind != "" && !slices.Contains(KeyKinds(), f.Kind) {
		bad = append(bad, Field{"kind", "unknown_value", fmt.Sprintf("%q is no kind of key date.", f.Kind)})
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.To.After(f.From) {
		bad = append(bad, Field{"to", "before_start", "The last day must not be before the first."})
	}
	return bad
}
