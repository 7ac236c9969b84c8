package rapport

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// HoldTerminated is the code of a hold after the partnership was ended: what held the money is not looked at any more, so a person of finance
// decides.
const HoldTerminated = "partnership_ended"

// What ending a partnership makes of a part of its money.
const (
	EndedPaid     = "paid"      // it was paid, and stays with the creator
	EndedOwed     = "owed"      // it was owed by now, and is paid as it would have been
	EndedHeld     = "held"      // it was owed by now and held for its post or a ban: a person of finance decides
	EndedRevoked  = "revoked"   // the approval that made it owed was taken back: its payout is cancelled
	EndedFallsOff = "falls_off" // nothing has made it owed: it falls away
)

// Ending is what ending a partnership would do now.
type Ending struct {
	Refused *Refusal `json:"-"`
	// Shown is the same as long as all of this is; CmdTerminate carries it.
	Shown     string         `json:"-"`
	Money     []EndedMoney   `json:"money"`
	Content   []EndedContent `json:"content"`
	Offers    []uuid.UUID    `json:"offers"`    // are withdrawn
	Contract  *EndedContract `json:"contract"`  // nil where none is
	Amendment uuid.UUID      `json:"amendment"` // is withdrawn; zero where none is out
	// Option falls away; nil where none could be used. Shown is the same without it, so that what was shown to a run from before still counts.
	Option *OptionState `json:"-"`
}

// EndedMoney is a part of the term's money with what becomes of it.
type EndedMoney struct {
	ID          uuid.UUID `json:"id"`
	Deliverable uuid.UUID `json:"deliverable"`
	Payout      uuid.UUID `json:"payout"`
	Amount      Money     `json:"amount"`
	Outcome     string    `json:"outcome"`
}

// EndedContent is a piece that was not done, with its state until now.
type EndedContent struct {
	ID    uuid.UUID `json:"id"`
	State string    `json:"state"`
}

// EndedContract is the term's contract, with its state from then on: terminated when it was signed, else withdrawn.
type EndedContract struct {
	ID    uuid.UUID `json:"id"`
	State string    `json:"state"`
}

// PreviewTermination says what CmdTerminate would do now: it gives the command to a copy, and reads what that says.
func (p *Partnership) PreviewTermination(now time.Time) (Ending, error) {
	var e Ending
	if e.Refused = p.Allowed(Command{Kind: CmdTerminate}, now); e.Refused != nil {
		return e, nil
	}
	after, err := p.copied()
	if err != nil {
		return e, err
	}
	after.Command(Command{Kind: CmdTerminate}, now)
	said := after.TakeRecord()
	for i, m := range p.Milestones {
		if m.State != "cancelled" {
			e.Money = append(e.Money, EndedMoney{ID: m.ID, Deliverable: m.Deliverable, Payout: m.Payout, Amount: m.Amount, Outcome: ended(after.Milestones[i], said.Sends)})
		}
	}
	for i, d := range p.Deliverables {
		if d.State != after.Deliverables[i].State {
			e.Content = append(e.Content, EndedContent{d.ID, d.State})
		}
	}
	for _, c := range said.Changes {
		switch {
		case c.Noun == "offer":
			e.Offers = append(e.Offers, c.ID)
		case c.Noun == "contract" && p.Contract != nil && c.ID == p.Contract.ID:
			e.Contract = &EndedContract{c.ID, c.State}
		case c.Noun == "contract":
			e.Amendment = c.ID
		case c.Noun == "key_date" && c.State == KeyOvertaken:
			e.Option = p.Contract.Option
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		return e, fmt.Errorf("hash the ending: %w", err)
	}
	hash := sha256.Sum256(text)
	e.Shown = hex.EncodeToString(hash[:])
	return e, nil
}

// copied is the same partnership to try something on.
func (p *Partnership) copied() (*Partnership, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("copy the partnership: %w", err)
	}
	after := &Partnership{}
	if err := json.Unmarshal(text, after); err != nil {
		return nil, fmt.Errorf("copy the partnership: %w", err)
	}
	return after, nil
}

// ended says what became of a part of the money, by its state and by what its payout is told.
func ended(m MilestoneState, told []Send) string {
	switch m.State {
	case "settled":
		return EndedPaid
	case "cancelled":
		return EndedFallsOff
	}
	is := func(kind, code string) bool {
		return slices.ContainsFunc(told, func(s Send) bool {
			return s.ID == m.Payout && s.Signal != nil && s.Signal.Kind == kind && s.Signal.Code == code
		})
	}
	switch {
	case is(SignalCancelled, ""):
		return EndedRevoked
	case is(SignalHold, HoldTerminated):
		return EndedHeld
	}
	return EndedOwed
}

// changedSince refuses an ending that is not the one that was shown. A command that was shown nothing is taken as it is.
func (p *Partnership) changedSince(cmd Command, now time.Time) *Refusal {
	if cmd.Code == "" {
		return nil
	}
	if e, err := p.PreviewTermination(now); err != nil || e.Shown != cmd.Code {
		return p.refuse("changed_since")
	}
	return nil
}

// terminate ends everything that goes on. What was owed by then stays owed, as the contract's clause on termination has it, and what was not falls away.
func (p *Partnership) terminate(now time.Time, actor uuid.UUID) {
	p.stopOutreach(now)
	p.dropOffer(now, "withdrawn")
	if o := p.RenewalOffer; o != nil && (o.State == "sent" || o.State == "accepted") {
		p.endOffer(now, o, "withdrawn", uuid.Nil)
	}
	for i := range p.Deliverables {
		if d := &p.Deliverables[i]; !d.Terminal() {
			if d.State == "in_review" {
				p.send(Send{Workflow: "review", ID: d.Review, Signal: &Signal{ID: DeriveID(d.Review, "cancel"), Kind: SignalCancelled}})
			}
			p.disarmDeliverable(d)
			p.set(d, "cancelled", now)
		}
	}
	for i := range p.Milestones {
		switch m := &p.Milestones[i]; m.State {
		case "pending":
			p.closeNumber(m)
			m.State = "cancelled"
			p.change(Change{Noun: "milestone", ID: m.ID, State: "cancelled", At: now})
		case "met":
			p.endOwed(now, m)
		}
	}
	if p.Contract != nil && p.Contract.State != "executed" {
		p.Contract.State = "withdrawn"
		p.change(Change{Noun: "contract", ID: p.Contract.ID, State: "withdrawn", At: now})
		p.closeTask("contract/" + p.Contract.ID.String())
	} else if p.Contract != nil {
		p.change(Change{Noun: "contract", ID: p.Contract.ID, State: "terminated", At: now})
	}
	if p.Amendment != nil {
		p.endAmendment(now, "withdrawn", "terminated", actor)
	}
	p.releaseOffer(now)
	p.closeRenewal()
	p.closeTask(p.unfinishedTask())
	p.closeOption(now, "terminated")
	p.closeTalk()
	p.closeTask("payee") // what stays owed has a reminder of its own
	p.wakeThreads(now)
	p.keepTimers()
	if p.Careful { // what a ban or a pause held has nobody left who would let it go
		for i := range p.Timers {
			p.Timers[i].Held = false
		}
	}
	for _, e := range p.Interrupted {
		p.do(e) // what it wrote is undone by its outcome
	}
	p.Before, p.Interrupted = "", nil
	p.fact(now, Fact{Kind: "terminated", Actor: actor})
	p.to(StageTerminated, now, actor)
}

// endOwed lets what is owed go its way, unless its approval was taken back: that is never given again. What a post or a ban held would be held
// for ever, since nobody looks at either any more; so it is held for a person instead.
func (p *Partnership) endOwed(now time.Time, m *MilestoneState) {
	if slices.Contains(m.Held, "approval_revoked") {
		p.send(Send{Workflow: "payout", ID: m.Payout, Signal: &Signal{ID: DeriveID(m.Payout, "terminate"), Kind: SignalCancelled}})
		return
	}
	for _, code := range []string{"post_mismatch", "ban"} {
		if slices.Contains(m.Held, code) {
			p.holdPayout(m, HoldTerminated)
			p.releasePayout(now, m, code)
		}
	}
}
