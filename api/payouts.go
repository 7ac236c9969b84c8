package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// PayoutStore keeps payouts with what their money rests on.
type PayoutStore interface {
	ListPayouts(ctx context.Context, f rapport.PayoutFilter, page rapport.Page) ([]rapport.PayoutItem, []string, error)
	// AddPayoutPapers adds to payouts of the scope by which contract they are owed, and who approved them.
	AddPayoutPapers(ctx context.Context, items []rapport.PayoutItem) error
	PayoutLanes(ctx context.Context, brand, campaign *uuid.UUID) ([]rapport.PayoutLane, error)
	PayoutsBlocked(ctx context.Context, brand, campaign *uuid.UUID) ([]rapport.PayoutBlock, error)
	CashByWeek(ctx context.Context, brand *uuid.UUID) ([]rapport.CashWeek, error)
	Payout(ctx context.Context, id uuid.UUID) (rapport.PayoutRecord, error)
	ApprovePayout(ctx context.Context, a rapport.PayoutApprovalCreate) error
	// NotePayoutCommand keeps a person's reason, once an id; reviewOn is YYYY-MM-DD or empty.
	NotePayoutCommand(ctx context.Context, id uuid.UUID, p rapport.PayoutItem, command, reason, reviewOn string, by uuid.UUID) error
	// ReleaseDestination notes that a person has made sure of a creator's new bank account. It is refused before its time.
	ReleaseDestination(ctx context.Context, payout, by uuid.UUID) error
}

// ListPayouts lists payouts by due date.
func (s *Server) ListPayouts(ctx context.Context, r gen.ListPayoutsRequestObject) (gen.ListPayoutsResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	filter, err := payoutFilter(r.Params)
	if err != nil {
		return nil, err
	}
	items, next, err := store.ListPayouts(ctx, filter, page)
	if err != nil {
		return nil, err
	}
	list := gen.ListPayouts200JSONResponse{Items: make([]gen.PayoutSummary, len(items)), NextCursor: cursorOf(next)}
	say := houseWords(ctx)
	for i, p := range items {
		list.Items[i] = showPayoutSummary(say, p)
	}
	return list, nil
}

// ListPayoutLanes counts what is owed by its day and by what it waits for, and what is blocked by whom. A lane without payouts is there with none.
func (s *Server) ListPayoutLanes(ctx context.Context, r gen.ListPayoutLanesRequestObject) (gen.ListPayoutLanesResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	counted, err := store.PayoutLanes(ctx, r.Params.BrandId, r.Params.CampaignId)
	if err != nil {
		return nil, err
	}
	blocked, err := store.PayoutsBlocked(ctx, r.Params.BrandId, r.Params.CampaignId)
	if err != nil {
		return nil, err
	}
	list := gen.ListPayoutLanes200JSONResponse{Blocked: showBlocked(blocked)}
	for _, lane := range rapport.PayoutLanes() {
		n, amounts := 0, []gen.Money{}
		for _, c := range counted {
			if c.Lane == lane {
				n, amounts = n+c.Count, append(amounts, toMoney(c.Amount))
			}
		}
		list.Items = append(list.Items, gen.PayoutLaneCount{Lane: gen.PayoutLane(lane), Count: n, Amounts: amounts})
	}
	return list, nil
}

// maxBlockers is how many are named that payouts of a state wait for.
const maxBlockers = 3

// showBlocked puts what is blocked together by state, with whom or what it waits for.
func showBlocked(blocked []rapport.PayoutBlock) []gen.PayoutBlock {
	shown, sums, named := []gen.PayoutBlock{}, map[string]int64{}, map[string]bool{}
	for _, b := range blocked {
		last := len(shown) - 1
		if last < 0 || shown[last].State != gen.PayoutState(b.State) {
			shown, last = append(shown, gen.PayoutBlock{State: gen.PayoutState(b.State), Who: []string{}, Amounts: []gen.Money{}}), last+1
			clear(sums)
			clear(named)
		}
		s := &shown[last]
		s.Count += b.Count
		if _, ok := sums[b.Amount.Currency]; !ok {
			s.Amounts = append(s.Amounts, gen.Money{Currency: b.Amount.Currency})
		}
		sums[b.Amount.Currency] += b.Amount.Amount
		for i := range s.Amounts {
			s.Amounts[i].Amount = sums[s.Amounts[i].Currency]
		}
		who := blocker(b)
		switch {
		case named[who]:
		case len(s.Who) < maxBlockers:
			s.Who = append(s.Who, who)
		default:
			s.More++
		}
		named[who] = true
	}
	return shown
}

// blocker says whom or what blocked payouts wait for.
func blocker(b rapport.PayoutBlock) string {
	switch {
	case b.Who != "" && b.State == rapport.PayoutAwaitingFunds:
		return "Funds of " + b.Who
	case b.Who != "":
		return b.Who
	case b.Condition == rapport.SubmitAwaitingProof:
		return "Finance, who pays it outside of Stripe"
	case gateWords[b.Condition] != "":
		return strings.TrimSuffix(gateWords[b.Condition], ".")
	case b.Condition != "":
		return strings.TrimSuffix(conditionWords(b.Condition), ".")
	}
	return "Finance"
}

// ListCashWeeks says what left week by week and what will.
func (s *Server) ListCashWeeks(ctx context.Context, r gen.ListCashWeeksRequestObject) (gen.ListCashWeeksResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	weeks, err := store.CashByWeek(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	list := gen.ListCashWeeks200JSONResponse{Items: make([]gen.CashWeek, len(weeks))}
	for i, w := range weeks {
		list.Items[i] = gen.CashWeek{Kind: gen.CashWeekKind(w.Kind), Amount: toMoney(w.Amount)}
		if err := list.Items[i].Week.UnmarshalText([]byte(w.Week)); err != nil {
			return nil, fmt.Errorf("week %s: %w", w.Week, err)
		}
	}
	return list, nil
}

// payoutFilter reads what a list of payouts, and the same as a table, are narrowed by.
func payoutFilter(p gen.ListPayoutsParams) (rapport.PayoutFilter, error) {
	f := rapport.PayoutFilter{
		BrandID: p.BrandId, CampaignID: p.CampaignId, PartnershipID: p.PartnershipId, CreatorID: p.CreatorId, Words: value(p.Q), States: value(p.State), Lane: string(value(p.Lane)),
	}
	if p.DueFrom != nil {
		f.DueFrom = &p.DueFrom.Time
	}
	if p.DueTo != nil {
		f.DueTo = &p.DueTo.Time
	}
	if f.DueFrom != nil && f.DueTo != nil && f.DueTo.Before(*f.DueFrom) {
		return f, rapport.Invalid(rapport.Field{Path: "due_to", Code: "out_of_range", Detail: "The last day comes before the first."})
	}
	if p.PaidFrom != nil {
		f.PaidFrom = p.PaidFrom.Time
	}
	if p.PaidTo != nil {
		f.PaidTo = p.PaidTo.Time
	}
	if !f.PaidTo.IsZero() && f.PaidTo.Before(f.PaidFrom) {
		return f, rapport.Invalid(rapport.Field{Path: "paid_to", Code: "before_from", Detail: "The last day is before the first."})
	}
	for _, state := range f.States {
		if !slices.Contains(rapport.PayoutStates(), rapport.PayoutState(state)) {
			return f, rapport.Invalid(rapport.Field{Path: "state", Code: "unknown_value", Detail: fmt.Sprintf("%q is not a state of a payout.", cut(state, 50))})
		}
	}
	return f, nil
}

func showPayoutSummary(say rapport.Words, p rapport.PayoutItem) gen.PayoutSummary {
	return gen.PayoutSummary{
		Id: p.ID, PartnershipId: p.PartnershipID, BrandId: p.BrandID, BrandName: p.BrandName, CampaignName: p.CampaignName, Creator: showCreator(p.Creator),
		MilestoneTitle: p.MilestoneTitle, Amount: toMoney(p.Amount), State: gen.PayoutState(p.State), HeldReason: orNil(heldWords(say, p)), FreeAt: p.FreeAt, WaitsFor: orNil(payoutWaits(say, p)),
		Kept: partOf(p, p.Kept), CameBack: partOf(p, p.CameBack), Difference: partOf(p, p.Difference), Offline: showOffline(p), DueAt: p.DueAt, PaidAt: p.PaidAt, UpdatedAt: p.UpdatedAt,
	}
}

// partOf is a part of a payout's money; nil for none.
func partOf(p rapport.PayoutItem, part int64) *gen.Money {
	if part == 0 {
		return nil
	}
	return &gen.Money{Amount: part, Currency: p.Amount.Currency}
}

// payoutWaits says who or what a payout waits for; empty when it has ended.
func payoutWaits(say rapport.Words, p rapport.PayoutItem) string {
	if p.Gated != "" && p.State == rapport.PayoutApproved {
		return gateWords[p.Gated]
	}
	if p.Offline != "" && (p.State == rapport.PayoutApproved || p.State == rapport.PayoutAwaitingApproval && len(p.Missing) == 0) {
		return "Finance, who must pay it outside of Stripe and record the proof"
	}
	switch p.State {
	case rapport.PayoutAwaitingApproval:
		if len(p.Missing) == 0 {
			return "Stripe"
		}
		parts := map[string]string{"preparer": "a finance preparer", "releaser": "a finance releaser"}
		return upperFirst(strings.Join(each(p.Missing, func(part string) string { return parts[part] }), " and "))
	case rapport.PayoutHeld:
		if p.FreeAt != nil {
			return "A finance releaser, from " + say.Moment(*p.FreeAt) + " on"
		}
		if p.HeldBy != "" {
			return p.HeldBy + ", who holds it"
		}
		if len(p.InTheWay) > 0 {
			return conditionWords(p.InTheWay[0])
		}
		return heldWords(say, p)
	case rapport.PayoutAwaitingPayee:
		return p.Creator.Name + ", who must complete the payment details"
	case rapport.PayoutAwaitingFunds:
		return "Funds of " + p.BrandName
	case rapport.PayoutFailed:
		return "Finance: it was rejected"
	case rapport.PayoutUnknown:
		if len(p.InTheWay) > 0 {
			return "Finance, who must look at it with Stripe"
		}
		return "What Stripe knows of it"
	case rapport.PayoutApproved, rapport.PayoutSubmitted:
		return "Stripe"
	case rapport.PayoutScheduled:
		return "Its day"
	case rapport.PayoutPaid, rapport.PayoutPartlyReversed, rapport.PayoutReversed, rapport.PayoutCancelled:
	}
	return ""
}

// heldWords says why a payout is held: a person's own words, or the condition in plain language.
func heldWords(say rapport.Words, p rapport.PayoutItem) string {
	held := conditionWords(p.HeldReason)
	if p.DestinationAt != nil {
		also := ""
		if p.HeldReason != rapport.HoldDestination {
			also = held + " "
		}
		return fmt.Sprintf("%sThe creator's bank account changed on %s. Make sure by another way than mail that it was the creator; a releaser may release it from %s on.",
			also, say.Moment(*p.DestinationAt), say.Moment(*p.FreeAt))
	}
	if on, err := time.Parse(time.DateOnly, p.ReviewOn); err == nil && held != "" {
		held += " To be looked at again on " + say.Day(on) + "."
	}
	return held
}

func conditionWords(code string) string {
	words := map[string]string{
		"": "", "manual": "A person holds it.", "ban": "The creator is banned.", "approval_revoked": "The approval of the content was revoked.",
		rapport.HoldDestination: "The creator's bank account changed.",
		rapport.HoldTerms:       "The contract has finance see something first.",
		"post_mismatch":         "The post is not as it was approved.", rapport.HoldTerminated: "The partnership was ended while it was held.",
	}
	if said, ok := words[code]; ok {
		return said
	}
	return code
}

// holdEnds says what ends a hold; empty for one that nothing ends by itself.
func holdEnds(code string) string {
	return map[string]string{
		"manual": "Finance releases it.", rapport.HoldTerminated: "Finance releases it if it is to be paid, or cancels it.",
		"ban": "It ends when the ban is lifted.", "approval_revoked": "It ends when the content is approved again.",
		"post_mismatch": "It ends when the post is as it was approved.", rapport.HoldTerms: "Finance releases it when it has seen that.",
		rapport.HoldDestination: "A releaser releases it when it is certain that it was the creator.",
	}[code]
}

func showHold(h rapport.PayoutHold) gen.PayoutHold {
	shown := gen.PayoutHold{Reason: conditionWords(h.Code), By: orNil(h.By), Ends: orNil(holdEnds(h.Code))}
	if h.Reason != "" {
		shown.Reason = h.Reason
	}
	if !h.At.IsZero() {
		shown.Since = &h.At
	}
	if on, err := time.Parse(time.DateOnly, h.ReviewOn); err == nil {
		shown.ReviewOn = &openapi_types.Date{Time: on}
	}
	return shown
}

// GetPayout shows one payout with approvals, attempts and ledger lines.
func (s *Server) GetPayout(ctx context.Context, r gen.GetPayoutRequestObject) (gen.GetPayoutResponseObject, error) {
	shown, err := s.payout(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.GetPayout200JSONResponse(shown), nil
}

func (s *Server) payout(ctx context.Context, id uuid.UUID) (gen.Payout, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return gen.Payout{}, err
	}
	p, err := store.Payout(ctx, id)
	if err != nil {
		return gen.Payout{}, called("payout", err)
	}
	me, say := principalFrom(ctx), houseWords(ctx)
	shown := gen.Payout{
		Summary: showPayoutSummary(say, p.PayoutItem), Destination: orNil(p.Destination), PayeeState: p.PayeeState, Bank: showArrival(p.Bank), Evidence: evidenceWords(say, p.Evidence),
		Holds: each(p.Holds, showHold), Approvals: make([]gen.PayoutApproval, len(p.Approvals)), Attempts: make([]gen.PayoutAttempt, len(p.Attempts)), Ledger: showLines(p.Ledger),
		Releasers: &p.Releasers, Needs: orNil(payoutNeeds(say, p)),
		Commands: payoutCommands(say, p, me), ApprovalParts: approvalParts(say, p, me), Events: make([]gen.TimelineItem, len(p.Events)), Seq: p.Seq,
		Reversals: each(p.Reversals, func(r rapport.ReversalItem) gen.Reversal { return showReversal(say, r, me) }), Nettings: each(p.Nettings, showNetting(p.Amount.Currency)),
		ForeignReversals: each(p.Foreign, func(f rapport.ForeignReversal) gen.ForeignReversal {
			return gen.ForeignReversal{ProviderId: f.ProviderID, Amount: toMoney(f.Amount), At: f.NotedAt}
		}),
	}
	shown.FoundTransfers = showFound(say, p, me)
	back := takeBack(p, me)
	shown.TakeBack = &back
	shown.OfflinePayment, shown.RecordPayment = showOfflinePayment(p.OfflinePayment), recordPayment(say, p, me)
	for i, a := range p.Approvals {
		shown.Approvals[i] = gen.PayoutApproval{Part: gen.PayoutApprovalPart(a.Part), User: toUserRef(a.User), At: a.At, Amount: toMoney(a.Amount), Round: a.Round, ProvedAt: a.ProvedAt}
		if a.ProvedWith != "" {
			with := gen.PayoutApprovalProvedWith(a.ProvedWith)
			shown.Approvals[i].ProvedWith = &with
		}
	}
	for i, a := range p.Attempts {
		shown.Attempts[i] = gen.PayoutAttempt{
			Number: a.Number, Key: orNil(a.Key), Offline: orNot(a.Offline), Outcome: gen.PayoutAttemptOutcome(a.Outcome), TransferId: orNil(a.TransferID), ErrorCode: orNil(a.ErrorCode),
			FirstSentAt: a.FirstSentAt, CreatedAt: a.CreatedAt, SettledAt: a.SettledAt,
		}
	}
	for i, e := range p.Events {
		title, detail := payoutEventWords(say, e.Fact)
		shown.Events[i] = gen.TimelineItem{
			Id: fmt.Sprintf("%s/%d", p.ID, e.Seq), Seq: &p.Events[i].Seq, At: e.At, Kind: gen.TimelineItemKindMoney, Title: title, Detail: orNil(detail),
			Actor: orNil(e.ActorName), PartnershipId: &p.PartnershipID,
		}
	}
	return shown, nil
}

// evidenceWords says what makes the money owed: clause, approvals, posts.
func evidenceWords(say rapport.Words, e rapport.PayoutEvidence) []string {
	clause := fmt.Sprintf("Contract %s, milestone “%s”: %s", e.ContractNumber, e.MilestoneTitle, dueWords(say, e.Trigger, e.OwedOn, e.DeliverableTitle))
	if e.Threshold != nil {
		clause = fmt.Sprintf("Contract %s, bonus “%s”: owed when “%s” has %s", e.ContractNumber, e.MilestoneTitle, e.DeliverableTitle, e.Threshold.Words())
	}
	if e.NetDays > 0 {
		clause += fmt.Sprintf(", payable %d days later", e.NetDays)
	}
	if e.HoldUntil != "" {
		clause += ", held until: " + e.HoldUntil
	}
	if e.Bonus != nil {
		clause = fmt.Sprintf("%s gave a bonus on top of contract %s on %s: %s", e.Bonus.By.Name, e.ContractNumber, say.Moment(e.Bonus.At), e.Bonus.Reason)
	}
	words := []string{clause + "."}
	if e.ExecutedAt != nil {
		words = append(words, "Signed by both on "+say.Moment(*e.ExecutedAt)+".")
	}
	if e.MetAt != nil {
		words = append(words, "The milestone was met on "+say.Moment(*e.MetAt)+".")
	}
	for _, n := range e.Numbers {
		words = append(words, numberWords(say, n))
	}
	for _, d := range e.Decisions {
		how := "approved"
		if d.Decision == rapport.DecisionWithCorrections {
			how = "approved with corrections"
		}
		words = append(words, fmt.Sprintf("“%s” was %s by %s on %s.", d.Title, how, d.User.Name, say.Moment(d.At)))
	}
	for _, p := range e.Posts {
		looked := "It has not been looked at yet."
		switch p.Result {
		case "ok":
			looked = "Last look on " + say.Moment(p.CheckedAt) + ": as agreed."
		case "mismatch":
			looked = "Last look on " + say.Moment(p.CheckedAt) + ": not as agreed."
		case "unreachable":
			looked = "Last look on " + say.Moment(p.CheckedAt) + ": it could not be reached."
		}
		words = append(words, fmt.Sprintf("“%s” was published at %s. %s", p.Title, p.URL, looked))
	}
	return words
}

// dueWords says what makes a milestone's money owed. An empty title means every deliverable, an empty day that the terms name none.
func dueWords(say rapport.Words, t rapport.Trigger, day, title string) string {
	if on, err := time.Parse(time.DateOnly, day); err == nil {
		return "owed on " + say.Day(on)
	}
	what := "everything"
	if title != "" {
		what = "“" + title + "”"
	}
	return map[rapport.Trigger]string{
		rapport.TriggerSignature: "owed when both have signed", rapport.TriggerApproval: "owed when the draft of " + what + " is approved",
		rapport.TriggerPosted: "owed when " + what + " is published", rapport.TriggerVerified: "owed when the publication of " + what + " is verified",
		rapport.TriggerDate: "owed at the end of the term", rapport.TriggerCampaignEnd: "owed at the end of the campaign",
	}[t]
}

// payoutRefused is why the pages know that a payout would not take a command; empty when it would. Kind is as its view names it.
func payoutRefused(p rapport.PayoutRecord, kind rapport.CommandKind) (refused string, known bool) {
	for _, c := range p.Commands {
		if c.Kind == kind {
			return c.Refused, true
		}
	}
	return "", false
}

func payoutCommands(say rapport.Words, p rapport.PayoutRecord, me rapport.Principal) []gen.Command {
	labels := map[rapport.CommandKind]string{
		rapport.CmdHold: "Hold", rapport.CmdRelease: "Release the hold", rapport.CmdRetry: "Try again", rapport.CmdCancel: "Cancel", rapport.CmdReconcile: "Look it up now",
		rapport.CmdReleaseDestination: "Release: the new bank account is the creator's",
		rapport.CmdPayOffline:         "Pay outside of Stripe", rapport.CmdPayStripe: "Pay by Stripe after all",
	}
	commands := []gen.Command{}
	for _, c := range p.Commands {
		label, ok := labels[c.Kind]
		if !ok {
			continue
		}
		reason := ""
		switch {
		case !me.Has(p.BrandID, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser):
			reason = "Only finance may do this."
		case c.Kind == rapport.CmdReleaseDestination && !me.Has(p.BrandID, rapport.RoleFinanceReleaser):
			reason = "Only a finance releaser may do this."
		case changesWay(c.Kind) && !me.Has(p.BrandID, rapport.RoleFinancePreparer):
			reason = "Only a finance preparer may do this."
		case c.Refused != "":
			reason = payoutRefusal(say, p, c.Kind, c.Refused)
		}
		commands = append(commands, gen.Command{Command: string(c.Kind), Label: label, Allowed: reason == "", Reason: orNil(reason)})
	}
	return commands
}

// changesWay says that a command changes how a payout is paid.
func changesWay(kind rapport.CommandKind) bool {
	return kind == rapport.CmdPayOffline || kind == rapport.CmdPayStripe
}

func payoutRefusal(say rapport.Words, p rapport.PayoutRecord, kind rapport.CommandKind, code string) string {
	r := rapport.Refusal{Code: code, State: string(p.State)}
	if code == rapport.RefusedCoolOff && p.FreeAt != nil {
		r.At = *p.FreeAt
	}
	return refusalWords(say, "payout", kind, r, "")
}

// approvalParts says which of the two approvals the person could give now, and else why not.
func approvalParts(say rapport.Words, p rapport.PayoutRecord, me rapport.Principal) []gen.Command {
	parts := []gen.Command{}
	for _, part := range []struct {
		name, label string
		role        rapport.Role
	}{{"preparer", "Approve as preparer", rapport.RoleFinancePreparer}, {"releaser", "Approve as releaser", rapport.RoleFinanceReleaser}} {
		refused, known := payoutRefused(p, approveKind(part.name))
		if !known {
			continue
		}
		reason := ""
		mine := slices.ContainsFunc(p.Approvals, func(a rapport.PayoutEyes) bool {
			return a.User.ID == me.UserID && a.Round == p.Round && a.Part != "content"
		})
		content := slices.ContainsFunc(p.Evidence.Decisions, func(d rapport.ContentDecision) bool { return d.User.ID == me.UserID })
		switch {
		case refused != "":
			reason = payoutRefusal(say, p, rapport.CmdApprovePayout, refused)
		case !me.Has(p.BrandID, part.role):
			reason = "You are no " + part.name + " at this brand."
		case mine:
			reason = "You gave an approval. Different people approve a payout."
		case content:
			reason = "You approved the content, so another person must approve its payout."
		}
		parts = append(parts, gen.Command{Command: part.name, Label: part.label, Allowed: reason == "", Reason: orNil(reason)})
	}
	return parts
}

func approveKind(part string) rapport.CommandKind {
	return rapport.CommandKind(string(rapport.CmdApprovePayout) + "_" + part)
}

// payoutEventWords puts one fact of a payout's history in words.
func payoutEventWords(say rapport.Words, f rapport.Fact) (title, detail string) {
	switch f.Kind {
	case "payout_scheduled":
		if f.Until.IsZero() {
			return "Scheduled again", ""
		}
		return "Scheduled", "Due on " + say.Moment(f.Until)
	case "payout_approval":
		return "Approved as " + f.Code, say.Money(f.Amount)
	case "payout_gated":
		return "Kept back: the books must be compared, or Stripe must take our key again", ""
	case "payout_retry":
		return "Tried again", ""
	case "payout_released":
		if f.Code == rapport.HoldDestination {
			return "Released: the new bank account is the creator's", ""
		}
		return "A hold was released", ""
	case "destination_cooled_off":
		return "A finance releaser may release it now", ""
	case "payout_held":
		if !f.Until.IsZero() {
			return "Held longer: the bank account changed again", "Until " + say.Moment(f.Until) + " at least"
		}
	case "payout_new_round":
		return "The approvals start anew: the creator's account changed", ""
	case "transfer_unanswered":
		return "No answer in time: it is looked up before anything is sent again", ""
	case "transfer_absent":
		return "Looked up at Stripe: no transfer found", fmt.Sprintf("Look-up %d", f.N)
	case "payout_offline":
		return "To be paid outside of Stripe; the approvals start anew", upperFirst(rapport.OfflineWords(f.Code))
	case "payout_stripe":
		return "To be paid by Stripe after all; the approvals start anew", ""
	case "payout_awaiting_proof":
		return "Waits for its payment outside of Stripe, with the proof", ""
	case "payout_recorded":
		return "A payment outside of Stripe was recorded", upperFirst(rapport.OfflineWords(f.Code))
	case "payee_reminded":
		return "The creator was reminded to give a bank account", fmt.Sprintf("Reminder %d", f.N)
	}
	state := rapport.PayoutState(strings.TrimPrefix(f.Kind, "payout_"))
	words := map[rapport.PayoutState]string{
		rapport.PayoutAwaitingApproval: "Waits for approval", rapport.PayoutApproved: "Approvals complete", rapport.PayoutAwaitingPayee: "Waits for the creator's bank account",
		rapport.PayoutAwaitingFunds: "Waits for the brand's funds", rapport.PayoutSubmitted: "Sent to Stripe", rapport.PayoutUnknown: "Outcome unknown: nothing is sent again before it is looked up",
		rapport.PayoutPaid: "Paid", rapport.PayoutFailed: "Refused by Stripe", rapport.PayoutPartlyReversed: "Partly reversed", rapport.PayoutReversed: "Reversed",
		rapport.PayoutHeld: "Held", rapport.PayoutCancelled: "Cancelled",
	}[state]
	if words == "" {
		words = strings.ReplaceAll(f.Kind, "_", " ")
	}
	return words, ""
}

// ApprovePayout gives one of the two approvals for exactly this amount. The row is written with the command, after the rights
// check; the database checks it again, and the payout gets its id only.
func (s *Server) ApprovePayout(ctx context.Context, r gen.ApprovePayoutRequestObject) (gen.ApprovePayoutResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.Payout(ctx, r.Id)
	if err != nil {
		return nil, called("payout", err)
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	me, part := principalFrom(ctx), string(r.Body.Part)
	if !sent {
		if err := s.checkApproval(ctx, p, me, part, fromMoney(r.Body.Amount)); err != nil {
			return nil, err
		}
	}
	deed, _ := deedID(ctx)
	approval := rapport.PayoutApprovalCreate{
		ID: rapport.DeriveID(deed, "approval"), PayoutID: p.ID, BrandID: p.BrandID, Round: p.Round, Part: part, Approver: me.UserID, Amount: p.Amount, Kept: p.Kept, Destination: p.Destination,
		StepUpID: me.StepUpID,
	}
	before := func(ctx context.Context) error { return store.ApprovePayout(ctx, approval) }
	// An approval that the payout did not take, for example because it was just being sent, stays on record and is offered again.
	for _, a := range p.Approvals {
		if a.Round == p.Round && a.Part == part && a.User.ID == me.UserID {
			approval.ID, before = a.ID, nil
		}
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "payout", ID: p.ID, BrandID: p.BrandID,
		Cmd:    rapport.Command{Kind: rapport.CmdApprovePayout, Actor: me.UserID, Ref: approval.ID, Code: part, Amount: p.Amount},
		Before: before,
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/payouts/" + p.ID.String())
		return gen.ApprovePayout202JSONResponse{Body: body, Headers: gen.ApprovePayout202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.payout(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return gen.ApprovePayout200JSONResponse(shown), nil
}

// checkApproval refuses what can be seen to be wrong before anything is written. An approval is append-only: one that the payout
// would not take must not be written.
func (s *Server) checkApproval(ctx context.Context, p rapport.PayoutRecord, me rapport.Principal, part string, amount rapport.Money) error {
	if !me.Has(p.BrandID, rapport.Role("finance_"+part)) {
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: "You are no " + part + " at this brand."}
	}
	say := houseWords(ctx)
	if amount != p.Sent() {
		return rapport.Invalid(rapport.Field{Path: "amount", Code: "another_amount", Detail: "What is sent is " + say.Money(p.Sent()) + ". An approval is for exactly that."})
	}
	if err := checkEyes(say, p, me, part); err != nil {
		return err
	}
	if refused, _ := payoutRefused(p, approveKind(part)); refused != "" {
		return &rapport.Error{Code: rapport.CodeConflict, Reason: refused, State: string(p.State), Message: payoutRefusal(say, p, rapport.CmdApprovePayout, refused)}
	}
	if part == "releaser" || p.PreparerProves {
		return s.checkProof(me)
	}
	return nil
}

// checkEyes refuses a part that enough people gave, and a person who gave another one.
func checkEyes(say rapport.Words, p rapport.PayoutRecord, me rapport.Principal, part string) error {
	given := eyesOf(p, part)
	mine := slices.ContainsFunc(given, func(a rapport.PayoutEyes) bool { return a.User.ID == me.UserID })
	if len(given) >= partNeeds(p, part) && !mine {
		last := given[len(given)-1]
		return &rapport.Error{
			Code: rapport.CodeConflict, Reason: "already_approved", State: string(p.State),
			Message: fmt.Sprintf("%s gave this approval on %s.", last.User.Name, say.Moment(last.At)),
		}
	}
	for _, other := range []string{"preparer", "releaser"} {
		if other != part && slices.ContainsFunc(eyesOf(p, other), func(a rapport.PayoutEyes) bool { return a.User.ID == me.UserID }) {
			return &rapport.Error{Code: rapport.CodeForbidden, Reason: "same_person", State: string(p.State), Message: "You gave another approval. Different people approve a payout."}
		}
	}
	return nil
}

// eyesOf are the approvals of a part that count in the present round, oldest first.
func eyesOf(p rapport.PayoutRecord, part string) []rapport.PayoutEyes {
	var given []rapport.PayoutEyes
	for _, a := range p.Approvals {
		if a.Part == part && a.Round == p.Round {
			given = append(given, a)
		}
	}
	return given
}

// partNeeds is how many people give a part.
func partNeeds(p rapport.PayoutRecord, part string) int {
	if part == "releaser" {
		return p.Releasers
	}
	return 1
}

// payoutNeeds says in words why a payout needs more eyes than usual; empty when it does not.
func payoutNeeds(say rapport.Words, p rapport.PayoutRecord) string {
	if p.TierFrom == nil {
		return ""
	}
	return fmt.Sprintf("Two people release it, because it is at least %s.", say.Money(*p.TierFrom))
}

// CommandPayout holds, releases, makes sure of a bank account, retries, cancels or looks up a payout.
func (s *Server) CommandPayout(ctx context.Context, r gen.CommandPayoutRequestObject) (gen.CommandPayoutResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.Payout(ctx, r.Id)
	if err != nil {
		return nil, called("payout", err)
	}
	kind, reason := rapport.CommandKind(r.Body.Command), strings.TrimSpace(value(r.Body.Reason))
	reviewOn := ""
	if r.Body.ReviewOn != nil {
		reviewOn = r.Body.ReviewOn.Format("2006-01-02")
	}
	if err := s.checkPayoutCommand(kind, reason, r.Body); err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	if changesWay(kind) && !sent {
		if err := s.checkWay(ctx, p, me, kind); err != nil {
			return nil, err
		}
	}
	if refused, _ := payoutRefused(p, kind); refused != "" && !sent {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: refused, State: string(p.State), Message: payoutRefusal(houseWords(ctx), p, kind, refused)}
	}
	releases := kind == rapport.CmdReleaseDestination
	if releases && !me.Has(p.BrandID, rapport.RoleFinanceReleaser) {
		return nil, &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: "Only a finance releaser of this brand may release a changed bank account."}
	}
	deed, _ := deedID(ctx)
	request := commandRequest{Workflow: "payout", ID: p.ID, BrandID: p.BrandID, Cmd: rapport.Command{Kind: kind, Actor: me.UserID, Code: string(value(r.Body.Method))}}
	if r.Body.ReviewOn != nil {
		request.Cmd.Until = r.Body.ReviewOn.Time
	}
	if reason != "" {
		request.Before = func(ctx context.Context) error {
			if releases {
				if err := store.ReleaseDestination(ctx, p.ID, me.UserID); err != nil {
					return err
				}
			}
			return store.NotePayoutCommand(ctx, rapport.DeriveID(deed, "note"), p.PayoutItem, string(kind), reason, reviewOn, me.UserID)
		}
	}
	result, err := s.command(ctx, request)
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/payouts/" + p.ID.String())
		return gen.CommandPayout202JSONResponse{Body: body, Headers: gen.CommandPayout202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.payout(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return gen.CommandPayout200JSONResponse(shown), nil
}

// checkPayoutCommand asks for a reason where somebody will want to know it: a hold has a reason, a cancellation ends a debt.
func (s *Server) checkPayoutCommand(kind rapport.CommandKind, reason string, body *gen.CommandPayoutJSONRequestBody) error {
	var bad []rapport.Field
	if reason == "" && (kind == rapport.CmdHold || kind == rapport.CmdCancel || changesWay(kind)) {
		bad = append(bad, rapport.Field{Path: "reason", Code: "required", Detail: "Say why: it stays with the payout."})
	}
	if reason == "" && kind == rapport.CmdReleaseDestination {
		bad = append(bad, rapport.Field{Path: "reason", Code: "required", Detail: "Say how you made sure that the new account is the creator's."})
	}
	switch method := string(value(body.Method)); {
	case kind == rapport.CmdPayOffline && !slices.Contains(rapport.OfflineMethods(), method):
		bad = append(bad, rapport.Field{Path: "method", Code: "required", Detail: "Say how it is paid: bank_transfer, paypal, cheque, goods or other."})
	case kind != rapport.CmdPayOffline && method != "":
		bad = append(bad, rapport.Field{Path: "method", Code: "not_here", Detail: "Only a payment outside of Stripe has a way of its own."})
	}
	switch {
	case body.ReviewOn == nil && kind == rapport.CmdHold:
		bad = append(bad, rapport.Field{Path: "review_on", Code: "required", Detail: "Say on which day you look at it again: a hold never ends by itself."})
	case body.ReviewOn == nil:
	case kind != rapport.CmdHold:
		bad = append(bad, rapport.Field{Path: "review_on", Code: "not_here", Detail: "Only a hold has a date to look at it again."})
	case body.ReviewOn.Before(s.today()):
		bad = append(bad, rapport.Field{Path: "review_on", Code: "past", Detail: "This day is past."})
	}
	if len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}
