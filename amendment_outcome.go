package rapport

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// AmendmentAhead is an amendment that both have not signed, with what it would be executed on.
type AmendmentAhead struct {
	ID      uuid.UUID
	Changes Amendment
	Term    RunningTerm
	Plan    ContractPlan
	// Budget of the campaign and what of it is committed, which holds what a drafted amendment adds already.
	Budget, Committed Money
	Drafted           bool
}

// Differing is one thing before and after; nil where it was not there, or is not any more.
type Differing[T any] struct{ Was, Is *T }

// AmendmentOutcome is what an amendment would do if both had signed it: all that differs between a partnership and its copy that has executed it.
type AmendmentOutcome struct {
	At            time.Time // when both had signed it
	Pieces        []Differing[DeliverableState]
	Milestones    []Differing[MilestoneState]
	Timers        []Differing[Timer]
	KeyDates      []Differing[KeyDate] // but of an option
	Option        *Differing[OptionState]
	EndsAt        Differing[time.Time] // of the term, and NoticeBy the day by which its renewal is decided
	NoticeBy      Differing[time.Time]
	Stage         Differing[Stage]
	RenewalOpens  bool
	Overtaken     bool // part of it comes too late: a person is told
	Adds, Cancels int64
}

// PreviewAmendment says what an amendment with this plan would do now: it executes it on a copy as the workflow does.
func (p *Partnership) PreviewAmendment(now time.Time, id uuid.UUID, plan ContractPlan) (o AmendmentOutcome, err error) {
	after, err := p.copied()
	if err != nil {
		return o, err
	}
	after.Amendment = &ContractState{ID: id, State: "out_for_signature", At: now}
	after.disarm(timerSignExpiry, id)
	after.disarm(timerSignReminder, id)
	after.amended(now, &plan)
	o.At = now
	said := after.TakeRecord()

	o.Pieces = differing(p.Deliverables, after.Deliverables, func(was, is DeliverableState) bool {
		return was.State == is.State && was.DraftDue.Equal(is.DraftDue) && was.PublishBy.Equal(is.PublishBy)
	}, func(was, is DeliverableState) bool { return was.ID == is.ID })
	o.Milestones = differing(p.Milestones, after.Milestones, func(was, is MilestoneState) bool { return was.State == is.State && was.At.Equal(is.At) },
		func(was, is MilestoneState) bool { return was.ID == is.ID })
	for _, m := range o.Milestones {
		switch {
		case m.Was == nil:
			o.Adds += m.Is.Amount.Amount
		case m.Is != nil && m.Is.State == "cancelled":
			o.Cancels += m.Is.Amount.Amount
		}
	}
	sameDate := func(was, is KeyDate) bool { return was.ID == is.ID }
	moves := func(was, is KeyDate) bool { return was.Contract == is.Contract && is.replaces(was) }
	o.KeyDates = differing(rightsOf(p.KeyDates), rightsOf(after.KeyDates), func(was, is KeyDate) bool { return was.ID == is.ID && slices.Equal(was.Assets, is.Assets) }, sameDate, moves)
	moved := map[uuid.UUID]uuid.UUID{} // key dates that take the place of another one: their timers move
	for _, k := range differing(p.KeyDates, after.KeyDates, sameDate, sameDate, moves) {
		if k.Was != nil && k.Is != nil {
			moved[k.Is.ID] = k.Was.ID
		}
	}
	o.Timers = differing(p.Timers, after.Timers, func(was, is Timer) bool { return was.At.Equal(is.At) }, func(was, is Timer) bool {
		of, ok := moved[is.Ref]
		return was.Kind == is.Kind && was.N == is.N && (was.Ref == is.Ref || ok && was.Ref == of)
	})
	o.Timers = slices.DeleteFunc(o.Timers, func(t Differing[Timer]) bool { return t.Was != nil && t.Was.Ref == id }) // which only ask for the signature
	if was, is := p.Contract.Option, after.Contract.Option; was != is && (was == nil || is == nil || was.Fee != is.Fee || !was.EndsAt.Equal(is.EndsAt)) {
		o.Option = &Differing[OptionState]{was, is}
	}
	o.EndsAt, o.NoticeBy = Differing[time.Time]{new(p.Contract.EndsAt), &after.Contract.EndsAt}, Differing[time.Time]{new(p.Contract.NoticeBy), &after.Contract.NoticeBy}
	o.Stage = Differing[Stage]{new(p.Stage), &after.Stage}
	o.RenewalOpens = p.Renewal != after.Renewal && (after.Renewal == RenewalNotDue || after.Renewal == RenewalReviewOpen)
	o.Overtaken = slices.ContainsFunc(said.Tasks, func(t TaskChange) bool { return t.Open && t.Kind == "amendment_overtaken" })
	return o, nil
}

// rightsOf are the dates on which something ends that is about posts.
func rightsOf(dates []KeyDate) []KeyDate {
	return slices.DeleteFunc(slices.Clone(dates), func(k KeyDate) bool { return len(k.Assets) == 0 })
}

// differing pairs what is the same before and after by the first measure, then by the next, and leaves away what is alike.
func differing[T any](was, is []T, alike func(was, is T) bool, same ...func(was, is T) bool) (list []Differing[T]) {
	was, is = slices.Clone(was), slices.Clone(is) // what is said stays so, whatever the partnership does then
	places := paired(was, is, same...)
	for i, at := range places {
		switch {
		case at < 0:
			list = append(list, Differing[T]{Was: &was[i]})
		case !alike(was[i], is[at]):
			list = append(list, Differing[T]{&was[i], &is[at]})
		}
	}
	for j := range is {
		if !slices.Contains(places, j) {
			list = append(list, Differing[T]{Is: &is[j]})
		}
	}
	return list
}
