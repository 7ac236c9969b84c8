package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// PreviewAmendment says what an amendment would change, and writes nothing. It answers invalid with every field that the term does not let
// change, and conflict where no contract runs or another amendment is out.
func (s *Store) PreviewAmendment(ctx context.Context, d rapport.AmendmentDraft) (rapport.AmendmentPreview, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.AmendmentPreview, error) {
		x, err := s.amendment(ctx, tx, &d)
		return x.preview, err
	})
}

// DraftAmendment writes an amendment whose added money the budget has room for, and answers what it would change.
func (s *Store) DraftAmendment(ctx context.Context, d rapport.AmendmentDraft) (rapport.AmendmentPreview, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.AmendmentPreview, error) {
		x, err := s.amendment(ctx, tx, &d)
		if err != nil {
			return x.preview, err
		}
		of, err := s.q.BudgetOfPartnership(ctx, tx, gen.BudgetOfPartnershipParams{ID: d.PartnershipID, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return x.preview, err
		}
		spoken, err := s.q.BudgetSpoken(ctx, tx, gen.BudgetSpokenParams{CampaignID: of.CampaignID})
		if err != nil {
			return x.preview, err
		}
		adds := rapport.Money{Amount: d.Changes.Adds(), Currency: x.preview.FeeNow.Currency}
		if err := checkRoom(ctx, "milestones", adds, of.Currency, of.Budget-spoken); err != nil {
			return x.preview, err
		}
		hash := sha256.Sum256([]byte(x.preview.Text))
		err = s.q.InsertAmendment(ctx, tx, gen.InsertAmendmentParams{
			ID: d.ID, Number: x.preview.Number, PartnershipID: d.PartnershipID, BrandID: of.BrandID, Term: x.row.Term, Version: x.row.NextNumber + 1,
			Body: x.preview.Text, BodySha256: hash[:], Fee: x.preview.FeeThen.Amount, Currency: x.preview.FeeThen.Currency, Terms: mustJSON(d.Changes.Changed(x.term.Terms)),
			ContractID: &x.row.ID, Amendment: &x.row.NextNumber, Changes: mustJSON(d.Changes), Adds: adds.Amount, Reason: orNil(d.Reason), RequestedBy: some(d.By),
		})
		if err != nil {
			return x.preview, fmt.Errorf("insert amendment: %w", err)
		}
		return x.preview, s.audit(ctx, tx, d.By, "contract.amendment_drafted", d.ID, nil)
	})
}

// drafted is an amendment that was held against the term that it changes.
type drafted struct {
	row     gen.ContractToAmendRow
	term    rapport.RunningTerm
	preview rapport.AmendmentPreview
}

// amendment holds a draft against the running term, under a lock on its contract, and resolves it.
func (s *Store) amendment(ctx context.Context, tx pgx.Tx, d *rapport.AmendmentDraft) (drafted, error) {
	var x drafted
	p, err := s.Partnership(ctx, d.PartnershipID)
	if err != nil {
		return x, err
	}
	conflict := func(reason, words string) error {
		return &rapport.Error{Code: rapport.CodeConflict, Reason: reason, State: string(p.Stage), Message: words}
	}
	if p.Contract != nil {
		// Two amendments that are drafted at once do not get one number.
		if _, err := s.q.LockContract(ctx, tx, gen.LockContractParams{ID: p.Contract.ID, Brands: rapport.BrandsFrom(ctx)}); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return x, fmt.Errorf("lock: %w", err)
		}
	}
	x.row, err = s.q.ContractToAmend(ctx, tx, gen.ContractToAmendParams{PartnershipID: d.PartnershipID, Brands: rapport.BrandsFrom(ctx)})
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (p.Contract == nil || p.Contract.ID != x.row.ID) {
		return x, conflict("wrong_stage", "There is no signed contract that could be changed.")
	}
	if err != nil {
		return x, fmt.Errorf("contract: %w", err)
	}
	if x.row.Out {
		return x, conflict("amendment_is_out", "Another amendment of this contract is waiting for its approval or signature. Withdraw it first, or wait for it.")
	}
	if x.term, err = s.runningTerm(ctx, tx, p, x.row); err != nil {
		return x, err
	}
	if bad := d.Changes.Resolve(x.term, d.At); len(bad) > 0 {
		return x, rapport.Invalid(rapport.SortFields(bad)...)
	}
	n, say := int(x.row.NextNumber), rapport.WordsFor(ctx, "en")
	x.preview = rapport.AmendmentPreview{
		ContractID: x.row.ID, Number: fmt.Sprintf("%s-A%d", x.row.Number, n), Changes: d.Changes.Lines(x.term, say), Pinned: d.Changes.Pinned(x.term, say), FeeNow: x.term.Fee, FeeThen: x.term.Fee,
		Text: rapport.AmendmentText(x.row.Number, n, x.row.BrandName, x.row.CreatorName, x.term, d.Changes),
	}
	x.preview.Slots = rapport.AmendedSlots(rapport.Slot{
		BrandID: p.BrandID, CampaignID: p.CampaignID, PartnershipID: p.ID, Term: p.Term, Creator: rapport.UserRef{ID: p.Creator.ID, Name: p.Creator.Name}, CreatorZone: x.term.Creator.Zone,
	}, x.term, d.Changes, d.At)
	x.preview.FeeThen.Amount += d.Changes.Adds() - d.Changes.Drops(x.term)
	x.preview.Ahead, err = s.amendmentAhead(ctx, tx, d.PartnershipID, rapport.AmendmentAhead{ID: d.ID, Changes: d.Changes, Term: x.term}, d.At)
	return x, err
}

// amendmentAhead adds the plan that the amendment would be executed by, and the budget of its campaign.
func (s *Store) amendmentAhead(ctx context.Context, tx pgx.Tx, partnership uuid.UUID, a rapport.AmendmentAhead, now time.Time) (rapport.AmendmentAhead, error) {
	of, err := s.q.AmendmentBudget(ctx, tx, gen.AmendmentBudgetParams{ID: partnership, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return a, fmt.Errorf("budget: %w", err)
	}
	a.Budget, a.Committed = rapport.Money{Amount: of.Budget, Currency: of.Currency}, rapport.Money{Amount: of.Spoken, Currency: of.Currency}
	d := rapport.ContractDates{ID: a.ID, Now: now, Fee: a.Term.Fee, Terms: a.Term.Terms, Brand: a.Term.Brand, Creator: a.Term.Creator}
	setCampaignEnd(&d, of.EndsOn)
	a.Plan = rapport.PlanAmendment(d, a.Changes)
	return a, nil
}

// AmendmentAhead is an amendment that both have not signed, with what it would be executed on now; nil for any other contract.
func (s *Store) AmendmentAhead(ctx context.Context, contract uuid.UUID, now time.Time) (*rapport.AmendmentAhead, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (*rapport.AmendmentAhead, error) {
		row, err := s.q.AmendmentOut(ctx, tx, gen.AmendmentOutParams{ID: contract, Brands: rapport.BrandsFrom(ctx)})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("amendment: %w", err)
		}
		a := rapport.AmendmentAhead{ID: row.ID, Drafted: true}
		if err := json.Unmarshal(row.Changes, &a.Changes); err != nil {
			return nil, fmt.Errorf("read the changes of amendment %s: %w", row.ID, err)
		}
		if a.Term, err = s.AmendedTerm(ctx, row.PartnershipID); err != nil {
			return nil, err
		}
		if a, err = s.amendmentAhead(ctx, tx, row.PartnershipID, a, now); err != nil {
			return nil, err
		}
		return &a, nil
	})
}

// runningTerm is the term that an amendment of a partnership's contract changes, as it stands.
func (s *Store) runningTerm(ctx context.Context, tx pgx.Tx, p rapport.PartnershipDetail, row gen.ContractToAmendRow) (t rapport.RunningTerm, err error) {
	t = rapport.RunningTerm{
		ContractID: row.ID, Number: row.Number, Stage: p.Stage, Renewal: p.Renewal, Fee: p.Contract.Fee, Terms: p.Contract.Terms, EndsAt: *row.EndsAt, NoticeBy: *row.NoticeBy,
		Deliverables: p.Deliverables, Milestones: p.Milestones,
	}
	if t.Brand, t.Creator, err = s.calendarsOf(ctx, tx, row.BrandID, row.CreatorID); err != nil {
		return t, err
	}
	t.KeyDates, err = s.runningKeyDates(ctx, tx, p.ID)
	return t, err
}

// AmendedTerm is the term that an amendment which waits for its creator changes.
func (s *Store) AmendedTerm(ctx context.Context, partnership uuid.UUID) (rapport.RunningTerm, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.RunningTerm, error) {
		p, err := s.Partnership(ctx, partnership)
		if err != nil {
			return rapport.RunningTerm{}, err
		}
		row, err := s.q.ContractToAmend(ctx, tx, gen.ContractToAmendParams{PartnershipID: partnership, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.RunningTerm{}, fmt.Errorf("contract: %w", err)
		}
		return s.runningTerm(ctx, tx, p, row)
	})
}

// runningKeyDates are the dates of a partnership that have not come, with the posts that they are about.
func (s *Store) runningKeyDates(ctx context.Context, tx pgx.Tx, partnership uuid.UUID) ([]rapport.RunningDate, error) {
	rows, err := s.q.RunningKeyDates(ctx, tx, gen.RunningKeyDatesParams{PartnershipID: partnership, Brands: rapport.BrandsFrom(ctx)})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	posts, err := s.q.PublishedPieces(ctx, tx, gen.PublishedPiecesParams{PartnershipID: partnership, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	list := make([]rapport.RunningDate, len(rows))
	for i, r := range rows {
		k := rapport.RunningDate{KeyDate: rapport.KeyDate{ID: r.ID, Kind: r.Kind, Contract: r.ContractID, At: r.At, Assets: r.Assets, State: r.State}, Number: r.Number, Extended: r.Extended}
		for _, d := range posts {
			if slices.Contains(r.Assets, d.ID) {
				k.Posts = append(k.Posts, rapport.Slot{
					Term: int(d.Term), Position: int(d.Position), DeliverableID: &d.ID, Title: d.Title, Platform: d.Platform, State: d.State, From: d.PostedAt, To: d.PostedAt, Until: d.PostedAt,
				})
			}
		}
		list[i] = k
	}
	return list, nil
}

// executeAmendment writes what an amendment that both have signed adds, and moves the end of its contract; what it changes of existing rows the
// partnership does. Executing it again answers the same plan.
func (s *Store) executeAmendment(ctx context.Context, tx pgx.Tx, c gen.ContractForExecutionRow, now time.Time) (rapport.ContractPlan, error) {
	var changes rapport.Amendment
	d := rapport.ContractDates{ID: c.ID, Now: now, Fee: rapport.Money{Amount: c.Fee, Currency: c.Currency}}
	if err := errors.Join(json.Unmarshal(c.Changes, &changes), json.Unmarshal(c.Terms, &d.Terms)); err != nil {
		return rapport.ContractPlan{}, fmt.Errorf("read the changes of amendment %s: %w", c.Number, err)
	}
	if err := s.datesOf(ctx, tx, c, &d); err != nil {
		return rapport.ContractPlan{}, err
	}
	plan := rapport.PlanAmendment(d, changes)
	if c.ExecutedAt != nil {
		return plan, nil
	}
	amendment := c.ID
	c.ID = *c.Amends // what it adds belongs to the contract
	next, err := s.q.NextPositions(ctx, tx, c.ID)
	if err != nil {
		return plan, fmt.Errorf("positions: %w", err)
	}
	for i, x := range plan.Deliverables {
		if err := s.writeDeliverable(ctx, tx, c, next.Deliverable+int32(i), changes.Deliverables[i], x); err != nil {
			return plan, err
		}
	}
	for i, m := range plan.Milestones {
		row := milestoneRow(c, next.Milestone+int32(i), changes.Milestones[i].Title, changes.Milestones[i].HoldUntil, changes.Milestones[i].OwedOn, m)
		row.Extra = true // the fee of the offer does not hold it
		if err := s.q.InsertMilestone(ctx, tx, row); err != nil {
			return plan, fmt.Errorf("insert milestone: %w", err)
		}
	}
	if err := s.q.DropMilestones(ctx, tx, gen.DropMilestonesParams{AmendmentID: &amendment, Ids: plan.DroppedMilestones, ContractID: c.ID}); err != nil {
		return plan, fmt.Errorf("drop milestones: %w", err)
	}
	if err := s.q.MoveContractEnd(ctx, tx, gen.MoveContractEndParams{ID: c.ID, EndsAt: &plan.EndsAt, NoticeBy: &plan.NoticeBy}); err != nil {
		return plan, fmt.Errorf("move the end: %w", err)
	}
	return plan, s.q.MarkExecuted(ctx, tx, gen.MarkExecutedParams{ID: amendment, ExecutedAt: &now}) // its dates are the contract's
}
