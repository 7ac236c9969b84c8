package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rapport"
	"rapport/postgres/gen"
)

// NoteFound keeps what was found for a payout and is not what was asked for; of what is known already, how much of it came back.
func (s *Store) NoteFound(ctx context.Context, payout uuid.UUID, found []rapport.Transfer) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		for _, t := range found {
			err := s.q.NoteFoundTransfer(ctx, tx, gen.NoteFoundTransferParams{
				TransferID: t.ID, Attempt: int32(t.Attempt), Amount: t.Amount.Amount, Currency: t.Amount.Currency, Destination: t.Destination, TakenBack: t.TakenBack,
				MadeAt: t.Created, PayoutID: payout,
			})
			if err != nil {
				return fmt.Errorf("note transfer %s: %w", t.ID, err)
			}
		}
		return nil
	})
}

// SettleAccepted settles an attempt with a transfer that two people accepted, whose approvals the database reads anew. What it moved beyond what
// was asked leaves the brand's funds: false while they do not cover it.
func (s *Store) SettleAccepted(ctx context.Context, payout uuid.UUID, attempt int, t rapport.Transfer) (bool, error) {
	err := s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		p, err := s.q.LockPayout(ctx, tx, payout)
		if err != nil {
			return fmt.Errorf("payout: %w", err)
		}
		return s.settle(ctx, tx, p, attempt, t, t.Amount.Amount-(p.Amount-p.Netted))
	})
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == fundsFloor {
		return false, nil
	}
	return err == nil, err
}

// payoutFound adds what was moved for a payout otherwise than asked, with who asked to accept it.
func (s *Store) payoutFound(ctx context.Context, tx pgx.Tx, p *rapport.PayoutRecord) error {
	brands := rapport.BrandsFrom(ctx)
	found, err := s.q.FoundTransfers(ctx, tx, gen.FoundTransfersParams{PayoutID: p.ID, Brands: brands})
	if err != nil || len(found) == 0 {
		return err
	}
	at := map[string]int{}
	for i, f := range found {
		at[f.TransferID] = i
		p.Found = append(p.Found, rapport.FoundTransfer{
			ID: f.TransferID, Attempt: int(f.Attempt), Amount: rapport.Money{Amount: f.Amount, Currency: f.Currency}, TakenBack: f.TakenBack, Destination: f.Destination,
			Approved: f.ApprovedAccount, MadeAt: f.MadeAt,
		})
	}
	asked, err := s.q.TransferAcceptances(ctx, tx, gen.TransferAcceptancesParams{PayoutID: p.ID, Brands: brands})
	for i, a := range asked {
		p.Found[at[a.TransferID]].Acceptance = &rapport.TransferAcceptance{
			ID: a.ID, AskedBy: rapport.UserRef{ID: a.AskedBy, Name: a.AskedByName}, Reason: a.Reason, AskedAt: a.At, ApprovedBy: a.ApprovedBy, ApprovedAt: a.ApprovedAt,
			Newest: i == len(asked)-1,
		}
	}
	return err
}

// acceptanceRefusals says in plain words why the database refuses to accept a transfer as the payment, by the code of its trigger.
var acceptanceRefusals = map[string]string{
	"RA011": "Somebody asked anew meanwhile. Look at it again.",
	"RA012": "The approval is for another amount than Stripe moved.",
	"RA014": "You approved the content, so another person must approve its payment.",
	"RA015": "You changed the creator's bank account lately, so another person must approve this.",
	"RA016": "You have no right to do this at this brand.",
	"RA017": "You asked for this, so another person must approve it.",
	"RA050": "Prove with a code that it is you. A proof holds for five minutes.",
	"RA100": "It is known by now what became of this payment. Load the page again.",
	"RA101": "Stripe has no such transfer for this payment. Load the page again.",
	"RA102": "This transfer is in another currency, so it is no payment of this. Take it back at Stripe.",
	"RA103": "Nobody approved this payment to the account that has the money. Take it back at Stripe.",
	"RA104": "All of this transfer was taken back, so it paid nothing.",
	"RA105": "Stripe moved more than was asked, and the brand's funds do not cover it. Top them up first.",
}

// AskAcceptance keeps the wish to accept a found transfer as the payment of a payout of the scope. The database checks transfer and person.
func (s *Store) AskAcceptance(ctx context.Context, a rapport.TransferAcceptanceCreate) error {
	return inWords(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.InsertTransferAcceptance(ctx, tx, gen.InsertTransferAcceptanceParams{
			ID: a.ID, PayoutID: a.PayoutID, TransferID: a.TransferID, Reason: a.Reason, AskedBy: a.By, Brands: rapport.BrandsFrom(ctx),
		})
		if err != nil {
			return fmt.Errorf("ask to accept: %w", err)
		}
		if n == 0 {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "RA101", Message: acceptanceRefusals["RA101"]}
		}
		return s.audit(ctx, tx, a.By, "payout.accept_transfer", a.PayoutID, map[string]any{"reason": a.Reason, "transfer_id": a.TransferID})
	}), acceptanceRefusals)
}

// ApproveAcceptance keeps an approval of what was asked. The database checks amount, person and proof under the payout's lock.
func (s *Store) ApproveAcceptance(ctx context.Context, a rapport.TransferAcceptanceApproval) error {
	return inWords(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		err := s.q.InsertTransferAcceptanceApproval(ctx, tx, gen.InsertTransferAcceptanceApprovalParams{
			AcceptanceID: a.AcceptanceID, BrandID: a.BrandID, Approver: a.Approver, Amount: a.Amount.Amount, StepUpID: a.StepUpID,
		})
		if err != nil {
			return fmt.Errorf("approve: %w", err)
		}
		return s.audit(ctx, tx, a.Approver, "payout.accepted_transfer", a.PayoutID, map[string]any{"amount": a.Amount.Amount, "currency": a.Amount.Currency})
	}), acceptanceRefusals)
}
