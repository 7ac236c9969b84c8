package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// TopUpBookingStore keeps who wants to book a top-up that the ledger lacks.
type TopUpBookingStore interface {
	AskBooking(ctx context.Context, b rapport.TopUpBookingCreate) error
	ApproveBooking(ctx context.Context, a rapport.TopUpBookingApproval) error
}

// bookable says whether a case is about something that can be booked at all.
func bookable(c rapport.ReconciliationCase) bool {
	return c.Kind == rapport.LineMissingHere && (c.Noun == rapport.LineTopUp || c.Noun == rapport.LineTopUpBack)
}

// waits says that a booking is approved and nothing came of it yet.
func waits(b *rapport.TopUpBooking) bool {
	return b != nil && b.ApprovedBy != "" && b.BookedAt == nil && b.Refused == ""
}

func showBooking(say rapport.Words, c rapport.ReconciliationCase, me rapport.Principal) (*gen.Command, *gen.TopUpBooking) {
	if !bookable(c) {
		return nil, nil
	}
	book := gen.Command{Command: "book", Label: "Book as funds of a brand…"}
	if c.Noun == rapport.LineTopUpBack {
		book.Label = "Take off the brand's funds…"
	}
	reason := ""
	switch {
	case c.State != "open":
		reason = "The case is closed."
	case len(me.BrandsWith(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)) == 0,
		c.BrandID != uuid.Nil && !me.Has(c.BrandID, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser):
		reason = "Only finance may do this."
	case waits(c.Booking):
		reason = c.Booking.ApprovedBy + " approved it. It is booked as soon as Stripe answers."
	}
	book.Allowed, book.Reason = reason == "", orNil(reason)
	b := c.Booking
	if b == nil {
		return &book, nil
	}
	return &book, &gen.TopUpBooking{
		Id: b.ID, BrandId: b.BrandID, BrandName: b.BrandName, Amount: toMoney(b.Amount), AskedBy: toUserRef(b.AskedBy), Reason: b.Reason, AskedAt: b.AskedAt,
		ApprovedBy: orNil(b.ApprovedBy), ApprovedAt: b.ApprovedAt, BookedAt: b.BookedAt, Refused: orNil(notBooked[b.Refused]), Approve: approveBooking(say, c, me),
	}
}

// notBooked says why what two people wanted was not booked, and what to do.
var notBooked = map[string]string{ //nolint:gochecknoglobals // a table
	rapport.BookingGone:    "Stripe does not have this top-up any more. Compare the books again.",
	rapport.BookingPending: "Stripe says that the top-up has not arrived yet. Ask again when it has.",
	rapport.BookingStatus:  "Stripe does not say so: the top-up did not arrive, or was not taken back. Compare the books again.",
	rapport.BookingAmount:  "Stripe says another amount now. Compare the books again, then ask anew.",
	rapport.BookingFunds:   "The brand has spent this money already, so its funds do not cover what was taken back. Top them up, then ask again.",
	rapport.BookingBooked:  "The ledger has it already.",
	rapport.BookingClosed:  "The case was closed meanwhile.",
}

// approveBooking says whether the person may approve what was asked, and else why not.
func approveBooking(say rapport.Words, c rapport.ReconciliationCase, me rapport.Principal) gen.Command {
	b := c.Booking
	what, reason := "Approve: book "+say.Money(b.Amount), ""
	if c.Noun == rapport.LineTopUpBack {
		what = "Approve: take " + say.Money(b.Amount) + " off the funds"
	}
	switch {
	case c.State != "open":
		reason = "The case is closed."
	case b.Refused != "":
		reason = "It was not booked. Ask anew."
	case b.ApprovedBy != "":
		reason = b.ApprovedBy + " approved it."
	case !me.Has(b.BrandID, rapport.RoleFinanceReleaser):
		reason = "You are no releaser at this brand."
	case b.AskedBy.ID == me.UserID:
		reason = "You asked for this, so another person must approve it."
	}
	return gen.Command{Command: "approve", Label: what, Allowed: reason == "", Reason: orNil(reason)}
}

// caseOf reads one case of the caller's scope; not_found for another.
func (s *Server) caseOf(ctx context.Context, id uuid.UUID) (rapport.ReconciliationCase, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return rapport.ReconciliationCase{}, err
	}
	cases, _, err := store.ListCases(ctx, rapport.CaseFilter{ID: &id}, rapport.Page{Limit: 1})
	if err == nil && len(cases) == 0 {
		err = rapport.Errorf(rapport.CodeNotFound, "There is no such case.")
	}
	if err != nil {
		return rapport.ReconciliationCase{}, err
	}
	return cases[0], nil
}

// AskTopUpBooking asks to book what a case is about. Nothing is booked before another person approved it.
func (s *Server) AskTopUpBooking(ctx context.Context, r gen.AskTopUpBookingRequestObject) (gen.AskTopUpBookingResponseObject, error) {
	store, err := storeAs[TopUpBookingStore](s)
	if err != nil {
		return nil, err
	}
	c, err := s.caseOf(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	me, reason := principalFrom(ctx), strings.TrimSpace(r.Body.Reason)
	switch {
	case reason == "":
		return nil, rapport.Invalid(rapport.Field{Path: "reason", Code: "required", Detail: "Say how it is known whose money this is: it stays with it."})
	case !me.Has(r.Body.BrandId, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser):
		return nil, rapport.Invalid(rapport.Field{Path: "brand_id", Code: "no_role", Detail: "You do not work in finance for this brand."})
	case waits(c.Booking):
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "approved", State: c.State, Message: c.Booking.ApprovedBy + " approved it. It is booked as soon as Stripe answers."}
	}
	deed, _ := deedID(ctx)
	wish := rapport.TopUpBookingCreate{ID: rapport.DeriveID(deed, "booking"), CaseID: c.ID, BrandID: r.Body.BrandId, Reason: reason, By: me.UserID}
	if err := store.AskBooking(ctx, wish); err != nil {
		return nil, err
	}
	if c, err = s.caseOf(ctx, r.Id); err != nil {
		return nil, err
	}
	return gen.AskTopUpBooking201JSONResponse(showCase(houseWords(ctx), c, me)), nil
}

// ApproveTopUpBooking lets it be booked. The row is written with what books it, after the rights check; the database checks it again, and whoever books
// it reads row and top-up anew.
func (s *Server) ApproveTopUpBooking(ctx context.Context, r gen.ApproveTopUpBookingRequestObject) (gen.ApproveTopUpBookingResponseObject, error) {
	store, err := storeAs[TopUpBookingStore](s)
	if err != nil {
		return nil, err
	}
	c, err := s.caseOf(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	me, amount := principalFrom(ctx), fromMoney(r.Body.Amount)
	if err := s.checkBooking(ctx, c, me, r.Body.BookingId, amount); err != nil {
		return nil, err
	}
	approval := rapport.TopUpBookingApproval{BookingID: c.Booking.ID, CaseID: c.ID, BrandID: c.Booking.BrandID, Approver: me.UserID, Amount: amount, StepUpID: me.StepUpID}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if err := store.ApproveBooking(ctx, approval); err != nil {
			return err
		}
		return s.start(ctx, uuid.Nil, "job/book/"+approval.BookingID.String(), workflows.TypeJob, approval.BookingID, "book")
	})
	if err != nil {
		return nil, err
	}
	if c, err = s.caseOf(ctx, r.Id); err != nil {
		return nil, err
	}
	return gen.ApproveTopUpBooking202JSONResponse(showCase(houseWords(ctx), c, me)), nil
}

// checkBooking refuses what can be seen to be wrong before anything is written.
func (s *Server) checkBooking(ctx context.Context, c rapport.ReconciliationCase, me rapport.Principal, booking uuid.UUID, amount rapport.Money) error {
	b := c.Booking
	if !bookable(c) || b == nil || b.ID != booking {
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "not_asked", State: c.State, Message: "Nobody asks for this now. Load the page again."}
	}
	say := houseWords(ctx)
	now := approveBooking(say, c, me)
	switch {
	case !me.Has(b.BrandID, rapport.RoleFinanceReleaser):
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: "You are no releaser at this brand."}
	case b.AskedBy.ID == me.UserID:
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "own_request", Message: "You asked for this, so another person must approve it."}
	case !now.Allowed:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "not_now", State: c.State, Message: value(now.Reason)}
	case amount != b.Amount:
		return rapport.Invalid(rapport.Field{Path: "amount", Code: "another_amount", Detail: "What was asked is " + say.Money(b.Amount) + ". An approval is for exactly that."})
	}
	return s.checkProof(me)
}
