package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// reconcileWindow is how far back a comparison with the payment provider looks. A transfer that was missed is older than a day
// only when several comparisons were missed.
const reconcileWindow = 30 * rapport.Day

// BooksStore keeps the comparisons with the payment provider, and what came of them.
type BooksStore interface {
	ListReconciliations(ctx context.Context, page rapport.Page) ([]rapport.ReconciliationRun, []string, error)
	// ReconciliationLines reads the lines of a run in order, beginning after one; not_found without such a run.
	ReconciliationLines(ctx context.Context, run uuid.UUID, after, limit int) ([]rapport.ReconciliationLine, error)
	AddReconciliation(ctx context.Context, id uuid.UUID, window time.Duration, by uuid.UUID) (rapport.ReconciliationRun, error)
	ListCases(ctx context.Context, f rapport.CaseFilter, page rapport.Page) ([]rapport.ReconciliationCase, []string, error)
	// ChangeCase asks may with the brands that the case is about; none where nobody knows whose it is.
	ChangeCase(ctx context.Context, c rapport.CaseChange, by uuid.UUID, may func(brands []uuid.UUID) bool) (rapport.ReconciliationCase, error)
	PaymentsGate(ctx context.Context) (rapport.PaymentsGate, error)
}

// ListReconciliations lists comparisons of the ledger with Stripe, newest first.
func (s *Server) ListReconciliations(ctx context.Context, r gen.ListReconciliationsRequestObject) (gen.ListReconciliationsResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	runs, next, err := store.ListReconciliations(ctx, page)
	if err != nil {
		return nil, err
	}
	say := houseWords(ctx)
	return gen.ListReconciliations200JSONResponse{
		Items: each(runs, func(r rapport.ReconciliationRun) gen.Reconciliation { return showReconciliation(say, r) }), NextCursor: cursorOf(next),
	}, nil
}

func showReconciliation(say rapport.Words, r rapport.ReconciliationRun) gen.Reconciliation {
	shown := gen.Reconciliation{
		Id: r.ID, State: gen.ReconciliationState(r.State), From: r.From, To: r.To, Matched: r.Matched, Sums: each(r.Sums, showSum),
		Breaks:  each(r.Lines, func(l rapport.ReconciliationLine) gen.ReconciliationBreak { return showBreak(say, l) }),
		AskedBy: userOrNil(r.AskedBy), Problem: orNil(problemWords(r.Problem)), StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
	return shown
}

func showBreak(say rapport.Words, l rapport.ReconciliationLine) gen.ReconciliationBreak {
	shown := gen.ReconciliationBreak{Kind: gen.CaseKind(l.Result), ExternalRef: orNil(l.Ref), Detail: breakWords(say, l.Kind, l.Result, l.Ours, l.Theirs)}
	if l.PayoutID != uuid.Nil {
		shown.PayoutId = &l.PayoutID
	}
	return shown
}

func showSum(x rapport.ReconciliationSum) gen.ReconciliationSum {
	shown := gen.ReconciliationSum{About: upperFirst(linePlural[x.Kind]), Result: gen.ReconciliationSumResult(x.Result), Count: x.Count}
	if x.Ours.Currency != "" && (x.Result != rapport.LineMissingHere && x.Result != rapport.LineOpen && (x.Result != rapport.LineOutside || x.Kind == rapport.LineOffline)) {
		shown.Ours = moneyOrNil(x.Ours)
	}
	if x.Theirs.Currency != "" && x.Result != rapport.LineMissingThere && x.Kind != rapport.LineOffline {
		shown.Theirs = moneyOrNil(x.Theirs)
	}
	return shown
}

func userOrNil(u *rapport.UserRef) *gen.UserRef {
	if u == nil {
		return nil
	}
	shown := toUserRef(*u)
	return &shown
}

// moneyOrNil is absent for an amount that nobody knows.
func moneyOrNil(m rapport.Money) *gen.Money {
	if m.Currency == "" {
		return nil
	}
	shown := toMoney(m)
	return &shown
}

// The kinds of lines in words, one and several.
var (
	lineSingle = map[string]string{ //nolint:gochecknoglobals // a table
		rapport.LineSettle: "transfer", rapport.LineReversal: "reversal", rapport.LineTopUp: "top-up", rapport.LineTopUpBack: "top-up that was taken back", rapport.LineOther: "other movement",
		rapport.LineInFlight: "money on its way", rapport.LineBalance: "balance", rapport.LineOffline: "payment outside of Stripe",
	}
	linePlural = map[string]string{ //nolint:gochecknoglobals // a table
		rapport.LineSettle: "transfers", rapport.LineReversal: "reversals", rapport.LineTopUp: "top-ups", rapport.LineTopUpBack: "top-ups that were taken back", rapport.LineOther: "other movements",
		rapport.LineInFlight: "accounts of money on its way", rapport.LineBalance: "balances", rapport.LineOffline: "payments outside of Stripe",
	}
)

// breakWords says what one side has and the other has not.
func breakWords(say rapport.Words, kind, result string, our, their rapport.Money) string {
	ours, theirs := say.Money(our), say.Money(their)
	switch {
	case kind == rapport.LineInFlight:
		return fmt.Sprintf("The ledger has %s on its way, the open attempts add up to %s.", ours, theirs)
	case kind == rapport.LineBalance:
		return fmt.Sprintf("With all that moved since the last comparison, %s should lie at Stripe; %s do.", ours, theirs)
	case kind == rapport.LineOther && result == rapport.LineMissingHere:
		return fmt.Sprintf("%s left Stripe's balance and no payment of ours asked for it: a transfer to your own bank, a dispute or a refund. The money is missing for payments. "+
			"Set Stripe's payouts to manual and bring it back, or close the case as explained, with what it was.", theirs)
	case kind == rapport.LineTopUpBack && result == rapport.LineMissingHere:
		return fmt.Sprintf("The bank took back a top-up of %s, and the ledger still counts it as funds.", theirs)
	case result == rapport.LineMissingHere:
		return fmt.Sprintf("Stripe has a %s of %s that the ledger does not know.", lineSingle[kind], theirs)
	case result == rapport.LineMissingThere:
		return fmt.Sprintf("The ledger has a %s of %s that Stripe does not know.", lineSingle[kind], ours)
	}
	return fmt.Sprintf("The ledger says %s, Stripe says %s.", ours, theirs)
}

// differWords say in what a line differs.
var differWords = map[string]string{ //nolint:gochecknoglobals // a table
	"amount": "the amount", "currency": "the currency", "destination": "the account that it went to", "metadata": "the payment that it names",
	"net": "what it changed the balance by", "status": "whether it happened", "no_object": "Stripe's list does not have it", "no_movement": "Stripe's balance has no movement of it",
	"twice": "it moved the balance twice",
}

func problemWords(code string) string {
	switch code {
	case "":
		return ""
	case rapport.PayUnauthorized:
		return "Stripe refuses our key."
	case rapport.PayRateLimited, rapport.PayBusy:
		return "Stripe asked us to wait."
	case "internal":
		return "Something failed on our side; the log says what."
	}
	return "Stripe did not answer as it should."
}

// RunReconciliation asks for a comparison now. The worker does it; the answer is where to look.
func (s *Server) RunReconciliation(ctx context.Context, _ gen.RunReconciliationRequestObject) (gen.RunReconciliationResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	id := uuid.Must(uuid.NewV7())
	var run rapport.ReconciliationRun
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if run, err = store.AddReconciliation(ctx, id, reconcileWindow, principalFrom(ctx).UserID); err != nil {
			return err
		}
		return s.start(ctx, uuid.Nil, "job/reconcile/"+id.String(), workflows.TypeJob, id, "reconcile")
	})
	if err != nil {
		return nil, err
	}
	return gen.RunReconciliation202JSONResponse(showReconciliation(houseWords(ctx), run)), nil
}

// ListCases lists the differences between the books that a person must explain.
func (s *Server) ListCases(ctx context.Context, r gen.ListCasesRequestObject) (gen.ListCasesResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	cases, next, err := store.ListCases(ctx, rapport.CaseFilter{State: string(value(r.Params.State)), Kind: string(value(r.Params.Kind)), Brand: r.Params.BrandId}, page)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	return gen.ListCases200JSONResponse{Items: each(cases, func(c rapport.ReconciliationCase) gen.Case { return showCase(houseWords(ctx), c, me) }), NextCursor: cursorOf(next)}, nil
}

// GetCase shows one difference, whoever closed it and however long ago.
func (s *Server) GetCase(ctx context.Context, r gen.GetCaseRequestObject) (gen.GetCaseResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	cases, _, err := store.ListCases(ctx, rapport.CaseFilter{ID: &r.Id}, rapport.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, notFound("case")
	}
	return gen.GetCase200JSONResponse(showCase(houseWords(ctx), cases[0], principalFrom(ctx))), nil
}

// explains says whether a person works in finance for all the brands, or anywhere where none is given.
func explains(me rapport.Principal, brands []uuid.UUID) bool {
	mine := me.BrandsWith(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)
	return len(mine) > 0 && !slices.ContainsFunc(brands, func(b uuid.UUID) bool { return !slices.Contains(mine, b) })
}

func showCase(say rapport.Words, c rapport.ReconciliationCase, me rapport.Principal) gen.Case {
	about := c.Meant
	shown := gen.Case{
		Id: c.ID, Kind: gen.CaseKind(c.Kind), About: upperFirst(lineSingle[c.Noun]), Detail: breakWords(say, c.Noun, c.Kind, c.Ours, c.Theirs), BrandName: orNil(c.BrandName),
		CreatorName: orNil(c.CreatorName), Destination: orNil(c.Destination), Differs: each(c.Differs, func(d string) string { return differWords[d] }),
		Ours: moneyOrNil(c.Ours), Theirs: moneyOrNil(c.Theirs), At: c.At, State: gen.CaseState(c.State), Owner: userOrNil(c.Owner), Reason: orNil(c.Reason),
		ClosedBy: userOrNil(c.ClosedBy), ClosedAt: c.ClosedAt, FirstSeenAt: c.FirstSeenAt, LastSeenAt: c.LastSeenAt, GoneAt: c.GoneAt, Notes: each(c.Notes, showCaseNote),
	}
	if !strings.Contains(c.Ref, ":") { // what we made up to name an account or a balance says nothing to anybody
		shown.ExternalRef = &c.Ref
	}
	if c.BrandID != uuid.Nil {
		shown.BrandId, about = &c.BrandID, []uuid.UUID{c.BrandID}
	}
	if c.PayoutID != uuid.Nil {
		shown.PayoutId = &c.PayoutID
	}
	shown.MayChange = explains(me, about)
	shown.Book, shown.Booking = showBooking(say, c, me)
	return shown
}

func showCaseNote(n rapport.ReconciliationNote) gen.CaseNote {
	text := map[string]string{
		"note": n.Text, "assigned": "Given to " + n.Text, "explained": "Closed as explained: " + n.Text, "resolved": "Closed as put right: " + n.Text,
		"seen_again": "A comparison found it again", "gone": "A comparison found nothing wrong any more",
		"asked": "Asked to book it: " + n.Text, "approved": "Approved that it is booked", "booked": "Booked, as Stripe says", "not_booked": "Not booked. " + notBooked[n.Text],
	}[n.Kind]
	return gen.CaseNote{At: n.At, Author: orNil(n.Author), Text: text}
}

// CommandCase assigns a case, notes something, or closes it.
func (s *Server) CommandCase(ctx context.Context, r gen.CommandCaseRequestObject) (gen.CommandCaseResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	change := rapport.CaseChange{ID: r.Id, Command: string(r.Body.Command), Text: strings.TrimSpace(value(r.Body.Text)), Owner: value(r.Body.OwnerId)}
	switch {
	case change.Command == "assign" && change.Owner == uuid.Nil:
		return nil, rapport.Invalid(rapport.Field{Path: "owner_id", Code: "missing", Detail: "Say who is to look at it."})
	case change.Command != "assign" && change.Text == "":
		return nil, rapport.Invalid(rapport.Field{Path: "text", Code: "missing", Detail: "Say what you found, so that an auditor can follow it."})
	}
	me := principalFrom(ctx)
	changed, err := store.ChangeCase(ctx, change, me.UserID, func(brands []uuid.UUID) bool { return explains(me, brands) })
	if err != nil {
		return nil, called("case", err)
	}
	return gen.CommandCase200JSONResponse(showCase(houseWords(ctx), changed, me)), nil
}

// GetPaymentsGate says whether payouts are sent now, and what they wait for.
func (s *Server) GetPaymentsGate(ctx context.Context, _ gen.GetPaymentsGateRequestObject) (gen.GetPaymentsGateResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	g, err := store.PaymentsGate(ctx)
	if err != nil {
		return nil, err
	}
	shown := gen.GetPaymentsGate200JSONResponse{
		ComparedUntil: g.Until, Holds: []gen.PaymentsHold{}, Waiting: each(g.Brands, showWaiting),
		Unsealed: gen.LedgerTail{Count: g.Unsealed.Count, OldestAt: g.Unsealed.OldestAt, Late: g.Unsealed.Late},
	}
	if g.Pause != nil {
		shown.Holds = append(shown.Holds, gen.PaymentsHold{
			Reason: gen.GateReasonPaused, Since: &g.Pause.Since, Title: "Stripe refuses our key, so all payments are paused",
			Detail: "Nothing is lost and nothing is sent twice. Give the workers a valid key. Stripe is asked about once a minute, less often if it keeps refusing, and the payments go on by themselves.",
		})
	}
	if g.Restored {
		shown.Holds = append(shown.Holds, gen.PaymentsHold{
			Reason: gen.GateReasonRestored, Title: "The database is another copy than before, so no payment is sent",
			Detail: "It was restored, moved or taken over by its standby, and may have forgotten transfers. Compare the books with Stripe; the payments go on when the comparison has ended.",
		})
	}
	if g.Stale {
		shown.Holds = append(shown.Holds, gen.PaymentsHold{
			Reason: gen.GateReasonStale, Title: "The books were not compared with Stripe for more than a day, so no payment is sent",
			Detail: "Compare them now; the payments go on when the comparison has ended. If it does not end, see what it says below.",
		})
	}
	if slices.ContainsFunc(g.Brands, func(b rapport.GatedBrand) bool { return b.Reason == rapport.GateMissingHere }) {
		shown.Holds = append(shown.Holds, gen.PaymentsHold{
			Reason: gen.GateReasonMissingHere, Title: "Stripe has transfers that the ledger lacks, so some payments wait",
			Detail: "Look at the cases below. A payment that Stripe has already is settled by itself; close the other cases with what you found, and the payments go on.",
		})
	}
	shown.Open = g.Pause == nil && !g.Restored && !g.Stale
	return shown, nil
}

func showWaiting(b rapport.GatedBrand) gen.PaymentsWaiting {
	return gen.PaymentsWaiting{BrandId: b.BrandID, BrandName: b.BrandName, Reason: gen.GateReason(b.Reason), Words: gateWords[b.Reason], Count: b.Waiting, Amounts: each(b.Amounts, toMoney)}
}

// gateWords say what a payment waits for that is right in itself.
var gateWords = map[string]string{ //nolint:gochecknoglobals // a table
	rapport.GatePaused: "Stripe, which refuses our key", rapport.GateRestored: "A comparison of the books: the database was restored",
	rapport.GateStale: "A comparison of the books", rapport.GateMissingHere: "An explanation of transfers that the ledger lacks",
}
