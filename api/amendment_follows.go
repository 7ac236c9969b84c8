package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// amendmentFollows says what follows when both have signed an amendment, from the state that the workflow wrote down last: a copy of it executes the
// amendment as the workflow will. It answers nil where nothing is written down of the contract.
func (s *Server) amendmentFollows(ctx context.Context, partnership uuid.UUID, a rapport.AmendmentAhead) (*gen.AmendmentFollows, error) {
	store, err := storeAs[EndingStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.PartnershipState(ctx, partnership)
	if rapport.ErrorCode(err) == rapport.CodeNotFound || err == nil && (p.Contract == nil || p.Contract.ID != a.Term.ContractID) {
		return nil, nil //nolint:nilnil // it is of a run that has not said anything yet
	}
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, partnership)
	if err != nil {
		return nil, err
	}
	o, err := p.PreviewAmendment(s.now(), a.ID, a.Plan)
	if err != nil {
		return nil, err
	}
	f := follows{say: houseWords(ctx), a: a, o: o, of: d, titles: titlesOf(d)}
	for i, x := range a.Plan.Deliverables {
		f.titles[x.ID] = a.Changes.Deliverables[i].Title
	}
	for i, x := range a.Plan.Milestones {
		f.titles[x.ID] = a.Changes.Milestones[i].Title
	}
	for _, k := range a.Term.KeyDates {
		for _, post := range k.Posts {
			f.titles[*post.DeliverableID] = post.Title
		}
	}
	return &gen.AmendmentFollows{Pieces: f.pieces(), Money: f.money(), Timers: f.timers(), Dates: f.dates(), Budget: f.budget(), Stays: f.stays()}, nil
}

// follows puts what an amendment does in words.
type follows struct {
	say    rapport.Words
	a      rapport.AmendmentAhead
	o      rapport.AmendmentOutcome
	of     rapport.PartnershipDetail
	titles map[uuid.UUID]string
}

func line(what, from, to string) gen.AmendedLine {
	return gen.AmendedLine{What: what, From: orNil(from), To: orNil(to)}
}

func (f follows) title(id uuid.UUID) string { return quoted(f.titles[id], "A piece") }

// moment is empty for none.
func (f follows) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return f.say.Moment(t)
}

func (f follows) pieces() []gen.AmendedLine {
	list := []gen.AmendedLine{}
	for _, x := range f.o.Pieces {
		switch was, is := x.Was, x.Is; {
		case is == nil: // a copy loses nothing
		case was == nil && is.DraftDue.IsZero():
			list = append(list, line(f.title(is.ID), "", "is owed; its dates begin when the product has arrived"))
		case was == nil:
			list = append(list, line(f.title(is.ID), "", "is owed: its draft until "+f.moment(is.DraftDue)+", its publication until "+f.moment(is.PublishBy)))
		case is.State == "cancelled" && was.State == "in_review":
			list = append(list, line(f.title(is.ID), "in review; the review is cancelled", ""))
		case is.State == "cancelled":
			list = append(list, line(f.title(is.ID), plainWords(was.State), ""))
		default:
			if !was.DraftDue.Equal(is.DraftDue) {
				list = append(list, line("Draft of "+f.title(is.ID), f.moment(was.DraftDue), f.moment(is.DraftDue)))
			}
			if !was.PublishBy.Equal(is.PublishBy) {
				list = append(list, line("Publication of "+f.title(is.ID), f.moment(was.PublishBy), f.moment(is.PublishBy)))
			}
			if was.State != is.State {
				list = append(list, line(f.title(is.ID), plainWords(was.State), plainWords(is.State)))
			}
		}
	}
	return list
}

func (f follows) money() []gen.AmendedLine {
	list := []gen.AmendedLine{}
	for _, x := range f.o.Milestones {
		if x.Is == nil {
			continue
		}
		is, amount := x.Is, f.say.Money(x.Is.Amount)
		what, from := cmp.Or(f.titles[is.ID], "A part of the fee"), amount+", not owed yet"
		if x.Was == nil {
			from = ""
		}
		switch {
		case is.State == "cancelled":
			list = append(list, line(what, from, ""))
		case is.State == "met":
			list = append(list, line(what, from, amount+", owed at once: its payment is due "+f.moment(f.a.Term.Brand.AddDays(f.o.At, is.NetDays))))
		case x.Was != nil:
			list = append(list, line(what, amount+", owed "+f.moment(x.Was.At), amount+", owed "+f.moment(is.At)))
		case !is.At.IsZero():
			list = append(list, line(what, "", amount+", owed "+f.moment(is.At)))
		default:
			list = append(list, line(what, "", amount+", "+f.until(*is)))
		}
	}
	return list
}

// until says what a new part of the money waits for.
func (f follows) until(m rapport.MilestoneState) string {
	of := "all pieces"
	if m.Deliverable != uuid.Nil {
		of = f.title(m.Deliverable)
	}
	return map[rapport.Trigger]string{
		rapport.TriggerApproval: "owed when the draft of " + of + " is approved", rapport.TriggerPosted: "owed when the publication of " + of + " is reported",
		rapport.TriggerVerified: "owed when the publication of " + of + " is verified",
	}[m.Trigger]
}

func (f follows) timers() []gen.AmendedLine {
	list := make([]gen.AmendedLine, 0, len(f.o.Timers))
	for _, x := range f.o.Timers {
		t, from, to := x.Is, "", ""
		if x.Was != nil {
			t, from = x.Was, f.moment(x.Was.At)
		}
		if x.Is != nil {
			to = f.moment(x.Is.At)
		}
		list = append(list, line(timerWords(*t, f.of.PartnershipSummary, f.titles[t.Ref]), from, to))
	}
	slices.SortStableFunc(list, func(a, b gen.AmendedLine) int { return cmp.Compare(a.What, b.What) })
	return list
}

// rightNames are what a key date ends.
var rightNames = map[string]string{ //nolint:gochecknoglobals // a table
	rapport.KeyUsageRights: "Usage rights", rapport.KeyAllowlisting: "Allow-listing", rapport.KeyExclusivity: "Exclusivity",
}

func (f follows) dates() []gen.AmendedLine {
	list := []gen.AmendedLine{}
	for _, x := range f.o.KeyDates {
		k, from, to := x.Is, "", ""
		if x.Was != nil {
			k, from = x.Was, "until "+f.moment(x.Was.At)
		}
		if x.Is != nil {
			k, to = x.Is, "until "+f.moment(x.Is.At)
		}
		list = append(list, line(rightNames[k.Kind]+" of "+strings.Join(each(k.Assets, f.title), ", "), from, to))
	}
	if x := f.o.Option; x != nil {
		words := func(o *rapport.OptionState) string {
			if o == nil {
				return ""
			}
			return "another term for " + f.say.Money(o.Fee) + ", until " + f.moment(o.EndsAt)
		}
		list = append(list, line("Option to renew", words(x.Was), words(x.Is)))
	}
	if was, is := *f.o.EndsAt.Was, *f.o.EndsAt.Is; !was.Equal(is) {
		list = append(list, line("End of the term", f.moment(was), f.moment(is)))
	}
	if was, is := *f.o.NoticeBy.Was, *f.o.NoticeBy.Is; !was.Equal(is) {
		list = append(list, line("Renewal decided by", f.moment(was), f.moment(is)))
	}
	if f.o.RenewalOpens {
		list = append(list, line("Renewal", "", "is decided anew"))
	}
	if was, is := *f.o.Stage.Was, *f.o.Stage.Is; was != is {
		list = append(list, line("The partnership", plainWords(string(was)), plainWords(string(is))))
	}
	return list
}

// budget says what the amendment makes of what is committed. What a drafted one adds is reserved already.
func (f follows) budget() []gen.AmendedLine {
	before, then := f.a.Committed, f.a.Committed
	if then.Amount -= f.o.Cancels; !f.a.Drafted {
		then.Amount += f.o.Adds
	}
	to := f.say.Money(then)
	if then == before {
		to += ", as now"
	}
	if f.a.Drafted && f.o.Adds > 0 {
		to += "; " + f.say.Money(rapport.Money{Amount: f.o.Adds, Currency: then.Currency}) + " of it is reserved since the amendment was drafted"
	}
	return []gen.AmendedLine{line("Committed of the budget of "+f.say.Money(f.a.Budget), f.say.Money(before), to)}
}

func (f follows) stays() []gen.AmendedLine {
	list := each(f.a.Changes.Pinned(f.a.Term, f.say), toAmendedLine)
	if f.o.Overtaken {
		list = append(list, line("What has happened meanwhile", "", "Part of this comes too late by now, and stays as it is. The owner gets a task to look at it."))
	}
	return list
}
