package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rapport"
	"rapport/postgres/gen"
)

// OpenPayout writes the row of a payout and accrues what is owed, once.
func (s *Store) OpenPayout(ctx context.Context, id uuid.UUID, due time.Time, _, milestone uuid.UUID) (rapport.PayoutPlan, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PayoutPlan, error) {
		creator, err := s.q.CreatorOfMilestone(ctx, tx, milestone)
		if err != nil {
			return rapport.PayoutPlan{}, fmt.Errorf("creator: %w", err)
		}
		// The account may be made at this moment; whoever comes second sees what the first wrote.
		if err := s.q.LockPayee(ctx, tx, creator); err != nil {
			return rapport.PayoutPlan{}, fmt.Errorf("lock payee: %w", err)
		}
		m, err := s.q.MilestoneForPayout(ctx, tx, milestone)
		if err != nil {
			return rapport.PayoutPlan{}, fmt.Errorf("milestone: %w", err)
		}
		counts := m.ContentApproved && m.Currency == m.SecondPairCurrency && m.Amount < m.SecondPairAmount
		destination, method := m.Destination, ""
		if m.Outside {
			destination, method = "", rapport.OfflineOther // how exactly, finance may say
		}
		err = s.q.InsertPayout(ctx, tx, gen.InsertPayoutParams{
			ID: id, MilestoneID: m.ID, PartnershipID: m.PartnershipID, BrandID: m.BrandID, CreatorID: m.CreatorID, Amount: m.Amount, Currency: m.Currency,
			Destination: textOrNil(destination), ContentCounts: counts, DueAt: due, OfflineMethod: textOrNil(method),
		})
		if err != nil {
			return rapport.PayoutPlan{}, fmt.Errorf("insert payout: %w", err)
		}
		p, err := s.q.LockPayout(ctx, tx, id)
		if err != nil {
			return rapport.PayoutPlan{}, fmt.Errorf("payout: %w", err)
		}
		if p.OfflineMethod == nil { // what goes elsewhere does not mind whose account changed
			if err := s.holdNew(ctx, tx, id, m.BrandID, m.CreatorID); err != nil {
				return rapport.PayoutPlan{}, err
			}
		}
		return rapport.PayoutPlan{ContentCounts: p.ContentCounts, Releasers: int(p.Releasers), Offline: text(p.OfflineMethod)}, s.post(ctx, tx, posting{
			kind: "accrual", brand: m.BrandID, payout: id, currency: m.Currency, lines: accrualLines(m.BrandID, m.CreatorID, m.Currency, m.Amount),
		})
	})
}

// OrderPayout re-reads approvals, payee and funds under the row's lock. It opens the next attempt with its key, finds the one
// that is open, or says why there is none. A submission whose attempt was rejected answers so again: the next attempt needs
// another submission.
func (s *Store) OrderPayout(ctx context.Context, id uuid.UUID, submission int, hash func(rapport.TransferRequest) []byte) (rapport.PayoutOrder, error) {
	for {
		o, err := s.orderPayout(ctx, id, submission, hash)
		if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.ConstraintName != fundsFloor {
			return o, err
		}
		// Another payout has taken the funds since they were read. It has them for good, so that asking again finds less, and an end.
	}
}

// fundsFloor is the constraint that keeps an account from falling below zero.
const fundsFloor = "ledger_accounts_check"

func (s *Store) orderPayout(ctx context.Context, id uuid.UUID, submission int, hash func(rapport.TransferRequest) []byte) (rapport.PayoutOrder, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PayoutOrder, error) {
		p, err := s.q.LockPayout(ctx, tx, id)
		if err != nil {
			return rapport.PayoutOrder{}, fmt.Errorf("payout: %w", err)
		}
		last, err := s.q.LastAttempt(ctx, tx, id)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return rapport.PayoutOrder{}, fmt.Errorf("attempt: %w", err)
		}
		switch rapport.PayoutState(p.State) {
		case rapport.PayoutPaid, rapport.PayoutPartlyReversed, rapport.PayoutReversed:
			return rapport.PayoutOrder{Verdict: rapport.SubmitPaid}, nil
		case rapport.PayoutUnknown:
			return rapport.PayoutOrder{Verdict: rapport.SubmitUnknown}, nil
		case rapport.PayoutSubmitted:
			order, err := again(p, last, hash)
			if err == nil {
				order.Gate, err = s.q.SubmissionGate(ctx, tx, gen.SubmissionGateParams{BrandID: p.BrandID, Destination: textOrNil(p.Destination)})
			}
			return order, err
		case rapport.PayoutScheduled, rapport.PayoutAwaitingApproval, rapport.PayoutApproved, rapport.PayoutAwaitingPayee, rapport.PayoutAwaitingFunds,
			rapport.PayoutFailed, rapport.PayoutHeld, rapport.PayoutCancelled:
		}
		if last.Rejection != nil && int(last.Submission) == submission {
			return rapport.PayoutOrder{Verdict: *last.Rejection}, nil
		}
		return s.newAttempt(ctx, tx, p, attemptNumber{last.Number + 1, int32(submission)}, hash)
	})
}

func request(p gen.LockPayoutRow, number int32) rapport.TransferRequest {
	return rapport.TransferRequest{
		Key: fmt.Sprintf("po_%s_%d", p.ID, number), PayoutID: p.ID, Attempt: int(number),
		Amount: rapport.Money{Amount: p.Amount - p.Netted, Currency: p.Currency}, Destination: p.Destination,
	}
}

// again is the open attempt, to be sent under its key as long as that may be used.
func again(p gen.LockPayoutRow, last gen.LastAttemptRow, hash func(rapport.TransferRequest) []byte) (rapport.PayoutOrder, error) {
	r := request(p, last.Number)
	if last.Outcome != "open" || !bytes.Equal(hash(r), last.RequestSha256) {
		return rapport.PayoutOrder{}, rapport.Errorf(rapport.CodeConflict, "the open attempt of payout %s is not the request it was opened for", p.ID)
	}
	return rapport.PayoutOrder{Verdict: "submit", Request: r, Expired: last.Expired}, nil
}

// attemptNumber numbers an attempt, and the submission that opens it.
type attemptNumber struct{ attempt, submission int32 }

func (s *Store) newAttempt(
	ctx context.Context, tx pgx.Tx, p gen.LockPayoutRow, next attemptNumber, hash func(rapport.TransferRequest) []byte,
) (rapport.PayoutOrder, error) {
	none := func(verdict string) (rapport.PayoutOrder, error) { return rapport.PayoutOrder{Verdict: verdict}, nil }
	state := func(to rapport.PayoutState) error {
		if p.State == string(to) {
			return nil
		}
		p.State = string(to)
		return s.q.SetPayoutState(ctx, tx, gen.SetPayoutStateParams{ID: p.ID, State: string(to)})
	}
	if p.OfflineMethod != nil {
		return none(rapport.SubmitNotApproved) // people pay it; nothing of it goes to Stripe
	}
	live := []string{"awaiting_approval", "approved", "awaiting_payee", "awaiting_funds", "failed"}
	if !slices.Contains(live, p.State) {
		return none(rapport.SubmitNotApproved)
	}
	if !p.Approved {
		// What was approved is not what is there now. A new round, because an approval counts once.
		return rapport.PayoutOrder{Verdict: rapport.SubmitNotApproved}, s.q.NewPayoutRound(ctx, tx, gen.NewPayoutRoundParams{ID: p.ID, Destination: textOrNil(p.Destination)})
	}
	if p.Destination != "" && p.ReadyDestination != "" && p.ReadyDestination != p.Destination {
		return rapport.PayoutOrder{Verdict: rapport.SubmitNewRound}, s.q.NewPayoutRound(ctx, tx, gen.NewPayoutRoundParams{ID: p.ID, Destination: &p.ReadyDestination})
	}
	err := state(rapport.PayoutApproved)
	if err != nil {
		return rapport.PayoutOrder{}, fmt.Errorf("approve: %w", err)
	}
	if p.ReadyDestination == "" {
		return rapport.PayoutOrder{Verdict: rapport.SubmitPayeeNotReady}, state(rapport.PayoutAwaitingPayee)
	}
	if p.Destination == "" {
		// The approvals were for a payout without a destination: the payee's first one needs eyes of its own.
		return rapport.PayoutOrder{Verdict: rapport.SubmitNewRound}, s.q.NewPayoutRound(ctx, tx, gen.NewPayoutRoundParams{ID: p.ID, Destination: &p.ReadyDestination})
	}
	if p.Funds, err = s.fundsFor(ctx, tx, p); err != nil {
		return rapport.PayoutOrder{}, err
	}
	if p.Funds < p.Amount-p.Netted {
		return rapport.PayoutOrder{Verdict: rapport.SubmitFundsShort}, state(rapport.PayoutAwaitingFunds)
	}
	gate, err := s.gate(ctx, tx, p)
	if err != nil {
		return rapport.PayoutOrder{}, err
	}
	if gate.held {
		return none(rapport.SubmitGated)
	}
	r := request(p, next.attempt)
	key, err := s.q.InsertAttempt(ctx, tx, gen.InsertAttemptParams{PayoutID: p.ID, Number: next.attempt, BrandID: p.BrandID, RequestSha256: hash(r), Submission: next.submission})
	if err != nil {
		return rapport.PayoutOrder{}, fmt.Errorf("open attempt: %w", err)
	}
	if key != r.Key {
		return rapport.PayoutOrder{}, fmt.Errorf("the database's key %s is not ours", key)
	}
	if err := state(rapport.PayoutSubmitted); err != nil {
		return rapport.PayoutOrder{}, fmt.Errorf("submit: %w", err)
	}
	err = s.post(ctx, tx, posting{kind: "submit", brand: p.BrandID, payout: p.ID, attempt: next.attempt, currency: p.Currency, lines: submitLines(p.BrandID, p.Currency, p.Amount-p.Netted)})
	return rapport.PayoutOrder{Verdict: "submit", Request: r, Gate: gate.reason}, err
}

// fundsFor reads the brand's funds; where they are short it reads them again under the lock of whoever brings more, and keeps it.
func (s *Store) fundsFor(ctx context.Context, tx pgx.Tx, p gen.LockPayoutRow) (int64, error) {
	if p.Funds >= p.Amount-p.Netted {
		return p.Funds, nil
	}
	if err := s.q.LockFunds(ctx, tx, gen.LockFundsParams{BrandID: p.BrandID, Currency: p.Currency}); err != nil {
		return 0, fmt.Errorf("lock funds: %w", err)
	}
	funds, err := s.q.BrandFunds(ctx, tx, gen.BrandFundsParams{BrandID: p.BrandID, Currency: p.Currency})
	if err != nil {
		return 0, fmt.Errorf("funds: %w", err)
	}
	return funds, nil
}

// bringFunds posts what adds to a brand's funds and wakes the payouts that wait for them. A rejected attempt brings back what never left: whom
// the provider refused for want of money is not woken by it, or two of them would wake each other without end.
func (s *Store) bringFunds(ctx context.Context, tx pgx.Tx, p posting) error {
	_, err := s.bringNewFunds(ctx, tx, p)
	return err
}

// bringNewFunds answers false where the same posting is there already, which wakes all the same.
func (s *Store) bringNewFunds(ctx context.Context, tx pgx.Tx, p posting) (bool, error) {
	if err := s.q.LockFunds(ctx, tx, gen.LockFundsParams{BrandID: p.brand, Currency: p.currency}); err != nil {
		return false, fmt.Errorf("lock funds: %w", err)
	}
	fresh, err := s.postNew(ctx, tx, p)
	if err != nil {
		return false, err
	}
	waiting, err := s.q.PayoutsAwaitingFunds(ctx, tx, gen.PayoutsAwaitingFundsParams{BrandID: p.brand, Currency: p.currency, CameThere: p.kind != "void"})
	if err != nil {
		return false, fmt.Errorf("payouts: %w", err)
	}
	for _, w := range waiting {
		if w.ID == p.payout {
			continue // the one whose rejection brings them
		}
		if err := s.signal(ctx, tx, "payout", w.ID, w.BrandID, rapport.Signal{ID: newID(), Kind: rapport.SignalFunds}); err != nil {
			return false, err
		}
	}
	return fresh, nil
}

// BalanceCame wakes the payouts, of all brands, that the provider refused because the platform's balance in one of the currencies was short.
func (s *Store) BalanceCame(ctx context.Context, currencies []string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		refused, err := s.q.PayoutsRefusedForFunds(ctx, tx, currencies)
		if err != nil {
			return fmt.Errorf("payouts: %w", err)
		}
		for _, p := range refused {
			if err := s.signal(ctx, tx, "payout", p.ID, p.BrandID, rapport.Signal{ID: newID(), Kind: rapport.SignalFunds}); err != nil {
				return err
			}
		}
		return nil
	})
}

// apart is how much more than evenly what leaves is spaced, so that a delay on the way of one, and none of the next, does not bring more than the
// rate into a second.
const apart = 1.06

// NextSend takes the next moment at which one of the name may leave, at most so many a second over all processes, and answers how long it is until
// then.
func (s *Store) NextSend(ctx context.Context, name string, perSecond float64) (time.Duration, error) {
	return query(forgettable(ctx), s, func(ctx context.Context, tx pgx.Tx) (time.Duration, error) {
		wait, err := s.q.NextSend(ctx, tx, gen.NextSendParams{Name: name, Spacing: apart / perSecond})
		return max(time.Duration(wait*float64(time.Second)), 0), err
	})
}

// MarkSent notes, by the database's clock, that an attempt is about to be sent.
func (s *Store) MarkSent(ctx context.Context, payout uuid.UUID, attempt int) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.MarkSent(ctx, tx, gen.MarkSentParams{PayoutID: payout, Number: int32(attempt)})
	})
}

// SettlePayout records the transfer of an attempt: attempt, ledger and state together. Settling again changes nothing.
func (s *Store) SettlePayout(ctx context.Context, payout uuid.UUID, attempt int, t rapport.Transfer) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		p, err := s.q.LockPayout(ctx, tx, payout)
		if err != nil {
			return fmt.Errorf("payout: %w", err)
		}
		return s.settle(ctx, tx, p, attempt, t, 0)
	})
}

// settle records the transfer of an attempt of a locked payout, which moved so much more than was asked, or less.
func (s *Store) settle(ctx context.Context, tx pgx.Tx, p gen.LockPayoutRow, attempt int, t rapport.Transfer, difference int64) error {
	n, err := s.q.SettleAttempt(ctx, tx, gen.SettleAttemptParams{PayoutID: p.ID, Number: int32(attempt), TransferID: &t.ID})
	if err != nil {
		return fmt.Errorf("settle attempt: %w", err)
	}
	if n == 0 {
		if p.State == string(rapport.PayoutPaid) {
			return nil
		}
		return rapport.Errorf(rapport.CodeConflict, "attempt %d of payout %s is not open", attempt, p.ID)
	}
	settled := posting{
		kind: "settle", brand: p.BrandID, payout: p.ID, attempt: int32(attempt), ref: t.ID, currency: p.Currency,
		lines: settleLines(p.BrandID, p.CreatorID, p.Currency, p.Amount-p.Netted+min(difference, 0)),
	}
	if difference > 0 {
		settled.lines = together(settled.lines, beyondLines(p.BrandID, p.CreatorID, p.Currency, difference))
	}
	if err := s.post(ctx, tx, settled); err != nil {
		return err
	}
	if difference < 0 {
		// The attempt's own accrual_cancel: that of a cancelled payout has no attempt.
		rest := posting{
			kind: "accrual_cancel", brand: p.BrandID, payout: p.ID, attempt: int32(attempt), currency: p.Currency, lines: shortLines(p.BrandID, p.CreatorID, p.Currency, -difference),
		}
		if err := s.bringFunds(ctx, tx, rest); err != nil {
			return err
		}
	}
	if err := s.takeNettings(ctx, tx, p); err != nil {
		return err
	}
	if err := s.notePayment(ctx, tx, rapport.Transfer{ID: t.ID, PayoutID: p.ID, Payment: t.Payment}); err != nil {
		return fmt.Errorf("payment: %w", err)
	}
	return s.q.MarkPaid(ctx, tx, gen.MarkPaidParams{ID: p.ID, Difference: difference})
}

// RejectAttempt records a definite rejection: the money comes back to the brand's funds, the debt stays.
func (s *Store) RejectAttempt(ctx context.Context, payout uuid.UUID, attempt int, kind, code string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		p, err := s.q.LockPayout(ctx, tx, payout)
		if err != nil {
			return fmt.Errorf("payout: %w", err)
		}
		n, err := s.q.RejectAttempt(ctx, tx, gen.RejectAttemptParams{PayoutID: payout, Number: int32(attempt), ErrorCode: &code, Rejection: &kind})
		if err != nil || n == 0 {
			return err
		}
		err = s.bringFunds(ctx, tx, posting{kind: "void", brand: p.BrandID, payout: p.ID, attempt: int32(attempt), currency: p.Currency, lines: voidLines(p.BrandID, p.Currency, p.Amount-p.Netted)})
		if err != nil {
			return err
		}
		return s.q.SetPayoutState(ctx, tx, gen.SetPayoutStateParams{ID: payout, State: string(rapport.PayoutFailed)})
	})
}

// MarkUnknown says that nobody knows what became of the open attempt.
func (s *Store) MarkUnknown(ctx context.Context, payout uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		p, err := s.q.LockPayout(ctx, tx, payout)
		if err != nil || p.State != string(rapport.PayoutSubmitted) {
			return err
		}
		return s.q.SetPayoutState(ctx, tx, gen.SetPayoutStateParams{ID: payout, State: string(rapport.PayoutUnknown)})
	})
}

// OpenAttempt is the last attempt of a payout, with how long it has been silent.
func (s *Store) OpenAttempt(ctx context.Context, payout uuid.UUID) (rapport.OpenAttempt, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.OpenAttempt, error) {
		p, err := s.q.LockPayout(ctx, tx, payout)
		if err != nil {
			return rapport.OpenAttempt{}, fmt.Errorf("payout: %w", err)
		}
		last, err := s.q.LastAttempt(ctx, tx, payout)
		if errors.Is(err, pgx.ErrNoRows) {
			return rapport.OpenAttempt{None: true}, nil
		}
		if err != nil {
			return rapport.OpenAttempt{}, fmt.Errorf("attempt: %w", err)
		}
		if last.Outcome == "rejected" {
			return rapport.OpenAttempt{Rejection: *last.Rejection}, nil
		}
		// An attempt whose time is up without an answer is unknown before it is looked up.
		if p.State == string(rapport.PayoutSubmitted) {
			if err := s.q.SetPayoutState(ctx, tx, gen.SetPayoutStateParams{ID: payout, State: string(rapport.PayoutUnknown)}); err != nil {
				return rapport.OpenAttempt{}, fmt.Errorf("unknown: %w", err)
			}
		}
		accepted, err := s.q.AcceptedTransfer(ctx, tx, payout)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return rapport.OpenAttempt{}, fmt.Errorf("accepted: %w", err)
		}
		return rapport.OpenAttempt{
			Accepted: accepted, Request: request(p, last.Number), Settled: last.Outcome == "succeeded", LookUps: int(last.LookUps), SinceSent: time.Duration(last.SinceSent * float64(time.Second)),
		}, nil
	})
}

// MarkLookedUp counts a look-up that found nothing.
func (s *Store) MarkLookedUp(ctx context.Context, payout uuid.UUID, attempt int) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.MarkLookedUp(ctx, tx, gen.MarkLookedUpParams{PayoutID: payout, Number: int32(attempt)})
	})
}

// TopUp is one top-up.
func (s *Store) TopUp(ctx context.Context, id uuid.UUID) (rapport.TopUp, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.TopUp, error) {
		t, err := s.q.GetTopUp(ctx, tx, id)
		return rapport.TopUp{ID: t.ID, BrandID: t.BrandID, Amount: rapport.Money{Amount: t.Amount, Currency: t.Currency}, State: t.State, ProviderID: t.ProviderID, CreatedAt: t.CreatedAt}, err
	})
}

// SettleTopUp records how a top-up stands at the provider. One that arrived is posted, and wakes the payouts that waited; one that
// failed is a task, because they go on waiting.
func (s *Store) SettleTopUp(ctx context.Context, id uuid.UUID, providerID, status string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		state := map[string]string{"pending": "pending", "succeeded": "succeeded"}[status]
		if state == "" {
			state = "failed"
		}
		t, err := s.q.SettleTopUp(ctx, tx, gen.SettleTopUpParams{ID: id, State: state, ProviderID: textOrNil(providerID)})
		switch {
		case errors.Is(err, pgx.ErrNoRows) || err == nil && state == "pending":
			return nil
		case err != nil:
			return fmt.Errorf("top-up: %w", err)
		case state == "failed":
			return s.q.TaskForTopUp(ctx, tx, gen.TaskForTopUpParams{TaskID: newID(), TopupID: id})
		}
		return s.bringFunds(ctx, tx, posting{kind: "topup", brand: t.BrandID, ref: providerID, currency: t.Currency, lines: topUpLines(t.BrandID, t.Currency, t.Amount)})
	})
}

// NoteTopUp keeps the provider's id of a top-up whose making never answered.
// False when there is no such top-up.
func (s *Store) NoteTopUp(ctx context.Context, id uuid.UUID, providerID string) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		if err := s.q.NoteTopUp(ctx, tx, gen.NoteTopUpParams{ID: id, ProviderID: textOrNil(providerID)}); err != nil {
			return false, err
		}
		return s.q.TopUpExists(ctx, tx, id)
	})
}
