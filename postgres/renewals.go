package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListRenewals lists terms of the scope by the last moment at which their renewal is decided. reasonTitle is the title of the notes in which
// people say why they let a term lapse.
func (s *Store) ListRenewals(ctx context.Context, f rapport.RenewalFilter, reasonTitle string, page rapport.Page) ([]rapport.RenewalItem, []string, error) {
	params := gen.ListRenewalsParams{
		Brands: rapport.BrandsFrom(ctx), Viewer: rapport.ViewerFrom(ctx), ReasonTitle: reasonTitle, ID: f.ID, BrandID: f.BrandID, CampaignID: f.CampaignID, OwnerID: f.OwnerID,
		States: append([]string{}, f.States...), Why: orNil(f.Why), Pattern: pattern(f.Words), MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.RenewalItem, error) {
		rows, err := s.q.ListRenewals(ctx, tx, params)
		if err != nil {
			return nil, fmt.Errorf("list renewals: %w", err)
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[page.Limit-1].NoticeBy, rows[page.Limit-1].ID)
		}
		list := make([]rapport.RenewalItem, len(rows))
		for i, r := range rows {
			list[i] = rapport.RenewalItem{
				PartnershipID: r.ID, BrandID: r.BrandID, BrandName: r.BrandName, CampaignID: r.CampaignID, CampaignName: r.CampaignName,
				Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform}, Owner: rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName},
				Term: int(r.Term), State: r.RenewalState, ContractID: r.ContractID, Number: r.Number, Fee: rapport.Money{Amount: r.Fee, Currency: r.Currency}, EndsAt: r.EndsAt, NoticeBy: r.NoticeBy,
			}
			if r.LapseWhy != "" {
				list[i].Lapse = &rapport.Lapse{Why: r.LapseWhy, At: r.LapsedAt, By: r.LapsedBy, Reason: r.LapseReason}
			}
			if r.OptionState != "" {
				list[i].Option = &rapport.OptionItem{Fee: rapport.Money{Amount: r.OptionFee, Currency: r.Currency}, EndsAt: r.OptionEndsAt, State: r.OptionState}
			}
		}
		return list, nil
	})
	return list, next, err
}

// TermsToRenew are the terms that the next term of a partnership begins with; see rapport.RenewedTerms.
func (s *Store) TermsToRenew(ctx context.Context, partnership uuid.UUID) (rapport.ContractTerms, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (t rapport.ContractTerms, err error) {
		c, err := s.q.SignedTerms(ctx, tx, gen.SignedTermsParams{PartnershipID: partnership, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return t, fmt.Errorf("contract: %w", err)
		}
		if err := json.Unmarshal(c.Terms, &t); err != nil {
			return t, fmt.Errorf("read the terms of contract %s: %w", c.ID, err)
		}
		rows, err := s.q.SignedAmendments(ctx, tx, c.ID)
		amendments := make([]rapport.ExecutedAmendment, len(rows))
		for i, r := range rows {
			amendments[i].ID = r.ID
			if err := json.Unmarshal(r.Changes, &amendments[i].Changes); err != nil {
				return t, fmt.Errorf("read the changes of amendment %s: %w", r.ID, err)
			}
		}
		return rapport.RenewedTerms(c.ID, t, rapport.Money{Amount: c.Fee, Currency: c.Currency}, amendments), err
	})
}

// RenewalPacket is what the renewal of a partnership's present term is decided by; not_found where no term runs or has lapsed.
func (s *Store) RenewalPacket(ctx context.Context, partnership uuid.UUID, reasonTitle string) (rapport.RenewalPacket, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.RenewalPacket, error) {
		var p rapport.RenewalPacket
		found, _, err := s.ListRenewals(ctx, rapport.RenewalFilter{ID: &partnership}, reasonTitle, rapport.Page{Limit: 1})
		if err != nil {
			return p, err
		}
		if len(found) == 0 {
			return p, pgx.ErrNoRows
		}
		p.Item = found[0]
		term, in := int32(p.Item.Term), p.Item.Fee.Currency
		numbers, err := s.q.TermNumbers(ctx, tx, gen.TermNumbersParams{PartnershipID: partnership, Term: term})
		if err != nil {
			return p, fmt.Errorf("numbers: %w", err)
		}
		for _, n := range numbers {
			p.Numbers = append(p.Numbers, rapport.NumberTotal{Metric: rapport.Metric(n.Metric), Value: n.Value, Posts: int(n.Posts), StoodAt: n.StoodAt})
		}
		pieces, err := s.q.TermPieces(ctx, tx, gen.TermPiecesParams{PartnershipID: partnership, Term: term})
		if err != nil {
			return p, fmt.Errorf("pieces: %w", err)
		}
		for _, d := range pieces {
			p.Pieces = append(p.Pieces, rapport.TermPiece{
				ID: d.ID, Title: d.Title, State: d.State, Round: int(d.Round), HandedIn: d.HandedIn, DraftLate: d.DraftLate, PostLate: d.PostLate, PostURL: d.PostUrl, PostedAt: d.PostedAt,
				ExclusiveUntil: d.UntilAt,
			})
		}
		money, err := s.q.TermMoney(ctx, tx, gen.TermMoneyParams{PartnershipID: partnership, Term: term})
		if err != nil {
			return p, fmt.Errorf("money: %w", err)
		}
		p.Committed, p.Paid, p.Reversed = rapport.Money{Amount: money.Committed, Currency: in}, rapport.Money{Amount: money.Paid, Currency: in}, rapport.Money{Amount: money.Reversed, Currency: in}
		talk, err := s.q.TermTalk(ctx, tx, partnership)
		if err != nil {
			return p, fmt.Errorf("talk: %w", err)
		}
		p.Replies, p.Complaints = int(talk.Replies), int(talk.Complaints)
		return p, nil
	})
}
