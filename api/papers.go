package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/paper"
)

// PaperStore keeps what papers about money say.
type PaperStore interface {
	Remittance(ctx context.Context, payout uuid.UUID) (rapport.Remittance, error)
	PortalRemittance(ctx context.Context, partnership, milestone uuid.UUID) (rapport.Remittance, error)
	Statement(ctx context.Context, brand, creator uuid.UUID, from, to time.Time) (rapport.Statement, error)
}

// localDay is the day of an instant by the clock of a zone, in words.
func localDay(at time.Time, zone string) string {
	return at.In(paper.Zone(zone)).Format("2 January 2006")
}

// GetRemittance is the paper about one payment, for whoever pays.
func (s *Server) GetRemittance(ctx context.Context, r gen.GetRemittanceRequestObject) (gen.GetRemittanceResponseObject, error) {
	store, err := storeAs[PaperStore](s)
	if err != nil {
		return nil, err
	}
	found, err := store.Remittance(ctx, r.Id)
	if err != nil {
		return nil, called("payout", err)
	}
	return s.remittance(found)
}

// GetPortalRemittance is the paper about one payment, for the creator who was paid.
func (s *Server) GetPortalRemittance(ctx context.Context, r gen.GetPortalRemittanceRequestObject) (gen.GetPortalRemittanceResponseObject, error) {
	store, err := storeAs[PaperStore](s)
	if err != nil {
		return nil, err
	}
	_, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	found, err := store.PortalRemittance(ctx, who.PartnershipID, r.Id)
	if err != nil {
		return nil, called("payment", err)
	}
	return s.remittance(found)
}

// remittance writes the paper. There is none about money that has not moved.
func (s *Server) remittance(r rapport.Remittance) (remittanceFile, error) {
	if r.PaidAt == nil {
		return remittanceFile{}, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "not_paid", State: string(r.State), Message: "The payment has not been made yet. The paper is there when it has.",
		}
	}
	paid, remains := *r.PaidAt, r.Sent()
	remains.Amount -= r.Reversed.Amount
	p := paper.New("Remittance advice", r.BrandName+", contract "+r.ContractNumber, paid)
	p.Facts([2]string{"From", r.BrandName + "\n" + r.PostalAddress}, [2]string{"To", r.CreatorName})
	p.Section("Payment")
	if r.Netted.Amount > 0 || r.Difference.Amount != 0 {
		p.Facts([2]string{"Owed", r.Amount.String()})
	}
	if r.Netted.Amount > 0 {
		p.Facts([2]string{"Kept", r.Netted.String() + ", for money that was owed back"})
	}
	if r.Difference.Amount > 0 {
		p.Facts([2]string{"Sent beyond that", r.Difference.String() + ", to be given back"})
	}
	p.Facts(
		[2]string{"Amount paid", r.Sent().String()},
		[2]string{"Paid on", localDay(paid, r.Zone)},
		[2]string{"Due on", localDay(r.DueAt, r.Zone)},
		transferOf(r),
		[2]string{"Our reference", r.PayoutID.String()},
	)
	if r.Reversed.Amount > 0 {
		p.Facts([2]string{"Taken back", r.Reversed.String()}, [2]string{"Remains paid", remains.String()})
	}
	if r.MadeGood.Amount > 0 {
		p.Facts([2]string{"Kept since", r.MadeGood.String() + ", out of later payments, whose papers say so"})
	}
	p.Section("What it is for")
	p.Facts([2]string{"Milestone", r.MilestoneTitle}, [2]string{"Contract", r.ContractNumber}, [2]string{"Campaign", r.CampaignName})
	p.Say("Days are those of " + r.Zone + ". " + journeyWords(r))
	return remittanceFile{paperFile{name: "remittance-" + r.ContractNumber + "-" + paid.In(paper.Zone(r.Zone)).Format("2006-01-02"), paper: p}}, nil
}

// transferOf says how the money went.
func transferOf(r rapport.Remittance) [2]string {
	if r.Outside != "" {
		return [2]string{"Outside of Stripe", upperFirst(r.Outside)}
	}
	return [2]string{"Transfer", r.TransferID}
}

func journeyWords(r rapport.Remittance) string {
	if r.Outside != "" {
		return "The payment was made outside of Stripe; when it arrives is not known here."
	}
	return "The transfer is the one to the creator's account at Stripe; how long the bank takes from there is not known here."
}

type remittanceFile struct{ paperFile }

// VisitGetRemittanceResponse writes the file.
func (f remittanceFile) VisitGetRemittanceResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitGetPortalRemittanceResponse writes the file.
func (f remittanceFile) VisitGetPortalRemittanceResponse(w http.ResponseWriter) error {
	return f.write(w)
}
