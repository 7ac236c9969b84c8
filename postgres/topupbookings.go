package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rapport"
	"rapport/postgres/gen"
)

// bookingRefusals says in plain words why the database refuses a booking, by the code of its trigger.
var bookingRefusals = map[string]string{
	"RA011": "Somebody asked anew meanwhile. Look at it again.",
	"RA012": "The approval is for another amount than was asked.",
	"RA016": "You have no right to do this at this brand.",
	"RA017": "You asked for this, so another person must approve it.",
	"RA050": "Prove with a code that it is you. A proof holds for five minutes.",
	"RA110": "The case is closed already.",
	"RA111": "Only a top-up that the ledger lacks, or that was taken back at Stripe, can be booked. Load the page again.",
	"RA112": "The top-up was asked for by another brand, so it is that brand's.",
	"RA113": "The top-up itself is not in this brand's funds, so nothing of them was taken back. If it is a top-up that was never booked, close both cases with that reason.",
}

// AskBooking keeps the wish to book what a case of the scope is about. Amount and currency are those that the comparison saw.
func (s *Store) AskBooking(ctx context.Context, b rapport.TopUpBookingCreate) error {
	return inWords(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		c, err := s.q.LockCase(ctx, tx, gen.LockCaseParams{ID: b.CaseID, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return err
		}
		if c.State == "open" && (c.Theirs == nil || c.Noun != rapport.LineTopUp && c.Noun != rapport.LineTopUpBack) {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "RA111", Message: bookingRefusals["RA111"]}
		}
		amount := money(c.Theirs, c.TheirsCurrency)
		err = s.q.InsertTopUpBooking(ctx, tx, gen.InsertTopUpBookingParams{
			ID: b.ID, CaseID: b.CaseID, BrandID: b.BrandID, Kind: c.Noun, TopUpID: c.Ref, Amount: amount.Amount, Currency: amount.Currency, Reason: b.Reason, AskedBy: b.By,
		})
		if err != nil {
			return fmt.Errorf("ask to book: %w", err)
		}
		return s.sayOfCase(ctx, tx, b.CaseID, b.BrandID, b.By, "asked", "reconciliation.booking_asked", b.Reason, amount)
	}), bookingRefusals)
}

// ApproveBooking keeps an approval of what was asked. The database checks amount, person and proof under the case's lock.
func (s *Store) ApproveBooking(ctx context.Context, a rapport.TopUpBookingApproval) error {
	return inWords(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		err := s.q.InsertTopUpBookingApproval(ctx, tx, gen.InsertTopUpBookingApprovalParams{
			BookingID: a.BookingID, BrandID: a.BrandID, Approver: a.Approver, Amount: a.Amount.Amount, StepUpID: a.StepUpID,
		})
		if err != nil {
			return fmt.Errorf("approve: %w", err)
		}
		return s.sayOfCase(ctx, tx, a.CaseID, a.BrandID, a.Approver, "approved", "reconciliation.booking_approved", "", a.Amount)
	}), bookingRefusals)
}

// sayOfCase writes the history of a case and the audit log.
func (s *Store) sayOfCase(ctx context.Context, tx pgx.Tx, id, brand, by uuid.UUID, kind, action, text string, amount rapport.Money) error {
	if err := s.q.InsertCaseNote(ctx, tx, gen.InsertCaseNoteParams{ID: newID(), CaseID: id, Author: idOrNil(by), Kind: kind, Text: text}); err != nil {
		return fmt.Errorf("note: %w", err)
	}
	detail := map[string]any{"reason": text, "brand_id": brand, "amount": amount.Amount, "currency": amount.Currency}
	if err := s.audit(ctx, tx, by, action, id, detail); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// caseBookings adds to cases who asked to book what they are about.
func (s *Store) caseBookings(ctx context.Context, tx pgx.Tx, cases []rapport.ReconciliationCase, ids []uuid.UUID) error {
	rows, err := s.q.CaseBookings(ctx, tx, gen.CaseBookingsParams{Cases: ids, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return fmt.Errorf("bookings: %w", err)
	}
	for _, r := range rows {
		cases[slices.Index(ids, r.CaseID)].Booking = &rapport.TopUpBooking{
			ID: r.ID, CaseID: r.CaseID, BrandID: r.BrandID, BrandName: r.BrandName, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency},
			AskedBy: rapport.UserRef{ID: r.AskedBy, Name: r.AskedByName}, Reason: r.Reason, AskedAt: r.At, ApprovedBy: r.ApprovedBy, ApprovedAt: r.ApprovedAt,
			BookedAt: r.BookedAt, Refused: r.Refused,
		}
	}
	return nil
}

// ApprovedBookings are those that two people wanted, and of which nothing came yet.
func (s *Store) ApprovedBookings(ctx context.Context) ([]rapport.TopUpBooking, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.TopUpBooking, error) {
		rows, err := s.q.ApprovedBookings(ctx, tx)
		list := make([]rapport.TopUpBooking, len(rows))
		for i, r := range rows {
			list[i] = rapport.TopUpBooking{ID: r.ID, TopUpID: r.TopUpID}
		}
		return list, err
	})
}

// Book posts what two people approved, once, where it is what the provider has now, and closes the case. Else it says why not, and the case
// stays open.
func (s *Store) Book(ctx context.Context, id uuid.UUID, now *rapport.BookObject) error {
	err := s.book(ctx, id, now, "")
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == fundsFloor {
		return s.book(ctx, id, now, rapport.BookingFunds)
	}
	return err
}

func (s *Store) book(ctx context.Context, id uuid.UUID, now *rapport.BookObject, refused string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		row, err := s.q.LockBooking(ctx, tx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // somebody else was faster
		}
		if err != nil {
			return fmt.Errorf("booking: %w", err)
		}
		b := rapport.TopUpBooking{ID: row.ID, Kind: row.Kind, TopUpID: row.TopUpID, BrandID: row.BrandID, Amount: rapport.Money{Amount: row.Amount, Currency: row.Currency}}
		switch {
		case refused != "":
		case row.State != "open":
			refused = rapport.BookingClosed
		default:
			refused = b.Refuses(now)
		}
		if refused == "" {
			fresh, err := s.postTopUp(ctx, tx, b)
			if err != nil {
				return err
			}
			if !fresh {
				refused = rapport.BookingBooked
			}
		}
		if err := s.q.SayBooked(ctx, tx, gen.SayBookedParams{ID: id, Refused: textOrNil(refused)}); err != nil {
			return fmt.Errorf("say what came of it: %w", err)
		}
		if refused != "" {
			return s.sayOfCase(ctx, tx, row.CaseID, row.BrandID, uuid.Nil, "not_booked", "reconciliation.not_booked", refused, b.Amount)
		}
		if err := s.q.CloseCase(ctx, tx, gen.CloseCaseParams{ID: row.CaseID, State: "resolved", Reason: &row.Reason, ClosedBy: &row.Approver}); err != nil {
			return fmt.Errorf("close: %w", err)
		}
		if err := s.q.CloseCaseTask(ctx, tx, gen.CloseCaseTaskParams{CaseID: row.CaseID, DoneBy: &row.Approver}); err != nil {
			return fmt.Errorf("close the task: %w", err)
		}
		return s.sayOfCase(ctx, tx, row.CaseID, row.BrandID, uuid.Nil, "booked", "reconciliation.booked", "", b.Amount)
	})
}

func (s *Store) postTopUp(ctx context.Context, tx pgx.Tx, b rapport.TopUpBooking) (bool, error) {
	p := posting{kind: b.Kind, brand: b.BrandID, ref: b.TopUpID, currency: b.Amount.Currency}
	if b.Kind == rapport.LineTopUpBack {
		p.lines = topUpBackLines(b.BrandID, b.Amount.Currency, b.Amount.Amount)
		return s.postNew(ctx, tx, p)
	}
	p.lines = topUpLines(b.BrandID, b.Amount.Currency, b.Amount.Amount)
	return s.bringNewFunds(ctx, tx, p)
}
