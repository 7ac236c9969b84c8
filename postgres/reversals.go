package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ReversalPlan reads what a reversal goes by: the brand's calendar, and how long before a payment the creator is told.
func (s *Store) ReversalPlan(ctx context.Context, id uuid.UUID) (rapport.ReversalPlan, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReversalPlan, error) {
		r, err := s.q.ReversalPlan(ctx, tx, id)
		if err != nil {
			return rapport.ReversalPlan{}, fmt.Errorf("reversal: %w", err)
		}
		brand, _, err := s.calendarsOf(ctx, tx, r.BrandID, r.CreatorID)
		return rapport.ReversalPlan{Calendar: brand, Timings: rapport.DefaultTimings(), NoticeDays: int(r.NettingNoticeDays)}, err
	})
}

// OrderReversal re-reads under the row's lock what may be taken back, and opens the next attempt with its key, finds the one that is
// open, or says why there is none. A submission whose attempt was rejected answers so again.
func (s *Store) OrderReversal(ctx context.Context, id uuid.UUID, submission int, hash func(rapport.ReversalRequest) []byte) (rapport.ReversalOrder, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReversalOrder, error) {
		r, last, err := s.reversalAndAttempt(ctx, tx, id)
		if err != nil {
			return rapport.ReversalOrder{}, err
		}
		none := func(verdict string) (rapport.ReversalOrder, error) {
			return rapport.ReversalOrder{Verdict: verdict}, nil
		}
		switch rapport.ReversalState(r.State) {
		case rapport.ReversalSubmitted:
			if last.Outcome == "open" {
				request := reversalRequest(r, last.Number, last.Amount)
				if !bytes.Equal(hash(request), last.RequestSha256) {
					return rapport.ReversalOrder{}, rapport.Errorf(rapport.CodeConflict, "the open attempt of reversal %s is not the request it was opened for", id)
				}
				return rapport.ReversalOrder{Verdict: "submit", Request: request, Expired: last.Expired}, nil
			}
			return none(attemptVerdict(r, last))
		case rapport.ReversalUnknown:
			return none(rapport.SubmitUnknown)
		case rapport.ReversalReversed:
			return none(rapport.ReverseDone)
		case rapport.ReversalApproved:
		case rapport.ReversalAwaitingApproval, rapport.ReversalFailed, rapport.ReversalNetting, rapport.ReversalAwaitingWriteOff,
			rapport.ReversalNetted, rapport.ReversalWrittenOff, rapport.ReversalCancelled:
			if last.Rejection != nil && int(last.Submission) == submission {
				return none(*last.Rejection)
			}
			return none(rapport.ReverseNothing)
		}
		if r.Rest <= 0 {
			return none(rapport.ReverseNothing)
		}
		switch restored, err := s.q.DatabaseRestored(ctx, tx); {
		case err != nil:
			return rapport.ReversalOrder{}, fmt.Errorf("restored: %w", err)
		case restored:
			// What was taken back since then may not be known here; the comparison finds it.
			return none(rapport.GateRestored)
		}
		request := reversalRequest(r, last.Number+1, r.Rest)
		key, err := s.q.InsertReversalAttempt(ctx, tx, gen.InsertReversalAttemptParams{
			ReversalID: id, Number: last.Number + 1, BrandID: r.BrandID, Amount: r.Rest, RequestSha256: hash(request), Submission: int32(submission),
		})
		if err != nil {
			return rapport.ReversalOrder{}, fmt.Errorf("open attempt: %w", err)
		}
		if key != request.Key {
			return rapport.ReversalOrder{}, fmt.Errorf("the database's key %s is not ours", key)
		}
		return rapport.ReversalOrder{Verdict: "submit", Request: request}, s.q.SetReversalState(ctx, tx, gen.SetReversalStateParams{ID: id, State: string(rapport.ReversalSubmitted)})
	})
}

func (s *Store) reversalAndAttempt(ctx context.Context, tx pgx.Tx, id uuid.UUID) (gen.LockReversalRow, gen.LastReversalAttemptRow, error) {
	r, err := s.q.LockReversal(ctx, tx, id)
	if err != nil {
		return r, gen.LastReversalAttemptRow{}, fmt.Errorf("reversal: %w", err)
	}
	last, err := s.q.LastReversalAttempt(ctx, tx, id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return r, last, fmt.Errorf("attempt: %w", err)
	}
	return r, last, nil
}

// attemptVerdict says what became of the last attempt, once that is known.
func attemptVerdict(r gen.LockReversalRow, last gen.LastReversalAttemptRow) string {
	switch {
	case last.Rejection != nil:
		return *last.Rejection
	case r.Recovered+r.Netted+r.WrittenOff == r.Amount:
		return rapport.ReverseDone
	default:
		return rapport.ReverseRest
	}
}

func reversalRequest(r gen.LockReversalRow, number int32, amount int64) rapport.ReversalRequest {
	return rapport.ReversalRequest{
		Key: fmt.Sprintf("trr_%s_%d", r.ID, number), ReversalID: r.ID, Attempt: int(number), TransferID: r.TransferID,
		Amount: rapport.Money{Amount: amount, Currency: r.Currency}, Adopts: r.Adopts, Known: r.Known, Recorded: r.Recorded,
	}
}

// MarkReversalSent notes, by the database's clock, that an attempt is about to be sent.
func (s *Store) MarkReversalSent(ctx context.Context, reversal uuid.UUID, attempt int) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.MarkReversalSent(ctx, tx, gen.MarkReversalSentParams{ReversalID: reversal, Number: int32(attempt)})
	})
}

// SettleReversal records what came back: attempt, ledger, reversal and payout together. Settling again changes nothing. It answers
// rapport.ReverseDone, or rapport.ReverseRest while payments are still planned to keep some.
func (s *Store) SettleReversal(ctx context.Context, reversal uuid.UUID, attempt int, back rapport.TakenBack) (string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (string, error) {
		r, last, err := s.reversalAndAttempt(ctx, tx, reversal)
		if err != nil {
			return "", err
		}
		n, err := s.q.SettleReversalAttempt(ctx, tx, gen.SettleReversalAttemptParams{ReversalID: reversal, Number: int32(attempt), ProviderID: &back.ID})
		if err != nil {
			return "", fmt.Errorf("settle attempt: %w", err)
		}
		if n == 0 {
			if last.Outcome == "succeeded" && int(last.Number) == attempt {
				return attemptVerdict(r, last), nil
			}
			return "", rapport.Errorf(rapport.CodeConflict, "attempt %d of reversal %s is not open", attempt, reversal)
		}
		err = s.bringFunds(ctx, tx, posting{
			kind: "reversal", brand: r.BrandID, payout: r.PayoutID, attempt: int32(attempt), ref: back.ID, currency: r.Currency,
			lines: reversalLines(r.BrandID, r.CreatorID, r.Currency, back.Amount.Amount),
		})
		if err != nil {
			return "", err
		}
		state, err := s.q.CountRecovered(ctx, tx, gen.CountRecoveredParams{ID: reversal, Amount: back.Amount.Amount})
		if err != nil {
			return "", fmt.Errorf("count: %w", err)
		}
		if state == string(rapport.ReversalReversed) {
			return rapport.ReverseDone, s.q.CountPayoutReversed(ctx, tx, r.PayoutID)
		}
		return rapport.ReverseRest, s.q.CountPayoutReversed(ctx, tx, r.PayoutID)
	})
}

// RejectReversal records a definite rejection. Where the creator's balance was short, the reversal is left for its next payments.
func (s *Store) RejectReversal(ctx context.Context, reversal uuid.UUID, attempt int, kind, code string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, _, err := s.reversalAndAttempt(ctx, tx, reversal); err != nil {
			return err
		}
		n, err := s.q.RejectReversalAttempt(ctx, tx, gen.RejectReversalAttemptParams{ReversalID: reversal, Number: int32(attempt), Rejection: &kind, ErrorCode: &code})
		if err != nil || n == 0 || kind == rapport.PayRejectedFunds {
			return err
		}
		return s.q.SetReversalState(ctx, tx, gen.SetReversalStateParams{ID: reversal, State: string(rapport.ReversalFailed)})
	})
}

// MarkReversalUnknown says that nobody knows what became of the open attempt.
func (s *Store) MarkReversalUnknown(ctx context.Context, reversal uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.q.LockReversal(ctx, tx, reversal)
		if err != nil || r.State != string(rapport.ReversalSubmitted) {
			return err
		}
		return s.q.SetReversalState(ctx, tx, gen.SetReversalStateParams{ID: reversal, State: string(rapport.ReversalUnknown)})
	})
}

// OpenReversalAttempt is the last attempt of a reversal, with how long it has been silent. Whose time is up without an answer is
// unknown before it is looked up.
func (s *Store) OpenReversalAttempt(ctx context.Context, reversal uuid.UUID) (rapport.OpenReversal, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.OpenReversal, error) {
		r, last, err := s.reversalAndAttempt(ctx, tx, reversal)
		switch {
		case err != nil:
			return rapport.OpenReversal{}, err
		case last.Number == 0 || r.State == string(rapport.ReversalApproved): // the last one is of an earlier submission
			return rapport.OpenReversal{Verdict: rapport.ReconcileNeverSent}, nil
		case last.Outcome != "open":
			return rapport.OpenReversal{Verdict: attemptVerdict(r, last)}, nil
		}
		if r.State == string(rapport.ReversalSubmitted) {
			if err := s.q.SetReversalState(ctx, tx, gen.SetReversalStateParams{ID: reversal, State: string(rapport.ReversalUnknown)}); err != nil {
				return rapport.OpenReversal{}, fmt.Errorf("unknown: %w", err)
			}
		}
		return rapport.OpenReversal{
			Request: reversalRequest(r, last.Number, last.Amount), LookUps: int(last.LookUps), SinceSent: time.Duration(last.SinceSent * float64(time.Second)),
		}, nil
	})
}

// MarkReversalLookedUp counts a look-up that found nothing.
func (s *Store) MarkReversalLookedUp(ctx context.Context, reversal uuid.UUID, attempt int) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.MarkReversalLookedUp(ctx, tx, gen.MarkReversalLookedUpParams{ReversalID: reversal, Number: int32(attempt)})
	})
}

// ReversalStands is where a reversal stands. One that was made good while an attempt of it was under way ends here.
func (s *Store) ReversalStands(ctx context.Context, reversal uuid.UUID) (rapport.ReversalState, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReversalState, error) {
		r, err := s.q.LockReversal(ctx, tx, reversal)
		if err != nil {
			return "", err
		}
		waits := r.State == string(rapport.ReversalNetting) || r.State == string(rapport.ReversalAwaitingWriteOff)
		if !waits || r.Recovered+r.Netted+r.WrittenOff < r.Amount {
			return rapport.ReversalState(r.State), nil
		}
		return rapport.ReversalNetted, s.q.SetReversalState(ctx, tx, gen.SetReversalStateParams{ID: reversal, State: string(rapport.ReversalNetted)})
	})
}

// WriteOffReversal gives up what a second person agreed to; the database checks who that was. Doing it again changes nothing.
func (s *Store) WriteOffReversal(ctx context.Context, reversal uuid.UUID) (rapport.ReversalState, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReversalState, error) {
		r, err := s.q.LockReversal(ctx, tx, reversal)
		if err != nil {
			return "", fmt.Errorf("reversal: %w", err)
		}
		if r.State != string(rapport.ReversalAwaitingWriteOff) || r.WriteOffAmount == 0 {
			return rapport.ReversalState(r.State), nil
		}
		err = s.post(ctx, tx, posting{
			kind: "write_off", brand: r.BrandID, payout: r.PayoutID, ref: fmt.Sprintf("%s:%d", reversal, r.WriteOffRound), currency: r.Currency,
			lines: writeOffLines(r.BrandID, r.CreatorID, r.Currency, r.WriteOffAmount),
		})
		if err != nil {
			return "", err
		}
		state, err := s.q.CountWrittenOff(ctx, tx, gen.CountWrittenOffParams{ID: reversal, Amount: r.WriteOffAmount})
		return rapport.ReversalState(state), err
	})
}

// changeReversal follows a reversal's machine. What the creator owes back is claimed at the moment it is approved.
func (s *Store) changeReversal(ctx context.Context, tx pgx.Tx, c rapport.Change) error {
	// What is left is counted only when no payment is planning to keep some of it at this moment.
	r, err := s.q.LockReversal(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if err := s.q.ChangeReversal(ctx, tx, gen.ChangeReversalParams{ID: c.ID, State: c.State, Until: timeOrNil(c.Until)}); err != nil {
		return err
	}
	if c.State != string(rapport.ReversalApproved) || r.State != string(rapport.ReversalAwaitingApproval) {
		return nil // one that is tried again was claimed before
	}
	// Two that are approved at the same moment do not both count on what was sent beyond.
	if _, err := s.q.LockPayout(ctx, tx, r.PayoutID); err != nil {
		return fmt.Errorf("payout: %w", err)
	}
	// What was sent beyond what was asked is claimed since it was booked.
	beyond, err := s.q.SentBeyond(ctx, tx, gen.SentBeyondParams{ReversalID: r.ID, PayoutID: r.PayoutID})
	if err != nil || beyond >= r.Amount {
		return err
	}
	return s.post(ctx, tx, posting{
		kind: "claim", brand: r.BrandID, payout: r.PayoutID, ref: r.ID.String(), currency: r.Currency, lines: claimLines(r.BrandID, r.CreatorID, r.Currency, r.Amount-beyond),
	})
}

// takeNettings books what a payment that went out has kept for money that the creator owed back.
func (s *Store) takeNettings(ctx context.Context, tx pgx.Tx, p gen.LockPayoutRow) error {
	taken, err := s.q.TakeNettings(ctx, tx, p.ID)
	if err != nil {
		return fmt.Errorf("take nettings: %w", err)
	}
	for _, n := range taken {
		err := s.post(ctx, tx, posting{
			kind: "netting", brand: p.BrandID, payout: p.ID, ref: n.ReversalID.String() + ":" + p.ID.String(), currency: p.Currency,
			lines: nettingLines(p.BrandID, p.CreatorID, p.Currency, n.Amount),
		})
		if err != nil {
			return err
		}
		r, err := s.q.CountNetted(ctx, tx, gen.CountNettedParams{ID: n.ReversalID, Amount: n.Amount})
		if err != nil {
			return fmt.Errorf("count netted: %w", err)
		}
		if err := s.q.CountPayoutReversed(ctx, tx, r.PayoutID); err != nil {
			return fmt.Errorf("count reversed: %w", err)
		}
		sig := rapport.Signal{ID: rapport.DeriveID(n.ReversalID, "netted/"+p.ID.String()), Kind: rapport.SignalNetted, Ref: p.ID}
		if err := s.signal(ctx, tx, "reversal", n.ReversalID, r.BrandID, sig); err != nil {
			return err
		}
	}
	return nil
}

// ListReversals lists money of the scope that is taken back, newest first.
func (s *Store) ListReversals(ctx context.Context, f rapport.ReversalFilter, page rapport.Page) ([]rapport.ReversalItem, []string, error) {
	params := gen.ListReversalsParams{Brands: rapport.BrandsFrom(ctx), ID: f.ID, BrandID: f.BrandID, PayoutID: f.PayoutID, States: noNil(f.States), MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	items, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReversalItem, error) {
		rows, err := s.q.ListReversals(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].CreatedAt, rows[len(rows)-1].ID)
		}
		return reversalItems(rows)
	})
	return items, next, err
}

// Reversal finds one reversal of the scope, with the payments that make it good.
func (s *Store) Reversal(ctx context.Context, id uuid.UUID) (rapport.ReversalItem, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReversalItem, error) {
		items, err := s.reversals(ctx, tx, gen.ListReversalsParams{ID: &id, MaxRows: 1})
		if err != nil || len(items) == 0 {
			return rapport.ReversalItem{}, orElse(err, pgx.ErrNoRows)
		}
		return items[0], nil
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// reversals reads reversals of the scope with their nettings.
func (s *Store) reversals(ctx context.Context, tx pgx.Tx, params gen.ListReversalsParams) ([]rapport.ReversalItem, error) {
	params.Brands, params.States = rapport.BrandsFrom(ctx), []string{}
	rows, err := s.q.ListReversals(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("reversals: %w", err)
	}
	items, err := reversalItems(rows)
	for i := range items {
		nettings, failed := s.q.ReversalNettings(ctx, tx, items[i].ID)
		if failed != nil {
			return nil, fmt.Errorf("nettings: %w", failed)
		}
		for _, n := range nettings {
			items[i].Nettings = append(items[i].Nettings, rapport.Netting{PayoutID: n.PayoutID, ReversalID: items[i].ID, Title: n.Title, Amount: n.Amount, State: n.State, At: n.CreatedAt})
		}
	}
	return items, err
}

func reversalItems(rows []gen.ListReversalsRow) ([]rapport.ReversalItem, error) {
	items := make([]rapport.ReversalItem, len(rows))
	for i, r := range rows {
		items[i] = rapport.ReversalItem{
			ID: r.ID, PayoutID: r.PayoutID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, BrandName: r.BrandName, CampaignName: r.CampaignName,
			Creator:        rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
			MilestoneTitle: r.Title, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}, Reason: r.Reason,
			RequestedBy: rapport.UserRef{ID: r.RequestedBy, Name: r.RequestedByName}, ApprovedBy: r.ApprovedBy, State: rapport.ReversalState(r.State),
			Recovered: r.Recovered, Netted: r.Netted, WrittenOff: r.WrittenOff, Rest: r.Rest, CapPercent: int(r.CapPercent), NetFrom: r.NetFrom,
			WriteOff: rapport.WriteOffAsked{Reason: r.WriteOffReason, Amount: r.WriteOffAmount, Round: int(r.WriteOffRound)}, WrittenOffBy: r.WrittenOffBy,
			Seq: r.Seq, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		}
		if r.WriteOffBy != nil {
			items[i].WriteOff.By = rapport.UserRef{ID: *r.WriteOffBy, Name: r.WriteOffByName}
		}
		if err := json.Unmarshal(r.Commands, &items[i].Commands); err != nil {
			return nil, fmt.Errorf("read the commands of reversal %s: %w", r.ID, err)
		}
	}
	return items, nil
}

// payoutBack adds what came back of a payout, and what it keeps of others.
func (s *Store) payoutBack(ctx context.Context, tx pgx.Tx, p *rapport.PayoutRecord) error {
	var err error
	if p.Reversals, err = s.reversals(ctx, tx, gen.ListReversalsParams{PayoutID: &p.ID, MaxRows: 100}); err != nil {
		return err
	}
	kept, err := s.q.PayoutNettings(ctx, tx, p.ID)
	if err != nil {
		return fmt.Errorf("nettings: %w", err)
	}
	for _, n := range kept {
		p.Nettings = append(p.Nettings, rapport.Netting{PayoutID: n.PayoutID, ReversalID: n.ReversalID, Title: n.Title, Amount: n.Amount, State: n.State, At: n.CreatedAt})
	}
	foreign, err := s.q.ForeignReversals(ctx, tx, p.ID)
	for _, f := range foreign {
		p.Foreign = append(p.Foreign, rapport.ForeignReversal{ProviderID: f.ProviderID, Amount: rapport.Money{Amount: f.Amount, Currency: f.Currency}, NotedAt: f.NotedAt})
	}
	return err
}

// reversalRefusals says in plain words why the database refuses a reversal or an approval of one, by the code of its trigger.
var reversalRefusals = map[string]string{
	"RA011": "Somebody asked anew meanwhile. Look at it again.",
	"RA012": "The approval is for another amount than was asked for.",
	"RA016": "You have no right to do this at this brand.",
	"RA017": "You asked for this, so another person must approve it.",
	"RA030": "An amount in this currency must be rounder.",
	"RA040": "This payment has not been paid, or all of it came back, so nothing of it can be taken back.",
	"RA042": "More would be taken back than was sent.",
	"RA044": "This takes no such approval now. Load the page again.",
	"RA045": "Nothing like that was taken back at Stripe.",
	"RA076": "This was paid outside of Stripe, so Rapport cannot take it back. Ask the creator to send it back the way it came, and book that in your own books.",
	"RA050": "Prove with a code that it is you. A proof holds for five minutes.",
}

func inWords(err error, words map[string]string) error {
	if e, ok := errors.AsType[*rapport.Error](err); ok {
		if said, ok := words[e.Reason]; ok {
			e.Message = said
		}
		if reason, ok := approvalReasons[e.Reason]; ok {
			e.Reason = reason
		}
		return e
	}
	return err
}

// AddReversal keeps the wish to take something of a payout of the scope back. The database checks person, payout and amount.
func (s *Store) AddReversal(ctx context.Context, r rapport.ReversalCreate) error {
	return inWords(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		err := s.q.InsertReversal(ctx, tx, gen.InsertReversalParams{
			ID: r.ID, PayoutID: r.PayoutID, Amount: r.Amount.Amount, Currency: r.Amount.Currency, Reason: r.Reason, RequestedBy: r.By, Adopts: textOrNil(r.Adopts),
			Brands: rapport.BrandsFrom(ctx),
		})
		if err != nil {
			return fmt.Errorf("insert reversal: %w", err)
		}
		return s.audit(ctx, tx, r.By, "reversal.requested", r.ID, map[string]any{
			"payout_id": r.PayoutID, "amount": r.Amount.Amount, "currency": r.Amount.Currency, "reason": r.Reason, "provider_id": r.Adopts,
		})
	}), reversalRefusals)
}

// ApproveReversal keeps an approval. The database checks amount, round and person under the reversal's lock.
func (s *Store) ApproveReversal(ctx context.Context, a rapport.ReversalApprovalCreate) error {
	return inWords(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		err := s.q.InsertReversalApproval(ctx, tx, gen.InsertReversalApprovalParams{
			ID: a.ID, ReversalID: a.ReversalID, BrandID: a.BrandID, Part: a.Part, Round: int32(a.Round), Approver: a.Approver, Amount: a.Amount.Amount, Currency: a.Amount.Currency,
			StepUpID: a.StepUpID,
		})
		if err != nil {
			return fmt.Errorf("insert approval: %w", err)
		}
		return s.audit(ctx, tx, a.Approver, "reversal."+a.Part+"_approved", a.ReversalID, map[string]any{"amount": a.Amount.Amount, "currency": a.Amount.Currency})
	}), reversalRefusals)
}

// ReversalApproval is the approval that was written for a part of a reversal; zero when there is none.
func (s *Store) ReversalApproval(ctx context.Context, reversal uuid.UUID, part string, round int) (uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (uuid.UUID, error) {
		id, err := s.q.ReversalApprovalOf(ctx, tx, gen.ReversalApprovalOfParams{ReversalID: reversal, Part: part, Round: int32(round)})
		if errors.Is(err, pgx.ErrNoRows) {
			return uuid.Nil, nil
		}
		return id, err
	})
}

// NoteReversalCommand keeps who asked for something of a reversal, and why; a wish to give the rest up stays with the reversal.
func (s *Store) NoteReversalCommand(ctx context.Context, r rapport.ReversalItem, command, reason string, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if command == string(rapport.CmdAskWriteOff) {
			n, err := s.q.AskWriteOff(ctx, tx, gen.AskWriteOffParams{ID: r.ID, By: &by, Reason: &reason})
			if err != nil {
				return fmt.Errorf("ask: %w", err)
			}
			if n == 0 {
				return &rapport.Error{Code: rapport.CodeConflict, Reason: "nothing_to_write_off", State: string(r.State), Message: "There is nothing to give up now. Load the page again."}
			}
		}
		return s.audit(ctx, tx, by, "reversal."+command, r.ID, map[string]any{"reason": reason, "payout_id": r.PayoutID})
	})
}
