package rapport

import "time"

// changesOption says that an amendment is about the option to renew itself, and not only about the end that its last day is counted from.
func (a *Amendment) changesOption() bool { return a.RenewalOption != nil || a.DropsOption }

// optionStands says that the term has an option that can still be used.
func (t RunningTerm) optionStands(now time.Time) bool {
	return t.optionDay(t.Terms.RenewalOption, t.EndsAt).After(now) && t.Renewal != RenewalAgreed && t.Renewal != RenewalLapsed
}

// optionDay is the end of the last day of an option in a term that ends then; zero where there is none.
func (t RunningTerm) optionDay(o *RenewalOption, endsAt time.Time) time.Time {
	if o == nil {
		return time.Time{}
	}
	return t.Brand.AddDays(endsAt, -o.NoticeDays)
}

// resolveOption fixes the last day of the option that the term has with the amendment. The end of the term is fixed before.
func (a *Amendment) resolveOption(t RunningTerm, now time.Time) (bad []Field) {
	const path = "renewal_option"
	add := func(at, code, detail string) { bad = append(bad, Field{at, code, detail}) }
	a.OptionEndsAt = time.Time{}
	switch {
	case !a.changesOption():
		if t.over() || a.EndDays == 0 || !t.optionStands(now) {
			return nil
		}
		if a.OptionEndsAt = t.optionDay(t.Terms.RenewalOption, a.EndsAt); !a.OptionEndsAt.After(now) {
			add("end_days", "in_the_past", "The last day of the option to renew would have passed by now.")
		}
	case a.RenewalOption != nil && a.DropsOption:
		add("drop_option", "twice", "An option is changed or falls away, not both.")
	case t.Renewal == RenewalAgreed:
		add(path, "pinned", "The next term is agreed already: nothing can change of what it is taken by.")
	case t.Renewal == RenewalLapsed || t.over():
		add(path, "term_is_over", "The next term is not taken by an option any more: its renewal has lapsed, or this term is done.")
	case a.DropsOption && !t.optionStands(now):
		add("drop_option", "unknown", "There is no option to renew that could still be used.")
	case a.DropsOption:
	case t.optionStands(now) && *a.RenewalOption == *t.Terms.RenewalOption:
		add(path, "unchanged", "The option to renew says this already.")
	default:
		bad = append(a.RenewalOption.check(path, t.Terms), a.RenewalOption.checkFee(path+".fee", t.Terms, t.Fee.Currency)...)
		if a.OptionEndsAt = t.optionDay(a.RenewalOption, a.EndsAt); len(bad) == 0 && !a.OptionEndsAt.After(now) {
			add(path+".notice_days", "in_the_past", "The last day of the option to renew would have passed by now.")
		}
	}
	return bad
}

// option adds what changes of the option to renew: all of it, or its last day, which moves with the end of the term.
func (l *changedLines) option(a *Amendment, t RunningTerm) {
	say, was := l.say, t.Terms.RenewalOption
	what := say.Say("Option to renew")
	until := func(o *RenewalOption, endsAt time.Time) string {
		return t.Brand.untilWords(say, t.optionDay(o, endsAt))
	}
	words := func(o *RenewalOption, endsAt time.Time) string {
		return o.words(say, t.Fee.Currency) + ", " + until(o, endsAt)
	}
	switch {
	case a.DropsOption:
		l.add(what, words(was, t.EndsAt), "")
	case a.RenewalOption != nil && was != nil:
		l.add(what, words(was, t.EndsAt), words(a.RenewalOption, a.EndsAt))
	case a.RenewalOption != nil: // no clause of the contract says yet what an option is
		l.add(what, "", say.Say("The brand may take another term of the same length, with the same deliverables and otherwise on the terms of the contract, for %s in total. "+
			"It does so by telling the creator at the latest %s before the present term ends, that is %s; "+
			"the creator agrees to that term by signing this amendment. That term has no option unless both agree on one.",
			say.Money(Money{a.RenewalOption.Fee, t.Fee.Currency}), say.Say("%d days long", a.RenewalOption.NoticeDays), until(a.RenewalOption, a.EndsAt)))
	case !a.OptionEndsAt.IsZero():
		l.add(what, until(was, t.EndsAt), until(was, a.EndsAt))
	}
}

// changeOption gives the term the option that an amendment leaves it, with a last day that nobody has decided on. It answers false where the next term was
// decided between the draft and the signature, or the new last day has come as well.
func (p *Partnership) changeOption(now time.Time, plan *ContractPlan) bool {
	if !plan.OptionChanged {
		if plan.Option != nil {
			p.Contract.Option = plan.Option
		}
		return true
	}
	if !p.optionStands() {
		return false
	}
	p.Contract.Option = plan.Option
	k := p.optionDate()
	if plan.Option == nil {
		if k != nil {
			p.fact(now, Fact{Kind: "option_dropped", Ref: k.Contract, Ref2: k.ID})
		}
		return true
	}
	p.KeepDates()
	if k != nil && k.At.Equal(plan.Option.EndsAt) && k.At.After(now) { // the day stays, but what somebody decided on was another option
		p.closeKeyDate(now, *k, KeyMoved)
	}
	return plan.Option.EndsAt.After(now)
}
