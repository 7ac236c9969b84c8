package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// RenewalOption gives the brand another term of the same length, with the same deliverables and otherwise on the same terms, without asking again. That
// term has no option unless both agree on one.
type RenewalOption struct {
	Fee int64 `json:"fee"` // of the next term, in minor units of the fee's currency
	// NoticeDays are days of the brand's calendar before the term's end, at the latest of which the brand says that it takes the next one.
	NoticeDays int `json:"notice_days"`
}

// OptionState is an option of the contract of the present term.
type OptionState struct {
	Fee    Money     `json:"fee"`
	EndsAt time.Time `json:"ends_at"` // the end of its last day
}

// check names every bad field. An option ends at the latest when its renewal would lapse, so that there is nothing to use it for afterwards.
func (o *RenewalOption) check(path string, t ContractTerms) (f []Field) {
	if o == nil {
		return nil
	}
	if o.Fee <= 0 {
		f = append(f, Field{path + ".fee", "out_of_range", "Say for how much the next term is taken."})
	}
	if slices.ContainsFunc(t.Deliverables, func(d DeliverableTerms) bool {
		return d.DraftDueOn != "" || d.PublishUntil != "" || d.CampaignDate != uuid.Nil
	}) {
		f = append(f, Field{path, "has_days", "An option takes the same terms for another term: count the dates of its deliverables instead of naming days."})
	}
	if slices.ContainsFunc(t.Milestones, func(m MilestoneTerms) bool { return m.OwedOn != "" }) {
		f = append(f, Field{path, "has_days", "An option takes the same terms for another term: let no part of the fee be owed on a day."})
	}
	switch {
	case o.NoticeDays < 1 || o.NoticeDays > 365:
		f = append(f, Field{path + ".notice_days", "out_of_range", "An option is used 1 to 365 days before the end of the term."})
	case o.NoticeDays >= t.DurationDays:
		f = append(f, Field{path + ".notice_days", "outside_term", "The option's last day must lie inside the contract's duration."})
	case o.NoticeDays < t.NoticeDays:
		lapses := WordsIn(LegalLocale).Say("%d days", t.NoticeDays)
		f = append(f, Field{path + ".notice_days", "after_notice", fmt.Sprintf("A renewal that nobody decides lapses %s before the end: the option ends at the latest then.", lapses)})
	}
	return f
}

// checkFee refuses a fee of the next term that cannot be paid in the currency, or of which a share rounds to nothing.
func (o *RenewalOption) checkFee(path string, t ContractTerms, currency string) (f []Field) {
	if o == nil || o.Fee <= 0 { // which Check names
		return nil
	}
	fee := Money{o.Fee, currency}
	if bad := CheckMoney("", fee); len(bad) > 0 {
		return []Field{{path, bad[0].Code, bad[0].Detail}}
	}
	for i, amount := range t.Amounts(fee) {
		if amount.Amount <= 0 && t.Milestones[i].Percent > 0 {
			return []Field{{path, "rounds_to_zero", fmt.Sprintf("Of this fee the share “%s” rounds to nothing.", t.Milestones[i].Title)}}
		}
	}
	return nil
}

// noticeDays are 0 where there is no option.
func (o *RenewalOption) noticeDays() int {
	if o == nil {
		return 0
	}
	return o.NoticeDays
}

func (o *RenewalOption) feeWords(currency string) string {
	if o == nil {
		return ""
	}
	return Money{o.Fee, currency}.String()
}

// words are the option as offers are compared; empty for none.
func (o *RenewalOption) words(say Words, currency string) string {
	if o == nil {
		return ""
	}
	return say.Say("another term for %s, at the latest %s before the end", say.Money(Money{o.Fee, currency}), say.Say("%d days long", o.NoticeDays))
}

// option is that of a term that ends then; nil for none.
func (c ContractDates) option(endsAt time.Time) *OptionState {
	o := c.Terms.RenewalOption
	if o == nil {
		return nil
	}
	return &OptionState{Fee: Money{o.Fee, c.Fee.Currency}, EndsAt: c.Brand.AddDays(endsAt, -o.NoticeDays)}
}

// giveOption begins to keep the last day of the option that both have signed. Only a contract from after there were options has one, so that no run
// from before does anything else than it did.
func (p *Partnership) giveOption(now time.Time, o *OptionState) {
	if o == nil {
		return
	}
	p.Contract.Option = o
	p.KeepDates()
	p.planKeyDates(now)
}

// optionStands says that nobody has decided on the next term but the creator, whose no to another offer takes nothing of what they have signed.
func (p *Partnership) optionStands() bool {
	return p.in(StageActive, StageWrappingUp, StageCompleted, StageBanned) && p.Renewal != RenewalAgreed && p.Renewal != RenewalLapsed
}

// allowedOption says why the brand could not take the next term by its option now.
func (p *Partnership) allowedOption(cmd Command, now time.Time) *Refusal {
	switch {
	case p.Contract == nil || p.Contract.Option == nil:
		return p.refuse("no_option")
	case p.Paused:
		return p.refuse("paused")
	case !p.optionStands():
		return &Refusal{Code: "renewal_decided", State: p.Renewal}
	case !p.Contract.Option.EndsAt.After(now):
		return &Refusal{Code: "option_over", State: p.Renewal, At: p.Contract.Option.EndsAt}
	case cmd.Amount.Currency != "" && cmd.Amount != p.Contract.Option.Fee:
		return &Refusal{Code: "another_option_fee", State: p.Renewal}
	}
	return nil
}

func (p *Partnership) optionButton(now time.Time) CommandView {
	v := CommandView{Kind: CmdExerciseOption}
	if r := p.Allowed(Command{Kind: CmdExerciseOption}, now); r != nil {
		v.Refused = r.Code
	}
	return v
}

// exerciseOption agrees the next term. The creator is told and not asked: they have signed it. An offer that is out is not needed any more.
func (p *Partnership) exerciseOption(now time.Time, cmd Command) {
	if o := p.RenewalOffer; o != nil && o.State == "sent" {
		p.endOffer(now, o, "withdrawn", cmd.Actor)
	}
	c := p.Contract
	p.RenewalOffer = &OfferState{ID: cmd.Ref, State: "accepted", Fee: c.Option.Fee, At: now, Expires: c.Option.EndsAt}
	p.fact(now, Fact{Kind: "option_exercised", Ref: c.ID, Ref2: cmd.Ref, Actor: cmd.Actor, Amount: c.Option.Fee})
	p.change(Change{Noun: "offer", ID: cmd.Ref, State: "sent", At: now, Until: c.Option.EndsAt})
	p.change(Change{Noun: "offer", ID: cmd.Ref, State: "accepted", At: now})
	p.Renewal = RenewalAgreed
	p.closeRenewal()
	p.closeTask("counter")
	if k := p.optionDate(); k != nil {
		p.closeKeyDate(now, *k, KeyExercised)
	}
	p.fact(now, Fact{Kind: "renewal_agreed", Ref: cmd.Ref, Amount: c.Option.Fee})
	p.do(Effect{Key: "option/" + cmd.Ref.String(), Kind: EffectMail, Code: "option_exercised", Ref: c.ID})
	p.advance(now)
	p.endTermIfDue(now)
}

// optionDate is the last day of the present option; nil where it is over.
func (p *Partnership) optionDate() *KeyDate {
	i := slices.IndexFunc(p.KeyDates, func(k KeyDate) bool { return k.Kind == KeyOption })
	if i < 0 {
		return nil
	}
	return &p.KeyDates[i]
}

// closeOption takes an option off the list when the renewal is decided without it. One whose last day has come was not used, and that is said first.
func (p *Partnership) closeOption(now time.Time, why string) {
	k := p.optionDate()
	switch {
	case k == nil:
	case !k.At.After(now):
		p.endKeyDate(now, k.ID)
	default:
		p.fact(now, Fact{Kind: "option_overtaken", Ref: k.Contract, Ref2: k.ID, Code: why})
		p.closeKeyDate(now, *k, KeyOvertaken)
	}
}

// OptionItem is an option as the renewals show it.
type OptionItem struct {
	Fee    Money
	EndsAt time.Time
	State  string // of its key date
}
