package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"rapport"
	"rapport/api/gen"
)

// canSubmit says whether the deliverable takes a draft now; the partnership has the last word.
func canSubmit(page rapport.PortalPage, d rapport.PortalDeliverable) bool {
	switch d.State {
	case "planned", "brief_sent", "awaiting_draft", "changes_requested", "in_review", "late":
		return page.Stage == rapport.StageActive
	}
	return false
}

// canReportPost says whether the address of the post is asked for now: once small corrections are made.
func canReportPost(page rapport.PortalPage, d rapport.PortalDeliverable) bool {
	return mayPost(page, d) && !hasCorrections(d)
}

func hasCorrections(d rapport.PortalDeliverable) bool {
	return slices.ContainsFunc(d.Corrections, func(c rapport.Correction) bool { return c.DoneAt == nil })
}

// mayPost says whether the content may be published.
func mayPost(page rapport.PortalPage, d rapport.PortalDeliverable) bool {
	switch d.State {
	case "approved_to_post", "scheduled", "posted":
		return page.Stage == rapport.StageActive
	}
	return false
}

// wordsFor are the words in which a creator is answered: those they chose, else those that their browser asks for.
func wordsFor(ctx context.Context, chosen string) rapport.Words {
	return rapport.WordsFor(ctx, rapport.LocaleFor(chosen, requestFrom(ctx).Languages))
}

// home puts everything a creator's page is made of in words.
func (s *Server) home(ctx context.Context, page rapport.PortalPage) gen.PortalHome {
	say := wordsFor(ctx, page.Locale)
	home := gen.PortalHome{
		Locale:      gen.Locale(say.Locale()),
		CreatorName: page.CreatorName, BrandName: page.BrandName, CampaignName: page.CampaignName, Brief: page.Brief, PayeeState: page.PayeeState,
		NeedsOnboarding: page.PayeeAccount != "" && page.PayeeState != payeeReady,
		Deliverables:    make([]gen.PortalDeliverable, len(page.Deliverables)), Payments: make([]gen.PortalPayment, len(page.Payments)),
	}
	next, by := nextStep(say, page, s.now())
	home.Next, home.NextBy = orNil(next), by
	if o := page.Offer; o != nil {
		home.Offer = &gen.PortalOfferView{
			Id: o.ID, State: o.State, Renewal: orNot(o.Term > 1), Fee: toMoney(o.Fee), Message: orNil(o.Message), Terms: toTerms(o.Terms), ExpiresAt: o.ExpiresAt,
			CounterFee: moneyOf(o.CounterFee), Asked: askedInstead(say, *o), CounterNote: orNil(o.CounterNote), Changes: changesOf(say, *o), Before: offersBefore(say, *o),
		}
	}
	home.Signed = each(page.Signed, portalContractRef)
	if c := page.Contract; c != nil {
		home.Contract = new(portalContractRef(*c))
	}
	for i, d := range page.Deliverables {
		home.Deliverables[i] = gen.PortalDeliverable{
			Id: d.ID, Title: d.Title, Term: d.Term, Platform: d.Platform, Kind: d.Kind, State: d.State, DraftDueAt: d.DraftDueAt, PublishBy: d.PublishBy, Round: d.Round,
			PublishFrom: d.PublishFrom, PublishAt: d.PublishAt, CanSchedule: orNot(canSchedule(page, d, s.now())),
			Reviewing: orNil(lookingWords(say, d)), Feedback: orNil(feedbackWords(say, d)), CanSubmit: canSubmit(page, d), CanReportPost: canReportPost(page, d),
			Hashtags: noNil(page.Hashtags), Asks: rapport.ContentAsks(d.Asks, say), PostUrl: orNil(d.PostURL), Waiting: waitingOf(say, d), Corrections: each(d.Corrections, showCorrection),
			Comments: each(d.Comments, showComment), Spoken: orNot(d.Declares && isVideo(d.Kind)),
			Extension: portalExtension(d.Extension), CanAskForTime: orNot(canAskForTime(page, d)),
			WaitsForProduct: orNot(rapport.WaitsForProduct(d.DraftAfter, d.State, d.DraftDueAt)),
		}
		if len(d.Rights) > 0 {
			rights := each(d.Rights, func(r rapport.PostRight) gen.PostRight {
				return gen.PostRight{Kind: gen.KeyDateKind(r.Kind), Until: r.Until}
			})
			home.Deliverables[i].Rights = &rights
		}
		if d.Extra == "asked" || d.Extra == "offered" {
			question := gen.RoundQuestion{Round: d.Round, Included: d.Rounds}
			if d.ExtraFee != nil {
				fee := toMoney(*d.ExtraFee)
				question.Fee = &fee
			}
			home.Deliverables[i].RoundQuestion = &question
		}
	}
	for i, m := range page.Payments {
		state, expected := paymentWords(say, m, s.now())
		home.Payments[i] = gen.PortalPayment{Id: m.ID, Title: m.Title, Term: m.Term, Amount: toMoney(m.Amount), State: state, ExpectedAt: expected, PaidAt: m.PaidAt}
		if m.Bank != nil {
			home.Payments[i].Bank = orNil(arrivalWords(say, m.Bank.State, m.Bank.On))
		}
	}
	home.Others = each(page.Others, func(o rapport.PortalOther) gen.PortalOther {
		return gen.PortalOther{Id: o.ID, CampaignName: o.CampaignName, State: otherState(say, o.Stage)}
	})
	return home
}

// otherState is how a partnership stands, for its creator.
func otherState(say rapport.Words, stage rapport.Stage) string {
	switch stage { //nolint:exhaustive // the others are before the contract
	case rapport.StageContractOut:
		return say.Say("The contract is not signed by both")
	case rapport.StageActive, rapport.StageWrappingUp, rapport.StageCompleted:
		return say.Say("Running")
	case rapport.StageTerminated, rapport.StageLapsed, rapport.StageBanned:
		return say.Say("Ended")
	case rapport.StageDeclined, rapport.StageUnresponsive:
		return say.Say("Came to nothing")
	}
	return say.Say("Being discussed")
}

func portalContractRef(c rapport.Contract) gen.ContractRef {
	return gen.ContractRef{Id: c.ID, Number: c.Number, State: c.State, Term: c.Term, SentAt: c.SentAt, ExecutedAt: c.ExecutedAt, EndsAt: c.EndsAt}
}

// nextStep is the next thing that is waited for from the creator, and by when; else what happens meanwhile.
func nextStep(say rapport.Words, page rapport.PortalPage, now time.Time) (string, *time.Time) {
	if !page.Stage.Live() {
		return say.Say("This partnership has ended. Payments that are still owed are listed below."), nil
	}
	if o := page.Offer; o != nil && o.State == "sent" {
		return say.Say("Answer the offer."), o.ExpiresAt
	}
	if c := page.Contract; c != nil && c.State == "out_for_signature" {
		return say.Say("Read and sign the contract."), c.ExpiresAt
	}
	var first *step
	for _, d := range page.Deliverables {
		if one := stepOf(say, page, d); one != nil && (first == nil || one.by != nil && (first.by == nil || one.by.Before(*first.by))) {
			first = one
		}
	}
	switch {
	case first != nil:
		return first.words, first.by
	case page.PayeeAccount != "" && page.PayeeState != "ready":
		return say.Say("Add your bank account, so that payments reach you."), nil
	}
	for _, d := range page.Deliverables {
		if rapport.WaitsForProduct(d.DraftAfter, d.State, d.DraftDueAt) {
			return say.Say("Nothing for you right now: the time for “%s” begins when the product has arrived at you.", d.Title), nil
		}
		if d.State == "in_review" {
			return say.Say("Nothing for you right now: we are looking at “%s”.", d.Title), nil
		}
	}
	for _, m := range page.Payments {
		if m.PayoutState != "" && m.PaidAt == nil && m.PayoutState != rapport.PayoutCancelled && m.DueAt != nil && m.DueAt.After(now) {
			return say.Say("Nothing for you right now. The next payment is on its way."), nil
		}
	}
	return "", nil
}

// step is something that is waited for from a creator.
type step struct {
	words string
	by    *time.Time
}

// stepOf is what is waited for about one piece of content; nil for nothing.
func stepOf(say rapport.Words, page rapport.PortalPage, d rapport.PortalDeliverable) *step {
	switch {
	case len(d.Wrong) > 0:
		return &step{say.Say("Put your post of “%s” right. What is missing stands below.", d.Title), nil}
	case d.Extra == "asked" || d.Extra == "offered":
		return &step{say.Say("Say whether you make another round of “%s”.", d.Title), nil}
	case d.Extra == "declined":
	case d.State == "changes_requested" || d.State == "late" && d.Round > 0:
		return &step{say.Say("Send a new version of “%s”. What must change stands below.", d.Title), d.DraftDueAt}
	case rapport.WaitsForProduct(d.DraftAfter, d.State, d.DraftDueAt):
	case d.State != "in_review" && canSubmit(page, d):
		return &step{say.Say("Send your draft of “%s”.", d.Title), d.DraftDueAt}
	case d.State != "posted" && mayPost(page, d) && hasCorrections(d):
		return &step{say.Say("Make the small corrections of “%s” and tick them off.", d.Title), d.PublishBy}
	case d.State == "scheduled" && mayPost(page, d):
		return &step{say.Say("Publish “%s” as planned, and paste its address here.", d.Title), d.PublishAt}
	case d.State != "posted" && mayPost(page, d):
		return &step{say.Say("Publish “%s” and paste its address here.", d.Title), d.PublishBy}
	}
	return nil
}

// waitingOf says who decides on the draft, since when, and what happens if nobody does and when: of the stage that is due first.
func waitingOf(say rapport.Words, d rapport.PortalDeliverable) *gen.PortalWaiting {
	if !reviewIsOpen(d.ReviewState) {
		return nil
	}
	var first *rapport.ReviewStage
	var ahead []string
	for i := range d.Stages {
		st := &d.Stages[i]
		switch {
		case st.State == "waiting":
			ahead = append(ahead, st.Name)
		case (st.State == "open" || st.State == "held") && (first == nil || st.DueAt.Before(first.DueAt)):
			first = st
		}
	}
	if first == nil {
		return nil
	}
	w := &gen.PortalWaiting{Stage: first.Name, Who: []string{}, Since: first.OpenedAt, DueAt: timeOrNil(first.DueAt), Silence: creatorSilence(say, d.OnSilence, first.State), Ahead: someOf(ahead)}
	if first.State == "open" {
		w.SilenceAt = timeOrNil(first.SilenceAt)
	}
	for _, a := range first.Open() {
		if name := d.Names[a.User]; name != "" && !slices.Contains(w.Who, name) {
			w.Who = append(w.Who, name)
		}
	}
	return w
}

// creatorSilence is what silence does, in the creator's words.
func creatorSilence(say rapport.Words, o rapport.OnSilence, state string) string {
	switch {
	case state == "held":
		return say.Say("The time is up, and whoever is responsible at the brand was told. It still waits for a decision.")
	case o == rapport.SilenceHold:
		return say.Say("If nobody decides, whoever is responsible at the brand is told; it does not lapse.")
	case o == rapport.SilenceApprove:
		return say.Say("If nobody decides, it counts as approved.")
	case o == rapport.SilenceReject:
		return say.Say("If nobody decides, it counts as rejected.")
	}
	return ""
}

func isVideo(kind string) bool {
	return slices.ContainsFunc([]string{"video", "reel", "short", "story", "stream"}, func(word string) bool { return strings.Contains(strings.ToLower(kind), word) })
}

// lookingWords says who is looking at the draft, by the names of the stages.
func lookingWords(say rapport.Words, d rapport.PortalDeliverable) string {
	switch d.ReviewState {
	case rapport.ReviewChecking:
		return say.Say("The automatic checks")
	case rapport.ReviewOpen, rapport.ReviewHeld:
	default:
		return ""
	}
	var open, ahead []string
	for _, stage := range d.Stages {
		switch stage.State {
		case "open", "held":
			open = append(open, stage.Name)
		case "waiting":
			ahead = append(ahead, stage.Name)
		}
	}
	if len(open) == 0 {
		return ""
	}
	words := open[0]
	for _, name := range open[1:] {
		words = say.Say("%s and %s", words, name)
	}
	for _, name := range ahead {
		words = say.Say("%s, then %s", words, name)
	}
	return words
}

// feedbackWords is what must change in the version that was sent back, or in the post; nothing once a newer one is being looked at.
func feedbackWords(say rapport.Words, d rapport.PortalDeliverable) string {
	if len(d.Wrong) > 0 {
		return strings.Join(each(d.Wrong, func(code string) string { return say.Say(rapport.PostProblemWords(code)) }), "\n")
	}
	switch d.State {
	case "changes_requested", "late", "rejected":
	default:
		return ""
	}
	if d.ReviewState != rapport.ReviewChangesRequested && d.ReviewState != rapport.ReviewRejected {
		return ""
	}
	words := slices.Clone(d.Feedback)
	for _, c := range d.Failed {
		words = append(words, c.Advice(say))
	}
	return strings.Join(words, "\n\n")
}

// paidWords says how a payment was made, as the creator finds it again on their side.
func paidWords(say rapport.Words, m rapport.PortalPayment) string {
	if m.Offline == "" {
		return say.Say("Paid")
	}
	return say.Say("Paid outside of Stripe by %s, reference %s", say.Say(rapport.OfflineWords(m.Offline)), m.OfflineReference)
}

// paymentWords says where a payment stands and when it is expected, in the creator's words.
func paymentWords(say rapport.Words, m rapport.PortalPayment, now time.Time) (string, *time.Time) {
	switch m.PayoutState {
	case rapport.PayoutPaid:
		return paidWords(say, m), nil
	case rapport.PayoutPartlyReversed:
		return say.Say("Paid, partly taken back"), nil
	case rapport.PayoutReversed:
		return say.Say("Taken back"), nil
	case rapport.PayoutCancelled:
		return say.Say("Cancelled"), nil
	case rapport.PayoutHeld:
		if m.DestinationAt != nil {
			return say.Say("On hold, because your bank account was changed on %s. To keep your money safe it waits until %s at least, and until somebody has made sure that it was you. "+
				"If it was not you, answer our mail at once", say.Moment(*m.DestinationAt), say.Moment(*m.FreeAt)), nil
		}
		return say.Say("On hold. Just ask us what it waits for"), nil
	case rapport.PayoutAwaitingPayee:
		return say.Say("Waits for your bank account"), nil
	case rapport.PayoutSubmitted, rapport.PayoutUnknown:
		return say.Say("Being sent to your account"), notPassed(m.DueAt, now)
	case rapport.PayoutScheduled:
		return say.Say("Earned, on its way"), notPassed(m.DueAt, now)
	case rapport.PayoutAwaitingApproval:
		return say.Say("Earned, waits for our finance team to release it"), notPassed(m.DueAt, now)
	case rapport.PayoutAwaitingFunds:
		return say.Say("Released, waits until we have put money on our account"), notPassed(m.DueAt, now)
	case rapport.PayoutFailed:
		return say.Say("Released, but it could not be sent. Our finance team looks into it"), nil
	case rapport.PayoutApproved:
		if m.Offline != "" {
			return say.Say("Released, waits for our finance team to pay it"), notPassed(m.DueAt, now)
		}
		return say.Say("Released, on its way"), notPassed(m.DueAt, now)
	}
	switch m.State {
	case "cancelled":
		return say.Say("Cancelled"), nil
	case "met", "payable":
		return say.Say("Earned, on its way"), nil
	case "settled":
		return say.Say("Paid"), nil
	}
	if m.Trigger == rapport.TriggerThreshold || m.DueAt == nil || !m.DueAt.After(now) { // what may never be earned is expected at no time
		return triggerWords(say, m), nil
	}
	return triggerWords(say, m), m.DueAt
}

// notPassed is a day on which a payment is expected, as long as it has not passed.
func notPassed(at *time.Time, now time.Time) *time.Time {
	if at == nil || !at.After(now) {
		return nil
	}
	return at
}

// triggerWords says what a payment that is not earned yet waits for.
func triggerWords(say rapport.Words, m rapport.PortalPayment) string {
	switch m.Trigger {
	case rapport.TriggerSignature:
		return say.Say("Earned when both have signed")
	case rapport.TriggerApproval:
		return say.Say("Earned when your draft is approved")
	case rapport.TriggerPosted:
		return say.Say("Earned when your post is published")
	case rapport.TriggerVerified:
		return say.Say("Earned when your post is verified")
	case rapport.TriggerThreshold:
		return goalWords(say, m)
	case rapport.TriggerGiven:
		return say.Say("A bonus, on its way")
	case rapport.TriggerDate:
		if on, err := time.Parse(time.DateOnly, m.OwedOn); err == nil {
			return say.Say("Earned on %s", say.Day(on))
		}
		return say.Say("Earned at the end of the contract")
	case rapport.TriggerCampaignEnd:
		return say.Say("Earned at the end of the campaign")
	}
	return ""
}
